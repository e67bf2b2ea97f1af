"""The native helper as its document says, over the real server, seen by a visitor written from that alone."""

import json
import os
import unittest
from itertools import islice

import certificate
import wire
from case import WithServer
from conversation import Conversation
from odd_messages import odd_messages
from visitor import ORIGIN, Visitor


class WithHelper(WithServer):
    async def asyncSetUp(self) -> None:
        self.helper = await self.native_helper()

    async def connected(self) -> Visitor:
        """A visitor of whom the helper knows it too: each side is connected at a moment of its own."""
        visitor = await (await self.visitor()).connect()
        await self.helper.heard.until("connected", session=visitor.id, verified=True)
        return visitor

    async def channel_open(self) -> tuple[Visitor, Conversation]:
        """Up to an open data channel, on which nothing of ours was said yet."""
        visitor = await self.visitor()
        await visitor.ask()
        offer = await visitor.meet()
        visitor.conversation.polite = False
        await visitor.answer(offer)
        # The other side says the first word by itself.
        await visitor.conversation.heard.until("hello")
        return visitor, visitor.conversation


class MainJob(WithHelper):
    async def test_a_session(self):
        visitor = await self.connected()
        talk, helper = visitor.conversation, self.helper
        self.assertEqual(visitor.helper.name, "Dana")
        self.assertFalse(visitor.helper.automated)
        await helper.heard.until("asked", ticket=visitor.id, origin=ORIGIN)

        visitor.show_page()
        visitor.show_client()
        page = await helper.heard.until("page", session=visitor.id)
        self.assertEqual(
            (page["epoch"], page["url"], page["title"], page["omitted"]),
            (1, f"{ORIGIN}/lamps?color=red", "Lamps", 0),
        )
        client = (await helper.heard.until("client", session=visitor.id))["client"]
        self.assertEqual((client["browser"], client["attributes"]), ("aiortc 1.16", {"plan": "gold"}))

        talk.say("typing", on=True)
        await helper.heard.until("typing", on=True)
        first = talk.chat('Grüß Gott, "it" \\ breaks\n🙋🏽')
        said = await helper.heard.until("message", id=first)
        self.assertEqual(said["text"], 'Grüß Gott, "it" \\ breaks\n🙋🏽')
        await talk.heard.until("ack", seq=first)

        helper.tell("say", session=visitor.id, text="Servus 🙂", ref="a")
        chat = await talk.heard.until("chat")
        self.assertEqual((chat["seq"], chat["text"]), (1, "Servus 🙂"))
        await helper.heard.until("delivered", id=1, ref="a")
        talk.say("read", seq=1)
        await helper.heard.until("read", id=1, ref="a")

        helper.tell("end", session=visitor.id)
        await talk.heard.until("end")
        await visitor.peer.close()
        await helper.heard.until("ended", session=visitor.id, by="helper")
        self.assertEqual(helper.heard.named("error"), [])
        self.assertEqual(talk.heard.named("refused"), [])
        self.assertEqual(await helper.quit(), 0)

    async def test_the_visitor_ends(self):
        visitor = await self.connected()
        visitor.conversation.say("end")
        # The receiver of `end` closes at once.
        await visitor.conversation.heard.closed()
        await self.helper.heard.until("ended", session=visitor.id, by="visitor")

    async def test_the_visitor_is_lost(self):
        visitor = await self.connected()
        await visitor.peer.close()
        await self.helper.heard.until("ended", session=visitor.id, by="lost")

    async def test_the_server_is_not_needed(self):
        visitor = await self.connected()
        # What the server says of a session changes nothing once its peers are connected.
        await visitor.leave("failed")
        await visitor.signaling.close()
        await self.nothing_refused(visitor.conversation)

    async def test_two_at_once(self):
        one, other = await self.connected(), await self.connected()
        one.conversation.chat("one")
        other.conversation.chat("other")
        await self.helper.heard.until("message", session=one.id, text="one")
        self.helper.tell("say", session=other.id, text="to the other")
        self.assertEqual((await other.conversation.heard.until("chat"))["text"], "to the other")
        self.assertEqual(one.conversation.texts, [])

    async def test_a_certificate_for_another_origin(self):
        await self.helper.close()
        helper = await self.native_helper("--origin", "https://other.example.org")
        visitor = await self.visitor()
        await visitor.ask()
        with self.assertRaises(certificate.Unverified) as caught:
            await visitor.meet()
        self.assertEqual(caught.exception.code, "origin-not-allowed")
        await helper.heard.until("error", session=visitor.id)


