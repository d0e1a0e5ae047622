"""Never more than three flashes a second on a wall: what a room's picture goes through before it is encoded.

A wall is large and people stand close, some of whom a flickering picture can hurt, and nobody knows what a generator
draws next under thirty hands. So the server looks at every picture with the measure of WCAG 2.3.1, read more strictly
(see the constants). One that keeps within it is passed on untouched; one that would flash once too often is mixed with
the last shown one, just so much that it does not. Reasons and measurements: docs/design/blend.md.

Pure but for what it remembers: time is passed in. Not here: real works that fade in on a bump (`client/web`).
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.renderer.mixing import Picture, mixed, sized

GRID: Final = 16
"""Cells along a side, each judged by its mean: one is a hand's breadth of a wall two metres wide."""

SAMPLES: Final = 4
"""Pixels along a side of a cell that are looked at: the mean of 16 is off by far less than a flash, and to look at all
65,536 of a picture would take eight times as long."""

LUMINANCE_STEP: Final = 0.08
"""An opposing change of a cell's relative luminance from here on counts, of 1 for white. The norm says .10, and spares
changes between two bright pictures; here nothing is spared."""

RED_STEP: Final = 0.05
"""The same for saturated red, as linear R - G - B. The norm says 20 / 320 = .0625 where red is four fifths of the
light; here any red counts."""

AREA: Final = 1 / 4
"""A change of this part of the picture counts, wherever in it the cells lie; so the norm says of the middle of the
view. With an eighth, the room's own stroll would be held back."""

TOGETHER_S: Final = 0.05
"""Cells that turn within this turn together: at 60 pictures a second hardly any two do so in the same one."""

CHANGES: Final = 6
"""Opposing changes that are allowed within WINDOW_S: two make a flash."""

WINDOW_S: Final = 1.1
"""A second, and a tenth for frames that reach the wall late."""

SEARCH: Final = 5
"""Halvings in search of the largest share of the new picture: to a 32nd."""

SOFT_S: Final = 0.5
"""A picture that was held back is followed ever more closely over this long: it glides on, it does not stutter."""

SOFT_LEAST: Final = 1 / 8
"""The share of the new picture from which that following begins: less of it, and eight bits show no movement at all."""

_CODES = np.arange(256) / 255
_LINEAR: Final = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""Light by 8-bit code (sRGB)."""

_SIGNALS: Final = np.array([[0.2126, 0.7152, 0.0722], [1, -1, -1]], np.float32)
"""Linear RGB -> relative luminance, and red beyond what white holds of it."""

_STEPS: Final = np.array([[LUMINANCE_STEP], [RED_STEP]], np.float32)
_CELLS: Final = GRID * GRID
_POOL: Final = np.kron(np.eye(GRID), np.ones((1, SAMPLES))).astype(np.float32) / SAMPLES**2
"""(GRID, GRID * SAMPLES): sums samples of a cell along one side."""


class Flashes:
    """The limit of one room's wall. Remembers its last picture, and a second of changes."""

    def __init__(self) -> None:
        self._shown: Picture | None = None
        self._held_s = -math.inf
        """When a picture was last held back."""
        self._turned_at = np.zeros((2, _CELLS), np.float32)
        """By signal and cell: the furthest it has gone since it last turned."""
        self._towards = np.zeros((2, _CELLS), np.float32)
        """1 while it rises, -1 while it falls, 0 before its first change."""
        self._lately_s = np.full(_CELLS, -math.inf)
        """When each cell turned; those that a counted change has swallowed turned never."""
        self._changes: deque[float] = deque(maxlen=CHANGES)
        """When the picture changed, as far as the budget reaches."""

    def limited(self, picture: Picture, now_s: float) -> Picture:
        """What the wall may show now instead: the very same picture, or a mixture with the last one."""
        looked_at = _samples(picture)
        signals = _signals(looked_at)
        if self._shown is None:
            self._turned_at = signals
        else:
            share = min(1.0, SOFT_LEAST + (1 - SOFT_LEAST) * (now_s - self._held_s) / SOFT_S)
            spent = len(self._changes) == CHANGES and now_s - self._changes[0] < WINDOW_S
            if share < 1 or (spent and self._changes_with(signals, now_s)):
                before = sized(self._shown, picture)
                share, signals = self._share(_samples(before), looked_at, share, spent, now_s)
                picture = mixed(before, picture, share)
        self._note(signals, now_s)
        self._shown = picture
        return picture

    def _turned(self, signals: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(2, cells): has gone a whole step against the way it went."""
        gone = signals - self._turned_at
        against = np.where(self._towards == 0, np.abs(gone), -self._towards * gone)
        return against >= _STEPS

    def _changes_with(self, signals: NDArray[np.float32], now_s: float) -> bool:
        """With these the picture would have changed once more."""
        turned = self._turned(signals).any(axis=0)
        return bool(turned.any() and (turned | (now_s - self._lately_s < TOGETHER_S)).mean() >= AREA)

    def _share(
        self, before: Picture, after: Picture, most: float, spent: bool, now_s: float
    ) -> tuple[float, NDArray[np.float32]]:
        """How much of the new picture is shown, `most` at most and, when the budget is `spent`, no more than changes
        nothing; and the signals of that mixture. Found on the samples: mixing them gives the mixture's samples."""
        share, signals = most, _signals(mixed(before, after, most))
        if not (spent and self._changes_with(signals, now_s)):
            return share, signals
        self._held_s = now_s
        share, signals = 0.0, _signals(before)
        for halving in range(1, SEARCH + 1):
            more = share + most * 0.5**halving
            found = _signals(mixed(before, after, more))
            if not self._changes_with(found, now_s):
                share, signals = more, found
        return share, signals

    def _note(self, signals: NDArray[np.float32], now_s: float) -> None:
        """These are shown now."""
        turned = self._turned(signals)
        if turned.any():
            if self._changes_with(signals, now_s):
                self._changes.append(now_s)
                self._lately_s[:] = -math.inf
            else:
                self._lately_s[turned.any(axis=0)] = now_s
            self._towards = np.where(turned, np.sign(signals - self._turned_at), self._towards)
        further = turned | (self._towards * (signals - self._turned_at) > 0)
        self._turned_at = np.where(further, signals, self._turned_at)


def _samples(picture: Picture) -> Picture:
    """Pixels spread evenly over a picture of any size: (GRID * SAMPLES, GRID * SAMPLES, 3)."""
    rows, columns = (
        ((np.arange(GRID * SAMPLES) + 0.5) * side / (GRID * SAMPLES)).astype(int) for side in picture.shape[:2]
    )
    samples: Picture = np.take(picture[rows], columns, axis=1)
    return samples


def _signals(samples: Picture) -> NDArray[np.float32]:
    """Samples -> (2, cells): relative luminance in [0, 1], and saturated red in [0, 1]."""
    light = np.take(_LINEAR, samples).reshape(len(samples), -1)  # (side, side * 3)
    sums = (_POOL @ light).reshape(GRID, GRID, SAMPLES, 3).sum(axis=2)  # (GRID, GRID, 3)
    return np.maximum(_SIGNALS @ sums.reshape(_CELLS, 3).T, 0)  # type: ignore[no-any-return]
