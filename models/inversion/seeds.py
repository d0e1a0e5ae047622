"""A seed for every work: reused where it is known, searched for where it is not, and kept batch by batch.

A search of hundreds of works takes minutes; each finished batch is a file named by all that went into it, so that a
killed run goes on after its last batch, whatever else has changed. `descent.py` does the mathematics.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.cache import array_bytes, cache_dir, private_folder, write_atomically
from models.inversion.descent import Generator, InversionSettings, invert, nearest_starts
from models.works.collection import Collection, Model, read_prepared
from models.works.work import CollectionError, Work

Report = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, of how much)."""


def find_seeds(
    works: Sequence[Work],
    small: NDArray[np.uint8],
    generator: Generator,
    model: Model,
    known: Path | None,
    settings: InversionSettings,
    tell: Report,
) -> NDArray[np.float32]:
    """Works with their pictures uint8 (N, 3, 128, 128) -> seeds (N, z_dim). `known`: a prepared collection whose seeds
    are reused where id and bytes of a work agree, and whose pictures are starts for the others."""
    base = known_collection(known, model)
    seeds = reused(works, base, model.z_dim)
    missing = np.flatnonzero(np.isnan(seeds[:, 0]))
    if not len(missing):
        return seeds
    tell("choosing starts", 0, 1)
    candidates = base.seeds if base else np.empty((0, model.z_dim), np.float32)
    starts = nearest_starts(small[missing], generator, candidates)
    tell("choosing starts", 1, 1)
    batches = range(0, len(missing), settings.batch)
    total, done = len(batches) * settings.steps, 0

    def step() -> None:
        nonlocal done
        done += 1
        tell("finding seeds", done, total)

    shards = private_folder(cache_dir() / "shards")
    for number, first in enumerate(batches, start=1):
        rows = missing[first : first + settings.batch]
        begin = starts[first : first + settings.batch]
        shard = shards / f"{shard_key(small[rows], begin, model, settings)}.npy"
        found = read_shard(shard, begin.shape)
        if found is None:
            found, _ = invert(small[rows], generator, begin, settings, each_step=step)
            write_atomically(shard, array_bytes(found))
        done = number * settings.steps
        tell("finding seeds", done, total)
        seeds[rows] = found
    return seeds


def reused(works: Sequence[Work], base: Collection | None, z_dim: int) -> NDArray[np.float32]:
    """Seeds (N, z_dim) of the works that `base` knows by id and bytes; NaN for the others."""
    seeds = np.full((len(works), z_dim), np.nan, np.float32)
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


def shard_key(
    pictures: NDArray[np.uint8], starts: NDArray[np.float32], model: Model, settings: InversionSettings
) -> str:
    """Names one batch's result by everything that goes into it."""
    facts = f"{model} {settings}".encode()
    return hashlib.sha256(facts + pictures.tobytes() + starts.tobytes()).hexdigest()[:32]


def read_shard(shard: Path, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """What an earlier run found, or None; a torn file counts as none."""
    try:
        found = np.load(shard, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.float32 and np.isfinite(found).all() else None
