"""Charts of the collection on which every place has a latent.

`atlas` holds the whole collection, `ring` six works as the original did, `slice` a plane through latent space. All are
a `Map`: pure functions of a place in [0, 1]^2, that need no torch and no collection. `hang.py` says which works a map
holds and opens it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Map(Protocol):
    """What a wall steers on. Two promises, held by one test for all maps (tests/models/test_maps.py): every place
    decodes to a latent, without a jump anywhere; and at a work's place the latent is that work's seed exactly."""

    @property
    def name(self) -> str:
        """As an operator chooses it: atlas, ring or slice."""
        ...

    @property
    def works(self) -> NDArray[np.intp]:
        """(N,) rows of the works that it holds, among the seeds it was made from."""
        ...

    @property
    def places(self) -> NDArray[np.float64]:
        """(N, 2) in [0, 1]^2, all distinct: where each of these works lies."""
        ...

    @property
    def reach(self) -> NDArray[np.float64]:
        """(N,) radius in widths within which a work draws the point to itself; no two discs overlap."""
        ...

    def decode(self, x: float, y: float) -> NDArray[np.float32]:
        """The latent row of a place; outside of [0, 1]^2 that of the nearest edge. Raises ValueError on NaN or
        infinity."""
        ...


def clamped(x: float, y: float) -> tuple[float, float]:
    """The place in [0, 1]^2 that is nearest to (x, y). Raises ValueError on NaN or infinity."""
    if not (np.isfinite(x) and np.isfinite(y)):
        raise ValueError(f"({x}, {y}) is not a place")
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


def smooth_step(t: float) -> float:
    """0 to 1 with level ends, t in [0, 1]: the picture neither jerks at the rim of a disc nor at its centre."""
    return t * t * (3 - 2 * t)
