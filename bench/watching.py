"""What an onlooker notices in a series of frames: jumps, frozen pictures, dead grey, bumps. Pure: no socket, no clock.

Every measure is taken on 32 x 32 block means, which hold what the eye sees from across a room and leave out grain:

- change: mean absolute difference of two pictures, in levels of 0 to 255
- steepness: change by width of the map travelled. A machine that draws half as many frames shows twice the change from
  one to the next though nothing jumps; steepness stays
- jump: steepness over the steepest of the frames just before and after. Rich and pale regions of a map differ by ten in
  steepness, yet little from frame to frame; at a cut one frame stands alone
- contrast: standard deviation of luma; saturation: mean of the largest less the smallest channel; both in levels
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SIDE: Final = 32
"""Of the pictures that are judged: an eighth of the bundled generator's, which a JPEG gives without its fine waves."""

MOVED: Final = 1e-4
"""Less way than this from frame to frame, in widths, is rest: 4 % of what a frame at half speed travels."""

FLOOR: Final = 1e-3
"""Way by which a change is divided at least, in widths: below it the JPEG's own noise would count as movement."""

STRIDE: Final = 0.003
"""Longest way from frame to frame, in widths, over which a jump can be told from a long step: a tenth of the way from a
work to the next on the starter map. At twice that a smooth walk reads 4.6 when three of four frames are left out."""

JUMP: Final = 4.0
"""Steepness over the steepest of its neighbours that still reads as one movement. On the starter map a smooth walk
reaches 1.9, however many frames are left out; with the picture turned over from one frame on it is 16 in the median."""

NOTICED: Final = 5.0
"""Least change that can be a jump, in levels: twice what an ordinary frame of a walk shows, a sixth of a cut."""

NEIGHBOURS: Final = (-2, -1, 1, 2)
"""Frames with which one is compared: fewer let one slow frame look like a jump, more reach into the next region."""

FROZEN_WAY: Final = 0.06
"""Way with one and the same picture, in widths: a quarter of a second at full speed. The limit on flashes may hold a
picture back, mostly for one frame or two; .033 was the most that was seen. Two works of the starter map."""

FROZEN_S: Final = 1.0
"""Time without a new picture while the point moves, from which people look at each other."""

FLATTEST: Final = 5.0
"""Percentile of the works' likenesses from which flatness is taken. Not the least of all: a ThumbHash keeps no contrast
under 1.6 %, and four works in a hundred lose theirs."""

FLATTER: Final = 0.5
"""Part of that percentile below which nothing is a picture: no work of the starter collection is so flat by its own
pixels, pale watercolours and fog included."""

PASSING: Final = 0.01
"""Share of a walk's frames that may be grey and flat: between two pale watercolours a paler one may go by. A region
where one would stay takes more."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame as it arrived."""

    at_s: float
    x: float
    y: float
    picture: Picture
    """(SIDE, SIDE, 3)"""
    bump: str | None
    nearest: str | None


@dataclass(frozen=True)
class Flat:
    """Below both is dead grey."""

    contrast: float
    saturation: float


@dataclass(frozen=True)
class Report:
    """What was seen."""

    frames: int
    rate: float
    """Frames a second."""
    gap_s: float
    """Longest time between two different pictures while the point moved."""
    still_way: float
    """Longest way with one and the same picture, in widths."""
    change: float
    """Median change from frame to frame while the point moved, in levels."""
    leap: float
    """Largest change from frame to frame over the median: with `gap_s`, what a slow machine does to the eye."""
    jump: float
    """Largest steepness over its neighbours': what the map and the generator do to it."""
    strides: int
    """Frames that could be judged for a jump; on a slow machine those at full speed cannot."""
    flat: float
    """Share of frames that are dead grey, 0 to 1."""
    bumps: int
    """How often the point settled on a work."""
    met: int
    """Works that it settled on, each once."""
    passed: int
    """Works that were nearest at some time."""

    @property
    def faults(self) -> list[str]:
        """What does not hold, one sentence each; empty when the walk was a pleasure."""
        found = {
            f"the picture jumps: {self.jump:.1f} times the change by way around it, at most {JUMP:g}": self.jump > JUMP,
            f"the picture froze for {self.still_way:.3f} widths of way": self.still_way > FROZEN_WAY,
            f"no new picture came for {self.gap_s:.2f} s of movement": self.gap_s > FROZEN_S,
            f"{self.flat:.1%} of the frames are grey and flat": self.flat > PASSING,
            "the point settled on no work": not self.bumps,
        }
        return [sentence for sentence, wrong in found.items() if wrong]


