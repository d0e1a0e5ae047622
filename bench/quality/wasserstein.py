"""How far apart two sets of patches are: the sliced Wasserstein distance (Rabin et al. 2011; Karras et al. 2018).

Along a random direction the distance between two equally large sets of numbers is the mean difference once both are
sorted; the sliced distance is its mean over directions. A set is brought to mean 0 and deviation 1 in each colour
channel first, as in the paper, so it sees the shape of a level's detail but not how strong it is: `strengths` does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from bench.quality.patches import PER_PICTURE

DIRECTIONS, REPEATS = 128, 4
"""512 random directions, 128 at a time, as in the paper: the parts bound memory to twice 56 MB for 854 works."""

Set = NDArray[np.float16] | NDArray[np.float32]
"""Descriptors of one level, (n, 147)."""


def distances(one: Sequence[Set], other: Sequence[Set], rng: np.random.Generator) -> list[float]:
    """`distance` of each level."""
    return [distance(a, b, rng) for a, b in zip(one, other, strict=True)]


def distance(one: Set, other: Set, rng: np.random.Generator) -> float:
    """Sliced distance x 1,000 of two sets, each normalised; the larger is drawn down to the size of the smaller."""
    n = min(len(one), len(other))
    return 1000 * sliced(normalised(drawn(one, n, rng)), normalised(drawn(other, n, rng)), rng)


def sliced(a: NDArray[np.float32], b: NDArray[np.float32], rng: np.random.Generator) -> float:
    """Sliced Wasserstein-1 distance of two sets (n, d). Raises ValueError when they are not equally large."""
    if a.shape != b.shape:
        raise ValueError(f"sets of {a.shape} and {b.shape}; the sorted sets are compared one to one, so draw as many")
    return float(np.mean([one_part(a, b, rng) for _ in range(REPEATS)]))


def one_part(a: NDArray[np.float32], b: NDArray[np.float32], rng: np.random.Generator) -> float:
    """Mean over DIRECTIONS random directions."""
    directions = rng.standard_normal((DIRECTIONS, a.shape[1]), dtype=np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    one, other = directions @ a.T, directions @ b.T  # (128, n) each
    one.sort(axis=1)
    other.sort(axis=1)
    one -= other
    return float(np.abs(one, out=one).mean(dtype=np.float64))


def normalised(descriptors: Set) -> NDArray[np.float32]:
    """Mean 0 and deviation 1 in each colour channel over the whole set: (n, 147) -> (n, 147)."""
    channels = by_channel(descriptors)
    variance, mean = torch.var_mean(channels, dim=(0, 2), keepdim=True)
    return np.asarray(((channels - mean) / variance.sqrt().clamp_min(1e-8)).flatten(1).numpy())


def by_channel(descriptors: Set) -> torch.Tensor:
    """(n, 147) -> float32 (n, 3, 49)."""
    return torch.from_numpy(descriptors).float().view(len(descriptors), 3, -1)


def drawn(descriptors: Set, count: int, rng: np.random.Generator) -> Set:
    """`count` of them, at random and each once; all of them as they are."""
    return descriptors if count == len(descriptors) else descriptors[rng.permutation(len(descriptors))[:count]]


def between_halves(levels: Sequence[Set], rng: np.random.Generator) -> list[float]:
    """First floor: half of the pictures against the other half, what chance alone leaves. As `distances`.

    Whole pictures change sides, PER_PICTURE rows at a time: patches of one picture are not strangers to each other.
    """
    pictures = rng.permutation(len(levels[0]) // PER_PICTURE)
    half = len(pictures) // 2
    rows = pictures[:, None] * PER_PICTURE + np.arange(PER_PICTURE)  # (N, 128)
    one, other = rows[:half].ravel(), rows[half : 2 * half].ravel()
    return [distance(level[one], level[other], rng) for level in levels]


def to_gaussian(levels: Sequence[Set], rng: np.random.Generator) -> list[float]:
    """Second floor: against a Gaussian fitted to the patches of each level, which knows how the pixels of a patch vary
    together and nothing else about pictures. As `distances`."""
    return [distance(level, gaussian_like(level, rng), rng) for level in levels]


def gaussian_like(descriptors: Set, rng: np.random.Generator) -> NDArray[np.float32]:
    """As many draws from the Gaussian with the same mean and covariance: (n, d) -> (n, d)."""
    values, axes = np.linalg.eigh(torch.cov(torch.from_numpy(descriptors).float().T).double().numpy())
    stretch = (axes * np.sqrt(np.maximum(values, 0))).astype(np.float32)  # rounding leaves eigenvalues below zero
    draws = rng.standard_normal(descriptors.shape, dtype=np.float32) @ stretch.T
    return np.asarray(draws + descriptors.mean(0, dtype=np.float64).astype(np.float32))


def strengths(levels: Sequence[Set], of: Sequence[Set]) -> list[float]:
    """Deviation of each level's detail, as a share of that of another set: below 1 is softer."""
    return [strength(a) / strength(b) for a, b in zip(levels, of, strict=True)]


def strength(descriptors: Set) -> float:
    """Root of the mean variance within the channels."""
    return float(by_channel(descriptors).var(dim=(0, 2)).mean().sqrt())
