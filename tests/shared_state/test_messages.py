"""The wire: golden bytes from outside, limits, and what is refused (rules W of docs/SPEC.md)."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_state import messages as wire

GOLDEN = Path(__file__).parents[1] / "golden"


def from_json(value: Any) -> Any:
    """Undo as_json of make_wire.py: {"$bytes": hex} becomes bytes."""
    if isinstance(value, dict):
        return bytes.fromhex(value["$bytes"]) if "$bytes" in value else {k: from_json(v) for k, v in value.items()}
    return [from_json(item) for item in value] if isinstance(value, list) else value


def entries(file: str, direction: str) -> list[Any]:
    """Parameters (bytes, value), named."""
    items = json.loads((GOLDEN / file).read_text(encoding="utf-8"))
    return [
        pytest.param(bytes.fromhex(item["hex"]), from_json(item["value"]), id=item["name"])
        for item in items
        if item["direction"] == direction
    ]


@pytest.mark.parametrize(("data", "value"), entries("wire.json", "client"))
def test_what_a_client_may_write_is_read_field_by_field(data: bytes, value: dict[str, Any]) -> None:
    """W1, W3: a map with a tag, whichever encoder wrote it, with integers for numbers and with unknown fields."""
    message = wire.decode_from_client(data)
    read = msgpack.unpackb(wire.encode(message))
    assert read == {key: item for key, item in {"session": None, **value}.items() if key in read}
    assert wire.decode_from_client(wire.encode(message)) == message


@pytest.mark.parametrize(("data", "value"), entries("wire.json", "server"))
def test_what_the_server_writes_is_the_golden_bytes_exactly(data: bytes, value: dict[str, Any]) -> None:
    """W1: two encoders that share no code agree on every byte."""
    message = wire.decode_from_server(data)
    assert wire.encode(message) == data
    assert msgpack.unpackb(wire.encode(message)) == value


@pytest.mark.parametrize(("data", "value"), entries("hub.json", "hub"))
def test_a_gateways_tick_is_the_golden_bytes_exactly(data: bytes, value: list[Any]) -> None:
    """W9."""
    inputs = wire.decode_inputs(data)
    assert wire.encode_inputs(inputs) == data
    assert msgpack.unpackb(wire.encode_inputs(inputs)) == value


def test_every_message_has_golden_bytes() -> None:
    tags = {item["value"]["t"] for item in json.loads((GOLDEN / "wire.json").read_text(encoding="utf-8"))}
    assert tags == {kind.__struct_config__.tag for kind in (*wire.FromClient.__args__, *wire.FromServer.__args__)}


def test_the_golden_files_are_what_their_generator_writes() -> None:
    spec = importlib.util.spec_from_file_location("make_wire", GOLDEN / "make_wire.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert {name: (GOLDEN / name).read_text(encoding="utf-8") for name in made.files()} == made.files()


def test_a_message_over_the_limit_is_refused_before_it_is_parsed() -> None:
    """W2: with close code 1009, and 4,096 bytes themselves are read."""
    fill = wire.MAX_MESSAGE_BYTES - len(msgpack.packb({"t": "ack", "seq": 1, "x": b""})) - 1  # bin16 for bin8
    at_limit = msgpack.packb({"t": "ack", "seq": 1, "x": bytes(fill)})
    assert len(at_limit) == wire.MAX_MESSAGE_BYTES
    assert wire.decode_from_client(at_limit) == wire.Ack(1)
    with pytest.raises(wire.ProtocolError, match="4097 bytes; the most we read is 4096") as caught:
        wire.decode_from_client(at_limit + b"\xc0")
    assert caught.value.code == 1009


REFUSED: dict[str, Any] = {
    "not a map": [1, 2],
    "no tag": {"seq": 1},
    "an unknown tag": {"t": "reboot", "seq": 1},
    "a tag that is no string": {"t": 1, "seq": 1},
    "a server's message": {"t": "fault", "code": 1, "message": "x"},
    "a hub's message": {"t": "enter", "id": "p1"},
    "a missing field": {"t": "stick", "seq": 1, "x": 0.0},
    "a seq below 0": {"t": "release", "seq": -1},
    "a seq that JavaScript cannot count": {"t": "release", "seq": 2**53},
    "a seq that is a fraction": {"t": "release", "seq": 1.5},
    "a seq that is a string": {"t": "release", "seq": "1"},
    "a coordinate that is a string": {"t": "place", "seq": 1, "x": "0.5", "y": 0.5},
    "a coordinate that is nil": {"t": "place", "seq": 1, "x": None, "y": 0.5},
    "a coordinate that is a boolean": {"t": "place", "seq": 1, "x": True, "y": 0.5},
    "NaN": {"t": "stick", "seq": 1, "x": math.nan, "y": 0.0},
    "infinity": {"t": "place", "seq": 1, "x": 0.0, "y": -math.inf},
    "an empty room": {"t": "hello", "room": "", "role": "visitor"},
    "a room of 65 characters": {"t": "hello", "room": "r" * 65, "role": "visitor"},
    "a room that is bytes": {"t": "hello", "room": b"main", "role": "visitor"},
    "an unknown role": {"t": "hello", "room": "main", "role": "admin"},
    "a session of 21 characters": {"t": "hello", "room": "main", "role": "visitor", "session": "a" * 21},
    "a session with a slash": {"t": "hello", "room": "main", "role": "visitor", "session": "a" * 21 + "/"},
    "a session with a line end": {"t": "hello", "room": "main", "role": "visitor", "session": "a" * 22 + "\n"},
    "an empty work": {"t": "work", "seq": 1, "id": ""},
    "a work of 65 characters": {"t": "work", "seq": 1, "id": "w" * 65},
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_a_client_message_that_is_not_exactly_right_is_refused(value: Any) -> None:
    """W4, W5, W6."""
    with pytest.raises(wire.ProtocolError) as caught:
        wire.decode_from_client(msgpack.packb(value))
    assert caught.value.code == 4500


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\x81", b"hello", b"\x81\xa1t\xa5hell", msgpack.packb({"t": "ack", "seq": 1}) * 2]
)
def test_bytes_that_are_no_single_message_are_refused(data: bytes) -> None:
    """W4: truncated, trailing and reserved bytes."""
    with pytest.raises(wire.ProtocolError):
        wire.decode_from_client(data)


def test_a_client_refuses_what_a_server_would_never_send() -> None:
    """W4: the Python client reads with the same care."""
    for data in (
        b"\xc1",
        msgpack.packb({"t": "ack", "seq": 1}),
        msgpack.packb({"t": "fault", "code": "x", "message": ""}),
    ):
        with pytest.raises(wire.ProtocolError):
            wire.decode_from_server(data)
    with pytest.raises(wire.ProtocolError):
        wire.decode_inputs(msgpack.packb([{"t": "ack", "seq": 1}]))


def test_numbers_on_the_wire_stay_where_javascript_counts_exactly() -> None:
    """W5."""
    assert wire.MAX_SEQ == 2**53 - 1
    assert wire.decode_from_client(msgpack.packb({"t": "release", "seq": wire.MAX_SEQ})) == wire.Release(wire.MAX_SEQ)


def test_the_largest_honest_message_is_far_below_the_limit() -> None:
    """W2: so the limit never meets a person."""
    largest = wire.Hello(room="\U0001f3a8" * 64, role="visitor", session="a" * 22)
    assert len(wire.encode(largest)) < 350 < wire.MAX_MESSAGE_BYTES


@given(st.integers(0, wire.MAX_SEQ), st.floats(allow_nan=False, allow_infinity=False), st.floats(-1, 1))
def test_every_valid_push_comes_back_as_it_was(seq: int, x: float, y: float) -> None:
    """W1."""
    for message in (wire.Stick(seq, x, y), wire.Place(seq, x, y), wire.Release(seq), wire.Ack(seq)):
        assert wire.decode_from_client(wire.encode(message)) == message


def test_messages_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(AttributeError):
        wire.Ack(1).seq = 2  # type: ignore[misc]
