"""Visitor or helper as a program: an event a line out, a command a line in, as the native agent's.

`agent.py ask SERVER TEAM URL` asks as somebody on a page; `agent.py help -` helps by the invite in the
first line.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import address
import certificate
import wire
from conversation import Conversation
from helper import Helper
from peer import Peer
from signaling import Signaling
from visitor import Visitor

END_TIMEOUT_S = 2.0

Commands = asyncio.Queue[dict[str, Any] | None]
Command = Callable[[dict[str, Any]], Awaitable[None] | None]


def emit(event: str, **fields: Any) -> None:
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


async def _read_commands(commands: Commands) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    async for line in reader:
        # The first line of `help -` is an invite.
        command = json.loads(line) if line.startswith(b"{") else {"command": "invite", "text": line.decode()}
        await commands.put(command)
    await commands.put(None)


class Session:
    """What both roles do once a session is claimed: tells what is heard, and does what is commanded."""

    def __init__(self, name: str, peer: Peer) -> None:
        self.name = name
        self.peer = peer
        self.talk: Conversation = peer.conversation
        self._refs: dict[int, Any] = {}
        self._told = {"delivered": 0, "read": 0}
        self._proposals: dict[int, Any] = {}
        self._stored = 0
        self._ending = False
        self.commands: dict[str, Command] = {
            "say": self._say,
            "end": self._end,
            "propose": lambda command: self._propose(command, command["url"]),
            "refresh": lambda command: self._propose(command, None),
        }

    async def tell(self) -> None:
        """Tells what is heard, until the session is over."""
        by = "lost"
        async for message in self.talk.heard.each():
            if message["type"] == "end":
                by = "helper" if self.talk.role == "visitor" else "visitor"
                break
            self._tell(message)
        await self.peer.close()
        emit("ended", session=self.name, by=self.talk.role if self._ending else by)

    def _tell(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        fields = {"session": self.name, **{name: value for name, value in message.items() if name != "type"}}
        if kind in ("ack", "read"):
            self._mark("delivered", message["seq"])
            if kind == "read":
                self._mark("read", message["seq"])
        elif kind == "chat":
            if message["seq"] > self._stored:
                self._stored = message["seq"]
                emit("message", session=self.name, id=message["seq"], text=message["text"], at=message["at"])
                # Whoever reads these lines has it before them.
                self.talk.say("read", seq=message["seq"])
        elif kind == "propose":
            emit("proposed", kind="refresh" if message["url"] is None else "address", **fields)
        elif kind in ("allowed", "declined"):
            name = "refused" if kind == "declined" else kind
            emit(name, ref=self._proposals.get(message["id"]), **fields)
        elif kind == "client":
            emit(
                "client",
                session=self.name,
                client={key: value for key, value in message.items() if key != "type"},
            )
        elif kind in ("page", "typing"):
            emit(kind, **fields)
        elif kind in ("refused", "faulty"):
            emit(
                "error",
                session=self.name,
                code=message["code"],
                message="the two do not understand each other",
            )

    def _mark(self, event: str, seq: int) -> None:
        for number in range(self._told[event] + 1, seq + 1):
            emit(event, session=self.name, id=number, ref=self._refs.get(number))
        self._told[event] = max(self._told[event], seq)

    def _say(self, command: dict[str, Any]) -> None:
        self._refs[self.talk.chat(command["text"])] = command.get("ref")

    def _propose(self, command: dict[str, Any], url: str | None) -> None:
        number = len(self._proposals) + 1
        self._proposals[number] = command.get("ref")
        self.talk.say("propose", id=number, url=url)

    async def _end(self, _: dict[str, Any]) -> None:
        self._ending = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self.talk.all_delivered.wait(), END_TIMEOUT_S)
        self.talk.say("end")
        # The other side closes when it has heard that; closed here at once, the word would not arrive.
        try:
            await asyncio.wait_for(self.talk.heard.closed(), END_TIMEOUT_S)
        except TimeoutError:
            await self.peer.close()


async def _obey(commands: Commands, table: dict[str, Command]) -> None:
    while (command := await commands.get()) is not None and command["command"] != "quit":
        act = table.get(command["command"])
        if act is None:
            emit("error", code="unknown-command", message=command["command"])
        elif (waiting := act(command)) is not None:
            await waiting


async def _until_first(*ways: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(way) for way in ways]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()


async def ask(commands: Commands, server: str, team: str, url: str) -> None:
    page = urlsplit(url)
    visitor = Visitor(await Signaling.dial(server), wire.decode_bytes(team), f"{page.scheme}://{page.netloc}")
    try:
        waiting = await visitor.ask()
        emit("waiting", helpers=waiting["helpers"], position=waiting["position"])
        try:
            await visitor.answer(await visitor.meet())
        except certificate.Unverified as error:
            emit("error", code=error.code, message="the helper could not be verified")
            sys.exit(5)
        await visitor.connected()
        assert visitor.helper is not None and visitor.peer is not None
        emit("connected", session=visitor.id, name=visitor.helper.name, verified=True)
        session = Session(visitor.id, visitor.peer)
        epoch = 0

        def go(command: dict[str, Any]) -> None:
            nonlocal epoch
            epoch += 1
            cleaned, omitted, redacted = address.clean(command["url"])
            visitor.show_page(epoch, url=cleaned, title=command["title"], omitted=omitted, redacted=redacted)

        go({"url": url, "title": "A page of a stranger"})
        visitor.show_client(platform="Linux")
        session.commands |= {
            "go": go,
            "allow": lambda command: session.talk.say("allowed", id=command["id"]),
            "refuse": lambda command: session.talk.say("declined", id=command["id"]),
        }
        await _until_first(session.tell(), _obey(commands, session.commands))
        await asyncio.wait_for(session.talk.heard.closed(), END_TIMEOUT_S)
    finally:
        await visitor.close()


async def help_(commands: Commands, text: str) -> None:
    if text == "-":
        text = (await commands.get())["text"]
    invite = certificate.read_invite(text, Helper.now_s())
    server = text.strip().split("/console/#")[0]
    helper = Helper(await Signaling.dial(server), invite)
    telling: list[asyncio.Task] = []
    try:
        await helper.enlist(server)
        await helper.signaling.heard.until("enlisted")
        name = certificate.verify(invite.certificate, invite.team, Helper.now_s()).name
        emit("enlisted", name=name)
        asked: dict[str, dict[str, Any]] = {}
        table: dict[str, Command] = {}

        async def queue() -> None:
            async for message in helper.signaling.heard.each():
                if message["type"] == "asked":
                    asked[message["ticket"]] = message
                    emit(
                        "asked",
                        ticket=message["ticket"],
                        origin=message["origin"],
                        waitingMs=message["waitingMs"],
                    )
                elif message["type"] == "withdrawn":
                    emit("withdrawn", ticket=message["ticket"])

        async def accept(command: dict[str, Any]) -> None:
            await helper.claim(asked[command["ticket"]])
            assert helper.session is not None and helper.peer is not None
            await asyncio.wait_for(helper.conversation.connected.wait(), 20)
            emit("connected", session=helper.session, verified=True)
            session = Session(helper.session, helper.peer)
            table.update(session.commands)
            telling.append(asyncio.create_task(session.tell()))

        table["accept"] = accept
        await _until_first(queue(), _obey(commands, table))
    finally:
        for task in telling:
            task.cancel()
        await helper.close()


async def _main(verb: str, *arguments: str) -> None:
    commands: Commands = asyncio.Queue(maxsize=100)
    reading = asyncio.create_task(_read_commands(commands))
    await {"ask": ask, "help": help_}[verb](commands, *arguments)
    reading.cancel()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
