"""Verifies a helper certificate in the order of section *Identity*; the signature by a stock JWT library."""

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import wire

MAX_CERTIFICATE_LIFETIME_S = 7776000
CERTIFICATE_GRACE_S = 300
MAX_ORIGIN_BYTES = 267


class Unverified(Exception):
    """The helper is not to be believed, with the code of section *Handshake*."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Certificate:
    """What a verified certificate says."""

    id: str
    name: str
    signing_key: bytes
    noise_key: bytes
    origins: list[str]
    automated: bool


def is_origin(text: Any) -> bool:
    """Whether a text is the ASCII serialization of an http or https origin, as far as tests need it."""
    if not isinstance(text, str) or len(text.encode()) > MAX_ORIGIN_BYTES:
        return False
    found = re.fullmatch(r"(https?)://([a-z0-9._~!$&'()*+,;=-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?", text)
    if found is None:
        return False
    scheme, host, port = found.groups()
    if port is not None and (int(port) > 65535 or int(port) == {"http": 80, "https": 443}[scheme]):
        return False
    try:
        if host.startswith("["):
            return str(ipaddress.IPv6Address(host[1:-1])) == host[1:-1]
        # The URL standard takes a host for an IPv4 address when its last label is a number, in any spelling.
        if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rstrip(".").rsplit(".", 1)[-1]):
            return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False
    return True


def _key(value: Any) -> bytes:
    try:
        key = wire.decode_bytes(value) if isinstance(value, str) else b""
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Unverified("certificate-invalid")
    return key


def verify(token: str, team: bytes, now_s: int) -> Certificate:
    """Believes a certificate, or raises `Unverified` with the first thing that is wrong."""
    invalid = Unverified("certificate-invalid")
    if len(token.encode(errors="surrogatepass")) > wire.MAX_CERTIFICATE_BYTES:
        raise invalid
    try:
        header_bytes, claims_bytes, signature = (wire.decode_bytes(part) for part in token.split("."))
        header = wire.json_object(header_bytes)
    except ValueError:
        raise invalid from None
    if len(signature) != 64 or "crit" in header:
        raise invalid
    if header.get("alg") != "EdDSA" or header.get("typ") != "alongside-helper+jwt":
        raise invalid
    try:
        jwt.PyJWS().decode(token, Ed25519PublicKey.from_public_bytes(team), algorithms=["EdDSA"])
    except (jwt.PyJWTError, ValueError):
        raise Unverified("certificate-foreign") from None
    try:
        claims = wire.json_object(claims_bytes)
    except ValueError:
        raise invalid from None
    certificate, first, last = _claims(claims)
    if not first - CERTIFICATE_GRACE_S <= now_s <= last + CERTIFICATE_GRACE_S:
        raise Unverified("certificate-expired")
    return certificate


def _claims(claims: dict[str, Any]) -> tuple[Certificate, int, int]:
    invalid = Unverified("certificate-invalid")
    for name in ("jti", "sub"):
        if not isinstance(claims.get(name), str) or claims[name] == "":
            raise invalid
    try:
        first, last = wire.TIME(claims.get("iat")), wire.TIME(claims.get("exp"))
    except wire.Refused:
        raise invalid from None
    if not first <= last <= first + MAX_CERTIFICATE_LIFETIME_S:
        raise invalid
    confirmation = claims.get("cnf")
    key = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(key, dict) or key.get("kty") != "OKP" or key.get("crv") != "Ed25519":
        raise invalid
    origins = claims.get("origins")
    if origins is not None and not (isinstance(origins, list) and all(map(is_origin, origins))):
        raise invalid
    automated = claims.get("automated", False)
    if not isinstance(automated, bool):
        raise invalid
    certificate = Certificate(
        claims["jti"], claims["sub"], _key(key.get("x")), _key(claims.get("noise")), origins or [], automated
    )
    return certificate, first, last


def enlist_bytes(nonce: bytes, token: str, origin: str) -> bytes:
    """What a helper signs to enlist with the server at an origin."""
    return (
        b"alongside/1 enlist\0"
        + nonce
        + hashlib.sha256(token.encode("ascii")).digest()
        + origin.encode("ascii")
    )


@dataclass(frozen=True)
class Invite:
    """What makes somebody a helper."""

    team: bytes
    seed: bytes
    static: bytes
    certificate: str

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def read_invite(text: str, now_s: int) -> Invite:
    """Reads an invite and verifies it; `ValueError` or `Unverified` when it is none."""
    found = re.search(r"invite=([^&\s]*)", text)
    parts = (found[1] if found else text.strip()).split(".")
    if len(parts) != 7 or parts[0] != "1":
        raise ValueError("no invite of this version")
    team, seed, static = (wire.decode_bytes(part) for part in parts[1:4])
    if {len(team), len(seed), len(static)} != {32}:
        raise ValueError("no keys")
    token = ".".join(parts[4:])
    certificate = verify(token, team, now_s)
    if Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() != certificate.signing_key:
        raise ValueError("another signing key")
    if X25519PrivateKey.from_private_bytes(static).public_key().public_bytes_raw() != certificate.noise_key:
        raise ValueError("another noise key")
    return Invite(team, seed, static, token)
