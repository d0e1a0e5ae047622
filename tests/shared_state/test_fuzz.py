"""100,000 hostile messages against the decoder: only ProtocolError comes out, and memory stays bounded (W2, W4, W7).

The seed is printed; give it back as FUZZ_SEED to replay. What once broke the decoder stays in PAST_FAILURES.
"""

from __future__ import annotations

import math
import os
import random
import tracemalloc
from collections import Counter

import msgpack
import pytest

from shared_state.messages import MAX_MESSAGE_BYTES, MAX_REASON_CHARS, ProtocolError, decode_from_client, encode
from tests.shared_state.hostile import draw

ROUNDS = 100_000
MAX_PEAK_BYTES = 1_000_000
"""A message is at most 4,096 bytes; a general decoder turns as much into 33 MB (RELIABILITY: nested array headers)."""

PAST_FAILURES = {
    "a refusal quoted all that was sent, line ends too": msgpack.packb(
        {"t": "hello", "room": "main", "role": "\n" * 4_000}
    ),
    "a session that ends in a line end passed the pattern": msgpack.packb(
        {"t": "hello", "room": "main", "role": "visitor", "session": "a" * 22 + "\n"}
    ),
}
"""Each was accepted, or raised something else, once."""

BOMBS = {
    "nested arrays to the limit": b"\x91" * MAX_MESSAGE_BYTES,
    "nested wide arrays to the limit": b"\xdd\xff\xff\xff\xff" * (MAX_MESSAGE_BYTES // 5),
    "nested maps to the limit": b"\x81\xa1t" * (MAX_MESSAGE_BYTES // 3),
    "nested arrays in an unknown field": b"\x83\xa1t\xa3ack\xa3seq\x01\xa1x" + b"\x91" * 4_000,
    "nested maps in an unknown field": b"\x83\xa1t\xa3ack\xa3seq\x01\xa1x" + b"\x81\xa1k" * 1_300,
    "a string of 4 GB that is not there": b"\x81\xa1t\xdb\xff\xff\xff\xff",
    "bytes of 4 GB that are not there": b"\x81\xa1t\xc6\xff\xff\xff\xff",
    "an array of 4 G items in an unknown field": b"\x83\xa1t\xa3ack\xa3seq\x01\xa1x\xdd\xff\xff\xff\xff",
    "a map of 4 G pairs": b"\xdf\xff\xff\xff\xff\xa1t",
    "an extension of 4 GB": b"\x81\xa1t\xc9\xff\xff\xff\xff\x01",
    "a timestamp that is no date": b"\x83\xa1t\xa3ack\xa3seq\xd7\xff" + b"\xff" * 8,
    "text that is not UTF-8": b"\x83\xa1t\xa5hello\xa4room\xa2\xff\xfe\xa4role\xa7visitor",
    "a lone surrogate": b"\x83\xa1t\xa5hello\xa4room\xa3\xed\xa0\x80\xa4role\xa7visitor",
    "4,000 unknown fields": b"\xdc" + b"\x0f\xa0" + b"\xa1a\x01" * 1_300,
    "20 MB": bytes(20_000_000),
}


def check(data: bytes) -> str:
    """The one property. Returns "read" or "refused"."""
    try:
        message = decode_from_client(data)
    except ProtocolError as error:
        assert error.code == (1009 if len(data) > MAX_MESSAGE_BYTES else 4500)
        assert 0 < len(str(error)) < MAX_REASON_CHARS + 50 and str(error).isprintable()
        return "refused"
    assert decode_from_client(encode(message)) == message
    for name in ("x", "y"):
        assert math.isfinite(getattr(message, name, 0.0))
    return "read"


@pytest.mark.parametrize("data", PAST_FAILURES.values(), ids=PAST_FAILURES.keys())
def test_what_broke_the_decoder_once_is_refused(data: bytes) -> None:
    """W4, W8."""
    assert check(data) == "refused"


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_without_its_memory_being_taken(data: bytes) -> None:
    """W2, W7."""
    tracemalloc.start()
    try:
        assert check(data) == "refused"
        assert tracemalloc.get_traced_memory()[1] < MAX_PEAK_BYTES
    finally:
        tracemalloc.stop()


def test_100_000_messages_bring_out_nothing_but_protocol_errors() -> None:
    """W4, W7: every kind of damage is met, honest messages among it are read, memory stays under its bound."""
    seed = int(os.environ.get("FUZZ_SEED", random.SystemRandom().randrange(2**32)))
    print(f"FUZZ_SEED={seed}")
    rng = random.Random(seed)
    seen: Counter[tuple[str, str]] = Counter()
    tracemalloc.start()
    try:
        for _ in range(ROUNDS):
            kind, data = draw(rng)
            try:
                seen[kind, check(data)] += 1
            except Exception as error:
                error.add_note(f"FUZZ_SEED={seed}, bytes {data.hex()}")
                raise
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * MAX_PEAK_BYTES, f"seed {seed}: {peak} bytes"
    assert seen["honest", "refused"] == 0
    assert seen["damaged", "read"] > 100 and seen["wrong", "read"] > 100
    assert all(seen[kind, "refused"] > 100 for kind in ("damaged", "wrong", "noise", "bomb"))
