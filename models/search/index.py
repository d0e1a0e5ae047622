"""Which works are near: exact at once, approximate when a PyNNDescent graph has been made ready behind the scenes.

A collection has two such indices: its seeds tell what is near the point, its features what looks like a picture.

PyNNDescent compiles for most of a minute on its first use, so it is never on the way to the first frame: `prepare()`
builds in a niced process of its own (`python -m models.search.index build`), then a thread loads the finished graph and
swaps it in. What it finds is measured against exact search before it is trusted, and every answer is ranked by exact
distances.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.cache import CacheError, private_folder
from models.search.graph import GraphError, build_graph, graph_key, load_graph, numba_here, save_graph
from models.search.trials import Trials, midway, pushed, recall

log = logging.getLogger(__name__)

EFFORTS: Final = ((20, 0.1), (20, 0.3), (50, 0.5))
"""(extra, epsilon), the least first that is trusted: candidates asked for beyond k and then ranked exactly, and how far
beyond the best the search looks. The starter collection needs the first; 50,000 works mixed from it need the last."""

WORTH_IT: Final = 512
"""Fewer vectors than this are searched exactly in about 0.01 ms, which no graph beats."""

TRIALS: Final = 64
TRUSTED_RECALL: Final = 0.95
"""A graph that finds less than this of the true 10 nearest, in 64 trials and at every effort, is not used, however
sound its files."""

BUILD_NICE: Final = 15
"""The builder yields to the frames: it may take a minute longer."""

BUILD_LIMIT_S: Final = 3600.0
"""470,000 works took 72 s; an hour means that the builder hangs."""


@dataclass(frozen=True)
class Search:
    """A graph and the effort at which it is trusted."""

    graph: Any
    extra: int
    epsilon: float

    def candidates(self, query: NDArray[np.float32], k: int) -> NDArray[np.int32]:
        """Rows (<= k + extra,) that may hold the k nearest. Not thread-safe: the graph keeps scratch memory in
        itself."""
        rows: NDArray[np.int32] = self.graph.query(query[None], k=k + self.extra, epsilon=self.epsilon)[0][0]
        return rows[rows >= 0]  # a search that runs dry fills up with -1


Found = tuple[NDArray[np.intp], NDArray[np.float32]]


class NearestIndex:
    """Nearest of vectors float32 (N, D), finite, by Euclidean distance. `cache_dir`: where graphs and compiled code are
    kept. `trials`: the questions on which a graph must earn trust, like those it will be asked. Thread-safe."""

    def __init__(self, vectors: ArrayLike, cache_dir: Path, *, trials: Trials) -> None:
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if self.vectors.ndim != 2 or not len(self.vectors) or not np.isfinite(self.vectors).all():
            raise ValueError(f"vectors {self.vectors.shape} are not (N, D) of finite numbers, N >= 1")
        self._cache, self._trials = cache_dir, trials
        self._squares = np.square(self.vectors).sum(1)  # (N,)
        self._search: Search | None = None
        self._searching = threading.Lock()  # one search of the graph at a time
        self._starting = threading.Lock()
        self._ready: Future[bool] | None = None
        self._builder: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def approximate(self) -> bool:
        """Whether answers come from the graph by now."""
        return self._search is not None

    def nearest(self, query: ArrayLike, k: int) -> Found:
        """The k works nearest to a query (D,), nearest first: rows (k,) and Euclidean distances (k,). All of them if
        fewer."""
        asked = np.asarray(query, dtype=np.float32)
        if asked.shape != self.vectors.shape[1:] or not np.isfinite(asked).all():
            raise ValueError(f"{asked.shape} is not one finite vector of {self.vectors.shape[1]} numbers")
        if k < 1:
            raise ValueError(f"{k} nearest; ask for 1 or more")
        search = self._search
        if search is None or k + search.extra > len(self.vectors) // 4:
            return self.exact(asked, k)
        with self._searching:
            rows = search.candidates(asked, k)
        return self._ranked(asked, rows, k) if len(rows) >= k else self.exact(asked, k)

    def exact(self, query: NDArray[np.float32], k: int) -> Found:
        """As `nearest`, by looking at every vector."""
        k = min(k, len(self.vectors))
        scores = self._squares - 2 * (self.vectors @ query)  # squared distance less |query|^2: the same order
        rows = np.argpartition(scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
        return self._ranked(query, rows, k)

    def _ranked(self, query: NDArray[np.float32], rows: NDArray[Any], k: int) -> Found:
        distances = np.sqrt(np.square(self.vectors[rows] - query).sum(1))
        order = np.argsort(distances, kind="stable")[:k]
        return rows[order].astype(np.intp), distances[order]

    def prepare(self) -> Future[bool]:
        """Make the graph ready in the background, once. The result says whether `approximate` now holds; it never
        raises: whatever fails is logged, and exact search goes on."""
        with self._starting:
            if self._ready is None:
                self._ready = Future()
                threading.Thread(target=self._prepare, args=(self._ready,), name="index", daemon=True).start()
            return self._ready

    def close(self) -> None:
        """Stop a build that is under way."""
        self._closed = True
        if self._builder is not None:
            self._builder.terminate()

    def _prepare(self, ready: Future[bool]) -> None:
        try:
            if len(self.vectors) >= WORTH_IT:
                self._search = self._load_or_build()
        except (OSError, ImportError, GraphError, subprocess.SubprocessError) as error:
            log.warning("searching exactly, without a graph: %s", error)
        except Exception:
            log.exception("searching exactly, without a graph")
        finally:
            ready.set_result(self.approximate)

    def _load_or_build(self) -> Search:
        key = graph_key(self.vectors)
        folder = private_folder(self._cache / "graphs") / key[:24]
        if not (folder / "manifest.json").is_file():
            self._build(folder)
        # Only now: the builder has compiled what this import would otherwise compile in the middle of a wall.
        numba_here(self._cache)
        try:
            graph = load_graph(folder, key)
        except GraphError as error:
            log.warning("building the search graph again: %s", error)
            self._build(folder)
            graph = load_graph(folder, key)
        return self._trusted(graph)

    def _build(self, folder: Path) -> None:
        """Run the builder and wait for it. Raises SubprocessError."""
        with tempfile.NamedTemporaryFile(suffix=".npy", dir=self._cache) as vectors:
            np.save(vectors, self.vectors, allow_pickle=False)
            vectors.flush()
            command = [
                sys.executable,
                "-m",
                "models.search.index",
                "build",
                vectors.name,
                str(folder),
                str(self._cache),
            ]
            root = str(Path(__file__).resolve().parents[2])
            path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
            self._builder = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path})
            if self._closed:
                self._builder.terminate()
            try:
                _, errors = self._builder.communicate(timeout=BUILD_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._builder.kill()
                self._builder.wait()
                raise
        if self._builder.returncode != 0:
            said = errors.decode(errors="replace").strip().splitlines()[-1:]
            raise subprocess.SubprocessError(f"the builder ended with {self._builder.returncode}: {''.join(said)}")

    def _trusted(self, graph: Any) -> Search:
        """The least effort that suffices on questions like those it will be asked. Raises GraphError if none does."""
        trials, found = self._trials(self.vectors, TRIALS), 0.0
        for extra, epsilon in EFFORTS:
            search = Search(graph, extra, epsilon)
            found = recall(partial(self._approximate, search), self._exactly, trials)
            if found >= TRUSTED_RECALL:
                return search
        raise GraphError(f"the graph finds {found:.0%} of the nearest works, less than {TRUSTED_RECALL:.0%}")

    def _approximate(self, search: Search, query: NDArray[np.float32]) -> NDArray[np.intp]:
        return self._ranked(query, search.candidates(query, 10), 10)[0]

    def _exactly(self, query: NDArray[np.float32]) -> NDArray[np.intp]:
        return self.exact(query, 10)[0]


def seed_index(seeds: ArrayLike, cache_dir: Path) -> NearestIndex:
    """Of seeds (N, z_dim): who is near the point."""
    return NearestIndex(seeds, cache_dir, trials=midway)


def feature_index(features: ArrayLike, cache_dir: Path) -> NearestIndex:
    """Of features (N, F): who looks like this."""
    return NearestIndex(features, cache_dir, trials=pushed)


def main(arguments: Sequence[str]) -> int:
    """`build VECTORS.npy FOLDER CACHE`: build, prepare and keep the graph of these vectors. Compiles what is not
    compiled."""
    if len(arguments) != 4 or arguments[0] != "build":
        print("usage: python -m models.search.index build VECTORS.npy FOLDER CACHE", file=sys.stderr)
        return 2
    os.nice(BUILD_NICE)
    vectors_file, folder, cache = (Path(argument) for argument in arguments[1:])
    try:
        numba_here(cache)
    except CacheError as error:
        print(error, file=sys.stderr)
        return 2
    vectors = np.load(vectors_file, allow_pickle=False)
    key = graph_key(vectors)
    save_graph(build_graph(vectors), folder, key)
    load_graph(folder, key).query(vectors[:1], k=10)  # compiles what only a restored graph needs
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
