"""The ride along a path: which latents a film of it shows, moment by moment. Pure; draws nothing.

Between two works the latent turns along the arc that joins their seeds, off slowly and in slowly; at each work it
rests, and there the latent is the work's seed exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.latent import LatentSpace

RESTING: Final = 0.3
"""Of the time that a work has: long enough to see it, short enough that the film does not stop."""


@dataclass(frozen=True)
class Moment:
    """A latent and for how many frames it stands still."""

    latent: NDArray[np.float32]
    """(width,)"""
    frames: int


def ride(seeds: NDArray[np.float32], space: LatentSpace, *, seconds_per_work: float, fps: int) -> Iterator[Moment]:
    """Seeds (K, width) in order -> the moments of the film: a rest at each, and `seconds_per_work` from rest to rest.
    At least one frame each."""
    rest, moving = frames_of(seconds_per_work, fps)
    for seed, following in zip(seeds, [*seeds[1:], None], strict=True):
        yield Moment(seed, rest)
        if following is not None:
            for step in range(1, moving + 1):
                yield Moment(space.slerp(seed, following, eased(step / (moving + 1))), 1)


def frames_in(works: int, *, seconds_per_work: float, fps: int) -> int:
    """Frames of a ride past that many works."""
    rest, moving = frames_of(seconds_per_work, fps)
    return works * rest + max(0, works - 1) * moving


def frames_of(seconds_per_work: float, fps: int) -> tuple[int, int]:
    """Frames at rest, and frames between two rests."""
    each = max(2, round(seconds_per_work * fps))
    rest = max(1, round(RESTING * each))
    return rest, each - rest


def eased(t: float) -> float:
    """0 to 1 with neither speed nor push at the ends (the minimum-jerk course of a hand; Flash & Hogan 1985)."""
    return t * t * t * (10 + t * (6 * t - 15))
