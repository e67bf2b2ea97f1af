"""The signaling server as its document says, seen by an agent that was written from that alone."""

import asyncio
import json
import os
import socket
import struct
import unittest
from contextlib import suppress
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

import certificate
import wire
from case import WithServer
from helper import Helper
from visitor import ORIGIN, Visitor


def random_id() -> str:
    return wire.encode_bytes(os.urandom(16))


class Transport(WithServer):
    async def test_sub_protocol_is_required(self):
        for protocols in (None, ["alongside.v2"]):
            with self.subTest(protocols), self.assertRaises(InvalidStatus) as caught:
                await connect(
                    f"ws{self.server.origin.removeprefix('http')}/v1/ws", subprotocols=protocols, proxy=None
                )
            self.assertEqual(caught.exception.response.status_code, 400)

    async def test_the_order_of_reading(self):
        signaling = await self.dial()
        for message, code in (
            ("", "bad-json"),
            ("[]", "bad-json"),
            ('{"type":7}', "bad-json"),
            ("{}", "bad-json"),
            ('{"type":"leave"', "bad-json"),
            (b'{"type":"challenge"}', "bad-json"),
            ('{"type":"x","y":"\\ud800"}', "bad-json"),
            ('{"type":"x","y":1e400}', "bad-json"),
            ('{"type":"x","y":' + "[" * 127 + "]" * 127 + "}", "bad-json"),
            ('{"type":"leave"}', "bad-message"),
            ('{"type":"leave","session":"AA+/AwQFBgcICQoLDA0ODw","reason":"ended"}', "bad-message"),
            (f'{{"type":"leave","session":"{random_id()}=","reason":"ended"}}', "bad-message"),
            (f'{{"type":"forward","session":"{random_id()}","message":"{"A" * 16004}"}}', "bad-message"),
        ):
            with self.subTest(message=message[:60]):
                await signaling.raw(message)
                self.assertEqual((await signaling.heard.until("refused"))["code"], code)
        await signaling.say("of-a-later-version", session=7)
        await signaling.raw('{"type":"x","y":' + "[" * 126 + "]" * 126 + "}")
        await signaling.say("challenge", more={"unknown": []})
        await signaling.heard.until("challenged")
        self.assertEqual(signaling.heard.all[-1]["type"], "challenged")

    async def test_closes(self):
        async def too_long(signaling):
            await signaling.raw(json.dumps({"type": "x", "x": "x" * wire.MAX_FRAME_BYTES}))

        async def unintelligible(signaling):
            for _ in range(17):
                await signaling.raw("?")

        async def too_fast(signaling):
            for _ in range(200):
                await signaling.say("x")

        async def too_much(signaling):
            for _ in range(12):
                await signaling.say("x", x="x" * 16000)

        for way, code in ((too_long, 1009), (unintelligible, 4004), (too_fast, 4001), (too_much, 4001)):
            with self.subTest(way.__name__):
                signaling = await self.dial()
                # It may be closed before all is said.
                with suppress(ConnectionClosed):
                    await way(signaling)
                await signaling.heard.closed()
                self.assertEqual(signaling.close_code, code)

    async def test_stun(self):
        host, port = self.server.stun
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            sender.settimeout(5)
            transaction = os.urandom(12)
            request = struct.pack(">HHI", 1, 0, 0x2112A442) + transaction
            # What is no request of RFC 8489 is met with silence, so the first answer is to the last.
            for silent in (b"", request[:-1], request[:4] + bytes(4) + request[8:], request + bytes(4)):
                sender.sendto(silent, (host, port))
            sender.sendto(request, (host, port))
            answer = sender.recv(2048)
            self.assertEqual(len(answer), 32)
            self.assertEqual(
                answer[:8] + answer[8:20], struct.pack(">HHI", 0x0101, 12, 0x2112A442) + transaction
            )
            kind, length, family, seen_port, address = struct.unpack(">HHHHI", answer[20:])
            self.assertEqual((kind, length, family), (0x0020, 8, 1))
            self.assertEqual(seen_port ^ 0x2112, sender.getsockname()[1])
            self.assertEqual(address ^ 0x2112A442, 0x7F000001)


