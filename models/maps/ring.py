"""The original's map: six works on a ring, and every place a softmax blend of all of them.

Gen Studio (2019) drew its map with axes [0.1, 1.3]^2, began at (0.7, 0.7), blended z and class weights linearly with
softmax(-6 d) over the distances to all works, and showed a work itself within 0.05 of it. These are facts of its public
source (docs/design/maps.md says where); that source placed up to seven works by hand, at .45 to .56 from the middle.
Ours: six at equal angles, and no jump at the rim of a work's disc. Pure numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.latent import LatentSpace
from models.maps import clamped, smooth_step

LOW, HIGH = 0.1, 1.3
"""The original's axes, both. On the wire a place is in [0, 1]^2, y downwards: x = LOW + 1.2 u, y = HIGH - 1.2 v."""

START = (0.7, 0.7)
"""Where the original began: the middle, (0.5, 0.5) on the wire."""

SHARPNESS = 6.0
"""The original's softmax(-6 d). In the middle of a ring of six each work has a sixth, at its own place .90."""

BUMP = 0.05
"""Within this distance, on the ring's axes, the original showed the work's own seed."""

LEAVE = 0.08
"""A bump ends here, on the ring's axes: the law begins one within 5/8 of the reach, which is then BUMP."""

WORKS = 6
"""On the ring."""

RADIUS = 0.5
"""Of the ring, on its axes: the mean of the original's seven hand-set distances is .51; so thumbnails of the original's
size, 0.2, end at the map's edge."""


def ring_places(works: int = WORKS) -> NDArray[np.float64]:
    """(works, 2) on the wire's axes, at equal angles, the first at the top, then clockwise."""
    angles = np.arange(works) * 2 * np.pi / works
    x, y = START[0] + RADIUS * np.sin(angles), START[1] + RADIUS * np.cos(angles)
    wire = np.stack([x - LOW, HIGH - y], axis=1) / (HIGH - LOW)
    return wire.astype(np.float32).astype(np.float64)  # a collection keeps places in float32: the same numbers there


def own_axes(places: ArrayLike) -> NDArray[np.float64]:
    """The wire's (..., 2) in [0, 1]^2 -> the ring's axes, (..., 2) in [LOW, HIGH]^2."""
    x, y = np.moveaxis(np.asarray(places, dtype=np.float64), -1, 0)
    return np.stack([LOW + (HIGH - LOW) * x, HIGH - (HIGH - LOW) * y], axis=-1)


def ring_weights(distances: ArrayLike) -> NDArray[np.float64]:
    """The original's weights: distances (N,) on the ring's axes -> softmax(-6 d), (N,), summing to 1."""
    d = np.asarray(distances, dtype=np.float64)
    raised = np.exp(SHARPNESS * (d.min() - d))
    return np.asarray(raised / raised.sum())


class Ring:
    """Seeds (N, width) on a ring. Raises ValueError on other shapes, and where there is no work or NaN.

    Outside of the works' discs decode is the original's to the last digit. In the original a work's place decoded, by
    its weights, to nine tenths of the work, and the picture leapt to the whole of it at BUMP; here it turns to the seed
    between BUMP and the work's place, and at the place is the seed exactly.
    """

    name = "ring"

    def __init__(self, seeds: ArrayLike, space: LatentSpace | None = None) -> None:
        self.seeds = np.asarray(seeds, dtype=np.float32)  # (N, width)
        if self.seeds.ndim != 2 or len(self.seeds) == 0:
            raise ValueError(f"seeds {self.seeds.shape} are not (N, width)")
        if not np.isfinite(self.seeds).all():
            raise ValueError("seeds hold NaN or infinity")
        (space or LatentSpace(self.seeds.shape[1])).require(self.seeds)
        self.works: NDArray[np.intp] = np.arange(len(self.seeds))
        self.places = ring_places(len(self.seeds))
        self.reach: NDArray[np.float64] = np.full(len(self.seeds), LEAVE / (HIGH - LOW))
        self._own = own_axes(self.places)  # (N, 2)

    def decode(self, x: float, y: float) -> NDArray[np.float32]:
        """The latent row (width,) of a place: z and class weights in one linear mean. Continuous in x and y."""
        distances = np.linalg.norm(self._own - own_axes(clamped(x, y)), axis=1)  # (N,)
        weights = ring_weights(distances)
        nearest = int(distances.argmin())
        own = smooth_step(max(0.0, 1 - float(distances[nearest]) / BUMP))
        weights *= 1 - own
        weights[nearest] += own
        return (weights @ self.seeds).astype(np.float32)
