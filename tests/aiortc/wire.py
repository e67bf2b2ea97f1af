"""Reads what peers and the server say, by both documents' tables and in the order of *Encoding*."""

import base64
import binascii
import json
import math
from collections.abc import Callable
from typing import Any

MAX_MESSAGE_BYTES = 32768
MAX_FRAME_BYTES = 16384
MAX_SEALED_BYTES = 12000
MAX_CERTIFICATE_BYTES = 4096
MAX_NESTING = 127
MAX_TIME = 2**53 - 1


class Refused(Exception):
    """A message that is not carried out, with its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Ignored(Exception):
    """A message of a type that no table names."""


def encode_bytes(data: bytes) -> str:
    """Canonical base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_bytes(text: str) -> bytes:
    """The bytes of canonical base64url without padding; `ValueError` for any other spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error
    if encode_bytes(data) != text:
        raise ValueError("not canonical")
    return data


# A check answers the value as it is to be used, or raises `Refused`.
Check = Callable[[Any], Any]


def _bad() -> Refused:
    return Refused("bad-message")


class _TooLarge:
    """Stands for a text above its limit until all other fields are looked at."""


def whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise _bad()
        if not low <= value <= high:
            raise _bad()
        return int(value)

    return check


U32, I32, TIME = whole(0, 2**32 - 1), whole(-(2**31), 2**31 - 1), whole(0, MAX_TIME)
FROM_1 = whole(1, 2**32 - 1)


def text(most: int, least: int = 0) -> Check:
    def check(value: Any) -> Any:
        if not isinstance(value, str):
            raise _bad()
        size = len(value.encode())
        if size < least:
            raise _bad()
        return _TooLarge() if size > most else value

    return check


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad()
    return value


def number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad()
    return value


def one_of(*names: str, otherwise: str | None = None) -> Check:
    def check(value: Any) -> str:
        if isinstance(value, str) and value in names:
            return value
        if isinstance(value, str) and otherwise is not None:
            return otherwise
        raise _bad()

    return check


def octets(exactly: int | None = None, most: int = MAX_SEALED_BYTES) -> Check:
    def check(value: Any) -> Any:
        if not isinstance(value, str):
            raise _bad()
        try:
            data = decode_bytes(value)
        except ValueError:
            raise _bad() from None
        if len(data) > most or (exactly is not None and len(data) != exactly):
            raise _bad()
        return value

    return check


def or_null(inner: Check) -> Check:
    return lambda value: None if value is None else inner(value)


def fields(table: dict[str, Check]) -> Check:
    """An object with these fields; one that may be null may be missing; others are ignored."""

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _bad()
        found = {name: inner(value.get(name)) for name, inner in table.items()}
        return _TooLarge() if any(isinstance(one, _TooLarge) for one in found.values()) else found

    return check


def texts_by_name(most_entries: int, most_bytes: int) -> Check:
    limit = text(most_bytes)

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _bad()
        found = [limit(one) for pair in value.items() for one in pair]
        if len(value) > most_entries or any(isinstance(one, _TooLarge) for one in found):
            return _TooLarge()
        return value

    return check


def list_of(inner: Check, most: int | None = None) -> Check:
    def check(value: Any) -> Any:
        if not isinstance(value, list):
            raise _bad()
        found = [inner(one) for one in value]
        if most is not None and len(found) > most:
            return _TooLarge()
        return _TooLarge() if any(isinstance(one, _TooLarge) for one in found) else found

    return check


CODES = ("bad-json", "bad-message", "too-large", "wrong-state", "wrong-sequence", "internal")
CODE = one_of(*CODES, otherwise="internal")
SIZE = {"width": U32, "height": U32}
PEER: dict[str, dict[str, Check]] = {
    "hello": {"protocol": FROM_1, "role": one_of("visitor", "helper"), "stored": U32},
    "hello-ack": {},
    "page": {
        "epoch": U32,
        "url": text(4096),
        "title": text(1024),
        "omitted": U32,
        "redacted": boolean,
        "viewport": fields(SIZE),
        "scroll": fields({"x": I32, "y": I32}),
    },
    "client": {
        **{name: text(256) for name in ("browser", "platform", "language", "timeZone")},
        "screen": fields({**SIZE, "scale": number}),
        "attributes": texts_by_name(32, 256),
    },
    "chat": {"seq": FROM_1, "at": TIME, "text": text(4096, least=1)},
    "ack": {"seq": U32},
    "read": {"seq": U32},
    "typing": {"on": boolean},
    "propose": {"id": FROM_1, "url": or_null(text(4096))},
    "allowed": {"id": U32},
    "declined": {"id": U32},
    "deposit": {"id": octets(16), "psk": octets(32), "offer": text(8192)},
    "deposited": {"id": octets(16)},
    "return": {},
    "end": {},
    "refused": {"code": CODE},
}

SIGNAL: dict[str, dict[str, Check]] = {
    "answer": {"sdp": text(8192)},
    "candidate": {
        "candidate": text(512),
        "sdpMid": or_null(text(512)),
        "sdpMLineIndex": or_null(whole(0, 2**16 - 1)),
    },
}

SESSION, SEALED = octets(16), octets()
ICE_SERVERS = list_of(
    fields(
        {
            "urls": list_of(text(MAX_FRAME_BYTES)),
            "username": or_null(text(MAX_FRAME_BYTES)),
            "credential": or_null(text(MAX_FRAME_BYTES)),
        }
    )
)
SERVER_CODES = (
    "bad-json bad-message unknown-team bad-origin origin-mismatch wrong-state ticket-exists ticket-gone"
    " session-unknown resume-unknown queue-full too-many-sessions blocked source-unknown challenge-expired"
    " certificate-invalid certificate-expired certificate-denied signature-invalid internal"
).split()
REASONS = ("ended", "unverified", "failed", "gone", "moved")
SERVER: dict[str, dict[str, Check]] = {
    "queued": {"session": SESSION, "helpers": U32, "position": U32},
    "challenged": {"nonce": octets(32)},
    "enlisted": {"iceServers": ICE_SERVERS},
    "asked": {"ticket": SESSION, "origin": text(267), "message": SEALED, "waitingMs": TIME},
    "withdrawn": {"ticket": SESSION},
    "claimed": {"session": SESSION, "message": or_null(SEALED), "iceServers": ICE_SERVERS},
    "resumed": {"session": SESSION, "message": or_null(SEALED), "iceServers": ICE_SERVERS},
    "forwarded": {"session": SESSION, "message": SEALED},
    "left": {"session": SESSION, "reason": one_of(*REASONS, otherwise="failed")},
    "blocked": {"session": SESSION},
    "refused": {
        "code": one_of(*SERVER_CODES, otherwise="internal"),
        "session": or_null(SESSION),
        "retryAfterMs": or_null(TIME),
    },
}

INTRODUCTION: dict[str, Check] = {"certificate": text(MAX_CERTIFICATE_BYTES), "offer": text(8192)}
KNOCK: dict[str, Check] = {
    "attempt": TIME,
    "answer": or_null(text(8192)),
    "candidates": list_of(fields(SIGNAL["candidate"]), most=12),
    "lastSeq": U32,
}
ADMISSION: dict[str, Check] = {"offer": or_null(text(8192))}


def _not_json(_: str) -> float:
    raise ValueError("not in RFC 8259")


def _whole_text(digits: str) -> float:
    # Not Python's own: it refuses more than 4300 digits, and knows integers no double can be.
    return int(digits) if len(digits) < 300 else float(digits)


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written: what is wrong in a value that a later one replaces is seen too."""


