"""How often a wall flashes, by the words of WCAG 2.3.1: decoded pictures, pixel by pixel, on a grid of its own."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def light(jpeg: bytes) -> NDArray[np.float64]:
    """(H, W, 3): linear RGB."""
    codes = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def in_fields(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """(H, W), sides that 8 divides -> (64,)."""
    height, width = (side // 8 for side in signal.shape)
    fields: NDArray[np.float64] = signal.reshape(8, height, 8, width).mean((1, 3)).reshape(64)
    return fields


def flashes_in_the_worst_second(shown: list[tuple[float, bytes]], *, red: bool = False) -> int:
    """By the norm: how many pairs of opposing changes of 10 % of white (20 / 320 of red) at most, in any second, in a
    quarter of the picture at once. Each of 8 x 8 fields tells its turns; turns in one frame are at once."""
    of = np.array([320, -320, -320]) if red else np.array([0.2126, 0.7152, 0.0722])
    step = 20 if red else 0.1
    fields = np.array([in_fields((light(jpeg) @ of).clip(0)) for _, jpeg in shown])  # (frames, 64)
    turns = np.zeros(fields.shape, bool)
    for field in range(64):
        low = high = fields[0, field]
        way = 0
        for frame, value in enumerate(fields[:, field]):
            low, high = min(low, value), max(high, value)
            if (way <= 0 and value - low >= step) or (way >= 0 and high - value >= step):
                way = 1 if value - low >= step else -1
                low = high = value
                turns[frame, field] = True
    changes = [time_s for (time_s, _), at in zip(shown, turns, strict=True) if at.mean() > 0.25]
    return max((sum(a <= b < a + 1 for b in changes) // 2 for a in changes), default=0)
