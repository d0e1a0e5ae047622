"""ThumbHash: a picture in about 22 bytes, to show in its place until it has loaded.

Our own encoder and decoder of the format described at https://evanw.github.io/thumbhash. Low cosines of luminance (up
to 7 x 7) and of two colour differences (3 x 3), a few bits each, with the aspect ratio. Pictures here are opaque, so
the format's alpha channel is neither written nor read. Numpy only; the web client has a decoder of its own.

Bytes: 3 of header (6 bits each of L, P, Q mean, 5 of L scale, 1 of alpha), 2 more (3 of the shorter side's terms, 6
each of P and Q scale, 1 of landscape), then 4 bits for each cosine, low half first.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MAX_SIDE: Final = 100
"""The format is defined on pictures of at most 100 x 100; 7 cosines need no more."""

LIGHT_TERMS: Final = 7
"""Cosines along the longer side of an opaque picture."""

COLOUR_TERMS: Final = 3

SATURATION: Final = 1.25
"""The format's decoder lifts colour by a quarter, to make up for what quantisation takes."""

Floats = NDArray[np.floating[Any]]


def encode(image: Image.Image) -> bytes:
    """RGB picture -> ThumbHash, 17 to 24 bytes."""
    image = image.convert("RGB")
    longer = max(image.size)
    if longer > MAX_SIDE:
        width, height = (max(1, round(side * MAX_SIDE / longer)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BOX)
    return encode_pixels(np.asarray(image))


def encode_pixels(rgb: NDArray[np.uint8]) -> bytes:
    """uint8 (H, W, 3), H and W at most 100 -> ThumbHash."""
    h, w = int(rgb.shape[0]), int(rgb.shape[1])
    if max(h, w) > MAX_SIDE:
        raise ValueError(f"{w} x {h} pixels; ThumbHash is taken from at most {MAX_SIDE} x {MAX_SIDE}")
    r, g, b = np.moveaxis(rgb / 255.0, 2, 0)
    longer = max(h, w)
    nx, ny = (max(1, half_up(LIGHT_TERMS * side / longer)) for side in (w, h))
    light, light_ac, light_scale = cosines((r + g + b) / 3, max(3, nx), max(3, ny))
    yellow, yellow_ac, yellow_scale = cosines((r + g) / 2 - b, COLOUR_TERMS, COLOUR_TERMS)
    red, red_ac, red_scale = cosines(r - g, COLOUR_TERMS, COLOUR_TERMS)
    landscape = w > h
    header = (
        half_up(63 * light)
        | half_up(31.5 + 31.5 * yellow) << 6
        | half_up(31.5 + 31.5 * red) << 12
        | half_up(31 * light_scale) << 18
    )
    shape = (ny if landscape else nx) | half_up(63 * yellow_scale) << 3 | half_up(63 * red_scale) << 9 | landscape << 15
    nibbles = [half_up(15 * term) for term in (*light_ac, *yellow_ac, *red_ac)]
    nibbles += [0] * (len(nibbles) % 2)
    packed = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return header.to_bytes(3, "little") + shape.to_bytes(2, "little") + packed


def decode(data: bytes) -> tuple[Floats, float]:
    """ThumbHash -> picture (H, W, 3) in [0, 1] with a longer side of 32, and width / height. Raises ValueError."""
    if len(data) < 5 or data[2] & 0x80:
        raise ValueError(f"{len(data)} bytes{' with alpha' if len(data) > 4 else ''}; an opaque ThumbHash has 17 to 24")
    header, shape = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    shorter, landscape = shape & 7, shape >> 15
    nx, ny = (LIGHT_TERMS, shorter) if landscape else (shorter, LIGHT_TERMS)
    if not shorter:
        raise ValueError("a picture without width; not a ThumbHash")
    w, h = (32, half_up(32 * ny / nx)) if nx > ny else (half_up(32 * nx / ny), 32)
    nibbles = [half / 7.5 - 1 for byte in data[5:] for half in (byte & 15, byte >> 4)]
    planes, start = [], 0
    for mean, scale, across, down in (
        ((header & 63) / 63, (header >> 18 & 31) / 31, max(3, nx), max(3, ny)),
        ((header >> 6 & 63) / 31.5 - 1, (shape >> 3 & 63) / 63 * SATURATION, COLOUR_TERMS, COLOUR_TERMS),
        ((header >> 12 & 63) / 31.5 - 1, (shape >> 9 & 63) / 63 * SATURATION, COLOUR_TERMS, COLOUR_TERMS),
    ):
        orders = triangle(across, down)
        terms = nibbles[start : start + len(orders)]
        if len(terms) < len(orders):
            raise ValueError(f"{len(data)} bytes; this ThumbHash is cut short")
        start += len(orders)
        wave = sum(
            2 * scale * t * np.outer(cosine(cy, h), cosine(cx, w)) for t, (cx, cy) in zip(terms, orders, strict=True)
        )
        planes.append(mean + wave)
    light, yellow, red = planes
    b = light - 2 / 3 * yellow
    r = (3 * light - b + red) / 2
    return np.clip(np.stack([r, r - red, b], axis=2), 0, 1), nx / ny


def cosines(plane: Floats, nx: int, ny: int) -> tuple[float, list[float], float]:
    """(H, W) -> mean, the other terms scaled to [0, 1], and their scale."""
    h, w = plane.shape
    across = np.stack([cosine(cx, w) for cx in range(nx)])  # (nx, W)
    down = np.stack([cosine(cy, h) for cy in range(ny)])  # (ny, H)
    terms = down @ plane @ across.T / (w * h)  # (ny, nx)
    waves = [float(terms[cy, cx]) for cx, cy in triangle(nx, ny)]
    scale = max(map(abs, waves))
    return float(terms[0, 0]), [0.5 + 0.5 / scale * t if scale else t for t in waves], scale


def triangle(nx: int, ny: int) -> list[tuple[int, int]]:
    """The orders (cx, cy) that are kept, in the format's order: below the diagonal, without the mean."""
    return [(cx, cy) for cy in range(ny) for cx in range(nx) if cx * ny < nx * (ny - cy) and (cx or cy)]


def cosine(order: int, size: int) -> Floats:
    """(size,)"""
    return np.asarray(np.cos(np.pi / size * order * (np.arange(size) + 0.5)))


def half_up(value: float) -> int:
    """Round halves up, as the format does; Python's round() goes to even."""
    return int(np.floor(value + 0.5))
