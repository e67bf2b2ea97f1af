"""Visitors who send without measure or beside `control`: the helper bears it and takes the next."""

import os
import unittest
from pathlib import Path
from unittest import mock

import wire
from test_conformance import WithHelper
from visitor import ORIGIN, Visitor

# What a process may hold more after a flood: less than half of what it sends. Units: KiB.
ALLOWANCE = 4096
FLOOD_BYTES = 10 * 1024 * 1024


class Floods(WithHelper):
    async def next_is_served(self) -> None:
        visitor = await self.connected()
        await self.nothing_refused(visitor.conversation)
        visitor.conversation.say("end")
        await self.helper.heard.until("ended", session=visitor.id, by="visitor")

    def held(self) -> int:
        status = Path(f"/proc/{self.helper.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))

    async def send_all(self, visitor: Visitor, message: str) -> None:
        """Sends one message over and over; each part waits until what came before it was read."""
        talk = visitor.conversation
        part = 1024 * 1024 // len(message)
        for _ in range(FLOOD_BYTES // (part * len(message))):
            for _ in range(part):
                talk.raw(message)
            await talk.heard.until("ack", seq=talk.chat("read so far"))

    @unittest.skipUnless(Path("/proc/self/status").exists(), "no /proc: memory cannot be read")
    async def test_memory_after_floods(self):
        # What a process takes once, it has taken after its first session.
        await self.next_is_served()
        before = self.held()
        padded = '{"type":"of-a-later-version","y":"%s"}'
        visitor = await self.connected()
        await self.send_all(visitor, padded % ("x" * (wire.MAX_MESSAGE_BYTES - len(padded % ""))))
        visitor.conversation.say("end")
        await self.helper.heard.until("ended", session=visitor.id, by="visitor")
        await self.next_is_served()
        self.assertLess(self.held() - before, ALLOWANCE)

    async def test_more_faults_than_are_borne(self):
        for message in ("?", "x" * 60_000, bytes(1000), '{"type":"ack","seq":7}', '{"type":"chat","seq":9}'):
            with self.subTest(message[:20]):
                visitor = await self.connected()
                for _ in range(100):
                    visitor.conversation.raw(message)
                await self.helper.heard.until("error", session=visitor.id, code="peer-fault")
                await visitor.close()
                await self.next_is_served()

    async def test_channels_nobody_agreed_on(self):
        visitor = await self.connected()
        for at in range(40):
            channel = visitor.peer.announce(f"more-{at}")
            channel.on("open", lambda channel=channel: channel.send('{"type":"end"}'))
        # Whether the session goes on is not written; what is said there is not the visitor's word.
        await self.nothing_refused((await self.connected()).conversation)
        await visitor.close()
        await self.helper.heard.until("ended", session=visitor.id, by="lost")
        await self.next_is_served()

    async def test_the_channel_alone_closes(self):
        visitor = await self.connected()
        visitor.peer.close_channel()
        await self.helper.heard.until("ended", session=visitor.id, by="lost")
        await self.next_is_served()


class Canaries(WithHelper):
    async def asyncSetUp(self) -> None:
        with mock.patch.dict(os.environ, RUST_LOG="info"):
            await super().asyncSetUp()

    async def test_standard_error_has_no_content(self):
        visitor = await self.connected()
        talk = visitor.conversation
        visitor.show_page(url=f"{ORIGIN}/canary-url", title="canary-title")
        visitor.show_client(attributes={"canary-name": "canary-value"})
        await self.helper.heard.until("client")
        talk.chat("canary-written")
        self.helper.tell("say", session=visitor.id, text="canary-said")
        await talk.heard.until("chat", text="canary-said")
        for wrong in ('{"canary-broken', '{"type":"page","url":"canary-wrong"}', '{"type":"canary-type"}'):
            talk.raw(wrong)
        await self.refused(talk, "bad-json")
        await self.refused(talk, "bad-message")
        await self.nothing_refused(talk)
        talk.say("end")
        await self.helper.heard.until("ended", session=visitor.id, by="visitor")
        self.assertEqual(await self.helper.quit(), 0)
        await self.helper.close()
        self.assertNotIn(b"canary", self.helper.errors)
        self.assertNotIn(b"candidate:", self.helper.errors)
