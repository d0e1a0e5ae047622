"""From a folder with images to a prepared collection: `genstudio collection prepare` and `... invert`, and what
`serve --collection` runs.

Reads every picture once (an unreadable one is reported and left out), describes it, finds a seed for each work that the
starter collection does not already know by id and bytes, measures how well each seed shows its work, lays out the map
and writes the six files of docs/design/collection.md. The same content is done once: later calls read what is kept.
Killed in the middle, the next call goes on after the last batch. Images are read; none is kept.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models.cache import array_bytes, cache_dir, private_folder
from models.inversion.drawing import Generator, width
from models.inversion.preset import Inversion
from models.inversion.seeds import Report, find_seeds, known_collection, reused
from models.maps.layout import layout
from models.search.describers import Describer, default_describer, describer_of
from models.search.features import CHUNK, SIDE
from models.works import thumbhash
from models.works.collection import ARRAYS, BUNDLED, FORMAT, Collection, Manifest, Model, prepared_path, read_prepared
from models.works.folder import ImageFolder, read_folder
from models.works.images import UnreadableImage, open_image, square
from models.works.work import CollectionError, Work, inside

TRUST_NEIGHBOURS: Final = 10
TRUST_WORKS: Final = 32
"""Trustworthiness at 10 neighbours says nothing about fewer works."""


@dataclass
class Read:
    """What the pictures gave, row by row."""

    works: list[Work]
    features: NDArray[np.float32]
    """(N, F)"""
    recipe: str
    """Of the features."""
    pictures: NDArray[np.uint8]
    """(N, 3, 256, 256), for the inversion; on the disk rather than in memory"""
    skipped: list[str]


def prepare(
    folder: Path,
    generator: Generator,
    *,
    out: Path | None = None,
    seeds: NDArray[np.float32] | None = None,
    ids: Sequence[str] | None = None,
    name: str | None = None,
    known: Path | None = BUNDLED,
    inversion: Inversion | None = None,
    describer: Describer | None = None,
    report: Report | None = None,
) -> Collection:
    """Prepare the folder with images `folder` for `generator` and return the collection.

    `out`: where to write; by default into the cache, where `load_collection(folder)` finds it. `ids`: only these works,
    in this order. `seeds` (len(ids), width): their seeds, found elsewhere (as by training); else they are taken from
    the prepared collection `known` or searched for. `inversion`: how; where it is given, seeds that were found in
    another way do not count. `describer`: makes the features, by default the one chosen last for this folder, else what
    `default_describer` chooses. `report`: told of progress, a bar on the terminal by default. Raises CollectionError;
    ModelError where bundled weights are damaged.
    """
    source = chosen(read_folder(folder), ids)
    if seeds is not None:
        check_seeds(seeds, ids, generator)
    model = Model(generator.name, generator.z_dim, generator.sha256, generator.n_classes)
    kept = out or prepared_path(source.digest, generator.name)
    describer = describer or last_describer(kept) or default_describer()
    if seeds is None and (found := already(kept, source.digest, model, describer.name, inversion)):
        return read_prepared(found, images=folder)
    with bars(report) as tell:
        read = read_pictures(source, describer, tell)
        rows = {work.id: i for i, work in enumerate(source.works)}
        if seeds is not None:
            found_seeds, how = np.asarray(seeds, np.float32)[[rows[work.id] for work in read.works]], "given"
        else:
            inversion = inversion or Inversion()
            found_seeds = sought(read, generator, known_collection(known, model), inversion, tell)
            how = inversion.name
        quality = judged(found_seeds, read.pictures, generator, tell)
        tell("laying out the map", 0, 1)
        places = layout(read.features)
        tell("laying out the map", 1, 1)
    arrays = {"seeds": found_seeds, "features": read.features, "places": places, "quality": quality}
    write(kept, read, arrays, name or folder.resolve().name, model, source.digest, how)
    return read_prepared(kept, images=folder)


def sought(
    read: Read, generator: Generator, base: Collection | None, inversion: Inversion, tell: Report
) -> NDArray[np.float32]:
    """Seeds (N, width): those that `base` holds, the others by inversion with the seeds of `base` as starts. Where all
    is found again, or by another preset than ours, those of `base` are starts at most. Raises CollectionError."""
    theirs = base if inversion.preset == "ours" and not inversion.again else None
    seeds = reused(read.works, theirs, width(generator))
    missing = np.flatnonzero(np.isnan(seeds[:, 0]))
    if len(missing):
        recipe = inversion.recipe(generator, base.seeds if base else None)
        shards = private_folder(cache_dir() / "shards") if generator.sha256 else None
        seeds[missing] = find_seeds(read.pictures[missing], recipe, shards, tell, again=inversion.again)
    return seeds


def judged(
    seeds: NDArray[np.float32], pictures: NDArray[np.uint8], generator: Generator, tell: Report
) -> NDArray[np.float32]:
    """(N, 2): PSNR and SSIM of each seed as it is rendered."""
    from models.inversion.quality import CHUNK as FEW
    from models.inversion.quality import measure

    found = []
    for i in range(0, len(seeds), FEW):
        tell("judging seeds", i, len(seeds))
        found.append(measure(seeds[i : i + FEW], pictures[i : i + FEW], generator))
    tell("judging seeds", len(seeds), len(seeds))
    return np.concatenate(found)


def chosen(folder: ImageFolder, ids: Sequence[str] | None) -> ImageFolder:
    """The works called `ids`, in that order. Raises CollectionError for one that is not there or asked for twice."""
    if ids is None:
        return folder
    by_id = {work.id: work for work in folder.works}
    unknown = [id for id in ids if id not in by_id]
    if unknown or len(set(ids)) < len(ids) or not ids:
        found = (
            f"{len(unknown)} ids that {folder.path} lacks, as {unknown[0]!r}"
            if unknown
            else "ids twice, or none at all"
        )
        raise CollectionError(f"asked for {found}; give ids of its works, each once")
    works = [by_id[id] for id in ids]
    return ImageFolder(folder.path, works, hashlib.sha256(f"{folder.digest} {list(ids)}".encode()).hexdigest())


def check_seeds(seeds: NDArray[np.float32], ids: Sequence[str] | None, generator: Generator) -> None:
    """Raises CollectionError."""
    if ids is None:
        raise CollectionError("seeds were given without ids; say which works they belong to")
    wanted = (len(ids), width(generator))
    if seeds.shape != wanted or not np.isfinite(seeds).all():
        raise CollectionError(
            f"seeds are {seeds.shape} or not finite; {len(ids)} works and {generator.name!r} need {wanted}"
        )


def last_describer(kept: Path) -> Describer | None:
    """The one that made the features in `kept`; None where nothing is kept, or its weights are not at hand."""
    try:
        return describer_of(read_prepared(kept).manifest.features)
    except CollectionError:
        return None


def already(kept: Path, source: str, model: Model, features: str, inversion: Inversion | None) -> Path | None:
    """`kept` when it holds exactly this, else None. A damaged one is made again, and one of an older form."""
    try:
        manifest = read_prepared(kept).manifest
    except CollectionError:
        return None
    same = (manifest.source, manifest.generator, manifest.features) == (source, model, features)
    asked = inversion is None or (manifest.inversion == inversion.name and not inversion.again)
    return kept if same and asked else None


def read_pictures(folder: ImageFolder, describer: Describer, tell: Report) -> Read:
    """Open every picture once. Raises CollectionError when none can be read."""
    # Unfolded, a thousand works are 200 MB: they lie in a file without a name, which ends with what maps it.
    with tempfile.TemporaryFile(dir=private_folder(cache_dir())) as unfolded:
        return read_through(folder, describer, unfolded, tell)


def read_through(folder: ImageFolder, describer: Describer, unfolded: IO[bytes], tell: Report) -> Read:
    """`read_pictures`, with the squares written to `unfolded`, which may be closed afterwards."""
    works, described, skipped = [], [], []
    squares: list[NDArray[np.uint8]] = []
    for done, work in enumerate(folder.works):
        tell("reading pictures", done, len(folder.works))
        try:
            path = inside(folder.path, work.file)
            if path is None:
                raise UnreadableImage(f"{work.file} is outside of the folder; put the picture inside")
            image = open_image(path)
        except UnreadableImage as error:
            skipped.append(f"{work.id}: {error}")
            continue
        width, height = (work.width, work.height) if work.width and work.height else image.size
        hashed = base64.b64encode(thumbhash.encode(image)).decode()
        works.append(msgspec.structs.replace(work, width=width, height=height, thumbhash=hashed))
        squares.append(square(image, SIDE))
        unfolded.write(squares[-1].tobytes())
        if len(squares) == CHUNK:  # full-size squares are let go chunk by chunk
            described.append(describer.describe(np.stack(squares)))
            squares = []
    if squares:
        described.append(describer.describe(np.stack(squares)))
    tell("reading pictures", len(folder.works), len(folder.works))
    if not works:
        raise CollectionError(f"none of the {len(folder.works)} pictures in {folder.path} can be read; {skipped[0]}")
    unfolded.flush()
    pictures = np.memmap(unfolded, np.uint8, "r", shape=(len(works), 3, SIDE, SIDE))
    return Read(works, np.concatenate(described), describer.name, pictures, skipped)


def write(
    kept: Path,
    read: Read,
    arrays: dict[str, NDArray[np.float32]],
    name: str,
    model: Model,
    source: str,
    inversion: str = "given",
) -> None:
    """The six files, beside `kept` first and then in its place: a reader sees the old collection or the new one,
    whole."""
    lines = b"".join(msgspec.json.encode(work) + b"\n" for work in read.works)
    files = {"works.jsonl": lines} | {f"{part}.npy": array_bytes(arrays[part].astype(np.float32)) for part in ARRAYS}
    hashes = {file: hashlib.sha256(data).hexdigest() for file, data in sorted(files.items())}
    manifest = Manifest(
        format=FORMAT,
        name=name,
        works=len(read.works),
        generator=model,
        source=source,
        features=read.recipe,
        shapes={part: list(array.shape) for part, array in arrays.items()},
        files=hashes,
        digest=hashlib.sha256("".join(hashes.values()).encode()).hexdigest(),
        trustworthiness=trust(arrays["features"], arrays["places"]),
        inversion=inversion,
        skipped=read.skipped,
    )
    files["manifest.json"] = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{kept.name[:40]}-", dir=kept.parent))
    part.chmod(0o755)
    for file, data in files.items():
        (part / file).write_bytes(data)
    shutil.rmtree(kept, ignore_errors=True)
    part.replace(kept)


def trust(described: NDArray[np.float32], places: NDArray[np.float32]) -> float | None:
    """Trustworthiness of the map (Venna & Kaski 2001) at TRUST_NEIGHBOURS."""
    from sklearn.manifold import trustworthiness

    if len(places) < TRUST_WORKS:
        return None
    return round(float(trustworthiness(described, places, n_neighbors=TRUST_NEIGHBOURS)), 4)


@contextmanager
def bars(report: Report | None) -> Iterator[Report]:
    """`report` itself, or progress bars on the terminal's error stream."""
    if report is not None:
        yield report
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done, total=of)

        yield tell
