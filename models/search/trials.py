"""How near to the truth a search is: questions like those it will be asked, and the share of right answers.

The two spaces are asked differently. A point drifts between the seeds of works, so the seed index is tried on mixtures.
A picture that is shown to us looks like some work, but not quite: the feature index is tried on works pushed aside in
the directions in which works differ. Pure numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.latent import mix

Vectors = NDArray[np.float32]

Trials = Callable[[Vectors, int], Vectors]
"""(N, D), count -> queries (count, D)"""

Finds = Callable[[Vectors], NDArray[Any]]
"""query (D,) -> rows, nearest first"""

ASIDE: Final = 0.5
"""How far a work is pushed, in distances between two works: as far as a photograph of it lies that is cropped by a
fifth and off in colour (`python -m bench.features` prints how far that is)."""


def midway(seeds: Vectors, count: int, *, seed: int = 0) -> Vectors:
    """Latents (count, z_dim) between works, where a point is that drifts: two parts of one work, one of another."""
    pairs = np.random.default_rng(seed).integers(0, len(seeds), (count, 2))
    weights = np.broadcast_to(np.array([2 / 3, 1 / 3], np.float32), (count, 2))
    return np.asarray(mix(seeds[pairs], weights), np.float32)


def pushed(features: Vectors, count: int, *, seed: int = 0) -> Vectors:
    """Features (count, F) as of works seen otherwise: each a work, and a part of how two others differ."""
    work, one, other = np.random.default_rng(seed).integers(0, len(features), (3, count))
    return np.asarray(features[work] + ASIDE * (features[one] - features[other]), np.float32)


def recall(search: Finds, truth: Finds, queries: Vectors) -> float:
    """Share of the 10 nearest by `truth` that `search` finds, over queries (Q, D)."""
    hits = [len(np.intersect1d(search(query)[:10], truth(query)[:10])) / 10 for query in queries]
    return float(np.mean(hits))
