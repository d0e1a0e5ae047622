"""What is kept of a set of pictures once they have gone by: a few numbers each, never all of their pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.quality.patches import Descriptors
from bench.quality.pictures import Pictures, resized
from models.search.features import SIDE, features, shrink, to_lab

THUMB = 32
"""Side in pixels at which pictures are told apart: composition and colour, without strokes."""

GLANCE = 64
"""Side in pixels at which contrast and colour are judged: what is seen from across the room."""


@dataclass(frozen=True)
class Sample:
    """N pictures, described."""

    patches: list[NDArray[np.float16]]
    """Descriptors of each level, float16 (total, 147), finest first."""
    thumbs: NDArray[np.float32]
    """Pixels at THUMB px, (N, 3072), in [0, 255]."""
    looks: NDArray[np.float32]
    """`models.search.features`, (N, 233)."""
    contrast: NDArray[np.float64]
    """How far a picture's pixels lie from its mean colour, root mean square in Lab units, (N,)."""
    chroma: NDArray[np.float64]
    """Mean distance from grey in Lab units, (N,)."""
    colour: NDArray[np.float64]
    """Mean colour, (N, 3) in Lab: L from black to white, a from green to red, b from blue to yellow."""

    def only(self, chosen: NDArray[np.bool_]) -> Sample:
        """Some of its pictures; patches have no owner any more and stay behind."""
        colours = self.contrast[chosen], self.chroma[chosen], self.colour[chosen]
        return Sample([], self.thumbs[chosen], self.looks[chosen], *colours)


def look_at(batches: Iterable[Pictures], *, side: int, count: int, total: int, rng: np.random.Generator) -> Sample:
    """Describe `count` pictures of a side as they come; `total` patches a level are taken from all of them together."""
    descriptors = Descriptors(side, count, total, rng)
    seen = []
    for pictures in batches:
        descriptors.add(pictures)
        seen.append((thumbnails(pictures), features(resized(pictures, SIDE)), *colours(pictures)))
    return Sample(descriptors.levels, *(np.concatenate(values) for values in zip(*seen, strict=True)))


def thumbnails(pictures: Pictures) -> NDArray[np.float32]:
    """(N, 3, S, S) -> (N, 3072) in [0, 255]."""
    return shrink(pictures, min(THUMB, pictures.shape[-1])).reshape(len(pictures), -1).astype(np.float32)


def colours(pictures: Pictures) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Contrast (N,), chroma (N,) and mean colour (N, 3) of pictures (N, 3, S, S), in Lab units."""
    lab = to_lab(shrink(pictures / 255, min(GLANCE, pictures.shape[-1])))  # (N, 3, 64, 64)
    contrast = np.sqrt(lab.var(axis=(2, 3)).sum(axis=1))
    chroma = np.hypot(lab[:, 1], lab[:, 2]).mean(axis=(1, 2))
    return contrast, chroma, lab.mean(axis=(2, 3))
