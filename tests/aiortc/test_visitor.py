"""The native visitor as its document says, over the real server, seen by a helper written from that alone."""

import asyncio
import json
import unittest
from itertools import islice
from urllib.parse import urlsplit

import address
import noise
import wire
from case import WithServer
from conversation import Conversation
from helper import Helper
from odd_addresses import odd_addresses
from peer import Peer
from real import Native


class WithVisitor(WithServer):
    async def at_work(self, **claims) -> Helper:
        helper = await Helper.at_work(await self.dial(), self.server, **claims)
        self.addAsyncCleanup(helper.close)
        return helper

    async def connected(self, **claims) -> tuple[Helper, Native, str]:
        """Helper, visitor and the session's name."""
        helper = await self.at_work(**claims)
        visitor = await self.native_visitor()
        await helper.meet()
        return helper, visitor, (await visitor.heard.until("connected"))["session"]

    @property
    def page_origin(self) -> str:
        page = urlsplit(self.server.page)
        return f"{page.scheme}://{page.netloc}"


class MainJob(WithVisitor):
    async def test_a_session(self):
        helper = await self.at_work(sub="Petra Ðaña 🙋", automated=True)
        visitor = await self.native_visitor()
        asked = await helper.asked()
        self.assertEqual(asked["origin"], self.page_origin)
        await helper.claim(asked)
        found = await visitor.heard.until("connected")
        self.assertEqual((found["name"], found["verified"]), ("Petra Ðaña 🙋", True))
        session, talk = found["session"], helper.conversation

        page = await talk.heard.until("page")
        self.assertEqual((page["url"], page["omitted"], page["redacted"]), (self.server.page, 0, False))
        self.assertNotEqual(page["title"], "")
        await talk.heard.until("client")

        first = talk.chat("What is it?")
        await visitor.heard.until("message", session=session, id=first, text="What is it?")
        await talk.heard.until("ack", seq=first)
        visitor.tell("say", session=session, text="Eine Vase 🏺", ref="x")
        self.assertEqual((await talk.heard.until("chat"))["text"], "Eine Vase 🏺")
        await visitor.heard.until("delivered", id=1, ref="x")
        talk.say("read", seq=1)
        await visitor.heard.until("read", id=1, ref="x")
        talk.say("typing", on=True)
        await visitor.heard.until("typing", on=True)

        # What an address must not tell stays where it arose.
        token = "s3cr3t0123456789abcdef"
        visitor.tell(
            "go", session=session, url=f"{self.server.page}lamp/?size=2&token={token}#{token}", title="Lamp"
        )
        moved = await talk.heard.until("page")
        self.assertGreater(moved["epoch"], page["epoch"])
        self.assertEqual(
            (moved["url"], moved["title"], moved["omitted"]), (f"{self.server.page}lamp/?size=2", "Lamp", 2)
        )

        visitor.tell("end", session=session)
        await talk.heard.until("end")
        await helper.peer.close()
        await visitor.heard.until("ended", session=session, by="visitor")
        self.assertEqual(await visitor.quit(), 0)
        self.assertEqual(talk.heard.named("refused") + talk.heard.named("faulty"), [])

    async def test_the_helper_ends(self):
        helper, visitor, session = await self.connected()
        helper.conversation.say("end")
        await helper.conversation.heard.closed()
        await visitor.heard.until("ended", session=session, by="helper")

    async def test_nothing_of_the_page_before_both_are_connected(self):
        helper = await self.at_work()
        await self.native_visitor()
        asked = await helper.asked()
        self.assertEqual(len(wire.decode_bytes(asked["message"])), 32)
        await helper.claim(asked)
        talk = helper.conversation
        talk.polite = False
        for _ in range(3):
            self.assertEqual((await talk.heard.until("hello"))["role"], "visitor")
        # Heard, and not acknowledged: one of the two is not enough.
        talk.hello()
        await talk.heard.until("hello-ack")
        await talk.heard.until("hello")
        await talk.heard.until("hello")
        self.assertEqual({one["type"] for one in talk.heard.all}, {"hello", "hello-ack"})
        talk.say("hello-ack")
        await talk.heard.until("page")
        await talk.heard.until("client")


