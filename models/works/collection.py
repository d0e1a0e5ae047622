"""The collection: its works, and for each a seed, a place on the map and what it looks like. Loads; computes nothing.

A prepared collection is a folder of six files, described in docs/design/collection.md: `works.jsonl`, `seeds.npy`,
`features.npy`, `places.npy`, `quality.npy` and `manifest.json`. `prepare.py` writes one from a folder with images. No
torch, no network, no image is opened: a gateway loads this in an image of its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.cache import cache_dir
from models.works.folder import read_folder
from models.works.work import CollectionError, Work, check_ids, inside

BUNDLED: Final = Path(__file__).parents[1] / "bundled" / "collection"
"""The starter collection that ships with the project."""

FORMAT: Final = 2
"""Version of the on-disk form; a folder of another version is refused, not guessed at."""

ARRAYS: Final = ("seeds", "features", "places", "quality")


class NotPrepared(CollectionError):
    """A sound folder with images, for which nothing has been computed yet."""


class Model(msgspec.Struct, frozen=True):
    """The generator that the seeds belong to: the same z is another picture in another network."""

    name: str
    z_dim: int
    sha256: str
    """Of its weights; empty when the generator does not know."""
    n_classes: int = 0

    @property
    def width(self) -> int:
        """Numbers in a seed: z, and behind it a weight for each class."""
        return self.z_dim + self.n_classes


class Form(msgspec.Struct):
    """What is read of a manifest before it is known to be one of ours."""

    format: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a prepared folder holds, and from what it was made."""

    format: int
    name: str
    works: int
    generator: Model
    source: str
    """Digest of the folder with images: metadata and pictures."""
    features: str
    """Recipe of the features: the name of the describer that made them (`models/search/describers.py`)."""
    shapes: dict[str, list[int]]
    files: dict[str, str]
    """sha256 of each file."""
    digest: str
    """sha256 over `files`: names this collection everywhere, in addresses and caches."""
    trustworthiness: float | None = None
    """How far neighbours on the map share looks, at 10 neighbours; 1 is best, 0.5 is chance. None for fewer than 32
    works."""
    inversion: str = "given"
    """The preset that found the seeds that were not known before; "given" when they came from elsewhere, as from
    training."""
    skipped: list[str] = []
    """Pictures left out, each with the reason."""


@dataclass(frozen=True)
class Collection:
    """Works and their arrays, row by row."""

    name: str
    works: list[Work]
    seeds: NDArray[np.float32]
    """(N, z_dim + n_classes)"""
    features: NDArray[np.float32]
    """(N, F)"""
    places: NDArray[np.float32]
    """(N, 2) in [0, 1]^2, all distinct"""
    quality: NDArray[np.float32]
    """(N, 2): PSNR in dB and SSIM of each work as its seed is rendered"""
    digest: str
    images: Path | None
    """The folder with images, when it is at hand."""
    manifest: Manifest

    @cached_property
    def _index(self) -> dict[str, int]:
        return {work.id: i for i, work in enumerate(self.works)}

    def index_of(self, id: str) -> int | None:
        """Row of a work, or None when there is no such work."""
        return self._index.get(id)

    def image_path(self, id: str) -> Path | None:
        """The work's picture on this disk, or None. Never a path outside of the folder with images, links followed."""
        row = self.index_of(id)
        if self.images is None or row is None or not self.works[row].file:
            return None
        path = inside(self.images, self.works[row].file)
        return path if path is not None and path.is_file() else None

    def require_generator(self, name: str, z_dim: int, n_classes: int = 0, sha256: str = "") -> None:
        """Raise CollectionError unless these seeds are latents of this generator. `sha256`: of its weights, compared
        where both sides know it."""
        made_for = self.manifest.generator
        if made_for.z_dim != z_dim:
            raise CollectionError(
                f"the seeds of {self.name!r} are {made_for.z_dim} numbers for {made_for.name!r}, the generator {name!r}"
                f" takes {z_dim}; give a folder with images, which is then prepared for it"
            )
        if made_for.n_classes != n_classes:
            raise CollectionError(
                f"the seeds of {self.name!r} weigh {made_for.n_classes} classes for {made_for.name!r}, the generator "
                f"{name!r} has {n_classes}; give a folder with images, which is then prepared for it"
            )
        if sha256 and made_for.sha256 and made_for.sha256 != sha256:
            raise CollectionError(
                f"the seeds of {self.name!r} were found for other weights than those of {name!r} now; prepare the "
                "folder with images again (`genstudio collection prepare FOLDER --model FILE`)"
            )


def load_collection(path: Path | None = None, *, model: str = "bundled") -> Collection:
    """The starter collection; or the prepared folder `path`; or what was prepared before from the folder with images
    `path` for the generator called `model`. Raises CollectionError, and NotPrepared when `prepare` has not run on that
    folder."""
    if path is None:
        return read_prepared(BUNDLED)
    if (path / "manifest.json").is_file():
        return read_prepared(path)
    folder = read_folder(path)
    kept = prepared_path(folder.digest, model)
    if not is_current(kept):
        raise NotPrepared(f"{path} has not been prepared for {model!r}; run `genstudio collection prepare {path}`")
    return read_prepared(kept, images=path)


