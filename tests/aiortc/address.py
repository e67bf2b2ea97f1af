"""Cleans addresses and says which may be opened, by section *Addresses*."""

import re
from itertools import pairwise
from urllib.parse import unquote_to_bytes

MAX_URL_BYTES = 4096
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# What no part of a pair, and no anchor, may have.
UNPLAIN = re.compile(r"[%=?&#@;\\<>\"\x00-\x1f\x7f]")
SECRET_PARTS = (
    "token secret passw passcode pwd session sessid csrf xsrf jwt saml signature credential apikey"
).split()
SECRET_WORDS = frozenset(
    "access activate assertion auth authorization bearer challenge code confirm hash hmac invite key login"
    " magic nonce oauth otp pass pin refresh reset sid sig state ticket unsubscribe verify".split()
)
SECRET_SEGMENT = re.compile(
    "activate|auth|confirm|invite|magic|oauth|otp|password|reset|secret|token|unsubscribe|verify",
    re.ASCII | re.IGNORECASE,
)
# Of a refused address nothing is kept.
REFUSED = ("", 1, True)


def parts(address: str) -> tuple[str, str, str, str, str | None, str | None] | None:
    """Scheme, user information, host, path, query and fragment; nothing when it is refused."""
    found = re.fullmatch(r"(https?://)([^/?#]*)(/[^?#]*)(?:\?([^#]*))?(?:#(.*))?", address)
    if found is None or not re.fullmatch(r"[!-~]*", address):
        return None
    scheme, authority, path, query, fragment = found.groups()
    user, at, host = authority.rpartition("@")
    if "@" in user or host == "" or "\\" in authority + path:
        return None
    return scheme, user + at, host, path, query, fragment


def revealed(text: str) -> str:
    for _ in range(3):
        if re.search(r"%(?![0-9A-Fa-f]{2})", text):
            break
        try:
            text = unquote_to_bytes(text).decode()
        except UnicodeDecodeError:
            break
    return text


def has_token(text: str, length: int) -> bool:
    for word in re.findall(r"[A-Za-z0-9_-]+", text):
        turns = sum(
            (a.isdigit() and b.isalpha()) or (a.isalpha() and b.isdigit()) or (a.islower() and b.isupper())
            for a, b in pairwise(word)
        )
        if len(word) >= length and 5 * turns >= len(word):
            return True
    return False


def is_secret_name(name: str) -> bool:
    # Unicode's lower case: the Kelvin sign is a k then.
    name = re.sub("([a-z])([A-Z])", r"\1 \2", name).lower()
    return any(part in name for part in SECRET_PARTS) or not SECRET_WORDS.isdisjoint(
        re.findall("[a-z]+", name)
    )


def is_plain(pair: str) -> bool:
    sides = pair.split("=")
    if len(sides) > 2:
        return False
    sides = [revealed(side.replace("+", " ")) for side in sides]
    return not is_secret_name(sides[0]) and not any(
        len(side) > 32 or len(re.findall("[0-9]", side)) >= 13 or has_token(side, 10) or UNPLAIN.search(side)
        for side in sides
    )


def _clean_query(query: str) -> tuple[str, int]:
    pairs = [pair for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if is_plain(pair)]
    return "&".join(kept), len(pairs) - len(kept)


def _clean_path(path: str) -> tuple[str, int, bool]:
    kept, omitted, redacted, before = [], 0, False, ""
    for segment in path.split("/"):
        name, *parameters = segment.split(";")
        # Empty ones are dropped and not counted, as in a query.
        parameters = [one for one in parameters if one]
        plain = [one for one in parameters if is_plain(one)]
        omitted += len(parameters) - len(plain)
        shown = revealed(name)
        if (
            has_token(shown, 20)
            or UUID.search(shown)
            or ("=" in shown and is_secret_name(shown))
            or (SECRET_SEGMENT.fullmatch(before) and (re.search("[0-9]", shown) or len(shown) >= 16))
        ):
            name, redacted = "…", True
        kept.append(";".join([name, *plain]))
        before = shown
    return "/".join(kept), omitted, redacted


def _with(text: str, mark: str, more: str) -> str:
    return text + mark + more if more else text


def clean(address: str, mode: str = "clean") -> tuple[str, int, bool]:
    """What may be told of an address, how much was left out, and whether a segment was replaced."""
    found = parts(address)
    if found is None:
        return REFUSED
    scheme, user, host, path, query, fragment = found
    omitted, redacted = int(user != ""), False
    rest = path
    if mode == "full":
        rest += ("" if query is None else f"?{query}") + ("" if fragment is None else f"#{fragment}")
    else:
        rest, count, redacted = _clean_path(path)
        omitted += count
        if mode == "path":
            omitted += len([pair for pair in (query or "").split("&") if pair]) + bool(fragment)
        else:
            kept, count = _clean_query(query or "")
            rest, omitted = _with(rest, "?", kept), omitted + count
            if fragment:
                kept, count, changed = _clean_fragment(fragment)
                rest, omitted, redacted = _with(rest, "#", kept), omitted + count, redacted or changed
    url = scheme + host + rest
    if len(url.encode()) > MAX_URL_BYTES:
        return f"{scheme}{host}/…", omitted + 1, True
    return url, omitted, redacted


def _clean_fragment(fragment: str) -> tuple[str, int, bool]:
    if not re.match("!?/", fragment):
        shown = revealed(fragment)
        kept = not (UNPLAIN.search(shown) or has_token(shown, 20) or UUID.search(shown))
        return (fragment, 0, False) if kept else ("", 1, False)
    path, mark, query = fragment.partition("?")
    route, omitted, redacted = _clean_path(path)
    kept, count = _clean_query(query)
    return _with(route, mark, kept), omitted + count, redacted


def opens(address: str, origin: str) -> bool:
    """Whether a helper's agent may open an address of a session without a further question."""
    found = parts(address)
    return (
        found is not None
        and found[1] == ""
        and len(address) <= MAX_URL_BYTES
        and found[0] + found[2] == origin
    )
