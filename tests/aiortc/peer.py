"""A peer connection of aiortc with its one negotiated data channel."""

import asyncio
import re
from typing import Any

import aioice.ice
from aiortc import RTCConfiguration, RTCDataChannel, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from conversation import Conversation

# The library leaves loopback out; here nothing else is wanted, and a machine may have nothing else.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

# A browser's candidate with a name that only multicast finds. The browser's own checks are enough.
HIDDEN = re.compile(r"candidate:(\S+ ){4}\S+\.local ")


class Peer:
    """An answer goes without candidates; each is told by itself, as by a stack that finds them later."""

    def __init__(self, role: str, ice_servers: list[dict[str, Any]]) -> None:
        self._connection = RTCPeerConnection(
            RTCConfiguration(
                iceServers=[
                    RTCIceServer(one["urls"], one["username"], one["credential"])
                    for one in ice_servers
                    if one["urls"]
                ]
            )
        )
        self._channel = self._connection.createDataChannel("control", negotiated=True, id=0)
        self.conversation = Conversation(role, self._channel.send)
        self._channel.on("open", self.conversation.opened)
        self._channel.on("message", self.conversation.received)
        self._channel.on("close", self.conversation.closed)
        self._early: list[dict[str, Any]] | None = []
        self._closing: asyncio.Task | None = None
        self._connection.on("connectionstatechange", self._changed)

    async def _changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self.conversation.closed()

    async def offer(self) -> str:
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def answer(self, offer: str) -> tuple[str, list[str]]:
        """The answer to an offer, and the candidates to tell after it."""
        await self._set_remote(offer, "offer")
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        lines = self._connection.localDescription.sdp.splitlines()
        told_apart = re.compile(r"a=(candidate:|end-of-candidates)")
        sdp = "".join(f"{line}\r\n" for line in lines if not told_apart.match(line))
        return sdp, [line.removeprefix("a=") for line in lines if line.startswith("a=candidate:")]

    async def accept(self, answer: str) -> None:
        await self._set_remote(answer, "answer")

    async def _set_remote(self, sdp: str, kind: str) -> None:
        seen = "".join(
            line for line in sdp.splitlines(keepends=True) if not HIDDEN.match(line.removeprefix("a="))
        )
        await self._connection.setRemoteDescription(RTCSessionDescription(seen, kind))
        early, self._early = self._early or [], None
        for candidate in early:
            await self.add(candidate)

    async def add(self, signal: dict[str, Any]) -> None:
        """Adds a candidate of the other side's; one that comes too early is kept."""
        if self._early is not None:
            self._early.append(signal)
            return
        if signal["candidate"] == "":
            await self._connection.addIceCandidate(None)
            return
        if HIDDEN.match(signal["candidate"]):
            return
        candidate = candidate_from_sdp(signal["candidate"].removeprefix("candidate:"))
        candidate.sdpMid, candidate.sdpMLineIndex = signal["sdpMid"], signal["sdpMLineIndex"]
        await self._connection.addIceCandidate(candidate)

    def announce(self, label: str) -> RTCDataChannel:
        """Opens a channel in-band, which the document has none of."""
        return self._connection.createDataChannel(label)

    def close_channel(self) -> None:
        """Closes the channel alone; the connection stays."""
        self._channel.close()

    async def close(self) -> None:
        await self._connection.close()
        self.conversation.closed()