class Proposals(WithVisitor):
    async def asyncSetUp(self) -> None:
        self.helper, self.visitor, self.session = await self.connected()
        self.talk: Conversation = self.helper.conversation

    async def test_yes_and_no(self):
        self.talk.say("propose", id=1, url=f"{self.page_origin}/demo/?kind=lamps")
        proposed = await self.visitor.heard.until("proposed", session=self.session, id=1, kind="address")
        self.assertEqual(proposed["url"], f"{self.page_origin}/demo/?kind=lamps")
        self.talk.say("propose", id=5, url=None)
        await self.visitor.heard.until("proposed", id=5, kind="refresh")
        # Nothing happens without the person's word.
        await self.nothing_refused(self.talk)
        self.assertEqual(self.talk.heard.named("allowed") + self.talk.heard.named("declined"), [])
        self.visitor.tell("refuse", session=self.session, id=5)
        await self.talk.heard.until("declined", id=5)
        self.visitor.tell("allow", session=self.session, id=1)
        await self.talk.heard.until("allowed", id=1)

    async def test_what_is_refused(self):
        for url in (
            "https://other.example.org/",
            f"{self.page_origin.replace('localhost', '127.0.0.1')}/demo/",
            f"{self.page_origin.replace('://', '://dana@')}/demo/",
            self.page_origin,
            "javascript:alert(1)",
            f"{self.page_origin}/demo/\u2026",
            "",
        ):
            with self.subTest(url):
                self.talk.say("propose", id=3, url=url)
                await self.refused(self.talk, "bad-message")
        self.talk.say("propose", id=0, url=None)
        await self.refused(self.talk, "bad-message")
        self.talk.say("propose", id=3, url=None)
        await self.visitor.heard.until("proposed", id=3)
        for number in (3, 2):
            self.talk.say("propose", id=number, url=None)
            await self.refused(self.talk, "wrong-sequence")
        await self.nothing_refused(self.talk)
        self.assertEqual(len(self.visitor.heard.named("proposed")), 1)


class Addresses(WithVisitor):
    async def test_two_readings_of_odd_addresses(self):
        helper, visitor, session = await self.connected()
        for number, href in enumerate(islice(odd_addresses(self.page_origin, seed=20), 500)):
            visitor.tell("go", session=session, url=href, title=str(number))
            page = await helper.conversation.heard.until("page", title=str(number))
            with self.subTest(href):
                self.assertEqual((page["url"], page["omitted"], page["redacted"]), address.clean(href))


class Refusing(WithVisitor):
    async def test_the_other_role(self):
        helper, _, _ = await self.connected()
        talk = helper.conversation
        page = {
            "epoch": 9,
            "url": self.server.page,
            "title": "",
            "omitted": 0,
            "redacted": False,
            "viewport": {"width": 1, "height": 1},
            "scroll": {"x": 0, "y": 0},
        }
        talk.say("page", **page)
        await self.refused(talk, "wrong-state")
        for kind in ("allowed", "declined"):
            talk.say(kind, id=1)
            await self.refused(talk, "wrong-state")
        talk.say("hello", protocol=1, role="visitor", stored=0)
        await self.refused(talk, "wrong-state")
        await self.nothing_refused(talk)

    async def test_reading(self):
        helper, _, _ = await self.connected()
        talk = helper.conversation
        for raw, code in (
            ('{"type":"x","y":"\\ud800"}', "bad-json"),
            (b"{}", "bad-message"),
            ('{"type":"typing","on":null}', "bad-message"),
            ("?" * (wire.MAX_MESSAGE_BYTES + 1), "too-large"),
            (json.dumps({"type": "chat", "seq": 1, "at": 0, "text": "x" * 4097}), "too-large"),
            ('{"type":"chat","seq":2,"at":0,"text":"x"}', "wrong-sequence"),
            ('{"type":"ack","seq":1}', "wrong-sequence"),
        ):
            with self.subTest(raw[:40]):
                talk.raw(raw)
                await self.refused(talk, code)
        talk.raw('{"type":"of-a-later-version"}')
        await self.nothing_refused(talk)

    async def test_too_many_faults(self):
        helper, visitor, _ = await self.connected()
        for _ in range(16):
            helper.conversation.raw("?")
        await helper.conversation.heard.until("end")
        await visitor.heard.until("error", code="peer-fault")


