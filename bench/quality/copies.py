"""Whether samples are new pictures or works once more: distance to the nearest work, against that between works."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass(frozen=True)
class Nearness:
    """How near pictures come to works, in one feature."""

    ratio: float
    """Median distance to the nearest work / median distance of a work to the nearest other work. Copies: near 0."""
    closer_than_closest: float
    """Share of pictures nearer to a work than the closest pair of works is to each other."""
    closer_than_hundredth: float
    """Share nearer to a work than the closest hundredth of works are to their neighbours: a collection may hold two
    states of one plate, whose distance alone says little."""


def nearness(pictures: NDArray[np.float32], works: NDArray[np.float32]) -> Nearness:
    """Features (N, F) of pictures and (M, F) of works, M at least 2."""
    found, usual = to_nearest(pictures, works), between_works(works)
    return Nearness(
        float(np.median(found) / np.median(usual)),
        float((found < usual.min()).mean()),
        float((found < np.quantile(usual, 0.01)).mean()),
    )


def to_nearest(pictures: NDArray[np.float32], works: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of each picture to the work nearest to it: (N,)."""
    return np.asarray(all_distances(pictures, works).amin(dim=1).numpy())


def between_works(works: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of each work to the nearest other work: (M,)."""
    return np.asarray(all_distances(works, works).fill_diagonal_(torch.inf).amin(dim=1).numpy())


def all_distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> torch.Tensor:
    """Euclidean, (N, M). By differences: by products, two near pictures would lose their distance in rounding."""
    return torch.cdist(torch.from_numpy(a), torch.from_numpy(b), compute_mode="donot_use_mm_for_euclid_dist")
