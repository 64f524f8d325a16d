"""Frames that a broken or hostile page might send: some right, most of them almost. The same for the same seed."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, get_args

import msgspec

from playback import limits, protocol

_HOSTILE: list[Any] = [
    None, True, "", "x", "x" * 70, "\u0000", "\ud7ff", "\u200b", "Ω" * 50, [], {}, [[]], -1, 0, 1, 1.5, 1e308, -1e308,
    2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40, -(2**63), {"$ref": "#"}, [1] * 300,
]  # fmt: skip

_RAW = [
    "", " ", "null", "[]", "{}", "{", '"', "\ufeff{}", '{"type":"transport.play"',
    '{"type":"transport.play","id":"a"}}',
    '{"type":"transport.seek","id":"a","entry":1,"position_s":NaN}', '{"type":"clock.ping","t0":Infinity}',
    '{"type":"transport.play","type":"transport.pause","id":"a"}', "[" * 8000, '{"a":' * 3000,
    '{"type":"room.join","id":"a","nickname":' + "[" * 1000 + "]" * 1000 + "}",
    '{"type":"clock.ping","t0":' + "[" * 1000 + "]" * 1000 + "}", "x" * (limits.MAX_FRAME_BYTES + 1),
]  # fmt: skip


def frames(seed: int) -> Iterator[str]:
    random = Random(seed)
    number = 0
    while True:
        number += 1
        shape = random.random()
        if shape < 0.15:
            yield random.choice(_RAW)
        elif shape < 0.25:
            yield _damaged(random, json.dumps(_message(random, f"{seed}-{number}")))
        else:
            message = _message(random, f"{seed}-{number}")
            if shape < 0.6:
                message[random.choice([*message, "extra"])] = random.choice(_HOSTILE)
            yield json.dumps(message, ensure_ascii=random.random() < 0.5)


def _message(random: Random, command_id: str) -> dict[str, Any]:
    """A frame of a random type that is right, but for numbers that may name nothing."""
    kind = random.choice([m for m in get_args(protocol.FromClient) if m is not protocol.RoomResume])
    values = {
        "id": command_id, "t0": random.random() * 1e6, "entry": random.randint(1, 5), "before": None,
        "tracks": [1], "revision": random.randint(0, 9), "position_s": random.random() * 90, "volume": random.random(),
        "mode": random.choice(["off", "all", "one"]), "on": random.random() < 0.5, "audio": "playing",
    }  # fmt: skip
    names = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return {"type": kind.__struct_config__.tag, **{name: values[name] for name in names}}


def _damaged(random: Random, text: str) -> str:
    at, length = random.randrange(len(text)), random.randrange(4)
    return text[:at] + "".join(chr(random.randrange(32, 0x2FFF)) for _ in range(length)) + text[at + length :]
