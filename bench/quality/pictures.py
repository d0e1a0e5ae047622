"""The pictures that are judged: works as they are, what latents draw, and where on the map samples are taken.

Pictures are uint8 (N, 3, H, W) throughout, as a wall would show them: what rounding costs is judged with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.generator import Generator
from models.maps.atlas import Atlas
from models.search.features import shrink
from models.training.corpus import read_square
from models.works.collection import Collection
from models.works.images import UnreadableImage

Pictures = NDArray[np.uint8]

BATCH = 16
"""Pictures drawn at once: beyond it nothing gets faster, and the network's memory stays near 100 MB."""


def read_works(folder: Path, collection: Collection, side: int) -> tuple[list[int], Pictures]:
    """Rows of the works whose picture is in the folder, and those pictures (N, 3, side, side)."""
    rows: list[int] = []
    pictures = np.empty((len(collection.works), 3, side, side), np.uint8)
    for row, work in enumerate(collection.works):
        with suppress(UnreadableImage):
            pictures[len(rows)] = resized(read_square(folder, work)[None], side)[0]
            rows.append(row)
    return rows, pictures[: len(rows)]


def resized(pictures: Pictures, side: int) -> Pictures:
    """(N, 3, S, S) -> (N, 3, side, side), both powers of two: means over squares, or pixels repeated."""
    found = pictures.shape[-1]
    if side < found:
        return shrink(pictures, side).round().astype(np.uint8)
    return pictures.repeat(side // found, axis=2).repeat(side // found, axis=3)


def draw(generator: Generator, latents: NDArray[np.float32]) -> Iterator[Pictures]:
    """Latents (N, z_dim) -> their pictures, BATCH at a time."""
    for start in range(0, len(latents), BATCH):
        yield np.ascontiguousarray(generator.generate(latents[start : start + BATCH]).transpose(0, 3, 1, 2))


def on_the_map(atlas: Atlas, places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Places (..., 2) -> the latents (..., z_dim) that a wall shows there."""
    latents = np.stack([atlas.decode(x, y) for x, y in places.reshape(-1, 2)])
    return latents.reshape(*places.shape[:-1], -1)


def nearest_works(atlas: Atlas, places: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The work nearest to each place (..., 2), by its row, and how far it is: (...), (...)."""
    flat = [np.linalg.norm(atlas.places - place, axis=1) for place in places.reshape(-1, 2)]
    rows = np.array([away.argmin() for away in flat])
    away = np.array([found[row] for found, row in zip(flat, rows, strict=True)])
    return rows.reshape(places.shape[:-1]), away.reshape(places.shape[:-1])


def from_the_prior(z_dim: int, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Latents N(0, I), (count, z_dim): what training drew, and where no wall goes."""
    return rng.standard_normal((count, z_dim), dtype=np.float32)
