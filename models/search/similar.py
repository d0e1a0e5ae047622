"""Which works look like this: like an artwork, like the frame on the wall, like a stranger's picture.

An artwork was described when its collection was prepared; any other picture is described now, by the recipe that the
collection was prepared with. The works nearest in the feature index are the answer. No text search, no server.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.cache import cache_dir
from models.search.describers import Describer, describer_of
from models.search.features import SIDE
from models.search.index import feature_index
from models.works.collection import Collection, load_collection
from models.works.images import UnreadableImage, open_image, square, upright
from models.works.work import CollectionError, Work

Picture = Work | str | Path | bytes | Image.Image | NDArray[np.uint8]
"""A work or its id (a string is always an id); a file, its bytes or an opened picture; a frame uint8 (H, W, 3)."""


@dataclass(frozen=True)
class Likeness:
    """A work that was found."""

    work: Work
    distance: float
    """In the collection's own features: comparable within a collection only. 0 is the same picture."""


class LookIndex:
    """The works of a collection by what they look like. Exact until `prepare` has made the graph ready. Thread-safe for
    artworks; other pictures one at a time, as torch wants it."""

    def __init__(
        self, collection: Collection, *, describer: Describer | None = None, cache: Path | None = None
    ) -> None:
        """`describer`: must be the one that the collection was prepared with; found by itself for the recipes whose
        weights ship. `cache`: where the graph is kept. Raises CollectionError for another describer."""
        recipe = collection.manifest.features
        if describer is not None and describer.name != recipe:
            raise CollectionError(
                f"{collection.name!r} has the features {recipe!r}, not {describer.name!r}; prepare it again with these"
            )
        self.collection = collection
        self.index = feature_index(collection.features, cache or cache_dir())
        self._describer = describer

    def prepare(self) -> Future[bool]:
        """Make the graph ready in the background, as `NearestIndex.prepare`."""
        return self.index.prepare()

    def close(self) -> None:
        """Stop a build that is under way."""
        self.index.close()

    def similar(self, image: Picture, k: int = 10) -> list[Likeness]:
        """The k works that look most like `image`, the most alike first; never the artwork itself. Fewer where the
        collection has fewer.

        Raises CollectionError (no such work; the recipe's weights are not at hand), UnreadableImage (not a picture, or
        too large), ValueError (not a frame; k < 1).
        """
        if k < 1:
            raise ValueError(f"{k} works; ask for 1 or more")
        own = self._row(image) if isinstance(image, Work | str) else None
        query = self.collection.features[own] if own is not None else self.described(image)
        rows, distances = self.index.nearest(query, k + (own is not None))
        found = [(row, distance) for row, distance in zip(rows, distances, strict=True) if row != own]
        return [Likeness(self.collection.works[row], float(distance)) for row, distance in found[:k]]

    def _row(self, work: Work | str) -> int:
        id = work if isinstance(work, str) else work.id
        row = self.collection.index_of(id)
        if row is None:
            raise CollectionError(
                f"{self.collection.name!r} has no work {id[:80]!r}; give one of its ids, or a picture's path as a Path"
            )
        return row

    def described(self, image: Any) -> NDArray[np.float32]:
        """A picture that is no work of the collection, in the collection's features (F,). Raises as `similar`."""
        if self._describer is None:
            self._describer = describer_of(self.collection.manifest.features)
        if self._describer is None:
            raise CollectionError(
                f"{self.collection.name!r} was prepared with the features {self.collection.manifest.features!r}, whose"
                " weights are not at hand; give `describer`, or prepare it again"
            )
        described: NDArray[np.float32] = self._describer.describe(square(opened(image), SIDE)[None])[0]
        return described


def opened(image: Path | bytes | Image.Image | NDArray[np.uint8]) -> Image.Image:
    """Upright in RGB and within the limits of strangers' pictures. Raises UnreadableImage, and ValueError for an array
    that is no frame."""
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"{image.dtype} {image.shape} is not a frame; frames are uint8 (H, W, 3)")
        return upright(Image.fromarray(image), "the frame")
    if isinstance(image, Image.Image):
        try:
            return upright(image)
        except UnreadableImage:
            raise
        except Exception as error:  # Pillow opens lazily: the bytes may turn out broken only now
            raise UnreadableImage(f"the picture cannot be decoded ({error}); save it as JPEG or PNG") from error
    return open_image(image)


def similar(
    image: Picture, k: int = 10, *, collection: Collection | None = None, describer: Describer | None = None
) -> list[Likeness]:
    """As `LookIndex.similar`, in one call: in `collection`, by default the starter collection. Exact search; whoever
    asks a large collection often keeps a `LookIndex`."""
    chosen = starter() if collection is None else collection
    return LookIndex(chosen, describer=describer).similar(image, k)


@lru_cache(1)
def starter() -> Collection:
    """Read once."""
    return load_collection()
