"""How evenly the picture changes while the point moves: perceptual change per frame along random walks over the map.

Change is measured in Lab, in which equal steps look equal, on every level of a Laplacian pyramid: a moved shape, a
changed colour and a new texture all count, each at its own scale. No network has a say in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from bench.quality.patches import laplacian
from bench.quality.pictures import Pictures
from models.search.features import shrink, to_lab

SIDE = 128
"""Pictures are compared at this side in pixels: half of the wall's, so a jump seen only in single pixels is missed, and
a quarter of the time."""

STEPS = 16
"""Frames a walk. At top speed it crosses two works, so every walk has seams between works in it."""

TURN_RAD = 0.2
"""Deviation of a walk's heading from frame to frame: wandering, not straight ahead."""


@dataclass(frozen=True)
class Smoothness:
    """Change per frame over all steps of all walks, in Lab units."""

    median: float
    hundredth: float
    """What one step in a hundred exceeds."""
    largest: float

    @property
    def jump(self) -> float:
        """Largest / median; infinite when most frames change nothing."""
        return self.largest / self.median if self.median else np.inf


def smoothness(changes: NDArray[np.float64]) -> Smoothness:
    """Of all changes, in any shape."""
    return Smoothness(float(np.median(changes)), float(np.quantile(changes, 0.99)), float(changes.max()))


def walk(count: int, step: float, rng: np.random.Generator, *, steps: int = STEPS) -> NDArray[np.float64]:
    """Walks from anywhere, `step` widths a frame, turned back at the rim: places (count, steps + 1, 2) in [0, 1]^2."""
    heading = rng.uniform(0, 2 * np.pi, (count, 1)) + rng.normal(0, TURN_RAD, (count, steps)).cumsum(axis=1)
    moves = step * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    start = rng.uniform(0, 1, (count, 1, 2))
    path = np.concatenate([start, start + moves.cumsum(axis=1)], axis=1)
    return np.asarray(1 - np.abs(1 - np.abs(path) % 2))  # folded at 0 and 1


def lines(z_dim: int, count: int, step: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Latents (count, T, z_dim) on straight lines from one random latent towards another, `step` apart, STEPS at most.

    A line ends where the shortest of them does, so that none overshoots.
    """
    start, end = rng.standard_normal((2, count, 1, z_dim))
    way = end - start
    far = np.linalg.norm(way, axis=-1, keepdims=True)
    steps = max(1, min(STEPS, int(far.min() / step)))
    return np.asarray(start + way / far * step * np.arange(steps + 1)[:, None], dtype=np.float32)


def changes(frames: Pictures) -> NDArray[np.float64]:
    """Perceptual change from each frame to the next: (T, 3, S, S) -> (T - 1,) in Lab units.

    Mean over the pyramid's levels of the mean colour difference in that level.
    """
    lab = to_lab(shrink(frames / np.float32(255), min(SIDE, frames.shape[-1])))
    levels = laplacian(torch.from_numpy(np.diff(lab, axis=0)).float())  # linear: that of the difference
    apart = [level.square().sum(dim=1).sqrt().mean(dim=(1, 2)) for level in levels]
    return torch.stack(apart).mean(dim=0).double().numpy()
