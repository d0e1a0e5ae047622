"""Pictures to train on, from a folder with images as `works/folder.py` reads it.

Grey reproductions are left out (they would teach the generator that colour is optional), and a hand with hundreds of
works is drawn less often each. No torch: arrays only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.works.folder import read_folder
from models.works.images import UnreadableImage, open_image, square
from models.works.work import CollectionError, Work, inside

SIDE: Final = 256
"""Side of a training picture in pixels: the generator's own."""

SQUARES: Final = "train256"
"""Where a folder may keep ready squares `ID.jpg`, cut from larger originals than its `images`."""

GREY_LEVELS: Final = 7.0
"""Mean spread between a pixel's channels, of 255, under which a picture is grey. In the starter collection
the greys end at 6.3 and the most faded paintings begin at 8.0."""

FEWEST: Final = 16
"""Pictures under which there is nothing to learn from."""


@dataclass(frozen=True)
class Corpus:
    """What training sees."""

    works: list[Work]
    images: NDArray[np.uint8]
    """(N, 3, 256, 256)"""
    grey: list[str]
    """Ids left out: no colour."""
    unreadable: list[str]
    """Ids left out: not an image we can read."""

    @property
    def ids(self) -> list[str]:
        return [work.id for work in self.works]

    def weights(self, rarity: float) -> NDArray[np.float64]:
        """Chance of each work, (N,): n^-rarity, n the works by the same hand. 0 treats all works alike, 1 all hands."""
        hands = [work.artist or work.id for work in self.works]  # an unnamed hand counts as one of its own
        count = Counter(hands)
        return np.array([count[hand] ** -rarity for hand in hands])


def read_corpus(folder: Path, *, progress: Callable[[int, int], None] = lambda done, total: None) -> Corpus:
    """Every usable picture of a folder. Raises CollectionError."""
    listed = read_folder(folder).works
    works: list[Work] = []
    images: list[NDArray[np.uint8]] = []
    grey: list[str] = []
    unreadable: list[str] = []
    for done, work in enumerate(listed):
        progress(done, len(listed))
        try:
            picture = read_square(folder, work)
        except UnreadableImage:
            unreadable.append(work.id)
            continue
        if float(np.ptp(picture, axis=0).mean()) < GREY_LEVELS:
            grey.append(work.id)
            continue
        works.append(work)
        images.append(picture)
    progress(len(listed), len(listed))
    if len(works) < FEWEST:
        raise CollectionError(
            f"{folder} has {len(works)} usable pictures of {len(listed)} ({len(grey)} grey, {len(unreadable)} "
            f"unreadable); training needs at least {FEWEST}, and hundreds to be worth looking at"
        )
    return Corpus(works, np.stack(images), grey, unreadable)


def read_square(folder: Path, work: Work) -> NDArray[np.uint8]:
    """The middle of a work's picture, (3, 256, 256). Raises UnreadableImage."""
    ready = inside(folder, f"{SQUARES}/{work.id}.jpg")
    path = ready if ready is not None and ready.is_file() else inside(folder, work.file)
    if path is None:
        raise UnreadableImage(f"{work.file} is outside of the folder; put the picture inside")
    return square(open_image(path), SIDE)