def prepared_path(source: str, model: str) -> Path:
    """Where the preparation of a folder (by its digest) for a generator (by its name) is kept."""
    return cache_dir() / "collections" / f"{source[:24]}-{re.sub(r'[^A-Za-z0-9.-]', '_', model)[:40]}"


def is_current(kept: Path) -> bool:
    """Whether something was prepared here in the form that we read: what an older version kept is prepared again."""
    if not (kept / "manifest.json").is_file():
        return False
    try:
        return msgspec.json.decode(read_file(kept / "manifest.json"), type=Form).format == FORMAT
    except msgspec.DecodeError:
        return True  # damaged, which `read_prepared` says better


def read_prepared(folder: Path, *, images: Path | None = None) -> Collection:
    """Read and check a prepared folder, byte by byte against its manifest. Raises CollectionError."""
    manifest = read_manifest(folder)
    held = {name: read_file(folder / name) for name in sorted(manifest.files)}
    wanted = sorted(["works.jsonl", *(f"{name}.npy" for name in ARRAYS)])
    if list(held) != wanted:
        raise CollectionError(f"{folder}/manifest.json names {list(held)}, a collection is {wanted}; {AGAIN}")
    for name, data in held.items():
        if hashlib.sha256(data).hexdigest() != manifest.files[name]:
            raise CollectionError(f"{folder / name} is not the file its manifest was written for; {AGAIN}")
    works = read_works(folder / "works.jsonl", held["works.jsonl"])
    seeds, features, places, quality = (read_array(folder / f"{name}.npy", manifest, len(works)) for name in ARRAYS)
    if seeds.shape[1] != manifest.generator.width:
        raise CollectionError(
            f"{folder}/seeds.npy holds {seeds.shape[1]} numbers a work, its generator {manifest.generator.name!r} takes"
            f" {manifest.generator.width}; {AGAIN}"
        )
    if quality.shape[1] != 2:
        raise CollectionError(f"{folder}/quality.npy is {quality.shape}, not PSNR and SSIM of each work; {AGAIN}")
    check_places(folder / "places.npy", places)
    return Collection(manifest.name, works, seeds, features, places, quality, manifest.digest, images, manifest)


AGAIN: Final = "prepare the collection again"


def read_manifest(folder: Path) -> Manifest:
    """Raises CollectionError."""
    if not folder.exists():
        raise CollectionError(f"there is no collection at {folder}; give a folder with images or a prepared collection")
    try:
        manifest = msgspec.json.decode(read_file(folder / "manifest.json"), type=Manifest)
    except msgspec.DecodeError as error:
        raise CollectionError(f"{folder}/manifest.json is not a manifest ({error}); {AGAIN}") from error
    if manifest.format != FORMAT:
        raise CollectionError(f"{folder} has form {manifest.format}, we read form {FORMAT}; {AGAIN}")
    return manifest


def read_works(path: Path, data: bytes) -> list[Work]:
    """One JSON object a line. Raises CollectionError."""
    works: list[Work] = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            works.append(msgspec.json.decode(line, type=Work))
        except msgspec.DecodeError as error:
            raise CollectionError(f"{path} line {number} is not a work ({error}); {AGAIN}") from error
    check_ids(path, works)
    return works


def read_array(path: Path, manifest: Manifest, works: int) -> NDArray[np.float32]:
    """A float32 array (works, columns) of finite numbers, memory-mapped by nobody, unpickled never. Raises
    CollectionError."""
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise CollectionError(f"{path} is not an array ({error}); {AGAIN}") from error
    if not isinstance(array, np.ndarray) or array.dtype != np.float32 or array.ndim != 2 or len(array) != works:
        raise CollectionError(f"{path} is {array.dtype} {array.shape}, not float32 with {works} rows; {AGAIN}")
    if list(array.shape) != manifest.shapes.get(path.stem):
        raise CollectionError(f"{path} is {array.shape}, its manifest says {manifest.shapes.get(path.stem)}; {AGAIN}")
    if not np.isfinite(array).all():
        raise CollectionError(f"{path} holds NaN or infinity; {AGAIN}")
    return array


def check_places(path: Path, places: NDArray[np.float32]) -> None:
    """In [0, 1]^2 and distinct: two works at one place could not both be reached. Raises CollectionError."""
    if places.shape[1] != 2 or places.min() < 0 or places.max() > 1:
        raise CollectionError(f"{path} is not places in [0, 1]^2; {AGAIN}")
    if len(np.unique(places, axis=0)) < len(places):
        raise CollectionError(f"{path} has two works at one place; {AGAIN}")


def read_file(path: Path) -> bytes:
    """Raises CollectionError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CollectionError(f"cannot read {path} ({error.strerror}); {AGAIN}") from error
