"""A visitor: asks a team, verifies the helper, answers the offer and talks."""

import asyncio
import json
import os
import time
from typing import Any

import certificate
import noise
import wire
from conversation import Conversation
from heard import Heard
from peer import Peer
from signaling import Signaling

ORIGIN = "https://shop.example.org"


def verify_introduction(
    initiator: noise.Initiator, message2: bytes, team: bytes, origin: str, now_s: int
) -> tuple[certificate.Certificate, str, noise.Channel]:
    """Who answered, what they offer, and the channel with them; in the order of section *Handshake*."""
    try:
        payload, static, channel = initiator.read(message2)
        introduction = wire.decode_payload(payload, wire.INTRODUCTION)
    except (noise.NoiseError, wire.Refused):
        raise certificate.Unverified("handshake-failed") from None
    who = certificate.verify(introduction["certificate"], team, now_s)
    if who.origins and origin not in who.origins:
        raise certificate.Unverified("origin-not-allowed")
    if who.noise_key != static:
        raise certificate.Unverified("key-mismatch")
    return who, introduction["offer"], channel


class Visitor:
    """One ask, and the session that comes of it."""

    def __init__(self, signaling: Signaling, team: bytes, origin: str = ORIGIN) -> None:
        self.signaling = signaling
        self._team = team
        self._origin = origin
        self.session = os.urandom(16)
        self.place = os.urandom(16)
        self._initiator = noise.Initiator(noise.prologue(team, self.session, origin))
        self.helper: certificate.Certificate | None = None
        self.channel: noise.Channel | None = None
        self.signals = Heard("the helper's sealed channel")
        self.peer: Peer | None = None
        self._listening: asyncio.Task | None = None

    @property
    def id(self) -> str:
        return wire.encode_bytes(self.session)

    @property
    def conversation(self) -> Conversation:
        assert self.peer is not None, "nobody has come yet"
        return self.peer.conversation

    async def ask(self) -> dict[str, Any]:
        """Asks; answers what the server says of the queue."""
        await self.say_ask()
        return await self.signaling.heard.until("queued", session=self.id)

    async def say_ask(self) -> None:
        await self.signaling.say(
            "ask",
            team=wire.encode_bytes(self._team),
            session=self.id,
            origin=self._origin,
            message=wire.encode_bytes(self._initiator.message1),
            place=wire.encode_bytes(self.place),
        )

    async def meet(self) -> str:
        """Waits for the helper and verifies them; answers their offer. Raises `Unverified`, having left."""
        claimed = await self.signaling.heard.until("claimed", session=self.id)
        message2 = wire.decode_bytes(claimed["message"])
        try:
            self.helper, offer, self.channel = verify_introduction(
                self._initiator, message2, self._team, self._origin, int(time.time())
            )
        except certificate.Unverified:
            await self.leave("unverified")
            raise
        self.peer = Peer("visitor", claimed["iceServers"])
        self._listening = asyncio.create_task(self._listen())
        return offer

    async def answer(self, offer: str) -> str:
        """Answers an offer, and tells its candidates; answers the answer, for who wants to say it again."""
        assert self.peer is not None
        sdp, candidates = await self.peer.answer(offer)
        await self.seal({"type": "answer", "sdp": sdp})
        for candidate in [*candidates, ""]:
            await self.seal({"type": "candidate", "candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0})
        return sdp

    async def connect(self) -> "Visitor":
        """Does all of it, up to acknowledged greetings."""
        await self.ask()
        await self.answer(await self.meet())
        await self.connected()
        return self

    async def connected(self) -> None:
        await asyncio.wait_for(self.conversation.connected.wait(), 20)

    async def seal(self, signal: dict[str, Any] | str) -> None:
        assert self.channel is not None
        text = signal if isinstance(signal, str) else json.dumps(signal)
        await self.forward(self.channel.seal(text.encode()))

    async def forward(self, frame: bytes) -> None:
        await self.signaling.say("forward", session=self.id, message=wire.encode_bytes(frame))

    async def _listen(self) -> None:
        assert self.peer is not None and self.channel is not None
        while True:
            try:
                found = await self.signaling.heard.until("forwarded", session=self.id)
            except AssertionError as error:
                self.signals.close(str(error))
                return
            try:
                signal = wire.decode(
                    self.channel.open(wire.decode_bytes(found["message"])).decode(),
                    wire.SIGNAL,
                    wire.MAX_SEALED_BYTES,
                )
            except wire.Ignored:
                continue
            self.signals.put(signal)
            # A second answer, or any by a helper, is not looked at.
            if signal["type"] == "candidate":
                await self.peer.add(signal)

    def show_page(self, epoch: int = 1, **fields: Any) -> None:
        page = {
            "url": f"{ORIGIN}/lamps?color=red",
            "title": "Lamps",
            "omitted": 0,
            "redacted": False,
            "viewport": {"width": 1280, "height": 720},
            "scroll": {"x": 0, "y": -3},
        }
        self.conversation.say("page", epoch=epoch, **{**page, **fields})

    def show_client(self, **fields: Any) -> None:
        client = {
            "browser": "aiortc 1.16",
            "platform": "CPython",
            "language": "de-AT",
            "timeZone": "Europe/Vienna",
            "screen": {"width": 1920, "height": 1080, "scale": 1.5},
            "attributes": {"plan": "gold"},
        }
        self.conversation.say("client", **{**client, **fields})

    async def leave(self, reason: str) -> None:
        await self.signaling.say("leave", session=self.id, reason=reason)

    async def close(self) -> None:
        """Goes without a word; nothing of it is left."""
        if self._listening is not None:
            self._listening.cancel()
        if self.peer is not None:
            await self.peer.close()
        await self.signaling.close()
