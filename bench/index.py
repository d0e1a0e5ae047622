"""Both nearest-work indices by PyNNDescent, against exact search over the same vectors: `python -m bench.index`.

Recall is the share of the true 10 nearest that the index gives. Seeds are asked where a drifting point is, between
works; features where pictures lie: works pushed aside, and, as the honest check of that, works that the index was built
without. The two searches take turns in one process. Vectors: the starter collection's, and 50,000 mixed from them (two
or three works and a little chance), which is what a large collection in the same space looks like; structureless seeds
beside them, since every graph does worst there. Also what a cold and a warm cache cost.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from bench.machine import machine_line, percentile, table
from models.cache import cache_dir, private_folder
from models.search.index import NearestIndex, feature_index, seed_index
from models.search.trials import midway, pushed, recall
from models.works.collection import BUNDLED, read_prepared
from models.works.work import CollectionError

K = 10

HELD_OUT = 5
"""Every fifth work is a stranger to the index that it is asked of."""


def mixed(seeds: NDArray[np.float32], count: int, *, grain: float = 0.35) -> NDArray[np.float32]:
    """`count` seeds around convex mixtures of two or three of `seeds`, as long as those."""
    rng = np.random.default_rng(1)
    parts = seeds[rng.integers(0, len(seeds), (count, 3))]  # (count, 3, z_dim)
    weights = rng.dirichlet(np.full(3, 0.5), count)[..., None]
    z = (parts * weights).sum(1) + grain * seeds.std() * rng.normal(size=(count, seeds.shape[1]))
    length = np.linalg.norm(seeds, axis=1).mean()
    return np.asarray(z * (length / np.linalg.norm(z, axis=1, keepdims=True)), np.float32)


def kindred(features: NDArray[np.float32], count: int, *, grain: float = 0.3) -> NDArray[np.float32]:
    """`count` features around `features`: each a work, a part of the difference of two others, and a little chance."""
    rng = np.random.default_rng(1)
    chance = grain * features.std(0) * rng.normal(size=(count, features.shape[1]))
    return np.asarray(pushed(features, count, seed=1) + chance, np.float32)


def starter() -> tuple[str, NDArray[np.float32], NDArray[np.float32]]:
    """Seeds and features of the collection that ships; where it cannot be read random ones, and the name says so."""
    try:
        collection = read_prepared(BUNDLED)
        return "starter collection", collection.seeds, collection.features
    except CollectionError:
        rng = np.random.default_rng(0)
        seeds, features = (rng.normal(size=(850, width)).astype(np.float32) for width in (140, 256))
        return "random (no starter collection)", seeds, features


def measure(name: str, index: NearestIndex, asked: NDArray[np.float32]) -> list[str]:
    """One row: how long until ready, recall, and both searches' times, over queries (Q, D)."""
    begin = time.perf_counter()
    ready = index.prepare().result()
    waited_s = time.perf_counter() - begin
    times: dict[str, list[float]] = {"ours": [], "exact": []}
    for query in asked:
        for who, search in (("ours", index.nearest), ("exact", index.exact)):
            begin = time.perf_counter()
            search(query, K)
            times[who].append((time.perf_counter() - begin) * 1e3)
    found = recall(lambda query: index.nearest(query, K)[0], lambda query: index.exact(query, K)[0], asked[:500])
    figures = [f"{percentile(times[who], p):.3f}" for who in ("ours", "exact") for p in (50, 99)]
    ratio = percentile(times["exact"], 50) / percentile(times["ours"], 50)
    return [
        f"{name}, {len(index.vectors):,}",
        f"{waited_s:.1f}{'' if ready else ' (stays exact)'}",
        f"{found:.3f}",
        *figures,
        f"{ratio:.2f}x",
    ]


def main(queries: int, count: int) -> None:
    """Print the table."""
    print(machine_line())
    cache = private_folder(cache_dir() / "bench")
    name, seeds, features = starter()
    structureless = np.random.default_rng(2).normal(size=seeds.shape).astype(np.float32)
    rows = []
    for label, vectors in ((name, seeds), ("mixed from them", mixed(seeds, count)), ("structureless", structureless)):
        rows.append(measure(f"seeds: {label}", seed_index(vectors, cache), midway(vectors, queries, seed=7)))
    for label, vectors in ((name, features), ("mixed from them", kindred(features, count))):
        rows.append(measure(f"looks: {label}", feature_index(vectors, cache), pushed(vectors, queries, seed=7)))
    held_out = np.arange(len(features)) % HELD_OUT == 0
    index = feature_index(features[~held_out], cache)
    rows.append(measure(f"looks: asked with {held_out.sum()} works held out", index, features[held_out]))
    header = ["index", "ready s", f"recall@{K}", "p50 ms", "p99 ms", "exact p50", "exact p99", "exact / ours"]
    print(table(rows, header=header))
    print(f"Graphs and compiled code are kept in {cache}: remove it to see a cold start, repeat to see a warm one.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--count", type=int, default=50_000)
    arguments = parser.parse_args()
    main(arguments.queries, arguments.count)
