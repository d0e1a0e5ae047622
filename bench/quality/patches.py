"""Pictures as small patches at every scale: the descriptors of Karras et al. 2018 (ProGAN), section 5.

A Laplacian pyramid (Burt & Adelson 1983) parts a picture into bands of detail, one a level; from each band 7 x 7
patches are taken at random places. `wasserstein.py` compares two sets of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bench.quality.pictures import Pictures

SMALLEST = 16
"""Side of the coarsest level in pixels, as in the paper. It holds what is left of the picture, not a band."""

PATCH = 7
"""Side of a patch in pixels, as in the paper."""

PER_PICTURE = 128
"""Patches a picture and level, as in the paper."""

WIDTH = 3 * PATCH * PATCH
"""Numbers in a descriptor."""

TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""The binomial filter of Burt & Adelson."""


def sides(side: int) -> list[int]:
    """Sides of the levels of a picture, finest first: 256, 128, 64, 32, 16."""
    return [side >> level for level in range((side // SMALLEST).bit_length())]


def laplacian(pictures: Tensor) -> list[Tensor]:
    """Pyramid of float32 (B, C, S, S): a tensor (B, C, side, side) for each of `sides(S)`. Linear."""
    levels = []
    while pictures.shape[-1] > SMALLEST:
        smaller = halved(pictures)
        levels.append(pictures - doubled(smaller))
        pictures = smaller
    return [*levels, pictures]


def halved(pictures: Tensor) -> Tensor:
    """(B, C, S, S) -> (B, C, S/2, S/2): blurred by TAPS, every second pixel kept, mirrored at the edges."""
    side = pictures.shape[-1]
    padded = F.pad(pictures, (2, 2, 2, 2), mode="reflect")  # (B, C, S+4, S+4)
    rows = torch.stack([tap * padded[..., k : k + side : 2, :] for k, tap in enumerate(TAPS)]).sum(0)
    return torch.stack([tap * rows[..., k : k + side : 2] for k, tap in enumerate(TAPS)]).sum(0)


def doubled(pictures: Tensor) -> Tensor:
    """(B, C, S, S) -> (B, C, 2S, 2S): zeros set between the pixels, then filled by TAPS, which here fall into two."""
    for axis in (2, 3):
        n = pictures.shape[axis]
        before = torch.cat([pictures.narrow(axis, 1, 1), pictures.narrow(axis, 0, n - 1)], axis)
        after = torch.cat([pictures.narrow(axis, 1, n - 1), pictures.narrow(axis, n - 1, 1)], axis)
        even, odd = (before + 6 * pictures + after) / 8, (pictures + after) / 2
        pictures = torch.stack([even, odd], axis + 1).flatten(axis, axis + 1)
    return pictures


class Descriptors:
    """Collects `total` descriptors a level from `count` pictures of a side, evenly from all of them.

    The statistic needs equally many on both sides, so a larger set gives fewer patches a picture, and every picture of
    it takes part. `levels`: float16 (total, 147) each, finest first, picture by picture: finer than the bytes they come
    from, and half the memory (160 MB for 854 works).
    """

    def __init__(self, side: int, count: int, total: int, rng: np.random.Generator) -> None:
        self.levels = [np.empty((total, WIDTH), np.float16) for _ in sides(side)]
        self._ends = np.arange(count + 1) * total // count  # patches up to each picture
        self._seen = 0
        self._rng = rng

    def add(self, pictures: Pictures) -> None:
        """The next pictures."""
        ends = self._ends[self._seen : self._seen + len(pictures) + 1]
        self._seen += len(pictures)
        owner = np.repeat(np.arange(len(pictures)), np.diff(ends))
        for held, level in zip(self.levels, laplacian(torch.from_numpy(pictures).float() / 127.5 - 1), strict=True):
            held[ends[0] : ends[-1]] = patches(level.numpy(), owner, self._rng)


def patches(level: NDArray[np.float32], owner: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float32]:
    """One patch at a random place of `level[owner]` for each owner: (B, 3, S, S), (n,) -> (n, 147)."""
    windows: NDArray[Any] = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(2, 3))
    y, x = rng.integers(0, windows.shape[2], (2, len(owner)))  # (B, 3, S-6, S-6, 7, 7)
    return windows[owner, :, y, x].reshape(len(owner), WIDTH)
