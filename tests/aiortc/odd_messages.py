"""Makes messages of parts at which two readings of section *Encoding* differ; the same for the same seed."""

import json
import random
from collections.abc import Iterator

# Each kind with fields that a helper takes at any time, and that change nothing that was said before.
KINDS = {
    "typing": {"on": "true"},
    "ack": {"seq": "0"},
    "hello": {"protocol": "1", "role": '"visitor"', "stored": "0"},
    "chat": {"seq": "1", "at": "0", "text": '"x"'},
    "page": {
        "epoch": "1",
        "url": '""',
        "title": '"T"',
        "omitted": "0",
        "redacted": "false",
        "viewport": '{"width":1,"height":1}',
        "scroll": '{"x":0,"y":0}',
    },
    "client": {
        "browser": '"b"',
        "platform": '"p"',
        "language": '"l"',
        "timeZone": '"z"',
        "screen": '{"width":1,"height":1,"scale":1}',
        "attributes": '{"a":"b"}',
    },
    "of-a-later-version": {"a": "1"},
}
NUMBERS = (
    "1.0 1e0 -0 -0.0 1E+2 1e-400 5e-324 0.1 4294967295 4294967296 4294967295.0 4294967295.5 1e309"
    " -1e309 -1 -2147483648 -2147483649 2147483648 9007199254740991 9007199254740992 9007199254740993 00"
    " 01 .5 1. +1 NaN Infinity -Infinity 0x1 1_0"
).split()
TEXTS = [
    *('""', '"a"', "'a'", '"wrong-state"', '"visitor"', '"a\nb"', '"a\tb"', '"\x7f"', '"\u2028"', '"\x00"'),
    *(
        r'"\u0000"',
        r'"\ud83d\ude4b"',
        r'"\ud83d"',
        r'"\ude4b\ud83d"',
        r'"\u00g0"',
        r'"\x41"',
        r'"\/\b\f\n\r\t"',
    ),
    *('"' + "x" * size + '"' for size in (256, 257, 1024, 1025, 4096, 4097)),
    *('"' + "é" * size + '"' for size in (128, 129, 2048, 2049)),
    *('"' + r"\ud83d\ude4b" * size + '"' for size in (1024, 1025)),
]
OTHERS = [
    *(
        "null",
        "true",
        "false",
        "True",
        "[]",
        "[1]",
        "{}",
        '{"width":1}',
        '{"x":1.5,"y":-1}',
        '{"x":1,"y":-1}',
    ),
    *('{"width":1,"height":1,"scale":-1}', '{"width":1,"height":1,"scale":1e400}', '{"":""}', '{"a":1}'),
    *("[" * depth + "]" * depth for depth in (125, 126, 127)),
    *("{" + ",".join(f'"{name}":"x"' for name in range(size)) + "}" for size in (32, 33)),
    '{"' + "k" * 257 + '":1}',
    '{"__proto__":"x"}',
]
NAMES = ["more", "constructor", "__proto__", "toString", r"\ud800"]


def odd_messages(seed: int) -> Iterator[str]:
    """Messages without end. No name occurs twice: of one replaced, receivers may see the faults."""
    chance = random.Random(seed)

    def value() -> str:
        return chance.choice(chance.choice([NUMBERS, TEXTS, OTHERS]))

    while True:
        kind = chance.choice(list(KINDS))
        fields = {"type": json.dumps(kind)} | KINDS[kind]
        for _ in range(chance.choice([0, 1, 1, 1, 2])):
            fields[chance.choice(list(fields))] = value()
        if chance.random() < 0.1:
            del fields[chance.choice(list(fields))]
        if chance.random() < 0.2:
            fields[chance.choice(NAMES)] = value()
        shuffled = chance.sample(list(fields.items()), len(fields))
        space = chance.choice([""] * 40 + [" ", "\r\n\t", "\u00a0", "\f"])
        text = "{" + ",".join(f'{space}"{name}"{space}:{value}{space}' for name, value in shuffled) + "}"
        before, behind = (
            chance.choice([""] * 12 + ["\ufeff"]),
            chance.choice([""] * 12 + [" ", "\n", "x", ","]),
        )
        yield before + text + behind
