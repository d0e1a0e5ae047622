"""Arithmetic of latents: mixing and turning them without leaving the shell on which generators draw well.

Gaussian latents all lie near |z| = sqrt(z_dim); a plain mean of two falls inside and draws mud. So directions and
lengths are mixed apart. `LatentSpace` adds class weights, which are mixed straight. Pure numpy: no torch, no map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

CANCELLED = 1e-6
"""A mean this short beside its parts (relative) has no direction left: float32 carries about 7 digits."""

PARALLEL_RAD = 1e-4
"""Closer than this, sin(omega) in the denominator loses digits and the straight line is the arc."""


def mix(seeds: Floats, weights: Floats) -> Floats:
    """Norm-preserving weighted mean: seeds (..., K, z_dim), weights (..., K) summing to 1 -> (..., z_dim).

    The direction is that of the plain mean, the length the weighted mean of lengths. One work of weight 1 gives exactly
    its seed. Where the seeds cancel out no direction is right: the heaviest speaks, the first of equals.
    """
    lengths = length(seeds)  # (..., K)
    mean = (weights[..., None, :] @ seeds)[..., 0, :]  # (..., z_dim)
    wanted = (weights * lengths).sum(-1)  # (...)
    found = length(mean)  # (...)
    gone = found <= CANCELLED * wanted
    if gone.any():
        heaviest = np.take_along_axis(seeds, weights.argmax(-1)[..., None, None], axis=-2)[..., 0, :]
        mean = np.where(gone[..., None], heaviest, mean)
        found = length(mean)
    scale = np.divide(wanted, found, out=np.ones_like(found), where=found > 0)
    return mean * scale[..., None]  # type: ignore[no-any-return]


def slerp(a: Floats, b: Floats, t: float | Floats) -> Floats:
    """Turn from a to b (Shoemake 1985): a, b (..., z_dim), t (...) in [0, 1] -> (..., z_dim) in float32.

    Exactly a at t = 0 and b at t = 1; in between the direction turns evenly and the length goes straight. Opposite
    directions turn through a fixed perpendicular; a zero latent has no direction and is left along the straight line.
    """
    t = np.asarray(t, dtype=np.float64)[..., None]  # (..., 1)
    long_a, long_b = length(a)[..., None].astype(np.float64), length(b)[..., None].astype(np.float64)
    zero = (long_a == 0) | (long_b == 0)
    u = a / np.where(long_a == 0, 1.0, long_a)  # (..., z_dim), unit
    v = b / np.where(long_b == 0, 1.0, long_b)
    # Kahan's half-angle form: arccos of a dot product near 1 or -1 keeps only half of the digits.
    omega = 2 * np.arctan2(length(u - v), length(u + v))[..., None]
    near = omega < PARALLEL_RAD
    opposite = np.pi - omega < PARALLEL_RAD
    if opposite.any():
        v = np.where(opposite, perpendicular(u), v)
        t_turn, omega = np.where(opposite, 2 * t, t), np.where(opposite, np.pi / 2, omega)
    else:
        t_turn = t
    sine = np.where(near, 1.0, np.sin(omega))
    along_u = np.where(near, 1 - t, np.sin((1 - t_turn) * omega) / sine)
    along_v = np.where(near, t, np.sin(t_turn * omega) / sine)
    turned = (along_u * u + along_v * v) * ((1 - t) * long_a + t * long_b)
    turned = np.where(zero, (1 - t) * a + t * b, turned)
    return np.where(t <= 0, a, np.where(t >= 1, b, turned)).astype(np.float32)


def perpendicular(u: Floats) -> Floats:
    """For each unit vector (..., z_dim) a unit vector at right angles to it, always the same one."""
    axis = np.zeros_like(u)
    np.put_along_axis(axis, np.abs(u).argmin(-1)[..., None], 1.0, axis=-1)
    across = axis - (axis * u).sum(-1, keepdims=True) * u
    return across / length(across)[..., None]  # type: ignore[no-any-return]


def length(z: Floats) -> Floats:
    """|z| over the last axis: (..., z_dim) -> (...)."""
    return np.sqrt((z * z).sum(-1))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class LatentSpace:
    """Latents of one generator as flat float32 rows: z, and behind it the class weights y where it has classes.

    Maps, blends and indices work on rows and need not know what is in them; where z and y must be treated apart (a
    direction has a length to keep, a mixture of classes has not), they ask the space.
    """

    z_dim: int
    n_classes: int = 0

    @property
    def width(self) -> int:
        """Numbers in a row: z_dim + n_classes."""
        return self.z_dim + self.n_classes

    def split(self, rows: Floats) -> tuple[Floats, Floats | None]:
        """(..., width) -> z (..., z_dim) and y (..., n_classes), or None without classes. Raises ValueError on another
        width."""
        self.require(rows)
        return rows[..., : self.z_dim], rows[..., self.z_dim :] if self.n_classes else None

    def join(self, z: Floats, y: Floats | None) -> Floats:
        """What `split` took apart: (..., width)."""
        return z if y is None else np.concatenate([z, y], axis=-1)

    def mix(self, rows: Floats, weights: Floats) -> Floats:
        """Rows (..., K, width), weights (..., K) >= 0 summing to 1 -> (..., width).

        z as `mix` does, keeping its length; y the convex mean, so that it stays a mixture of classes. A weight of 1
        gives exactly its row.
        """
        z, y = self.split(rows)
        return self.join(mix(z, weights), None if y is None else (weights[..., None, :] @ y)[..., 0, :])

    def slerp(self, a: Floats, b: Floats, t: float | Floats) -> Floats:
        """From a to b, (..., width) each, t (...) in [0, 1]: z turns, y goes straight. Exactly a at 0 and b at 1."""
        (z_a, y_a), (z_b, y_b) = self.split(a), self.split(b)
        z = slerp(z_a, z_b, t)
        if y_a is None or y_b is None:
            return z
        along = np.asarray(t, dtype=np.float64)[..., None]
        return self.join(z, ((1 - along) * y_a + along * y_b).astype(np.float32))

    def require(self, rows: Floats) -> None:
        """Raise ValueError unless these are rows of this space."""
        if rows.shape[-1:] != (self.width,):
            raise ValueError(
                f"latents {rows.shape} do not end in {self.width} numbers ({self.z_dim} + {self.n_classes})"
            )


def unit(vectors: Floats) -> NDArray[np.float32]:
    """Each vector (..., D) at length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)), np.float32)
