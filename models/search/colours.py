"""Which colours a work is of, by name, from its ThumbHash: no picture is opened, and 10,000 works take a second.

A ThumbHash is a handful of cosines (`models/works/thumbhash.py`). Pictures of the same shape share theirs, so they are
drawn together on a grid of 8 x 8 by one product of matrices, where the decoder there draws one after another.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.search.features import to_lab
from models.works.thumbhash import COLOUR_TERMS, LIGHT_TERMS, SATURATION, cosine, triangle

COLOURS: Final = (
    "black", "grey", "white", "brown", "beige", "red", "orange", "yellow", "green", "blue", "purple", "pink",
)  # fmt: skip
"""A dozen that everybody calls the same; beige besides the eleven basic colour terms (Berlin & Kay 1969), for half of
all old paintings are nothing else."""

SIDE: Final = 8
"""Of the grid: finer than the three cosines that colour has."""

PART: Final = 0.25
"""Of the picture: a colour that covers less is a detail. The largest one counts in any case."""

MOST: Final = 3
"""Colours a work."""

GREY_CHROMA: Final = 9.0
"""Lab units from the grey axis: a ThumbHash is paler than its picture."""

AT_ONCE: Final = 4_096
"""Pictures drawn together: 6 MB a plane."""

Floats = NDArray[np.floating[Any]]


def colours_of(thumbhashes: Sequence[str]) -> list[tuple[str, ...]]:
    """Base64 ThumbHashes (empty: no picture) -> the names of each picture's colours, the largest first; none for what
    is no ThumbHash."""
    alike: dict[tuple[int, int], list[tuple[int, bytes]]] = defaultdict(list)
    for row, text in enumerate(thumbhashes):
        if (data := decoded(text)) is not None and (shape := shape_of(data)) is not None:
            alike[shape].append((row, data))
    found: list[tuple[str, ...]] = [()] * len(thumbhashes)
    for shape, works in alike.items():
        for start in range(0, len(works), AT_ONCE):
            some = works[start : start + AT_ONCE]
            shares = shares_of(grids([data for _, data in some], shape))
            for (row, _), share in zip(some, shares, strict=True):
                order = np.argsort(-share, kind="stable")[:MOST]
                found[row] = tuple(COLOURS[i] for n, i in enumerate(order) if not n or share[i] >= PART)
    return found


def decoded(text: str) -> bytes | None:
    """None for what is empty or no base64."""
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


@lru_cache(64)
def terms_of(nx: int, ny: int) -> int:
    """Cosines that a ThumbHash of this shape holds."""
    return len(triangle(max(3, nx), max(3, ny))) + 2 * len(triangle(COLOUR_TERMS, COLOUR_TERMS))


def shape_of(data: bytes) -> tuple[int, int] | None:
    """Cosines of the luminance across and down; None for what is no opaque ThumbHash of full length."""
    if len(data) < 5 or data[2] & 0x80:
        return None
    shape = int.from_bytes(data[3:5], "little")
    shorter, landscape = shape & 7, shape >> 15
    nx, ny = (LIGHT_TERMS, shorter) if landscape else (shorter, LIGHT_TERMS)
    return (nx, ny) if shorter and 2 * (len(data) - 5) >= terms_of(nx, ny) else None


def grids(hashes: list[bytes], shape: tuple[int, int]) -> Floats:
    """ThumbHashes of one shape -> RGB (N, 3, SIDE, SIDE) in [0, 1]."""
    length = min(map(len, hashes))
    data = np.frombuffer(b"".join(h[:length] for h in hashes), np.uint8).reshape(len(hashes), length).astype(np.int64)
    header = data[:, 0] | data[:, 1] << 8 | data[:, 2] << 16
    sizes = data[:, 3] | data[:, 4] << 8
    waves = np.stack([data[:, 5:] & 15, data[:, 5:] >> 4], axis=2).reshape(len(hashes), -1) / 7.5 - 1
    planes, start = [], 0
    for mean, scale, across, down in (
        ((header & 63) / 63, (header >> 18 & 31) / 31, max(3, shape[0]), max(3, shape[1])),
        ((header >> 6 & 63) / 31.5 - 1, (sizes >> 3 & 63) / 63 * SATURATION, COLOUR_TERMS, COLOUR_TERMS),
        ((header >> 12 & 63) / 31.5 - 1, (sizes >> 9 & 63) / 63 * SATURATION, COLOUR_TERMS, COLOUR_TERMS),
    ):
        orders = triangle(across, down)
        basis = np.stack([2 * np.outer(cosine(cy, SIDE), cosine(cx, SIDE)).ravel() for cx, cy in orders])
        terms = waves[:, start : start + len(orders)] * scale[:, None]  # (N, T)
        planes.append(mean[:, None] + terms @ basis)  # (N, SIDE * SIDE)
        start += len(orders)
    light, yellow, red = planes
    blue = light - 2 / 3 * yellow
    first = (3 * light - blue + red) / 2
    return np.clip(np.stack([first, first - red, blue], axis=1), 0, 1).reshape(len(hashes), 3, SIDE, SIDE)


def shares_of(pictures: Floats) -> Floats:
    """RGB (N, 3, H, W) in [0, 1] -> (N, 12): the part of each picture that each colour covers."""
    names = named(to_lab(pictures)).reshape(len(pictures), -1)
    return np.stack([(names == i).mean(1) for i in range(len(COLOURS))], axis=1)


def named(lab: Floats) -> NDArray[np.intp]:
    """L*a*b* (N, 3, ...) -> number of the colour's name (N, ...). Bounds were set by eye, on swatches and paintings."""
    light, a, b = np.moveaxis(lab, 1, 0)
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    warm = (hue >= 30) & (hue < 100)
    conditions = {
        "black": light < 12 + 6 * (chroma < GREY_CHROMA),
        "white": (light > 88) & (chroma < GREY_CHROMA),
        "grey": chroma < GREY_CHROMA,
        "beige": warm & (light >= 62) & (chroma < 36),
        "brown": warm & (light < 62) & ((chroma < 42) | (light < 40)),
        "pink": ((hue < 30) | (hue >= 325)) & (light >= 58),
        "red": (hue < 42) | (hue >= 345),
        "orange": hue < 72,
        "yellow": hue < 105,
        "green": hue < 195,
        "blue": hue < 300,
    }
    numbers = [COLOURS.index(name) for name in conditions]
    return np.select(list(conditions.values()), numbers, COLOURS.index("purple"))
