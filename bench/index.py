"""Nearest works by PyNNDescent, against exact search over the same seeds: `python -m bench.index`.

Recall is the share of the true 10 nearest that the index gives. Queries lie where a drifting point is, between works.
The two searches take turns in one process. Seeds: the starter collection's, and 50,000 mixed from them (two or three
works and a little chance), which is what a large collection in the same space looks like; structureless ones beside
them, since every graph does worst there. Also what a cold and a warm cache cost.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.machine import machine_line, percentile, table
from models.cache import cache_dir, private_folder
from models.search.index import SeedIndex, midway, recall
from models.works.collection import BUNDLED, read_prepared
from models.works.work import CollectionError

K = 10


def mixed(seeds: NDArray[np.float32], count: int, *, grain: float = 0.35) -> NDArray[np.float32]:
    """`count` seeds around convex mixtures of two or three of `seeds`, as long as those."""
    rng = np.random.default_rng(1)
    parts = seeds[rng.integers(0, len(seeds), (count, 3))]  # (count, 3, z_dim)
    weights = rng.dirichlet(np.full(3, 0.5), count)[..., None]
    z = (parts * weights).sum(1) + grain * seeds.std() * rng.normal(size=(count, seeds.shape[1]))
    length = np.linalg.norm(seeds, axis=1).mean()
    return np.asarray(z * (length / np.linalg.norm(z, axis=1, keepdims=True)), np.float32)


def starter_seeds() -> tuple[str, NDArray[np.float32]]:
    """Those that ship; before they do, 850 random ones, and the name says so."""
    try:
        return "starter collection", read_prepared(BUNDLED).seeds
    except CollectionError:
        return "random (no starter collection)", np.random.default_rng(0).normal(size=(850, 140)).astype(np.float32)


def measure(name: str, seeds: NDArray[np.float32], queries: int, cache: Path) -> list[str]:
    """One row: how long until ready, recall, and both searches' times."""
    index = SeedIndex(seeds, cache)
    begin = time.perf_counter()
    ready = index.prepare().result()
    waited_s = time.perf_counter() - begin
    latents = midway(seeds, queries, seed=7)
    times: dict[str, list[float]] = {"ours": [], "exact": []}
    for z in latents:
        for who, search in (("ours", index.nearest), ("exact", index.exact)):
            begin = time.perf_counter()
            search(z, K)
            times[who].append((time.perf_counter() - begin) * 1e3)
    found = recall(lambda z: index.nearest(z, K)[0], index, latents[:500])
    figures = [f"{percentile(times[who], p):.3f}" for who in ("ours", "exact") for p in (50, 99)]
    ratio = percentile(times["exact"], 50) / percentile(times["ours"], 50)
    return [
        f"{name}, {len(seeds):,}",
        f"{waited_s:.1f}{'' if ready else ' (stays exact)'}",
        f"{found:.3f}",
        *figures,
        f"{ratio:.2f}x",
    ]


def main(queries: int, count: int) -> None:
    """Print the table."""
    print(machine_line())
    cache = private_folder(cache_dir() / "bench")
    name, starter = starter_seeds()
    structureless = np.random.default_rng(2).normal(size=(len(starter), starter.shape[1])).astype(np.float32)
    collections = ((name, starter), ("mixed from them", mixed(starter, count)), ("structureless", structureless))
    rows = [measure(label, seeds, queries, cache) for label, seeds in collections]
    header = ["seeds", "ready s", f"recall@{K}", "p50 ms", "p99 ms", "exact p50", "exact p99", "exact / ours"]
    print(table(rows, header=header))
    print(f"Graphs and compiled code are kept in {cache}: remove it to see a cold start, repeat to see a warm one.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--count", type=int, default=50_000)
    arguments = parser.parse_args()
    main(arguments.queries, arguments.count)
