"""What the tests begin with: a server for each module, agents for each test, all of them ended with it."""

import logging
import unittest

import wire
from conversation import Conversation
from real import Native, Server
from signaling import Signaling
from visitor import Visitor

# A socket that a test closes on purpose, or a machine that is busy, is nothing to tell.
for name in ("aioice", "aiortc", "asyncio"):
    logging.getLogger(name).setLevel(logging.ERROR)


class WithServer(unittest.IsolatedAsyncioTestCase):
    """Tests at a real server, with a team of its own."""

    server: Server

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    @property
    def team(self) -> bytes:
        return wire.decode_bytes(self.server.team)

    async def dial(self, origin: str | None = None) -> Signaling:
        signaling = await Signaling.dial(self.server.origin, origin)
        self.addAsyncCleanup(signaling.close)
        return signaling

    async def visitor(self) -> Visitor:
        """Somebody who has not asked yet."""
        visitor = Visitor(await Signaling.dial(self.server.origin), self.team)
        self.addAsyncCleanup(visitor.close)
        return visitor

    async def native_helper(self, *options: str) -> Native:
        """The native helper, who takes everybody."""
        helper = await Native.helper(self.server.invite(*options))
        self.addAsyncCleanup(helper.close)
        return helper

    async def native_visitor(self, *options: str) -> Native:
        """The native visitor, who asks for help with the demo's page."""
        visitor = await Native.start("ask", self.server.page, "--allow-private", *options)
        self.addAsyncCleanup(visitor.close)
        return visitor

    async def refused(self, conversation: Conversation, code: str) -> None:
        """Waits until a message of ours is refused, with this code."""
        self.assertEqual((await conversation.heard.until("refused"))["code"], code)

    async def nothing_refused(self, conversation: Conversation) -> None:
        """Says something ordinary; when that is acknowledged, all before it was taken."""
        refused = len(conversation.heard.named("refused"))
        await conversation.heard.until("ack", seq=conversation.chat("and this"))
        self.assertEqual(len(conversation.heard.named("refused")), refused)