class Asking(WithServer):
    async def ask(self, signaling, **changed):
        fields = {
            "team": self.server.team,
            "session": random_id(),
            "origin": ORIGIN,
            "message": wire.encode_bytes(os.urandom(32)),
            "place": random_id(),
        } | changed
        await signaling.say("ask", **fields)
        return fields

    async def test_refusals(self):
        other_team = wire.encode_bytes(os.urandom(32))
        for origin, changed, code in (
            (None, {"team": other_team}, "unknown-team"),
            (None, {"team": self.server.team[:-1]}, "bad-message"),
            (None, {"message": wire.encode_bytes(bytes(65))}, "bad-message"),
            (None, {"place": None}, "bad-message"),
            (None, {"origin": "https://shop.example.org/"}, "bad-origin"),
            (None, {"origin": "null"}, "bad-origin"),
            (None, {"origin": f"https://{'x' * 260}"}, "bad-origin"),
            (None, {"origin": 7}, "bad-message"),
            (None, {"origin": "https://shop.example.org:443"}, "bad-origin"),
            ("https://other.example.org", {}, "origin-mismatch"),
        ):
            with self.subTest(code, page=origin):
                signaling = await self.dial(origin)
                await self.ask(signaling, **changed)
                self.assertEqual((await signaling.heard.until("refused"))["code"], code)
                # Nothing has changed: the same socket may ask.
                if origin is None:
                    await self.ask(signaling)
                    await signaling.heard.until("queued")

    async def test_one_ask_at_a_time(self):
        signaling = await self.dial(ORIGIN)
        first = await self.ask(signaling)
        await signaling.heard.until("queued", helpers=0)
        second = await self.ask(signaling)
        refused = await signaling.heard.until("refused")
        self.assertEqual((refused["code"], refused["session"]), ("wrong-state", second["session"]))
        await signaling.say("leave", session=first["session"], reason="ended")
        await self.ask(signaling)
        await signaling.heard.until("queued")

    async def test_ids_are_unique(self):
        first, second = await self.dial(), await self.dial()
        asked = await self.ask(first)
        await first.heard.until("queued")
        await self.ask(second, session=asked["session"])
        refused = await second.heard.until("refused")
        self.assertEqual((refused["code"], refused["session"]), ("ticket-exists", asked["session"]))

    async def test_places(self):
        first, second, third = await self.dial(), await self.dial(), await self.dial()
        asked = await self.ask(first)
        ahead = (await first.heard.until("queued"))["position"]
        await self.ask(second)
        self.assertEqual((await second.heard.until("queued"))["position"], ahead + 1)
        # Who asks with the same place takes it over.
        again = await self.ask(third, place=asked["place"])
        queued = await third.heard.until("queued", session=again["session"])
        self.assertEqual(queued["position"], ahead)
        left = await first.heard.until("left")
        self.assertEqual((left["session"], left["reason"]), (asked["session"], "moved"))
        # Who is gone gets it back.
        await third.close()
        fourth = await self.dial()
        await self.ask(fourth, place=asked["place"])
        self.assertEqual((await fourth.heard.until("queued"))["position"], ahead)

    async def test_sessions_of_others(self):
        signaling = await self.dial()
        await signaling.say("leave", session=random_id(), reason="ended")
        await signaling.say("forward", session=random_id(), message="AA")
        refused = await signaling.heard.until("refused")
        self.assertEqual((len(signaling.heard.all), refused["code"]), (1, "session-unknown"))


