"""The form of a value inside Redis: who it is for and its place in order, then the payload. Rule S14 of docs/SPEC.md.

    token u64 | seq u64 | length of the room's name u16 | the room's name, UTF-8 | payload        (big-endian)

The room travels inside the value, so that a reply or message that reached the wrong reader is recognised.

Pure: no sockets, no Redis, no clock.
"""

from __future__ import annotations

import struct
from typing import Final

_HEADER: Final = struct.Struct(">QQH")


class WrongRoom(ValueError):
    """A value that is not whole, or that belongs to another room."""


def seal(room: str, payload: bytes, *, token: int, seq: int) -> bytes:
    """The bytes to store or publish."""
    name = room.encode()
    return b"".join((_HEADER.pack(token, seq, len(name)), name, payload))


def unseal(room: str, data: bytes) -> tuple[int, int, bytes]:
    """(token, seq, payload). Raises WrongRoom unless `data` is a value of this room."""
    if len(data) < _HEADER.size:
        raise WrongRoom(f"{len(data)} bytes; a value of room {room!r} has at least {_HEADER.size}")
    token, seq, length = _HEADER.unpack_from(data)
    start = _HEADER.size + length
    name = data[_HEADER.size : start]
    if name != room.encode():
        raise WrongRoom(f"a value of room {name.decode(errors='replace')!r} where {room!r} was asked for")
    return token, seq, data[start:]
