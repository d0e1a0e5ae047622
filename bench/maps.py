"""The maps: do neighbours look alike, how calm is a walk, what does a decode cost: `python -m bench.maps`.

On the starter collection. Layouts: trustworthiness at 10 neighbours (Venna & Kaski 2001; 1 is best, .5 chance) and the
largest thumbnails that do not overlap, for the atlas as it ships, for t-SNE without the even grid, and for places by
chance. Walks at the point's top speed: change of the latent from frame to frame by its length; beside our maps stand
the nearest work's seed alone, which is what a map without blending shows, and straight blends within the triangles
between works. A decode is timed beside a softmax over all works.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree
from sklearn.manifold import trustworthiness

from bench.machine import machine_line, median_ratio, seconds, table
from models.latent import length, mix
from models.maps import atlas
from models.maps.atlas import Atlas
from models.maps.hang import MapChoice, hung
from models.maps.layout import embed, principal, thumbnail_side
from models.maps.plane import Slice
from models.maps.ring import Ring
from models.works.collection import Collection, load_collection
from shared_state.settings import DEFAULTS

Decode = Callable[[float, float], NDArray[np.float32]]

STEPS = 300
"""Frames of one walk: five seconds."""

SHARPNESSES = (1.0, 2.0, 3.0)
"""Of the atlas, around the one that it has."""


def layouts(collection: Collection, rng: np.random.Generator) -> str:
    """Atlas, t-SNE alone and chance."""
    features = collection.features.astype(np.float64)
    flat = embed(principal(features), seed=0)
    flat = (flat - flat.min(0)) / np.ptp(flat, axis=0)
    rows = []
    for name, places in (
        ("atlas, as it ships", collection.places.astype(np.float64)),
        ("t-SNE without the grid", flat),
        ("chance", rng.uniform(0, 1, flat.shape)),
    ):
        side = thumbnail_side(places)
        trusted = trustworthiness(features, places, n_neighbors=10)
        rows.append([name, f"{trusted:.3f}", f"{side:.4f}", f"{len(places) * side**2:.0%}"])
    return table(rows, header=["layout", "trustworthiness@10", "thumbnail, widths", "of the map covered"])


def walks(count: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Wandering paths (STEPS, 2) in [0, 1]^2 at top speed and 60 frames a second, mirrored at the rims."""
    stride = DEFAULTS.v_max * DEFAULTS.tick_s
    for _ in range(count):
        headings = rng.uniform(0, 2 * np.pi) + rng.normal(scale=0.1, size=STEPS).cumsum()
        path = rng.uniform(0, 1, 2) + stride * np.stack([np.cos(headings), np.sin(headings)], 1).cumsum(0)
        yield np.abs((path + 1) % 2 - 1)


def calm(name: str, decode: Decode, count: int) -> list[str]:
    """One row: change of the latent from frame to frame by its own length, over the same walks for everyone."""
    changes = []
    for path in walks(count, np.random.default_rng(5)):
        latents = np.stack([decode(x, y) for x, y in path])
        changes.append(length(np.diff(latents, axis=0)) / length(latents[:-1]))
    found = np.concatenate(changes)
    middle, most = float(np.median(found)), float(found.max())
    ratio = f"{most / middle:.1f}" if middle > 0 else "-"
    return [name, f"{middle:.3f}", f"{np.percentile(found, 99):.3f}", f"{most:.3f}", ratio]


def calmness(collection: Collection, count: int) -> str:
    """All maps over the same walks."""
    places, seeds = collection.places, collection.seeds
    kept, rows = atlas.SHARPNESS, []
    for sharpness in SHARPNESSES:
        atlas.SHARPNESS = sharpness
        mark = " (ours)" if sharpness == kept else ""
        rows.append(calm(f"atlas, sharpness {sharpness:g}{mark}", Atlas(places, seeds).decode, count))
    atlas.SHARPNESS = kept
    rows.append(calm("triangles between works", triangles(collection), count))
    tree = cKDTree(places)
    rows.append(calm("nearest work alone", lambda x, y: seeds[tree.query((x, y))[1]], count))
    rows.append(calm("ring", Ring(hung(collection, MapChoice("ring")).seeds).decode, count))
    rows.append(calm("slice through three", Slice.through(hung(collection, MapChoice("slice")).seeds).decode, count))
    return table(rows, header=["change a frame, by |latent|", "median", "p99", "largest", "largest / median"])


def triangles(collection: Collection) -> Decode:
    """Blends of the three works around a place; the rim mirrors the map, so that there are always three."""
    mirrors = ((1, 0), (-1, 0), (-1, 2))
    tiles = [(collection.places * (a, c)) + (b, d) for a, b in mirrors for c, d in mirrors]
    mesh = Delaunay(np.concatenate(tiles))

    def decode(x: float, y: float) -> NDArray[np.float32]:
        triangle = int(mesh.find_simplex((x, y)))
        frame = mesh.transform[triangle]
        two = frame[:2] @ (np.array([x, y]) - frame[2])
        weights = np.array([*two, 1 - two.sum()]).clip(0).astype(np.float32)
        return np.asarray(mix(collection.seeds[mesh.simplices[triangle] % len(collection.works)], weights))

    return decode


def naive(collection: Collection) -> Decode:
    """Softmax over all works, in plain numpy."""
    places, seeds = collection.places.astype(np.float64), collection.seeds
    sharpness = atlas.SHARPNESS / float(np.median(cKDTree(places).query(places, k=2)[0][:, 1]))

    def decode(x: float, y: float) -> NDArray[np.float32]:
        distances = np.hypot(places[:, 0] - x, places[:, 1] - y)
        weights = np.exp((distances.min() - distances) * sharpness)
        return np.asarray(mix(seeds, (weights / weights.sum()).astype(np.float32)))

    return decode


def main(count: int) -> None:
    """Print the three tables."""
    collection = load_collection()
    chart, rng = Atlas(collection.places, collection.seeds), np.random.default_rng(0)
    near = cKDTree(collection.places).query(collection.places, k=7)[1][:, 1:]  # (N, 6)
    unit = collection.seeds / length(collection.seeds)[:, None]
    cosine = (unit[:, None] * unit[near]).sum(-1).mean()
    print(machine_line())
    print(f"{len(collection.works)} works; seeds of neighbours on the atlas have a mean cosine of {cosine:.2f}\n")
    print(layouts(collection, rng), end="\n\n")
    print(calmness(collection, count), end="\n\n")
    places = rng.uniform(0, 1, (500, 2))

    def timed(decode: Decode) -> Callable[[], float]:
        return lambda: seconds(lambda: [decode(x, y) for x, y in places]) / len(places) * 1e3

    print("a decode on the atlas, ms, against softmax over all works")
    cost = median_ratio(timed(chart.decode), timed(naive(collection)))
    print(table([["", f"{cost.ours:.3f}", f"{cost.peer:.3f}", str(cost)]], header=["", "ours", "all works", "ratio"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=60)
    main(parser.parse_args().walks)
