"""Pictures to train on: any folder of images, with the artists' names where a metadata.csv tells them.

Grey reproductions are left out (they would teach the generator that colour is optional), and a hand with hundreds of
works is drawn less often each. No torch: arrays only.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.images import UnreadableImage, open_image, square

SIDE = 256
"""Side of a training picture in pixels: the generator's own."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"})

GREY_LEVELS = 6.0
"""Mean spread between a pixel's channels, of 255, under which a picture is grey; a faded painting has over 10."""

FEWEST = 16
"""Pictures under which there is nothing to learn from."""


class CorpusError(ValueError):
    """A folder that cannot be trained on: what was found, what to do."""


@dataclass(frozen=True)
class Corpus:
    """What training sees."""

    ids: list[str]
    """File name without suffix, which is the work's id in a collection."""
    images: NDArray[np.uint8]
    """(N, 3, 256, 256)"""
    artists: list[str]
    grey: list[str]
    """Left out: no colour."""
    unreadable: list[str]
    """Left out: not an image we can read."""

    def weights(self, rarity: float) -> NDArray[np.float64]:
        """Chance of each work, (N,): n^-rarity, n the works by the same hand. 0 treats all works alike, 1 all hands."""
        works = Counter(self.artists)
        return np.array([works[artist] ** -rarity for artist in self.artists])


def read_corpus(folder: Path, *, progress: Callable[[int, int], None] = lambda done, total: None) -> Corpus:
    """Read every image of a folder (or of its `train256` or `images`). Raises CorpusError."""
    if not folder.is_dir():
        raise CorpusError(f"There is no folder {folder}")
    place = next((folder / name for name in ("train256", "images") if (folder / name).is_dir()), folder)
    files = sorted(f for f in place.iterdir() if f.suffix.lower() in SUFFIXES)
    artist_of = read_artists(folder / "metadata.csv")
    ids, images, grey, unreadable = [], [], [], []
    for n, file in enumerate(files):
        progress(n, len(files))
        picture = read_picture(file)
        if picture is None:
            unreadable.append(file.stem)
        elif float(np.ptp(picture, axis=0).mean()) < GREY_LEVELS:
            grey.append(file.stem)
        else:
            ids.append(file.stem)
            images.append(picture)
    progress(len(files), len(files))
    if len(ids) < FEWEST:
        raise CorpusError(
            f"{place} has {len(ids)} usable pictures ({len(grey)} grey, {len(unreadable)} unreadable, of {len(files)} "
            f"files); training needs at least {FEWEST}, and hundreds to be worth looking at"
        )
    return Corpus(ids, np.stack(images), [artist_of.get(i) or i for i in ids], grey, unreadable)


def read_picture(file: Path) -> NDArray[np.uint8] | None:
    """The centre square at 256 px, (3, 256, 256), or None when the file is not an image within limits."""
    try:
        return square(open_image(file), SIDE)
    except UnreadableImage:
        return None


def read_artists(table: Path) -> dict[str, str]:
    """Artist by work id, from a metadata.csv with the columns `id` and `artist`; empty without one."""
    if not table.is_file():
        return {}
    with table.open(newline="", encoding="utf-8-sig") as f:
        return {row["id"]: row.get("artist", "") for row in csv.DictReader(f) if row.get("id")}
