"""Which works are near a latent: exact at once, approximate when a PyNNDescent graph has been made ready behind the
scenes.

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
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.cache import CacheError, private_folder
from models.latent import mix
from models.search.graph import GraphError, build_graph, graph_key, load_graph, numba_here, save_graph

log = logging.getLogger(__name__)

EFFORTS: Final = ((20, 0.1), (20, 0.3), (50, 0.5))
"""(extra, epsilon), the least first that is trusted: candidates asked for beyond k and then ranked exactly, and how far
beyond the best the search looks. The starter collection needs the first; 50,000 works mixed from it need the last."""

WORTH_IT: Final = 512
"""Fewer seeds than this are searched exactly in about 0.01 ms, which no graph beats."""

TRIALS: Final = 64
TRUSTED_RECALL: Final = 0.95
"""A graph that finds less than this of the true 10 nearest, in 64 trials and at every effort, is not used, however
sound its files."""

BUILD_NICE: Final = 15
"""The builder yields to the frames: it may take a minute longer."""

BUILD_LIMIT_S: Final = 3600.0
"""470,000 seeds took 72 s; an hour means that the builder hangs."""


@dataclass(frozen=True)
class Search:
    """A graph and the effort at which it is trusted."""

    graph: Any
    extra: int
    epsilon: float

    def candidates(self, z: NDArray[np.float32], k: int) -> NDArray[np.int32]:
        """Rows (<= k + extra,) that may hold the k nearest. Not thread-safe: the graph keeps scratch memory in
        itself."""
        rows: NDArray[np.int32] = self.graph.query(z[None], k=k + self.extra, epsilon=self.epsilon)[0][0]
        return rows[rows >= 0]  # a search that runs dry fills up with -1


Found = tuple[NDArray[np.intp], NDArray[np.float32]]


class SeedIndex:
    """Nearest of seeds float32 (N, z_dim), finite. `cache_dir`: where graphs and compiled code are kept.
    Thread-safe."""

    def __init__(self, seeds: ArrayLike, cache_dir: Path) -> None:
        self.seeds = np.ascontiguousarray(seeds, dtype=np.float32)
        if self.seeds.ndim != 2 or not len(self.seeds) or not np.isfinite(self.seeds).all():
            raise ValueError(f"seeds {self.seeds.shape} are not (N, z_dim) of finite numbers, N >= 1")
        self._cache = cache_dir
        self._squares = np.square(self.seeds).sum(1)  # (N,)
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

    def nearest(self, z: ArrayLike, k: int) -> Found:
        """The k works nearest to z (z_dim,), nearest first: rows (k,) and Euclidean distances (k,). All of them if
        fewer."""
        query = np.asarray(z, dtype=np.float32)
        if query.shape != self.seeds.shape[1:] or not np.isfinite(query).all():
            raise ValueError(f"{query.shape} is not one finite latent of {self.seeds.shape[1]} numbers")
        if k < 1:
            raise ValueError(f"{k} nearest; ask for 1 or more")
        search = self._search
        if search is None or k + search.extra > len(self.seeds) // 4:
            return self.exact(query, k)
        with self._searching:
            rows = search.candidates(query, k)
        return self._ranked(query, rows, k) if len(rows) >= k else self.exact(query, k)

    def exact(self, z: NDArray[np.float32], k: int) -> Found:
        """As `nearest`, by looking at every seed."""
        k = min(k, len(self.seeds))
        scores = self._squares - 2 * (self.seeds @ z)  # squared distance less |z|^2: the same order
        rows = np.argpartition(scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
        return self._ranked(z, rows, k)

    def _ranked(self, z: NDArray[np.float32], rows: NDArray[Any], k: int) -> Found:
        distances = np.sqrt(np.square(self.seeds[rows] - z).sum(1))
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
            if len(self.seeds) >= WORTH_IT:
                self._search = self._load_or_build()
        except (OSError, ImportError, GraphError, subprocess.SubprocessError) as error:
            log.warning("searching exactly, without a graph: %s", error)
        except Exception:
            log.exception("searching exactly, without a graph")
        finally:
            ready.set_result(self.approximate)

    def _load_or_build(self) -> Search:
        key = graph_key(self.seeds)
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
            np.save(vectors, self.seeds, allow_pickle=False)
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
        """The least effort that suffices on latents like those it will be asked for. Raises GraphError if none does."""
        trials, found = midway(self.seeds, TRIALS), 0.0
        for extra, epsilon in EFFORTS:
            search = Search(graph, extra, epsilon)
            found = recall(partial(self._candidates_ranked, search), self, trials)
            if found >= TRUSTED_RECALL:
                return search
        raise GraphError(f"the graph finds {found:.0%} of the nearest works, less than {TRUSTED_RECALL:.0%}")

    def _candidates_ranked(self, search: Search, z: NDArray[np.float32]) -> NDArray[np.intp]:
        return self._ranked(z, search.candidates(z, 10), 10)[0]


def midway(seeds: NDArray[np.float32], count: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Latents (count, z_dim) between works, where a point is that drifts: two parts of one work, one of another."""
    pairs = np.random.default_rng(seed).integers(0, len(seeds), (count, 2))
    weights = np.broadcast_to(np.array([2 / 3, 1 / 3], np.float32), (count, 2))
    return np.asarray(mix(seeds[pairs], weights), np.float32)


def recall(
    search: Callable[[NDArray[np.float32]], NDArray[Any]], index: SeedIndex, queries: NDArray[np.float32]
) -> float:
    """Share of the true 10 nearest that `search(z) -> rows` finds, over queries (Q, z_dim)."""
    hits = [len(np.intersect1d(search(z)[:10], index.exact(z, 10)[0])) / 10 for z in queries]
    return float(np.mean(hits))


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
