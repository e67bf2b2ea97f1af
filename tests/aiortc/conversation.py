"""One side of the `control` data channel: greeting, chat with its numbers, and the end; either role.

What is received is answered as the document says. A test may say anything besides by `raw`, and switch off
what it wants to do itself.
"""

import asyncio
import json
import time
from typing import Any

import wire
from heard import Heard

HELLO_INTERVAL_S = 0.2


class Conversation:
    """Speaks with the other side over a data channel that sends texts."""

    def __init__(self, role: str, send) -> None:
        self.role = role
        self._send = send
        self.heard = Heard("the peer")
        self.heard_hello = self.acknowledged = False
        self.connected = asyncio.Event()
        # Whether it greets, answers a greeting and acknowledges what it stores by itself.
        self.polite = True
        self.stored = 0
        self.texts: list[str] = []
        self._written: list[dict[str, Any]] = []
        self._delivered = 0
        self.all_delivered = asyncio.Event()
        self.all_delivered.set()
        self._greeting: asyncio.Task | None = None

    def opened(self) -> None:
        if self.polite:
            self._greeting = asyncio.create_task(self._greet())

    async def _greet(self) -> None:
        while not self.acknowledged:
            self.hello()
            await asyncio.sleep(HELLO_INTERVAL_S)

    def hello(self) -> None:
        self.say("hello", protocol=1, role=self.role, stored=self.stored)

    def say(self, kind: str, **fields: Any) -> None:
        self.raw(json.dumps({"type": kind, **fields}, ensure_ascii=False))

    def raw(self, message: str | bytes) -> None:
        self._send(message)

    def chat(self, text: str) -> int:
        """Writes a message; answers its number."""
        message = {"seq": len(self._written) + 1, "at": int(time.time() * 1000), "text": text}
        self._written.append(message)
        self.all_delivered.clear()
        self.say("chat", **message)
        return message["seq"]

    def received(self, raw: str | bytes) -> None:
        """Takes a message of the other side's."""
        if isinstance(raw, bytes):
            self.say("refused", code="bad-message")
            self.heard.put({"type": "binary"})
            return
        try:
            message = wire.decode(raw, wire.PEER, wire.MAX_MESSAGE_BYTES)
        except wire.Ignored as error:
            self.heard.put({"type": "unknown", "name": str(error)})
            return
        except wire.Refused as error:
            self.say("refused", code=error.code)
            self.heard.put({"type": "faulty", "code": error.code, "raw": raw})
            return
        code = self._take(message)
        if code is not None:
            self.say("refused", code=code)
        self.heard.put(message if code is None else {"type": "faulty", "code": code, "raw": raw})

    def _take(self, message: dict[str, Any]) -> str | None:
        """Does what a message asks for; answers the code by which it is refused."""
        kind = message["type"]
        other = "helper" if self.role == "visitor" else "visitor"
        if kind in ("refused", "end"):
            return None
        if kind == "hello":
            if message["role"] != other:
                return "wrong-state"
            if not self._acknowledge(message["stored"]):
                return "wrong-sequence"
            first, self.heard_hello = not self.heard_hello, True
            if self.polite:
                self.say("hello-ack")
                if first and not self.acknowledged:
                    self.hello()
            self._look()
            return None
        if kind == "hello-ack":
            self.acknowledged = True
            self._look()
            return None
        if not self.heard_hello:
            return "wrong-state"
        # What only one who has heard our greeting says: its acknowledgement may be lost.
        self.acknowledged = True
        self._look()
        by_visitor = ("page", "client", "allowed", "declined", "deposited")
        by_helper = ("propose", "deposit", "return")
        if (kind in by_visitor and other == "helper") or (kind in by_helper and other == "visitor"):
            return "wrong-state"
        if kind in ("ack", "read"):
            return None if self._acknowledge(message["seq"]) else "wrong-sequence"
        if kind == "chat":
            return self._store(message)
        return None

    def _look(self) -> None:
        if self.heard_hello and self.acknowledged:
            self.connected.set()

    def _acknowledge(self, seq: int) -> bool:
        if seq > len(self._written):
            return False
        self._delivered = max(self._delivered, seq)
        if self._delivered == len(self._written):
            self.all_delivered.set()
        return True

    def _store(self, message: dict[str, Any]) -> str | None:
        if message["seq"] > self.stored + 1:
            return "wrong-sequence"
        if message["seq"] == self.stored + 1:
            self.stored += 1
            self.texts.append(message["text"])
        if self.polite:
            self.say("ack", seq=self.stored)
        return None

    def closed(self) -> None:
        if self._greeting is not None:
            self._greeting.cancel()
        self.heard.close("the data channel is closed")
