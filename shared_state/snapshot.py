"""What of a room outlives its renderer, as MessagePack: where the point is, what has been seen, who wears which colour,
what is blended, who is here, and what a mode is in the midst of (`kept.py`).

Read under limits, since it may come from a store that others write to. Pure: bytes in, values out.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final

import msgpack
import msgspec

from shared_state import kept
from shared_state.guests import MAX_GUESTS, MAX_LATENT_BYTES
from shared_state.messages import GUEST_PATTERN, MAX_PORTIONS, Mode, Name, Slider

VERSION: Final = 2
"""Grows when an old renderer could no longer read what a new one writes."""

READ: Final = (1, VERSION)
"""Version 1 knew of no modes but together and ambient, and of no blend. What version 2 has been given since then, from
`model` on, an older renderer passes over, and a newer one takes as nothing where it is missing."""

MAX_SEEN: Final = 4_096
"""Artworks whose visits are remembered: several times a starter collection, 100 KB at most typical ids."""

MAX_SNAPSHOT_BYTES: Final = 1 << 20
"""Works seen and colours with the longest ids are under 700 KB, guests 64 KB, and a hundred people 40 KB."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
"""Visits of a work, or a place in the palette."""

GuestId = Annotated[str, msgspec.Meta(pattern=GUEST_PATTERN)]


class SnapshotError(ValueError):
    """A snapshot that we will not restore; the text says what was found."""


class Durable(msgspec.Struct, frozen=True):
    """The durable part of a room."""

    version: int
    x: float
    y: float
    mode: Mode
    seen: dict[Name, Count]
    """Bumps by artwork, the longest known first."""
    colours: dict[Name, Count]
    """Places in the palette by person."""
    muted: list[Name]
    chosen: Mode = "together"
    """What a touch returns to when `mode` is ambient."""
    blend: Annotated[list[Slider], msgspec.Meta(max_length=MAX_PORTIONS)] = []
    guests: Annotated[dict[GuestId, bytes], msgspec.Meta(max_length=MAX_GUESTS)] = {}
    """Latents by id, oldest first."""
    model: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Whose latents they are; empty where an older renderer did not say."""
    velocity: kept.Vector = (0.0, 0.0)
    found: kept.Found = kept.Found()
    blend_bump: Name | None = None
    """The work that the blend has become."""
    choice: kept.Choice = kept.Choice()
    people: Annotated[dict[Name, kept.Here], msgspec.Meta(max_length=kept.MAX_PEOPLE)] = {}
    movers: kept.Movers = kept.Movers()


def write(durable: Durable) -> bytes:
    """As bytes for the hub."""
    packed: bytes = msgpack.packb(msgspec.to_builtins(durable, builtin_types=(bytes,)))
    return packed


def read(data: bytes) -> Durable:
    """From the hub's bytes. Raises SnapshotError on anything that `write` would not have written."""
    if len(data) > MAX_SNAPSHOT_BYTES:
        raise SnapshotError(f"a snapshot of {len(data)} bytes; the most we read is {MAX_SNAPSHOT_BYTES}")
    try:
        durable = msgspec.convert(_unpack(data), Durable)
    except (ValueError, TypeError, msgspec.ValidationError, msgpack.UnpackException, RecursionError) as error:
        raise SnapshotError(f"not a snapshot of a room: {error}") from error
    if durable.version not in READ:
        raise SnapshotError(f"a snapshot of version {durable.version}; we read versions {READ[0]} to {VERSION}")
    if not (math.isfinite(durable.x) and math.isfinite(durable.y)):
        raise SnapshotError(f"a point at x {durable.x}, y {durable.y}; both must be finite")
    if not all(math.isfinite(slider.weight) for slider in durable.blend):
        raise SnapshotError("a blend with a weight that is not finite")
    return durable


def _unpack(data: bytes) -> Any:
    """Nothing is built that is larger or deeper than an honest snapshot."""
    return msgpack.unpackb(
        data,
        raw=False,
        strict_map_key=True,
        max_map_len=max(MAX_SEEN, kept.MAX_PEOPLE),
        max_array_len=kept.MAX_PEOPLE,
        max_str_len=4 * 64,
        max_bin_len=MAX_LATENT_BYTES,
        max_ext_len=0,
    )