class Greeting(WithHelper):
    async def test_hello_is_repeated_until_acknowledged(self):
        visitor, talk = await self.channel_open()
        for _ in range(3):
            self.assertEqual((await talk.heard.until("hello"))["role"], "helper")
        # Neither side is connected, and nothing of value goes before.
        self.helper.tell("say", session=visitor.id, text="too early")
        await talk.heard.until("hello")
        self.assertEqual({one["type"] for one in talk.heard.all}, {"hello"})
        self.assertEqual(self.helper.heard.named("connected"), [])

    async def test_every_hello_is_answered(self):
        _, talk = await self.channel_open()
        for _ in range(3):
            talk.hello()
            await talk.heard.until("hello-ack")
        talk.say("hello-ack")
        await self.helper.heard.until("connected")
        talk.hello()
        await talk.heard.until("hello-ack")
        await self.nothing_refused(talk)

    async def test_a_lost_acknowledgement(self):
        _, talk = await self.channel_open()
        talk.hello()
        await talk.heard.until("hello-ack")
        # Only one who has heard the helper's greeting says this.
        talk.say("typing", on=True)
        await self.helper.heard.until("connected")
        await self.nothing_refused(talk)

    async def test_nothing_before_hello(self):
        _, talk = await self.channel_open()
        for message in ({"type": "chat", "seq": 1, "at": 0, "text": "early"}, {"type": "typing", "on": True}):
            talk.raw(json.dumps(message))
            await self.refused(talk, "wrong-state")
        talk.say("hello-ack")
        talk.hello()
        await self.helper.heard.until("connected")
        self.assertEqual(self.helper.heard.named("message"), [])

    async def test_a_hello_of_the_same_role(self):
        _, talk = await self.channel_open()
        talk.say("hello", protocol=1, role="helper", stored=0)
        await self.refused(talk, "wrong-state")
        talk.say("hello", protocol=1, role="visitor", stored=7)
        await self.refused(talk, "wrong-sequence")
        for field in ({"protocol": 0}, {"role": "owner"}, {"stored": -1}, {"stored": 0.5}, {"stored": None}):
            talk.say("hello", **({"protocol": 1, "role": "visitor", "stored": 0} | field))
            await self.refused(talk, "bad-message")
        self.assertEqual(talk.heard.named("hello-ack"), [])
        talk.say("hello", protocol=9, role="visitor", stored=0, later="field")
        await talk.heard.until("hello-ack")

    async def test_end_before_the_greeting(self):
        visitor, talk = await self.channel_open()
        talk.say("end")
        await talk.heard.closed()
        await self.helper.heard.until("ended", session=visitor.id)


