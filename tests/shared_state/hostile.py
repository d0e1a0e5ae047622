"""What a stranger may send: honest messages damaged, wrong values, noise and bombs, all drawn from one seed."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack

WIRE = json.loads((Path(__file__).parents[1] / "golden" / "wire.json").read_text(encoding="utf-8"))
GOLDEN = [bytes.fromhex(item["hex"]) for item in WIRE]
HONEST = [bytes.fromhex(item["hex"]) for item in WIRE if item["direction"] == "client"]


def some_value(rng: random.Random, depth: int = 0) -> Any:
    """Anything that MessagePack can write."""
    makers: list[Callable[[], Any]] = [
        lambda: None,
        lambda: rng.random() < 0.5,
        lambda: rng.choice([0, 1, -1, 2**31, 2**53 - 1, 2**53, 2**64 - 1, -(2**63)]),
        lambda: rng.choice([0.0, -0.0, 0.5, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf]),
        lambda: "".join(
            chr(rng.choice([0, 10, 65, 0xE9, 0x6D6E, 0x1F3A8])) for _ in range(rng.choice([0, 1, 22, 64, 65, 300]))
        ),
        lambda: rng.randbytes(rng.choice([0, 1, 22, 300])),
        lambda: msgpack.ExtType(rng.randrange(128), rng.randbytes(rng.choice([1, 4, 8, 12]))),
    ]
    if depth < 4:
        makers.append(lambda: [some_value(rng, depth + 1) for _ in range(rng.randrange(4))])
        makers.append(
            lambda: {rng.choice(["t", "seq", "x", "", 7]): some_value(rng, depth + 1) for _ in range(rng.randrange(4))}
        )
    return rng.choice(makers)()


def wrong_values(rng: random.Random) -> bytes:
    """An honest map with fields replaced, removed, added or renamed."""
    value = msgpack.unpackb(rng.choice(HONEST))
    for _ in range(rng.randrange(1, 4)):
        key = rng.choice(list(value) or ["t"])
        action = rng.randrange(4)
        if action == 0:
            value.pop(key, None)
        elif action == 1:
            value[key + "s"] = some_value(rng)
        else:
            value[key] = some_value(rng)
    return bytes(msgpack.packb(value))


def damaged(rng: random.Random) -> bytes:
    """Golden bytes with some bytes flipped, cut out, doubled or spliced with another message."""
    data = bytearray(rng.choice(GOLDEN))
    for _ in range(rng.randrange(1, 5)):
        at, action = rng.randrange(len(data) + 1), rng.randrange(4)
        if action == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif action == 1:
            del data[at : at + rng.randrange(1, 9)]
        elif action == 2:
            data[at:at] = data[at : at + rng.randrange(1, 9)] or rng.randbytes(2)
        else:
            data[at:] = rng.choice(GOLDEN)[at:]
    return bytes(data)


def noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice([0, 1, 2, 8, 64, 300]))


def honest(rng: random.Random) -> bytes:
    return rng.choice(HONEST)


def bomb(rng: random.Random) -> bytes:
    """Headers that promise much, at random depth, some behind an honest beginning."""
    header = rng.choice(
        [
            b"\x91",
            b"\x81\xa1t",
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\xff\xff\xff\xff\x01",
            b"\xdb\xff\xff\xff\xff",
            b"\xc6\x7f",
        ]
    )
    return rng.choice([b"", b"\x83\xa1t\xa3ack\xa3seq\x01\xa1x"]) + header * rng.choice([1, 10, 100, 700])


KINDS: dict[str, tuple[Callable[[random.Random], bytes], int]] = {
    "damaged": (damaged, 40),
    "wrong": (wrong_values, 40),
    "noise": (noise, 14),
    "bomb": (bomb, 1),
    "honest": (honest, 5),
}
"""Makers with their weights."""


def draw(rng: random.Random) -> tuple[str, bytes]:
    """One message and the name of its kind."""
    name = rng.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
    return name, KINDS[name][0](rng)
