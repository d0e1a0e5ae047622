"""Reading a ThumbHash: some 25 bytes that hold an artwork's colours and soft shape (https://evanw.github.io/thumbhash/).

Reading only, for the notebook's map; the web has its own and `models` writes them. Transparency is read past.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

CHROMA_GAIN = 1.25
"""The format's own: colour that was rounded away is given back a little stronger."""


def read_thumbhash(text: str, side: int) -> NDArray[np.uint8]:
    """base64 ThumbHash -> uint8 (side, side, 3), stretched to a square. Raises ValueError on what is none."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{text!r} is not base64") from error
    if len(data) < 5:
        raise ValueError(f"{len(data)} bytes; a ThumbHash has at least 5")
    head, tail = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    landscape, alpha = tail >> 15, head >> 23
    long_side, short_side = 5 if alpha else 7, tail & 7
    lx, ly = (long_side, short_side) if landscape else (short_side, long_side)
    waves = [nibble / 7.5 - 1 for byte in data[6 if alpha else 5 :] for nibble in (byte & 15, byte >> 4)]
    light, waves = _channel(waves, max(3, lx), max(3, ly), (head & 63) / 63, (head >> 18 & 31) / 31, side)
    yellow, waves = _channel(waves, 3, 3, (head >> 6 & 63) / 31.5 - 1, (tail >> 3 & 63) / 63 * CHROMA_GAIN, side)
    red_green, _ = _channel(waves, 3, 3, (head >> 12 & 63) / 31.5 - 1, (tail >> 9 & 63) / 63 * CHROMA_GAIN, side)
    blue = light - 2 / 3 * yellow
    red = (3 * light - blue + red_green) / 2
    rgb = np.stack([red, red - red_green, blue], axis=-1)  # (side, side, 3)
    return (rgb.clip(0, 1) * 255).round().astype(np.uint8)


def _channel(
    waves: list[float], nx: int, ny: int, mean: float, scale: float, side: int
) -> tuple[NDArray[np.float64], list[float]]:
    """One channel (side, side) from its triangle of cosine waves, and the waves that are left for the next."""
    centres = (np.arange(side) + 0.5) * np.pi / side
    plane = np.full((side, side), mean)
    places = [(cx, cy) for cy in range(ny) for cx in range(0 if cy else 1, nx) if cx * ny < nx * (ny - cy)]
    if len(waves) < len(places):
        raise ValueError(f"{len(waves)} waves where {len(places)} were announced; the ThumbHash is cut short")
    for (cx, cy), wave in zip(places, waves, strict=False):
        plane += 2 * scale * wave * np.outer(np.cos(centres * cy), np.cos(centres * cx))
    return plane, waves[len(places) :]