class Reading(WithHelper):
    async def test_no_json(self):
        talk = (await self.connected()).conversation
        for raw in (
            "",
            "null",
            '["end"]',
            '{"type":1}',
            '{"type":"end"',
            '\ufeff{"type":"end"}',
            '{"type":"ack","seq":0x1}',
            '{"type":"x","y":NaN}',
            '{"type":"x","y":1e400}',
            '{"type":"x","y":"\\ud800"}',
            '{"type":"x","y":' + "[" * 127 + "]" * 127 + "}",
        ):
            with self.subTest(raw=raw[:40]):
                talk.raw(raw)
                await self.refused(talk, "bad-json")
        await self.nothing_refused(talk)

    async def test_the_unknown_is_ignored(self):
        talk = (await self.connected()).conversation
        talk.raw('{"type":"of-a-later-version","seq":{"any":["thing"]}}')
        talk.raw('{"type":"typing","on":true,"more":{"of":[1,2,3]}}')
        talk.raw('{"type":"x","y":' + "[" * 126 + "]" * 126 + "}")
        talk.raw('{"seq":"x","type":"read","seq":0.0e0}')
        await self.nothing_refused(talk)
        self.assertEqual(self.helper.heard.named("error"), [])

    async def test_wrong_fields(self):
        talk = (await self.connected()).conversation
        for message in (
            {"type": "typing"},
            {"type": "typing", "on": 1},
            {"type": "ack", "seq": "0"},
            {"type": "ack", "seq": 2**32},
            {"type": "chat", "seq": 0, "at": 0, "text": "x"},
            {"type": "chat", "seq": 1, "at": 2**53, "text": "x"},
            {"type": "chat", "seq": 1, "at": 0, "text": ""},
            {"type": "page", "epoch": 1, "url": ""},
        ):
            with self.subTest(message):
                talk.raw(json.dumps(message))
                await self.refused(talk, "bad-message")
        talk.raw(b'{"type":"typing","on":true}')
        await self.refused(talk, "bad-message")
        await self.nothing_refused(talk)

    async def test_too_large(self):
        visitor = await self.connected()
        talk = visitor.conversation
        padded = '{"type":"x","y":"%s"}'
        room = wire.MAX_MESSAGE_BYTES - len(padded % "")
        talk.raw(padded % ("x" * (room + 1)))
        await self.refused(talk, "too-large")
        # Its length is looked at before it is found to be no JSON.
        talk.raw("?" * (wire.MAX_MESSAGE_BYTES + 1))
        await self.refused(talk, "too-large")
        talk.raw(padded % ("x" * room))
        for text in ("x" * 4097, "🙋" * 1024 + "x"):
            talk.say("chat", seq=1, at=0, text=text)
            await self.refused(talk, "too-large")
        talk.say("propose", id=1, url="https://shop.example.org/" + "x" * 4096)
        await self.refused(talk, "too-large")
        visitor.show_page(url=f"{ORIGIN}/" + "x" * 4096)
        await self.refused(talk, "too-large")
        visitor.show_page(title="x" * 1025)
        await self.refused(talk, "too-large")
        visitor.show_client(attributes={str(at): "x" for at in range(33)})
        await self.refused(talk, "too-large")
        visitor.show_client(attributes={"x" * 257: "x"})
        await self.refused(talk, "too-large")
        self.assertEqual(self.helper.heard.named("message"), [])
        talk.chat("🙋" * 1024)
        await self.helper.heard.until("message", text="🙋" * 1024)
        visitor.show_page(title="x" * 1024)
        visitor.show_client(attributes={f"{at:>256}": "y" * 256 for at in range(32)})
        await self.helper.heard.until("client")
        await self.nothing_refused(talk)

    async def test_two_readings_of_odd_messages(self):
        messages = islice(odd_messages(seed=20), 300)
        for number, raw in enumerate(messages):
            # A peer may get so many wrong and no more.
            if number % 12 == 0:
                talk = (await self.connected()).conversation
                await talk.heard.until("ack", seq=talk.chat("as the chat messages below, known"))
            try:
                wire.decode(raw, wire.PEER, wire.MAX_MESSAGE_BYTES)
                expected = []
            except wire.Ignored:
                expected = []
            except wire.Refused as error:
                expected = [error.code]
            before = len(talk.heard.named("refused"))
            talk.raw(raw)
            await talk.heard.until("ack", seq=talk.chat("and behind it"))
            codes = [one["code"] for one in talk.heard.named("refused")[before:]]
            with self.subTest(raw):
                if expected or codes not in (["wrong-sequence"], ["wrong-state"]):
                    self.assertEqual(codes, expected)