def _checked(value: Any, depth: int) -> Any:
    """The value with its objects as such; `ValueError` for what no receiver takes anywhere in a message."""
    if isinstance(value, str):
        value.encode()  # UnicodeEncodeError is a ValueError: half a surrogate pair
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("not finite")
    elif isinstance(value, list):
        if depth == MAX_NESTING:
            raise ValueError("nested too deep")
        if isinstance(value, _Pairs):
            return {_checked(name, depth): _checked(one, depth + 1) for name, one in value}
        return [_checked(one, depth + 1) for one in value]
    return value


def json_object(raw: str | bytes) -> dict[str, Any]:
    """The JSON object in a text; `ValueError` when there is none that section *Encoding* allows."""
    if isinstance(raw, bytes):
        raw = raw.decode("utf-8")
    try:
        written = json.loads(raw, parse_constant=_not_json, parse_int=_whole_text, object_pairs_hook=_Pairs)
        value = _checked(written, 0)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def decode(raw: str, tables: dict[str, dict[str, Check]], limit: int) -> dict[str, Any]:
    """Reads one message; raises `Refused` with its code, or `Ignored`."""
    if len(raw.encode(errors="surrogatepass")) > limit:
        raise Refused("too-large")
    try:
        value = json_object(raw)
    except ValueError:
        raise Refused("bad-json") from None
    name = value.get("type")
    if not isinstance(name, str):
        raise Refused("bad-json")
    if name not in tables:
        raise Ignored(name)
    found = fields(tables[name])(value)
    if isinstance(found, _TooLarge):
        raise Refused("too-large")
    return {"type": name, **found}


def decode_payload(raw: bytes | str, table: dict[str, Check]) -> dict[str, Any]:
    """Reads the payload of a handshake's message, which needs no type."""
    try:
        value = json_object(raw)
    except ValueError:
        raise Refused("bad-json") from None
    found = fields(table)(value)
    if isinstance(found, _TooLarge):
        raise Refused("too-large")
    return found
