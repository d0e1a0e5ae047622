"""Where each work lies on the map: works that look alike lie side by side, evenly spread. Done once, offline.

t-SNE (van der Maaten & Hinton 2008) on the principal components of the features finds who belongs together but clumps;
then every work moves to its own cell of an even triangular grid, by the assignment with the least total movement. What
was measured stands in docs/design/collection.md. `atlas.py` uses the places; nothing here runs while a wall does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

MARGIN = 0.04
"""Free rim of the map, in widths: a work at the very edge could only be approached from one side."""

COMPONENTS = 50
"""Principal components given to t-SNE: 50 and 100 came out alike (docs/design/collection.md)."""

PERPLEXITY = 20.0
"""Neighbours that t-SNE keeps together: 20 gave the same map quality from every start, 30 not. Less for small
collections."""

BLOCK = 1024
"""Works per exact assignment: its time grows with the cube (850 works 0.2 s); larger collections are halved first."""


def layout(features: NDArray[np.float32], *, seed: int = 0) -> NDArray[np.float32]:
    """Features (N, F) -> places (N, 2) in [MARGIN, 1 - MARGIN]^2, no two the same. Same input, same places."""
    n = len(features)
    if n <= 4:
        return triangular_grid(n).astype(np.float32)  # too few for neighbourhoods to mean anything
    flat = embed(principal(np.asarray(features, dtype=np.float64)), seed)
    return spread(flat).astype(np.float32)


def principal(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first COMPONENTS principal components: (N, F) -> (N, <= COMPONENTS)."""
    centred = features - features.mean(0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    return np.asarray((u * s)[:, :COMPONENTS])


def embed(components: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """t-SNE: (N, C) -> (N, 2), any scale."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    n = len(components)
    rng = np.random.default_rng(seed)
    scale = components[:, 0].std() or 1.0
    # Principal start keeps the large scale true; the grain parts identical works, which t-SNE cannot.
    start = components[:, :2] / scale * 1e-4 + rng.normal(scale=1e-6, size=(n, 2))
    tsne = TSNE(init=start, perplexity=min(PERPLEXITY, (n - 1) / 3), learning_rate="auto", random_state=seed)
    # Its threads wait for each other by spinning: beside a busy wall two take ten times as long as one.
    with threadpool_limits(1):
        return np.asarray(tsne.fit_transform(components.astype(np.float32)), dtype=np.float64)


def spread(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clumped points (N, 2) -> the same neighbourhoods on the cells of an even grid, (N, 2)."""
    from scipy.optimize import linear_sum_assignment

    cells = triangular_grid(len(flat))
    places = np.empty_like(cells)
    for works, spots in blocks(flat, np.arange(len(flat)), cells, np.arange(len(cells))):
        low, high = cells[spots].min(0), cells[spots].max(0)
        wished = low + ranks(flat[works]) * (high - low)  # clumps opened on each axis, so that nobody is sent far
        cost = np.square(wished[:, None] - cells[spots][None]).sum(-1)  # (B, B)
        rows, columns = linear_sum_assignment(cost)
        places[works[rows]] = cells[spots[columns]]
    return places


Indices = NDArray[np.intp]


def blocks(
    flat: NDArray[np.float64], works: Indices, cells: NDArray[np.float64], spots: Indices
) -> Iterator[tuple[Indices, Indices]]:
    """Halve works and cells along the longer side until at most BLOCK are left: pairs of equally many of each."""
    if len(works) <= BLOCK:
        yield works, spots
        return
    axis = int(np.argmax(np.ptp(cells[spots], axis=0)))
    works = works[np.argsort(flat[works, axis], kind="stable")]
    spots = spots[np.argsort(cells[spots, axis], kind="stable")]
    half = len(works) // 2
    yield from blocks(flat, works[:half], cells, spots[:half])
    yield from blocks(flat, works[half:], cells, spots[half:])


def ranks(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each coordinate replaced by its rank, scaled to [0, 1]."""
    order = np.argsort(np.argsort(points, axis=0, kind="stable"), axis=0, kind="stable")
    return order / max(len(points) - 1, 1)


def triangular_grid(n: int) -> NDArray[np.float64]:
    """n cells (n, 2) in [MARGIN, 1 - MARGIN]^2, rows shifted by half a cell, no holes: every count fills the square."""
    rows = max(1, round(np.sqrt(n * 2 / np.sqrt(3))))  # cells of equal sides: rows stand sqrt(3) / 2 apart
    counts = np.diff(np.round(np.linspace(0, n, rows + 1)).astype(int))
    cells = [
        np.stack([(np.arange(count) + (0.25 if row % 2 else 0.75)) / count, np.full(count, (row + 0.5) / rows)], axis=1)
        for row, count in enumerate(counts)
    ]
    return np.asarray(MARGIN + (1 - 2 * MARGIN) * np.concatenate(cells))


def thumbnail_side(places: NDArray[np.floating[Any]]) -> float:
    """Side in map widths of the largest square thumbnails that do not overlap when each is centred on its place (N, 2).

    Two squares part when their centres are a side apart in x or in y, so it is the smallest such distance of any pair;
    1 for a work alone.
    """
    from scipy.spatial import cKDTree

    if len(places) < 2:
        return 1.0
    return float(cKDTree(places).query(places, k=2, p=np.inf)[0][:, 1].min())
