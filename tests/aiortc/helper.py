"""A helper: enlists, claims, offers and talks; with a certificate that a stock JWT library has signed."""

import asyncio
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import certificate
import noise
import wire
from conversation import Conversation
from peer import Peer
from real import Server
from signaling import Signaling


class Helper:
    """One at work, for one session at a time."""

    def __init__(self, signaling: Signaling, invite: certificate.Invite) -> None:
        self.signaling = signaling
        self.invite = invite
        # What goes into message 2; a test may put in another's.
        self.certificate = invite.certificate
        self.static = invite.static
        self.session: str | None = None
        self.channel: noise.Channel | None = None
        self.peer: Peer | None = None
        self._listening: asyncio.Task | None = None

    @staticmethod
    def now_s() -> int:
        return int(time.time())

    @staticmethod
    def issue(
        server: Server, *, alg_key: str = "team", iat: int = 0, exp: int = 3600, **claims: Any
    ) -> certificate.Invite:
        """Lets a helper in, as a site's back end may; `iat` and `exp` are seconds from now."""
        team = load_pem_private_key(server.team_key.read_bytes(), None)
        assert isinstance(team, Ed25519PrivateKey)
        signing, static = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
        now = Helper.now_s()
        public = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": wire.encode_bytes(signing.public_key().public_bytes_raw()),
        }
        all_claims = {
            "jti": wire.encode_bytes(signing.public_key().public_bytes_raw()[:12]),
            "sub": "Petra",
            "iat": now + min(iat, exp),
            "exp": now + exp,
            "cnf": {"jwk": public},
            "noise": wire.encode_bytes(static.public_key().public_bytes_raw()),
        } | claims
        key = team if alg_key == "team" else Ed25519PrivateKey.generate()
        token = jwt.encode(all_claims, key, algorithm="EdDSA", headers={"typ": "alongside-helper+jwt"})
        return certificate.Invite(
            team.public_key().public_bytes_raw(),
            signing.private_bytes_raw(),
            static.private_bytes_raw(),
            token,
        )

    @classmethod
    async def at_work(cls, signaling: Signaling, server: Server, **claims: Any) -> "Helper":
        helper = cls(signaling, cls.issue(server, **claims))
        await helper.enlist(server.origin)
        await signaling.heard.until("enlisted")
        await signaling.say("attend", available=True)
        return helper

    async def enlist(self, origin: str) -> None:
        await self.signaling.say("challenge")
        nonce = wire.decode_bytes((await self.signaling.heard.until("challenged"))["nonce"])
        signed = certificate.enlist_bytes(nonce, self.invite.certificate, origin)
        await self.signaling.say(
            "enlist",
            team=wire.encode_bytes(self.invite.team),
            certificate=self.invite.certificate,
            signature=wire.encode_bytes(self.invite.sign(signed)),
        )

    @property
    def conversation(self) -> Conversation:
        assert self.peer is not None, "nobody was claimed yet"
        return self.peer.conversation

    async def asked(self) -> dict[str, Any]:
        """Waits for somebody who asks."""
        return await self.signaling.heard.until("asked")

    async def claim(self, asked: dict[str, Any], spoil=lambda message2: message2) -> None:
        """Takes a ticket with an offer; `spoil` may change message 2 on its way."""
        enlisted = self.signaling.heard.named("enlisted")[-1]
        self.peer = Peer("helper", enlisted["iceServers"])
        introduction = {"certificate": self.certificate, "offer": await self.peer.offer()}
        prologue = noise.prologue(self.invite.team, wire.decode_bytes(asked["ticket"]), asked["origin"])
        message2, self.channel = noise.respond(
            prologue, self.static, wire.decode_bytes(asked["message"]), json.dumps(introduction).encode()
        )
        self.session = asked["ticket"]
        await self.signaling.say("claim", ticket=self.session, message=wire.encode_bytes(spoil(message2)))
        await self.signaling.heard.until("claimed", session=self.session)
        self._listening = asyncio.create_task(self._listen(self.session, self.channel, self.peer))

    async def _listen(self, session: str, channel: noise.Channel, peer: Peer) -> None:
        answered = False
        while True:
            try:
                found = await self.signaling.heard.until("forwarded", session=session)
            except AssertionError:
                return
            opened = channel.open(wire.decode_bytes(found["message"])).decode()
            try:
                signal = wire.decode(opened, wire.SIGNAL, wire.MAX_SEALED_BYTES)
            except wire.Ignored:
                continue
            if signal["type"] == "candidate":
                await peer.add(signal)
            elif not answered:
                answered = True
                await peer.accept(signal["sdp"])

    async def meet(self) -> "Helper":
        """Takes the next who asks, up to acknowledged greetings."""
        await self.claim(await self.asked())
        await asyncio.wait_for(self.conversation.connected.wait(), 20)
        return self

    async def seal(self, signal: dict[str, Any] | str) -> None:
        assert self.channel is not None
        text = signal if isinstance(signal, str) else json.dumps(signal)
        await self.forward(self.channel.seal(text.encode()))

    async def forward(self, frame: bytes) -> None:
        await self.signaling.say("forward", session=self.session, message=wire.encode_bytes(frame))

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self.peer is not None:
            await self.peer.close()
        await self.signaling.close()