class Chat(WithHelper):
    async def test_numbers(self):
        talk = (await self.connected()).conversation
        talk.say("chat", seq=2, at=0, text="skips one")
        await self.refused(talk, "wrong-sequence")
        talk.chat("one")
        await talk.heard.until("ack", seq=1)
        # Known: dropped, and acknowledged again.
        talk.say("chat", seq=1, at=0, text="one again")
        await talk.heard.until("ack", seq=1)
        talk.chat("two")
        talk.chat("three")
        await talk.heard.until("ack", seq=3)
        await self.helper.heard.until("message", id=3)
        self.assertEqual([one["text"] for one in self.helper.heard.named("message")], ["one", "two", "three"])

    async def test_acknowledgements_of_nothing(self):
        visitor = await self.connected()
        talk = visitor.conversation
        for kind in ("ack", "read"):
            talk.say(kind, seq=1)
            await self.refused(talk, "wrong-sequence")
        talk.say("ack", seq=0)
        talk.polite = False
        for text in ("a", "b"):
            self.helper.tell("say", session=visitor.id, text=text, ref=text)
            await talk.heard.until("chat")
        self.assertEqual(self.helper.heard.named("delivered"), [])
        # Cumulative, and implied by `read` and by what a `hello` has stored.
        talk.say("hello", protocol=1, role="visitor", stored=1)
        await self.helper.heard.until("delivered", ref="a")
        talk.say("read", seq=2)
        await self.helper.heard.until("delivered", ref="b")
        await self.helper.heard.until("read", ref="b")
        talk.say("ack", seq=3)
        await self.refused(talk, "wrong-sequence")

    async def test_an_end_waits_for_acknowledgements(self):
        visitor = await self.connected()
        talk = visitor.conversation
        talk.polite = False
        self.helper.tell("say", session=visitor.id, text="last words")
        await talk.heard.until("chat")
        self.helper.tell("end", session=visitor.id)
        talk.chat("are you there?")
        await talk.heard.until("ack")
        self.assertEqual(talk.heard.named("end"), [])
        talk.say("ack", seq=1)
        await talk.heard.until("end")
        await visitor.peer.close()
        await self.helper.heard.until("ended", session=visitor.id, by="helper")

    async def test_typing_ends_with_a_message(self):
        talk = (await self.connected()).conversation
        talk.say("typing", on=True)
        await self.helper.heard.until("typing", on=True)
        talk.chat("there")
        await self.helper.heard.until("message")
        talk.say("typing", on=True)
        await self.helper.heard.until("typing", on=True)
        talk.say("typing", on=False)
        await self.helper.heard.until("typing", on=False)


class Page(WithHelper):
    async def test_epochs(self):
        visitor = await self.connected()
        for epoch, title in ((3, "third"), (2, "late"), (3, "third, renamed"), (4, "fourth")):
            visitor.show_page(epoch, title=title)
        await self.helper.heard.until("page", epoch=4)
        titles = [page["title"] for page in self.helper.heard.named("page")]
        self.assertEqual(titles, ["third", "third, renamed", "fourth"])
        self.assertEqual(visitor.conversation.heard.named("refused"), [])

    async def test_a_refused_address(self):
        visitor = await self.connected()
        visitor.show_page(url="", omitted=1, redacted=True)
        self.assertEqual((await self.helper.heard.until("page"))["url"], "")


