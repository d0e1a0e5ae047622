"""The one way to write a message and to read it: typed, whole, within limits, and refused as a ProtocolError."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from shared_state.messages.base import MAX_MESSAGE_BYTES, MAX_REASON_CHARS, Message, ProtocolError
from shared_state.messages.between import Input
from shared_state.messages.client import Bring, Cursor, Edit, FromClient, Place, Stick
from shared_state.messages.server import FromServer

# A tuple: writing `Stick | Place` where it is used takes longer than decoding the message.
_WITH_PLACE = (Stick, Place, Cursor)
_encoder = msgspec.msgpack.Encoder()
_from_client = msgspec.msgpack.Decoder(FromClient)
_from_server = msgspec.msgpack.Decoder(FromServer)
_inputs = msgspec.msgpack.Decoder(list[Input])


def encode(message: Message) -> bytes:
    """One message as MessagePack."""
    return _encoder.encode(message)


def decode_from_client(data: bytes) -> FromClient:
    """Read what a client sent. Raises ProtocolError, and nothing else, on what is not exactly a known message."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"{len(data)} bytes; the most we read is {MAX_MESSAGE_BYTES}", 1009)
    message: FromClient = _decode(_from_client, data)
    if isinstance(message, _WITH_PLACE) and not (math.isfinite(message.x) and math.isfinite(message.y)):
        raise ProtocolError(f"x {message.x}, y {message.y}; both must be finite numbers")
    if isinstance(message, Edit) and not math.isfinite(message.amount or 0.0):
        raise ProtocolError(f"amount {message.amount}; it must be a finite number")
    if isinstance(message, Bring) and not all(math.isfinite(portion.weight) for portion in message.portions):
        raise ProtocolError("a weight in bring is not a finite number")
    return message


def decode_from_server(data: bytes) -> FromServer:
    """Read what a server sent (the Python client's side). Raises ProtocolError."""
    message: FromServer = _decode(_from_server, data)
    return message


def encode_inputs(inputs: list[Input]) -> bytes:
    """A gateway's tick: everything that its visitors did since the last."""
    return _encoder.encode(inputs)


def decode_inputs(data: bytes) -> list[Input]:
    """Read a gateway's tick. Raises ProtocolError."""
    inputs: list[Input] = _decode(_inputs, data)
    return inputs


def _decode(decoder: Any, data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = "".join(char if char.isprintable() else "?" for char in str(error)[:MAX_REASON_CHARS])
        raise ProtocolError(f"not a message we know: {found}") from error
