"""Noise_NX_25519_AESGCM_SHA256 and the frames after it, from the Noise specification and section *Handshake*.

Keys are arguments, so that published vectors can be run; who has none draws them.
"""

import hashlib
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PROTOCOL = b"Noise_NX_25519_AESGCM_SHA256"
KEY_BYTES = 32
TAG_BYTES = 16
MAX_COUNTER = 2**53 - 1


class NoiseError(Exception):
    """What came is not by the other side of this handshake."""


class Replayed(NoiseError):
    """A frame whose counter is not above the last one that was opened."""


def _nonce(counter: int) -> bytes:
    return struct.pack(">IQ", 0, counter)


def _public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _exchange(key: X25519PrivateKey, point: bytes) -> bytes:
    try:
        # This library itself refuses a result of 32 zero bytes.
        return key.exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError as error:
        raise NoiseError("a point of low order") from error


class _Symmetric:
    """The SymmetricState of section 5.2, with the CipherState that it holds."""

    def __init__(self, prologue: bytes) -> None:
        self.hash = self.chain = PROTOCOL.ljust(32, b"\0")
        self.key: bytes | None = None
        self.counter = 0
        self.mix_hash(prologue)

    def mix_hash(self, data: bytes) -> None:
        self.hash = hashlib.sha256(self.hash + data).digest()

    def _derive(self, material: bytes) -> tuple[bytes, bytes]:
        # Noise's HKDF with two outputs is that of RFC 5869 with an empty info.
        out = HKDF(algorithm=SHA256(), length=64, salt=self.chain, info=b"").derive(material)
        return out[:32], out[32:]

    def mix_key(self, material: bytes) -> None:
        self.chain, self.key = self._derive(material)
        self.counter = 0

    def encrypt(self, plain: bytes) -> bytes:
        sealed = plain
        if self.key is not None:
            sealed = AESGCM(self.key).encrypt(_nonce(self.counter), plain, self.hash)
            self.counter += 1
        self.mix_hash(sealed)
        return sealed

    def decrypt(self, sealed: bytes) -> bytes:
        plain = sealed
        if self.key is not None:
            try:
                plain = AESGCM(self.key).decrypt(_nonce(self.counter), sealed, self.hash)
            except InvalidTag as error:
                raise NoiseError("does not open") from error
            self.counter += 1
        self.mix_hash(sealed)
        return plain

    def split(self) -> tuple[bytes, bytes]:
        return self._derive(b"")


class Channel:
    """Frames after message 2: counter (u64) and AES-256-GCM, each side counting from 0."""

    def __init__(self, sending: bytes, receiving: bytes) -> None:
        self._sending = AESGCM(sending)
        self._receiving = AESGCM(receiving)
        self.next_counter = 0
        self._last: int | None = None

    def seal(self, plain: bytes) -> bytes:
        counter = self.next_counter
        self.next_counter += 1
        return struct.pack(">Q", counter) + self._sending.encrypt(_nonce(counter), plain, None)

    def open(self, frame: bytes) -> bytes:
        if len(frame) < 8 + TAG_BYTES:
            raise NoiseError("too short")
        (counter,) = struct.unpack(">Q", frame[:8])
        if counter > MAX_COUNTER:
            raise NoiseError("a counter out of bounds")
        if self._last is not None and counter <= self._last:
            raise Replayed("a counter that was there")
        try:
            plain = self._receiving.decrypt(_nonce(counter), frame[8:], None)
        except InvalidTag as error:
            raise NoiseError("does not open") from error
        self._last = counter
        return plain


class Initiator:
    """The visitor's side: one ephemeral key, for one claim."""

    def __init__(self, prologue: bytes, ephemeral: bytes | None = None, payload: bytes = b"") -> None:
        self._symmetric = _Symmetric(prologue)
        self._ephemeral = (
            X25519PrivateKey.generate()
            if ephemeral is None
            else X25519PrivateKey.from_private_bytes(ephemeral)
        )
        public = _public(self._ephemeral)
        self._symmetric.mix_hash(public)
        self.message1 = public + self._symmetric.encrypt(payload)

    def read(self, message2: bytes) -> tuple[bytes, bytes, Channel]:
        """Opens message 2: its payload, the helper's static key, and the channel."""
        if len(message2) < KEY_BYTES + (KEY_BYTES + TAG_BYTES) + TAG_BYTES:
            raise NoiseError("too short")
        symmetric = self._symmetric
        ephemeral, static = message2[:KEY_BYTES], message2[KEY_BYTES : 2 * KEY_BYTES + TAG_BYTES]
        symmetric.mix_hash(ephemeral)
        symmetric.mix_key(_exchange(self._ephemeral, ephemeral))
        key = symmetric.decrypt(static)
        symmetric.mix_key(_exchange(self._ephemeral, key))
        payload = symmetric.decrypt(message2[2 * KEY_BYTES + TAG_BYTES :])
        ours, theirs = symmetric.split()
        return payload, key, Channel(ours, theirs)


def respond(
    prologue: bytes, static: bytes, message1: bytes, payload: bytes, ephemeral: bytes | None = None
) -> tuple[bytes, Channel]:
    """The helper's side: message 2 for a message 1, and the channel."""
    if len(message1) < KEY_BYTES:
        raise NoiseError("too short")
    symmetric = _Symmetric(prologue)
    remote = message1[:KEY_BYTES]
    symmetric.mix_hash(remote)
    symmetric.decrypt(message1[KEY_BYTES:])
    own = X25519PrivateKey.generate() if ephemeral is None else X25519PrivateKey.from_private_bytes(ephemeral)
    long_lived = X25519PrivateKey.from_private_bytes(static)
    symmetric.mix_hash(_public(own))
    symmetric.mix_key(_exchange(own, remote))
    sealed_key = symmetric.encrypt(_public(long_lived))
    symmetric.mix_key(_exchange(long_lived, remote))
    message2 = _public(own) + sealed_key + symmetric.encrypt(payload)
    theirs, ours = symmetric.split()
    return message2, Channel(ours, theirs)


def prologue(team: bytes, session: bytes, origin: str) -> bytes:
    """What both sides know before they begin."""
    ascii_origin = origin.encode("ascii")
    return b"alongside/1\0" + team + session + struct.pack(">H", len(ascii_origin)) + ascii_origin