class Proposals(WithHelper):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.person = await self.connected()
        self.talk = self.person.conversation

    async def propose(self, ref: str, url: str | None) -> dict:
        if url is None:
            self.helper.tell("refresh", session=self.person.id, ref=ref)
        else:
            self.helper.tell("propose", session=self.person.id, url=url, ref=ref)
        return await self.talk.heard.until("propose", url=url)

    async def test_yes_and_no(self):
        first = await self.propose("a", f"{ORIGIN}/chairs")
        self.talk.say("allowed", id=first["id"])
        await self.helper.heard.until("allowed", ref="a", id=first["id"])
        second = await self.propose("b", None)
        self.assertGreater(second["id"], first["id"])
        self.talk.say("declined", id=second["id"])
        await self.helper.heard.until("refused", ref="b", id=second["id"])
        # Answered already.
        self.talk.say("allowed", id=second["id"])
        await self.nothing_refused(self.talk)
        self.assertEqual(len(self.helper.heard.named("allowed")), 1)

    async def test_the_newer_takes_the_place_of_the_older(self):
        first = await self.propose("a", f"{ORIGIN}/chairs")
        other_kind = await self.propose("b", None)
        newer = await self.propose("c", f"{ORIGIN}/tables")
        self.assertEqual([first["id"], other_kind["id"], newer["id"]], [1, 2, 3])
        self.talk.say("allowed", id=first["id"])
        await self.nothing_refused(self.talk)
        self.assertEqual(self.helper.heard.named("allowed"), [])
        self.talk.say("allowed", id=newer["id"])
        self.talk.say("allowed", id=other_kind["id"])
        await self.helper.heard.until("allowed", ref="c")
        await self.helper.heard.until("allowed", ref="b")

    async def test_what_is_not_proposed(self):
        for url in (
            "https://other.example.org/",
            f"{ORIGIN}:444/",
            "javascript:alert(1)",
            "http://shop.example.org/",
        ):
            self.helper.tell("propose", session=self.person.id, url=url, ref=url)
            self.assertEqual((await self.helper.heard.until("error", ref=url))["code"], "not-proposed")
        await self.nothing_refused(self.talk)
        self.assertEqual(self.talk.heard.named("propose"), [])

    async def test_wrong_answers(self):
        for kind in ("allowed", "declined"):
            self.talk.say(kind, id=1)
            await self.refused(self.talk, "wrong-sequence")
        self.talk.say("propose", id=1, url=None)
        await self.refused(self.talk, "wrong-state")


class Faults(WithHelper):
    async def test_refused_is_not_answered(self):
        visitor = await self.connected()
        talk = visitor.conversation
        talk.say("refused", code="wrong-state")
        talk.say("refused", code="of-a-later-version")
        # Whoever runs the agent is told; a code that nobody knows counts as `internal`.
        await self.helper.heard.until("error", session=visitor.id, code="wrong-state")
        await self.helper.heard.until("error", session=visitor.id, code="internal")
        await self.nothing_refused(talk)

    async def test_too_many_faults(self):
        for message in ("?", '{"type":"refused","code":"internal"}'):
            with self.subTest(message):
                visitor = await self.connected()
                talk = visitor.conversation
                for _ in range(15):
                    talk.raw(message)
                await talk.heard.until("ack", seq=talk.chat("still there"))
                talk.raw(message)
                # It gives up, and says so.
                await talk.heard.until("end")
                await self.helper.heard.until("error", session=visitor.id, code="peer-fault")


