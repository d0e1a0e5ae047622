"""From one work to another through real neighbours: the steps of a tour, each to a work that looks like the last.

The graph joins each work with the `NEIGHBOURS` that look most like it (Euclidean distance of features). A path is the
cheapest way, a step costing the square of its distance: two small steps are cheaper than one twice as long, so that
the tour walks where it could leap (as Isomap does with plain distances; Tenenbaum et al. 2000). Islands are joined by
their nearest works, so that every two works have a path. Exact, and the same every time.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.works.collection import Collection
from models.works.work import CollectionError

NEIGHBOURS: Final = 10
"""With fewer, tours wander through works that are nobody's neighbour; with many more, they leap."""

MOST: Final = 32
"""Works of a path, both ends included: as many as a room rides (`messages.Ride`)."""

AT_ONCE: Final = 256
"""Works whose distances to all others are looked at together: 10 MB for 10,000 works."""

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Graph:
    """Who is tied to whom, each tie once. SciPy would find paths faster, but a gateway has none, and 10 ms are soon."""

    works: int
    begin: Rows
    """(E,)"""
    end: Rows
    """(E,)"""


class Paths:
    """The graph of one collection. It takes seconds to build for 10,000 works, and a path some milliseconds.
    Thread-safe."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._ties = ties(joined(neighbours(collection.features), collection.features), collection.features)

    def between(self, begin: str, end: str) -> list[str]:
        """Ids of the works from `begin` to `end`, both included, at most `MOST`. Raises CollectionError for a work
        that there is not."""
        rows = shortest(self._ties, self._row(begin), self._row(end))
        return [self._collection.works[row].id for row in thinned(rows, self._collection.features)]

    def _row(self, id: str) -> int:
        row = self._collection.index_of(id)
        if row is None:
            raise CollectionError(f"there is no work {id[:64]!r} in {self._collection.name!r}")
        return row


def neighbours(features: NDArray[np.float32]) -> Graph:
    """Each work of (N, F) tied to its nearest; exact."""
    n = len(features)
    k = min(NEIGHBOURS, n - 1)
    if not k:
        return Graph(n, np.empty(0, np.intp), np.empty(0, np.intp))
    squares = np.square(features).sum(1)
    near = np.empty((n, k), np.intp)
    for start in range(0, n, AT_ONCE):
        some = features[start : start + AT_ONCE]
        # The chunk's own squares are left out: they do not change who is nearest.
        apart = squares[None] - 2 * (some @ features.T)  # (B, N)
        apart[np.arange(len(some)), np.arange(start, start + len(some))] = np.inf
        near[start : start + AT_ONCE] = np.argpartition(apart, k - 1, axis=1)[:, :k]
    pairs = np.sort(np.stack([np.repeat(np.arange(n), k), near.ravel()], axis=1), axis=1)
    begin, end = np.unique(pairs, axis=0).T
    return Graph(n, begin, end)


def joined(graph: Graph, features: NDArray[np.float32]) -> Graph:
    """The graph with its islands joined: the smallest is tied to the nearest work outside of it, until there is one."""
    while True:
        island = islands(graph)
        names, sizes = np.unique(island, return_counts=True)
        if len(names) <= 1:
            return graph
        mine = island == names[sizes.argmin()]
        begin, end = nearest_pair(features, np.flatnonzero(mine), np.flatnonzero(~mine))
        graph = Graph(graph.works, np.append(graph.begin, begin), np.append(graph.end, end))


def islands(graph: Graph) -> Rows:
    """(N,): the smallest row that each work can be reached from."""
    label = np.arange(graph.works)
    while True:
        before = label.copy()
        np.minimum.at(label, graph.begin, before[graph.end])
        np.minimum.at(label, graph.end, before[graph.begin])
        label = label[label]  # a leap: the label's own label
        if np.array_equal(label, before):
            return label


def ties(graph: Graph, features: NDArray[np.float32]) -> list[list[tuple[int, float]]]:
    """For each work those it is tied to, with the squared distance."""
    apart = np.square(features[graph.begin].astype(np.float64) - features[graph.end]).sum(1)
    found: list[list[tuple[int, float]]] = [[] for _ in range(graph.works)]
    for begin, end, cost in zip(graph.begin.tolist(), graph.end.tolist(), apart.tolist(), strict=True):
        found[begin].append((end, cost))
        found[end].append((begin, cost))
    return found


def nearest_pair(features: NDArray[np.float32], some: Rows, others: Rows) -> tuple[int, int]:
    """Of two sets of rows, the two that are nearest to each other."""
    squares = np.square(features[others]).sum(1)
    best = (np.inf, 0, 0)
    for start in range(0, len(some), AT_ONCE):
        rows = some[start : start + AT_ONCE]
        apart = np.square(features[rows]).sum(1)[:, None] + squares[None] - 2 * (features[rows] @ features[others].T)
        i, j = divmod(int(apart.argmin()), len(others))
        best = min(best, (float(apart[i, j]), int(rows[i]), int(others[j])))
    return best[1], best[2]


def shortest(ties: list[list[tuple[int, float]]], begin: int, end: int) -> list[int]:
    """Rows of the cheapest path (Dijkstra 1959), the same every time: of equally cheap ones that through smaller rows,
    sought from the smaller end, so that the way back is the way out."""
    first, last = sorted((begin, end))
    before: dict[int, int] = {}
    due = [(0.0, first, first)]
    while last not in before:
        cost, row, came_from = heapq.heappop(due)
        if row in before:
            continue
        before[row] = came_from
        for to, step in ties[row]:
            if to not in before:
                heapq.heappush(due, (cost + step, to, row))
    rows = [last]
    while rows[-1] != first:
        rows.append(before[rows[-1]])
    return rows if rows[0] == begin else rows[::-1]


def thinned(rows: list[int], features: NDArray[np.float32]) -> list[int]:
    """At most `MOST` of them: the stop goes whose neighbours on the path are nearest to each other, again and again."""
    kept = list(rows)
    while len(kept) > MOST:
        gaps = np.square(features[kept[2:]] - features[kept[:-2]]).sum(1)
        del kept[1 + int(gaps.argmin())]
    return kept
