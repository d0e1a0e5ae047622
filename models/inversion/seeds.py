"""A seed for every work: reused where it is known, searched for where it is not, and kept batch by batch.

A search of hundreds of works takes minutes; each finished batch is a file named by all that went into it, so that a
killed run goes on after its last batch, whatever else has changed. A `Recipe` does the mathematics.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.cache import array_bytes, write_atomically
from models.inversion.drawing import Generator, width
from models.works.collection import Collection, Model, read_prepared
from models.works.work import CollectionError, Work

Report = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, of how much)."""


class Recipe(Protocol):
    """A way to invert, ready for one generator: `descent.Ours` or `legacy.Legacy`."""

    @property
    def generator(self) -> Generator: ...
    @property
    def name(self) -> str:
        """Of the preset."""

    @property
    def facts(self) -> str:
        """Everything that decides an answer, but the pictures and the generator."""

    @property
    def batch(self) -> int:
        """Works at a time."""

    @property
    def steps(self) -> int:
        """Most steps of a batch, for the progress bar."""

    def find(self, pictures: NDArray[np.uint8], each_step: Callable[[], None]) -> NDArray[np.float32]:
        """Pictures uint8 (B, 3, S, S) -> latents (B, width)."""


def find_seeds(
    pictures: NDArray[np.uint8], recipe: Recipe, shards: Path | None, tell: Report, *, again: bool = False
) -> NDArray[np.float32]:
    """Pictures uint8 (N, 3, S, S) -> latents (N, width). `shards`: the folder where finished batches are kept, and
    looked for unless all is to be found `again`."""
    found = np.empty((len(pictures), width(recipe.generator)), np.float32)
    batches = range(0, len(pictures), recipe.batch)
    total, done = len(batches) * recipe.steps, 0

    def step() -> None:
        nonlocal done
        done += 1
        tell("finding seeds", done, total)

    for number, first in enumerate(batches, start=1):
        batch = np.ascontiguousarray(pictures[first : first + recipe.batch])
        shard = shards / f"{shard_key(batch, recipe)}.npy" if shards else None
        kept = read_shard(shard, (len(batch), found.shape[1])) if shard and not again else None
        if kept is None:
            kept = recipe.find(batch, step)
            if shard:
                write_atomically(shard, array_bytes(kept))
        done = number * recipe.steps
        tell("finding seeds", done, total)
        found[first : first + recipe.batch] = kept
    return found


def reused(works: Sequence[Work], base: Collection | None, width: int) -> NDArray[np.float32]:
    """Seeds (N, width) of the works that `base` knows by id and bytes; NaN for the others."""
    seeds = np.full((len(works), width), np.nan, np.float32)
    for row, work in enumerate(works if base else ()):
        assert base is not None
        at = base.index_of(work.id)
        if at is not None and work.sha256 and base.works[at].sha256 == work.sha256:
            seeds[row] = base.seeds[at]
    return seeds


def known_collection(known: Path | None, model: Model) -> Collection | None:
    """The collection whose seeds may be reused: there, whole, and made for exactly these weights."""
    if known is None or not model.sha256:
        return None
    try:
        base = read_prepared(known)
    except CollectionError:
        return None
    return base if base.manifest.generator.sha256 == model.sha256 else None


def shard_key(pictures: NDArray[np.uint8], recipe: Recipe) -> str:
    """Names one batch's result by everything that goes into it."""
    generator = recipe.generator
    facts = f"{generator.name} {generator.sha256} {generator.dtype} {recipe.facts} {pictures.shape}".encode()
    return hashlib.sha256(facts + pictures.tobytes()).hexdigest()[:32]


def read_shard(shard: Path, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """What an earlier run found, or None; a torn file counts as none."""
    try:
        found = np.load(shard, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.float32 and np.isfinite(found).all() else None
