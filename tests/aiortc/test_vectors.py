"""The shared vectors, read by the foreign stack: what it shares with the project is the documents alone."""

import json
import unittest
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import address
import certificate
import noise
import visitor
import wire

VECTORS = Path(__file__).parent.parent / "vectors"


def read(name: str):
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


class Noise(unittest.TestCase):
    def test_published_vector(self):
        vector = read("noise")["vector"]
        bytes_of = {
            name: bytes.fromhex(value)
            for name, value in vector.items()
            if name not in ("protocol_name", "messages")
        }
        messages = [(bytes.fromhex(m["payload"]), bytes.fromhex(m["ciphertext"])) for m in vector["messages"]]
        (payload1, message1), (payload2, message2), *rest = messages
        initiator = noise.Initiator(bytes_of["init_prologue"], bytes_of["init_ephemeral"], payload1)
        self.assertEqual(initiator.message1, message1)
        answer, helper = noise.respond(
            bytes_of["resp_prologue"], bytes_of["resp_static"], message1, payload2, bytes_of["resp_ephemeral"]
        )
        self.assertEqual(answer, message2)
        opened, _, channel = initiator.read(message2)
        self.assertEqual(opened, payload2)
        for at, (payload, sealed) in enumerate(rest):
            sender, receiver = (channel, helper) if at % 2 == 0 else (helper, channel)
            frame = sender.seal(payload)
            self.assertEqual(frame[8:], sealed)
            self.assertEqual(receiver.open(frame), payload)

    def test_introductions(self):
        for case in read("handshake")["introductions"]:
            with self.subTest(case["name"]):
                team, session = wire.decode_bytes(case["team"]), wire.decode_bytes(case["session"])
                prologue = noise.prologue(team, session, case["origin"])
                initiator = noise.Initiator(prologue, wire.decode_bytes(case["ephemeral"]))
                self.assertEqual(wire.encode_bytes(initiator.message1), case["message1"])
                message2 = wire.decode_bytes(case["message2"])
                try:
                    who, _, _ = visitor.verify_introduction(
                        initiator, message2, team, case["origin"], case["nowS"]
                    )
                    refused = None
                    self.assertEqual(who.automated, case["automated"])
                except certificate.Unverified as error:
                    refused = error.code
                self.assertEqual(refused, case["refused"])

    def test_frames(self):
        vectors = read("handshake")
        case = vectors["introductions"][0]
        prologue = noise.prologue(
            wire.decode_bytes(case["team"]), wire.decode_bytes(case["session"]), case["origin"]
        )
        for case2 in vectors["frames"]:
            with self.subTest(case2["name"]):
                initiator = noise.Initiator(prologue, wire.decode_bytes(case["ephemeral"]))
                _, _, channel = initiator.read(wire.decode_bytes(case["message2"]))
                opened = []
                for frame in case2["frames"]:
                    try:
                        opened.append(channel.open(wire.decode_bytes(frame)).decode())
                    except noise.Replayed:
                        opened.append("frame-replayed")
                    except noise.NoiseError:
                        opened.append("frame-invalid")
                self.assertEqual(opened, case2["opened"])

    def test_weak_points(self):
        for point in read("handshake")["weakPoints"]:
            with self.subTest(point), self.assertRaises(noise.NoiseError):
                noise.respond(b"", bytes(31) + b"\1", wire.decode_bytes(point), b"")


class Identity(unittest.TestCase):
    def test_certificates(self):
        for case in read("certificates"):
            with self.subTest(case["name"]):
                try:
                    certificate.verify(case["jwt"], wire.decode_bytes(case["team"]), case["nowS"])
                    refused = None
                except certificate.Unverified as error:
                    refused = error.code
                self.assertEqual(refused, case["refused"])

    def test_enlistings(self):
        for case in read("handshake")["enlistings"]:
            with self.subTest(case["name"]):
                signed = certificate.enlist_bytes(
                    wire.decode_bytes(case["nonce"]), case["certificate"], case["origin"]
                )
                try:
                    key = Ed25519PublicKey.from_public_bytes(wire.decode_bytes(case["key"]))
                    key.verify(wire.decode_bytes(case["signature"]), signed)
                    good = True
                except InvalidSignature:
                    good = False
                self.assertEqual(good, case["good"])

    def test_invites(self):
        vectors = read("invites")
        for case in vectors["cases"]:
            with self.subTest(case["name"]):
                try:
                    invite = certificate.read_invite(case["text"], vectors["nowS"])
                    good = True
                    signed = certificate.enlist_bytes(
                        wire.decode_bytes(vectors["nonce"]), invite.certificate, vectors["origin"]
                    )
                    self.assertEqual(wire.encode_bytes(invite.sign(signed)), vectors["signature"])
                except (ValueError, certificate.Unverified):
                    good = False
                self.assertEqual(good, case["refused"] is None)


class Addresses(unittest.TestCase):
    def test_cleaning(self):
        for case in read("address")["clean"]:
            with self.subTest(case["name"]):
                expected = (case["url"], case["omitted"], case["redacted"])
                self.assertEqual(address.clean(case["href"], case["urls"]), expected)

    def test_opening(self):
        for case in read("address")["open"]:
            with self.subTest(case["name"]):
                self.assertEqual(address.opens(case["url"], case["origin"]), case["opens"])


class Messages(unittest.TestCase):
    def test_messages(self):
        tables = {
            "peer": (wire.PEER, wire.MAX_MESSAGE_BYTES),
            "broker": (wire.SERVER, wire.MAX_FRAME_BYTES),
            "sealed-signal": (wire.SIGNAL, wire.MAX_SEALED_BYTES),
        }
        payloads = {"introduction": wire.INTRODUCTION, "knock": wire.KNOCK, "admission": wire.ADMISSION}
        for case in read("messages"):
            text = (
                case["text"]
                if "text" in case
                else case["before"] + case["repeat"] * case["times"] + case["after"]
            )
            with self.subTest(case["name"]):
                try:
                    if case["decoder"] in payloads:
                        outcome = {"value": wire.decode_payload(text, payloads[case["decoder"]])}
                    else:
                        outcome = {"value": wire.decode(text, *tables[case["decoder"]])}
                except wire.Refused as error:
                    outcome = {"code": error.code}
                except wire.Ignored:
                    outcome = {"value": None}
                if "code" in case:
                    self.assertEqual(outcome, {"code": case["code"]})
                elif "value" in case:
                    self.assertEqual(outcome, {"value": case["value"]})
                else:
                    self.assertNotIn("code", outcome)


if __name__ == "__main__":
    unittest.main()