class Enlisting(WithServer):
    async def enlist(self, signaling, invite, nonce, origin):
        signed = certificate.enlist_bytes(wire.decode_bytes(nonce), invite.certificate, origin)
        await signaling.say(
            "enlist",
            team=wire.encode_bytes(invite.team),
            certificate=invite.certificate,
            signature=wire.encode_bytes(invite.sign(signed)),
        )

    async def test_nonces_and_signatures(self):
        invite = certificate.read_invite(self.server.invite(), Helper.now_s())
        signaling = await self.dial()
        nonce = wire.encode_bytes(bytes(32))
        await self.enlist(signaling, invite, nonce, self.server.origin)
        self.assertEqual((await signaling.heard.until("refused"))["code"], "challenge-expired")
        await signaling.say("challenge")
        nonce = (await signaling.heard.until("challenged"))["nonce"]
        await self.enlist(signaling, invite, nonce, "https://evil.example.org")
        self.assertEqual((await signaling.heard.until("refused"))["code"], "signature-invalid")
        # It is used up by that.
        await self.enlist(signaling, invite, nonce, self.server.origin)
        self.assertEqual((await signaling.heard.until("refused"))["code"], "challenge-expired")
        await signaling.say("challenge")
        nonce = (await signaling.heard.until("challenged"))["nonce"]
        await self.enlist(signaling, invite, nonce, self.server.origin)
        await signaling.heard.until("enlisted")

    async def test_certificates(self):
        for changed, code in (
            ({"alg_key": "another"}, "certificate-invalid"),
            ({"exp": -3600}, "certificate-expired"),
            ({"iat": 3600}, "certificate-expired"),
            ({"sub": ""}, "certificate-invalid"),
            ({"sub": "x" * wire.MAX_CERTIFICATE_BYTES}, "certificate-invalid"),
        ):
            with self.subTest(**changed):
                helper = Helper(await self.dial(), Helper.issue(self.server, **changed))
                await helper.enlist(self.server.origin)
                self.assertEqual((await helper.signaling.heard.until("refused"))["code"], code)

    async def test_one_role_for_each_socket(self):
        helper = await Helper.at_work(await self.dial(), self.server)
        visitor = Visitor(helper.signaling, self.team)
        await visitor.say_ask()
        self.assertEqual((await helper.signaling.heard.until("refused"))["code"], "wrong-state")
        visitor = Visitor(await self.dial(), self.team)
        await visitor.ask()
        await Helper(visitor.signaling, Helper.issue(self.server)).enlist(self.server.origin)
        self.assertEqual((await visitor.signaling.heard.until("refused"))["code"], "wrong-state")
        await visitor.leave("ended")
        await Helper(visitor.signaling, Helper.issue(self.server)).enlist(self.server.origin)
        await visitor.signaling.heard.until("enlisted")
        # Who has failed to enlist is no helper yet.
        signaling = await self.dial()
        await Helper(signaling, Helper.issue(self.server, sub="")).enlist(self.server.origin)
        self.assertEqual((await signaling.heard.until("refused"))["code"], "certificate-invalid")
        await Visitor(signaling, self.team).ask()

    async def test_work_begins_with_enlisting(self):
        helper = Helper(await self.dial(), Helper.issue(self.server))
        await helper.enlist(self.server.origin)
        visitor = Visitor(await self.dial(), self.team)
        await visitor.ask()
        await helper.signaling.heard.until("asked", ticket=visitor.id)

    async def test_work_only_once_enlisted(self):
        signaling = await self.dial()
        await signaling.say("attend", available=True)
        self.assertEqual((await signaling.heard.until("refused"))["code"], "wrong-state")
        await signaling.say("claim", ticket=random_id(), message="AA")
        self.assertEqual((await signaling.heard.until("refused"))["code"], "wrong-state")

    async def test_exactly_one_gets_a_ticket(self):
        helpers = []
        for _ in range(2):
            helpers.append(await Helper.at_work(await self.dial(), self.server))
        visitor = Visitor(await self.dial(), self.team)
        await visitor.ask()
        for helper in helpers:
            await helper.signaling.heard.until("asked", ticket=visitor.id, origin=ORIGIN)
        first, second = helpers
        await first.signaling.say("claim", ticket=visitor.id, message="AAAA")
        await first.signaling.heard.until("claimed", session=visitor.id, message=None)
        await second.signaling.heard.until("withdrawn", ticket=visitor.id)
        await second.signaling.say("claim", ticket=visitor.id, message="AAAA")
        self.assertEqual((await second.signaling.heard.until("refused"))["code"], "ticket-gone")
        await visitor.signaling.heard.until("claimed", session=visitor.id, message="AAAA")
        # The one who does not hold it can neither speak in it nor end it.
        await second.signaling.say("forward", session=visitor.id, message="BBBB")
        self.assertEqual((await second.signaling.heard.until("refused"))["code"], "session-unknown")
        await second.signaling.say("leave", session=visitor.id, reason="ended")
        await first.signaling.say("forward", session=visitor.id, message="CCCC")
        await visitor.signaling.heard.until("forwarded", message="CCCC")
        self.assertEqual(visitor.signaling.heard.named("left"), [])
        await first.signaling.close()
        self.assertEqual((await visitor.signaling.heard.until("left"))["reason"], "gone")

    async def test_attending(self):
        helper = await Helper.at_work(await self.dial(), self.server)
        await helper.signaling.say("attend", available=False)
        visitor = Visitor(await self.dial(), self.team)
        self.assertEqual((await visitor.ask())["helpers"], 0)
        await helper.signaling.say("attend", available=True)
        await helper.signaling.heard.until("asked", ticket=visitor.id)
        await visitor.signaling.heard.until("queued", helpers=1)
        await visitor.leave("ended")
        await helper.signaling.heard.until("withdrawn", ticket=visitor.id)


class PlainHttp(WithServer):
    async def test_a_stream(self):
        address = urlsplit(self.server.origin)

        async def request(method, path, body=b""):
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            head = (
                f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            status = int((await reader.readline()).split()[1])
            while (await reader.readline()).strip():
                pass
            self.addAsyncCleanup(writer.wait_closed)
            self.addCleanup(writer.close)
            return status, reader

        async def line(reader):
            while True:
                # A chunk a line, by RFC 9112 section 7.1.
                size = int(await asyncio.wait_for(reader.readline(), 20), 16)
                text = (await reader.readexactly(size)).decode()
                await reader.readline()
                if text.strip():
                    return text.removesuffix("\n")

        status, stream = await request("GET", "/v1/stream")
        self.assertEqual(status, 200)
        name = await line(stream)
        self.assertEqual(len(wire.decode_bytes(name)), 16)
        post = f"/v1/stream/{name}"
        self.assertEqual((await request("POST", f"/v1/stream/{random_id()}", b"\n"))[0], 404)
        self.assertEqual((await request("POST", post, b'?\n{"type":"x"}\n{"type":"challenge"}\n'))[0], 204)
        self.assertEqual(
            wire.decode(await line(stream), wire.SERVER, wire.MAX_FRAME_BYTES)["code"], "bad-json"
        )
        self.assertEqual(
            wire.decode(await line(stream), wire.SERVER, wire.MAX_FRAME_BYTES)["type"], "challenged"
        )


if __name__ == "__main__":
    unittest.main()
