"""Makes addresses of pieces at which two readings of section *Addresses* part; the same for the same seed."""

import random
import re
from collections.abc import Iterator

# Secrets' names in many spellings, tokens and what nearly is one, encodings that are none, other scripts.
PIECES = (
    "token to%E2%84%AAen TOKEN Secret pass word key sessionId session_id sid access accessKey reset RESET"
    " RESETpassword invite confirm auTH authX csrf CSRFtoken oauth2 my-code codes encode pinCode pin PIN1"
    " state unsubscribe verify magic otp password %70assword tok%65n a1 abc blue vase 42 2024"
    " 1234567890123 Ab1Cd2Ef3Gh4 aB3dE5fG7hI9jK1lM2nO aaaaaaaaaaaaaaaaaaaaaaaa"
    " deadbeef-dead-beef-dead-beefdeadbeef DEADBEEF-dead-beef-dead-beefdeadbeef %E4 %25%32%35 %2574oken"
    " %252574oken %25252574oken %41 %2F %3D %3d %26 %2B %00 %7F %7f %C2%A0 %F0%9F%99%8B %ff %ZZ % %2"
    " %C3%A4 %C4%B0 %CE%A3 %EF%BC%A1 %D9%A1%D9%A2 + - _ ~ ! $ ( ) * , : @ x.y ..x"
).split()
# The URL standard takes these segments out before anybody cleans.
DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)


def odd_addresses(origin: str, seed: int) -> Iterator[str]:
    """Addresses of an origin, without end."""
    chance = random.Random(seed)

    def some(most: int = 3) -> str:
        return "".join(chance.choice(PIECES) for _ in range(chance.randint(0, most)))

    def pair() -> str:
        return some() + chance.choice(["", "=", f"={some()}", f"={some()}", f"={some()}", f"={some()}="])

    def query() -> str:
        return "&".join(pair() for _ in range(chance.randint(0, 4)))

    def segment() -> str:
        name = some() + chance.choice(["", "", "", f"={some(2)}"])
        return ";".join([name, *(pair() for _ in range(chance.choice([0, 0, 0, 1, 2])))])

    def path() -> str:
        return "/".join(segment() for _ in range(chance.randint(0, 4)))

    while True:
        steps = path()
        fragment = chance.choice(
            ["", "", "", "#", f"#{some()}", f"#{pair()}", f"#/{path()}?{query()}", f"#!/{path()}"]
        )
        if not any(DOTS.fullmatch(step) for step in steps.split("/")):
            yield f"{origin}/{steps}{chance.choice(['', f'?{query()}'])}{fragment}"
