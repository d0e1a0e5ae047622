"""The map of the whole collection: works that look alike lie side by side, and between them their seeds are blended.

DESIGN section 4, step 10. Far from works the latent is a blend of the nearest seeds; inside a work's own disc it turns
towards that work's seed. Needs no torch and no collection: places and seeds are arrays. `layout.py` finds the places.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from models.latent import LatentSpace
from models.maps import clamped, smooth_step

NEIGHBOURS = 8
"""Works that speak at one place: a work, its ring of six on an even map, and one to fade in or out."""

MAX_REACH = 0.08
"""Radius of the largest disc, in map widths: beyond it a lonely work would hold the point too long."""

SHARPNESS = 2.0
"""Softmax over distances in units of the map's own spacing: higher gives purer works and faster changes between
them."""


class Atlas:
    """Places (N, 2) in [0, 1]^2, all distinct, and seeds (N, width). Raises ValueError on anything else.

    `space`: how a row divides into z and class weights; all z if left out.
    `reach` (N,): the radius of each work's disc, at most MAX_REACH and half the way to its nearest neighbour, so that
    discs never overlap and no place has two masters.
    """

    name = "atlas"

    def __init__(self, places: ArrayLike, seeds: ArrayLike, space: LatentSpace | None = None) -> None:
        self.places = np.asarray(places, dtype=np.float64)  # (N, 2)
        self.seeds = np.asarray(seeds, dtype=np.float32)  # (N, width)
        n = len(self.places)
        if n == 0 or self.places.shape != (n, 2) or self.seeds.ndim != 2 or len(self.seeds) != n:
            raise ValueError(f"places {self.places.shape} and seeds {self.seeds.shape} are not (N, 2) and (N, width)")
        if not (np.isfinite(self.places).all() and np.isfinite(self.seeds).all()):
            raise ValueError("places or seeds hold NaN or infinity")
        self._space = space or LatentSpace(self.seeds.shape[1])
        self._space.require(self.seeds)
        self.works: NDArray[np.intp] = np.arange(n)
        self._tree: Any = cKDTree(self.places)
        to_next = self._tree.query(self.places, k=2)[0][:, 1]  # (N,); infinite for a work alone
        if to_next.min() == 0:
            raise ValueError("two works have the same place on the map")
        self.reach: NDArray[np.float64] = np.minimum(MAX_REACH, to_next / 2)
        self._spacing = float(np.median(to_next)) if n > 1 else 1.0

    def decode(self, x: float, y: float) -> NDArray[np.float32]:
        """The latent row (width,) of a place; outside of [0, 1]^2 that of the nearest edge. Continuous in x and y."""
        place = clamped(x, y)
        n = len(self.places)
        if n == 1:
            return np.array(self.seeds[0])
        if n <= NEIGHBOURS:
            distances, works = self._tree.query(place, k=n)  # always the same set: nothing enters, nothing fades
            taper = 1.0
        else:
            distances, works = self._tree.query(place, k=NEIGHBOURS + 1)
            # Zero at the first work left out: whoever trades places with it does so unheard.
            taper = np.square(1 - np.square(distances[:-1] / distances[-1]))
            distances, works = distances[:-1], works[:-1]
        weights = np.exp((distances[0] - distances) * (SHARPNESS / self._spacing)) * taper
        total = weights.sum()
        # All at one distance, as from the middle of a circle of nine works: equal voices.
        weights = weights / total if total > 0 else np.full(len(works), 1 / len(works))
        blend = self._space.mix(self.seeds[works], weights.astype(np.float32))
        first = works[0]
        nearness = 1 - distances[0] / self.reach[first]
        if nearness <= 0:
            return blend.astype(np.float32)
        return self._space.slerp(blend, self.seeds[first], smooth_step(nearness)).astype(np.float32)