class Verifying(WithVisitor):
    async def unverified(
        self, code: str, *, spoil=lambda message2: message2, certificate=None, static=None
    ) -> None:
        """A helper at work by a good certificate shows the visitor something else, and is not believed."""
        helper = await self.at_work()
        helper.certificate = certificate or helper.certificate
        helper.static = static or helper.static
        visitor = await self.native_visitor()
        await helper.claim(await helper.asked(), spoil)
        left = await helper.signaling.heard.until("left", session=helper.session)
        self.assertEqual(left["reason"], "unverified")
        await visitor.heard.until("error", code=code)
        self.assertEqual(await visitor.quit(), 5)
        self.assertEqual(visitor.heard.named("connected"), [])
        await helper.close()

    async def test_message_2(self):
        def flip(at):
            return lambda message2: message2[:at] + bytes([message2[at] ^ 1]) + message2[at + 1 :]

        for name, spoil in (
            ("the ephemeral key", flip(0)),
            ("the static key", flip(40)),
            ("the last bit", lambda message2: flip(len(message2) - 1)(message2)),
            ("cut", lambda message2: message2[:-1]),
            ("nothing", lambda _: b""),
            ("a point of low order", lambda message2: bytes(32) + message2[32:]),
        ):
            with self.subTest(name):
                await self.unverified("handshake-failed", spoil=spoil)

    async def test_certificates(self):
        issue = Helper.issue
        own = issue(self.server)
        for name, code, invite in (
            ("of nobody", "certificate-invalid", None),
            ("by another team", "certificate-foreign", issue(self.server, alg_key="another")),
            ("of yesterday", "certificate-expired", issue(self.server, iat=-90000, exp=-3600)),
            ("of tomorrow", "certificate-expired", issue(self.server, iat=3600, exp=7200)),
            ("for too long", "certificate-invalid", issue(self.server, exp=7776001)),
            (
                "for another origin",
                "origin-not-allowed",
                issue(self.server, origins=["https://other.example.org"]),
            ),
            ("of another helper", "key-mismatch", own),
        ):
            with self.subTest(name):
                static = None if invite in (None, own) else invite.static
                await self.unverified(
                    code, certificate=invite.certificate if invite else "a.b.c", static=static
                )

    async def test_good_for_several_origins(self):
        origins = ["https://other.example.org", self.page_origin]
        _, _, session = await self.connected(origins=origins, more={"claims": [1, 2]})
        self.assertEqual(len(wire.decode_bytes(session)), 16)


class Sealed(WithVisitor):
    async def test_a_frame_that_is_not_ours(self):
        helper = await self.at_work()
        visitor = await self.native_visitor()
        await helper.claim(await helper.asked())
        frame = helper.channel.seal(b'{"type":"unknown"}')
        await helper.forward(frame[:-1] + bytes([frame[-1] ^ 1]))
        await visitor.heard.until("error", code="seal-broken")

    async def test_an_answer_by_a_helper(self):
        helper = await self.at_work()
        visitor = await self.native_visitor()
        await helper.claim(await helper.asked())
        await helper.seal({"type": "answer", "sdp": "no description"})
        await helper.seal({"type": "of-a-later-version"})
        await visitor.heard.until("connected")

    async def test_claims_that_are_lost(self):
        helper = await self.at_work()
        visitor = await self.native_visitor()
        tickets, messages = set(), set()
        for _ in range(6):
            asked = await helper.asked()
            tickets.add(asked["ticket"])
            messages.add(asked["message"])
            message2 = wire.encode_bytes(await self.idle(helper, asked))
            await helper.signaling.say("claim", ticket=asked["ticket"], message=message2)
            await helper.signaling.heard.until("claimed", session=asked["ticket"])
            await helper.signaling.say("leave", session=asked["ticket"], reason="failed")
        # A new session and a new key each time, and then no more.
        self.assertEqual((len(tickets), len(messages)), (6, 6))
        await visitor.heard.until("error", code="connect-timeout")
        await asyncio.wait_for(visitor.heard.closed(), 20)

    async def idle(self, helper: Helper, asked: dict) -> bytes:
        """Message 2 of a helper who then does nothing."""
        peer = Peer("helper", [])
        self.addAsyncCleanup(peer.close)
        introduction = {"certificate": helper.certificate, "offer": await peer.offer()}
        prologue = noise.prologue(self.team, wire.decode_bytes(asked["ticket"]), asked["origin"])
        message1 = wire.decode_bytes(asked["message"])
        return noise.respond(prologue, helper.static, message1, json.dumps(introduction).encode())[0]


if __name__ == "__main__":
    unittest.main()