def flattest(works: NDArray[np.uint8]) -> Flat:
    """What no work of a collection falls below, by its works' likenesses (N, SIDE, SIDE, 3)."""
    return Flat(*(FLATTER * float(np.percentile(measure(works), FLATTEST)) for measure in (contrast, saturation)))


def watched(seen: Sequence[Seen], flat: Flat) -> Report:
    """Judge a walk of at least two frames in the order of their arrival. Raises ValueError on less."""
    if len(seen) < 2:
        raise ValueError(f"{len(seen)} frames; there is nothing to compare")
    pictures = np.stack([one.picture for one in seen]).astype(np.float32)
    way = np.hypot(np.diff([one.x for one in seen]), np.diff([one.y for one in seen]))  # (N - 1,)
    change = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))
    moving = way > MOVED
    gap_s, still_way = stillness(np.array([one.at_s for one in seen]), way, change)
    jumps = abruptness(way, change)
    bumps = [one.bump for one, before in zip(seen[1:], seen, strict=False) if one.bump and one.bump != before.bump]
    grey = (contrast(pictures) < flat.contrast) & (saturation(pictures) < flat.saturation)
    return Report(
        frames=len(seen),
        rate=(len(seen) - 1) / (seen[-1].at_s - seen[0].at_s),
        gap_s=gap_s,
        still_way=still_way,
        change=float(np.median(change[moving])) if moving.any() else 0.0,
        leap=over_median(change[moving]),
        jump=max(jumps, default=0.0),
        strides=len(jumps),
        flat=float(grey.mean()),
        bumps=len(bumps),
        met=len(set(bumps)),
        passed=len({one.nearest for one in seen if one.nearest}),
    )


def stillness(at_s: NDArray[Any], way: NDArray[Any], change: NDArray[Any]) -> tuple[float, float]:
    """Longest time, and longest way, without a new picture while the point moves. (N,), (N - 1,), (N - 1,).

    A point at rest is no fault: time begins with the first frame that is under way, and again with each new picture.
    """
    longest_s = longest_way = still_way = 0.0
    since_s: float | None = None
    for now_s, step, different in zip(at_s[1:], way, change > 0, strict=True):
        if step <= MOVED:
            since_s, still_way = None, 0.0
            continue
        if since_s is not None:
            longest_s = max(longest_s, now_s - since_s)
        still_way = 0.0 if different else still_way + step
        longest_way = max(longest_way, still_way)
        if different or since_s is None:
            since_s = now_s
    return float(longest_s), float(longest_way)


def abruptness(way: NDArray[Any], change: NDArray[Any]) -> list[float]:
    """Each stride's steepness over the steepest of its neighbours'; (N - 1,) each. 0 for a change that nobody notices;
    strides without two neighbours are left out."""
    strides = (way > MOVED) & (way <= STRIDE)
    steepness = change / np.maximum(way, FLOOR)
    found = []
    for i in np.flatnonzero(strides):
        around = [steepness[i + by] for by in NEIGHBOURS if 0 <= i + by < len(way) and strides[i + by]]
        if len(around) >= 2:
            found.append(float(steepness[i] / max(*around, 1e-9)) if change[i] >= NOTICED else 0.0)
    return found


def over_median(values: NDArray[Any]) -> float:
    """Largest over median; 0 where nothing moved, infinite where only one thing did."""
    if not len(values) or not values.max():
        return 0.0
    with np.errstate(divide="ignore"):
        return float(values.max() / np.median(values))


def contrast(pictures: NDArray[Any]) -> NDArray[Any]:
    """(N, H, W, 3) -> (N,)"""
    luma = pictures @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(luma.std(axis=(1, 2)))


def saturation(pictures: NDArray[Any]) -> NDArray[Any]:
    """(N, H, W, 3) -> (N,)"""
    spread = pictures.max(axis=3).astype(np.float32) - pictures.min(axis=3)
    return np.asarray(spread.mean(axis=(1, 2)))
