"""What is judged, read once: the generator, the works whose pictures are at hand, and the map a wall wanders on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bench.quality.pictures import BATCH, Pictures, draw, read_works
from models import load_generator
from models.generator import Generator
from models.maps.atlas import Atlas
from models.works.collection import load_collection


@dataclass(frozen=True)
class Subject:
    """A generator with its works, row by row."""

    generator: Generator
    atlas: Atlas
    """Of the whole collection, whether or not all of its pictures are at hand."""
    seeds: NDArray[np.float32]
    """(N, z_dim) of the works at hand"""
    works: Pictures
    """(N, 3, S, S), S the generator's side"""
    dreams: Pictures
    """What the seeds draw, (N, 3, S, S)."""


def load(folder: Path, device: str) -> Subject:
    """The bundled generator and collection, the works' pictures from `folder`.

    Raises ValueError below two pictures, and when the seeds were found for other weights: they would draw anything.
    """
    generator, collection = load_generator(device=device), load_collection()
    if collection.manifest.generator.sha256 != generator.sha256:
        raise ValueError("the bundled seeds belong to other weights than the bundled generator's; export both together")
    rows, works = read_works(folder, collection, generator.resolution)
    if len(rows) < 2:
        raise ValueError(f"{folder} has pictures of {len(rows)} works of the bundled collection; comparing needs 2")
    seeds = collection.seeds[rows]
    dreams = np.concatenate(list(shown(draw(generator, seeds), "drawing the works' seeds", len(seeds))))
    return Subject(generator, Atlas(collection.places, collection.seeds), seeds, works, dreams)


def shown(batches: Iterable[Pictures], task: str, pictures: int) -> Iterator[Pictures]:
    """The same batches, with a bar on standard error."""
    yield from track(batches, task, total=-(-pictures // BATCH), console=Console(stderr=True))