class Sealed(WithHelper):
    async def claimed(self) -> tuple[Visitor, str]:
        visitor = await self.visitor()
        await visitor.ask()
        return visitor, await visitor.meet()

    async def broken(self, visitor: Visitor) -> None:
        """The session ends as failed, at the helper; who goes on with the next."""
        error = await self.helper.heard.until("error", session=visitor.id)
        self.assertEqual(error["code"], "seal-broken")
        await self.nothing_refused((await self.connected()).conversation)

    async def test_a_flipped_bit(self):
        visitor, _ = await self.claimed()
        frame = visitor.channel.seal(b'{"type":"unknown"}')
        await visitor.forward(frame[:-1] + bytes([frame[-1] ^ 1]))
        await self.broken(visitor)

    async def test_a_replayed_frame(self):
        visitor, _ = await self.claimed()
        frame = visitor.channel.seal(b'{"type":"unknown"}')
        await visitor.forward(frame)
        await visitor.forward(frame)
        await self.broken(visitor)

    async def test_a_counter_changed(self):
        visitor, _ = await self.claimed()
        frame = visitor.channel.seal(b'{"type":"unknown"}')
        await visitor.forward((5).to_bytes(8) + frame[8:])
        await self.broken(visitor)

    async def test_a_frame_that_is_none(self):
        for frame in (b"", bytes(8), os.urandom(200)):
            with self.subTest(len(frame)):
                visitor, _ = await self.claimed()
                await visitor.forward(frame)
                await self.broken(visitor)

    async def test_a_signal_that_is_none(self):
        for signal in (
            "?",
            "{}",
            '{"type":"answer"}',
            '{"type":"candidate","candidate":null}',
            '{"type":"candidate","candidate":"","sdpMLineIndex":65536}',
            json.dumps({"type": "answer", "sdp": "x" * 8193}),
        ):
            with self.subTest(signal[:60]):
                visitor, _ = await self.claimed()
                await visitor.seal(signal)
                await self.broken(visitor)

    async def test_the_unknown_and_gaps(self):
        visitor, offer = await self.claimed()
        await visitor.seal({"type": "of-a-later-version", "sdp": 7})
        visitor.channel.next_counter += 1000
        await visitor.seal({"type": "candidate", "candidate": "", "more": []})
        visitor.channel.next_counter = 2**53 - 100
        await visitor.answer(offer)
        await visitor.connected()

    async def test_a_second_answer_is_not_looked_at(self):
        visitor, offer = await self.claimed()
        first = await visitor.answer(offer)
        for sdp in (first, first.replace("a=ice-pwd:", "a=ice-pwd:other"), "no description"):
            await visitor.seal({"type": "answer", "sdp": sdp})
        await visitor.connected()
        await self.nothing_refused(visitor.conversation)

    async def test_candidates_before_the_answer_are_kept(self):
        visitor, offer = await self.claimed()
        early, visitor.seal = visitor.seal, self._keep
        self.kept = []
        await visitor.answer(offer)
        visitor.seal = early
        answer, *candidates = self.kept
        for signal in [*candidates, answer]:
            await visitor.seal(signal)
        await visitor.connected()

    async def _keep(self, signal) -> None:
        self.kept.append(signal)

    async def test_too_many_candidates(self):
        visitor, offer = await self.claimed()
        await visitor.answer(offer)
        for port in range(1, 80):
            candidate = f"candidate:{port} 1 udp 1 127.0.0.1 {port} typ host"
            await visitor.seal(
                {"type": "candidate", "candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0}
            )
        await visitor.connected()

    async def test_a_candidate_that_is_none(self):
        visitor, offer = await self.claimed()
        await visitor.answer(offer)
        for candidate in ("x", "candidate:", "candidate:1 1 udp 1 no.such.name.invalid 9 typ host"):
            await visitor.seal(
                {"type": "candidate", "candidate": candidate, "sdpMid": None, "sdpMLineIndex": None}
            )
        await visitor.connected()

    async def test_broken_after_connecting_is_ignored(self):
        visitor = await self.connected()
        await visitor.forward(os.urandom(100))
        # Frames go by the server, chat does not: wait until the server has handed it on.
        await visitor.signaling.say("challenge")
        await visitor.signaling.heard.until("challenged")
        await self.nothing_refused(visitor.conversation)
        self.assertEqual(self.helper.heard.named("error"), [])

    async def test_a_message_1_that_is_none(self):
        points = (
            bytes(32),
            b"\1" + bytes(31),
            wire.decode_bytes("4Ot6fDtBuK4WVuP68Z_EatoJjeucMrH9hmIFFl9JuAA"),
        )
        for message1 in (*points, b"", os.urandom(31), os.urandom(33), os.urandom(64)):
            with self.subTest(message1.hex()):
                visitor = await self.visitor()
                visitor._initiator.message1 = message1
                await visitor.ask()
                # Whoever waits behind is helped; this one nobody can help.
                await self.helper.heard.until("asked", ticket=visitor.id)
                await self.nothing_refused((await self.connected()).conversation)
                self.assertEqual(visitor.signaling.heard.named("claimed"), [])

    async def test_not_believed(self):
        visitor, _ = await self.claimed()
        await visitor.leave("unverified")
        error = await self.helper.heard.until("error", session=visitor.id)
        self.assertIn(error["code"], ("unverified", "handshake-failed"))


if __name__ == "__main__":
    unittest.main()
