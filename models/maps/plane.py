"""The map called `slice`: a flat plane through latent space, as far as the map reaches.

Either through three works, which lie at the corners of a triangle, or through one work along two of the generator's
principal directions (`directions.py`). The plane gives the direction of z and the works its length: in the middle of
three seeds the plane is half as far out as they are, where a generator draws little but mud. Other works are not on it:
a plane in 140 dimensions misses them by almost their whole length, and a place that shows something else than its work
would break the map's promise. Pure numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.latent import LatentSpace, length
from models.maps import clamped

REACH = 0.08
"""Of each work, in widths: where the law of steering lets a bump end. So few works need not share the room."""

TRIANGLE = ((0.5, 0.125), (0.875, 0.75), (0.125, 0.75))
"""Where three works lie, nearly equilateral: inside they blend, in the fifth of the width around it the plane goes on
past them. Exact in float32, in which a collection keeps places."""

CENTRE = (0.5, 0.5)
"""Where one work lies, with a direction to each side."""

RIM_STEPS = 3.0
"""Standard deviations from the centre to the rim along a direction: nearly all that the generator draws by itself lies
within three, and beyond it has never learnt to draw."""

CLEAR_OF_CENTRE = 0.1
"""Nearest that a plane may come to the centre of the space, by the length of its works: there z has no direction, and
beside it turns faster than anyone can follow. Planes through unrelated works pass at .58."""


class Slice:
    """The plane on which three corners (3, 2) of the map have three rows (3, width). The first `works` of the corners
    are works. Make one by `through` or `along`. Raises ValueError on other shapes, on NaN, and on a plane that is not
    CLEAR_OF_CENTRE."""

    name = "slice"

    def __init__(self, corners: ArrayLike, rows: ArrayLike, works: int, space: LatentSpace | None = None) -> None:
        self._corners = np.asarray(corners, dtype=np.float64)
        self._rows = np.asarray(rows, dtype=np.float32)
        if self._corners.shape != (3, 2) or self._rows.shape[:1] != (3,) or self._rows.ndim != 2:
            raise ValueError(f"corners {self._corners.shape} and rows {self._rows.shape} are not (3, 2) and (3, width)")
        if not np.isfinite(self._rows).all():
            raise ValueError("the rows of a slice hold NaN or infinity")
        self._space = space or LatentSpace(self._rows.shape[1])
        z = self._space.split(self._rows)[0].astype(np.float64)
        self._lengths = np.array([length(one) for one in z])  # (3,), each to the last digit as decode finds it
        if works == 1:
            self._lengths = np.repeat(self._lengths[:1], 3)
        from_centre = float(length(z[0] - across(z[0], z[1:] - z[0])))
        if from_centre < CLEAR_OF_CENTRE * self._lengths.max():
            raise ValueError("the plane through these works meets the centre of latent space; choose others")
        self.works: NDArray[np.intp] = np.arange(works)
        self.places = self._corners[:works]
        self.reach: NDArray[np.float64] = np.full(works, REACH)

    @classmethod
    def through(cls, seeds: ArrayLike, space: LatentSpace | None = None) -> Slice:
        """The plane through three seeds (3, width)."""
        return cls(TRIANGLE, seeds, 3, space)

    @classmethod
    def along(cls, seed: ArrayLike, steps: ArrayLike, space: LatentSpace | None = None) -> Slice:
        """The plane through one seed (width,), rightwards along one step (z_dim,) of z and upwards along another,
        RIM_STEPS of each to the rim. Classes stay those of the seed."""
        centre = np.asarray(seed, dtype=np.float32)
        rows = np.stack([centre, centre, centre])  # (3, width)
        moved = np.asarray(steps, dtype=np.float32)  # (2, z_dim)
        if moved.ndim != 2 or len(moved) != 2 or moved.shape[1] > rows.shape[1]:
            raise ValueError(f"steps {moved.shape} are not (2, z_dim) of a seed of {rows.shape[1]} numbers")
        rows[1:, : moved.shape[1]] += RIM_STEPS * moved
        return cls((CENTRE, (1.0, CENTRE[1]), (CENTRE[0], 0.0)), rows, 1, space)

    def decode(self, x: float, y: float) -> NDArray[np.float32]:
        """The latent row (width,) of a place: z points as the plane does and is as long as the works; class weights
        that would fall below 0, beyond a corner, stay at 0."""
        weights = barycentric(clamped(x, y), self._corners)
        z, classes = self._space.split(weights @ self._rows.astype(np.float64))
        z = z * (weights @ self._lengths / length(z))
        if classes is not None:
            held = classes.clip(0)
            classes = held * (classes.sum() / held.sum())  # by exactly 1 where nothing was below 0
        return self._space.join(z, classes).astype(np.float32)


def barycentric(place: tuple[float, float], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (3,) of the corners (3, 2) that make the place, summing to 1; negative beyond the opposite edge.

    Each is a ratio of two areas, and at a corner both are the same number: there the weights are 1, 0, 0 exactly.
    """
    p = np.asarray(place)
    opposite, last = corners[[1, 2, 0]], corners[[2, 0, 1]]  # (3, 2): the edge across from each corner
    return np.asarray(cross(p - opposite, last - opposite) / cross(corners - opposite, last - opposite))


def across(point: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of a point (D,) that lies along the sides (2, D)."""
    return np.asarray(np.linalg.lstsq(sides.T, point, rcond=None)[0] @ sides)


def cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twice the area of the triangles between a and b, (..., 2) each -> (...)."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
