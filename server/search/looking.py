"""Which works look like a work, a blend, or a picture: the models' answers as pages get them. Blocking, without HTTP.

Artworks and blends need no torch and may be asked from any thread. A picture is described by the network that described
the collection, so pictures come from one thread only; where torch is not installed they have no answer.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.errors import ModelError
from models.search.features import SIDE
from models.search.similar import LookIndex
from models.works.images import TooManyPixels, UnreadableImage, open_image, square
from models.works.work import CollectionError
from server.web.answers import NoAnswer, in_words
from shared_state.messages import MAX_PORTIONS, Frame, Portion, ProtocolError, decode_from_server

if TYPE_CHECKING:
    from models.works.collection import Collection

KEPT: Final = 2
"""Collections whose features stay at hand: the present model's and the one before."""

WORTH_A_GRAPH: Final = 20_000
"""Works from which on the approximate index is built (once, behind the scenes): below, looking at every one takes a few
milliseconds."""

Features = NDArray[np.float32]
"""(F,), as the collection's recipe describes a picture."""

NO_TORCH: Final = (
    "This server sees no pictures: it runs without torch. Install it with `pip install 'genstudio[models]'`."
)


class Alike(msgspec.Struct, frozen=True):
    """A work that was found; `distance` is comparable within one collection, 0 is the same picture."""

    id: str
    distance: float


class Looking:
    """See the module. Every method raises NoAnswer."""

    def __init__(self) -> None:
        self._indices: OrderedDict[str, LookIndex] = OrderedDict()
        self._opening = threading.Lock()

    def like_work(self, collection: Collection, id: str, k: int) -> list[Alike]:
        """The k works most like this one, itself not among them."""
        row = collection.index_of(id)
        if row is None:
            raise NoAnswer(404, "no_work")
        return self._near(collection, collection.features[row], [row], k)

    def like_blend(
        self, collection: Collection, portions: Sequence[Portion], guests: Mapping[str, Features], k: int
    ) -> list[Alike]:
        """The k works most like a blend, its own not among them. A blend's direction is the weighted mean of its parts'
        unit features, its length the mean of theirs. `guests`: what visitors' pictures in it look like; what is neither
        there nor a work counts for nothing."""
        rows = {part.id: row for part in portions if (row := collection.index_of(part.id)) is not None}
        looks = [
            (guests[part.id] if part.id not in rows else collection.features[rows[part.id]], part.weight)
            for part in portions
            if part.id in rows or part.id in guests
        ]
        if not looks:
            raise NoAnswer(404, "no_works")
        return self._near(collection, between(looks), list(rows.values()), k)

    def like(self, collection: Collection, looks: Features, k: int) -> list[Alike]:
        """The k works most like what was `described`."""
        return self._near(collection, looks, [], k)

    def like_frame(self, collection: Collection, frame: bytes, k: int) -> list[Alike]:
        """The k works most like a frame, as it came from the hub."""
        try:
            message = decode_from_server(frame)
        except ProtocolError as error:
            raise NoAnswer(503, "frame_unreadable") from error
        assert isinstance(message, Frame)
        return self.like_picture(collection, seen(message.jpeg), k)

    def like_picture(self, collection: Collection, picture: NDArray[np.uint8], k: int) -> list[Alike]:
        """The k works most like a picture uint8 (3, 256, 256)."""
        return self.like(collection, self.described(collection, picture), k)

    def described(self, collection: Collection, picture: NDArray[np.uint8]) -> Features:
        """A picture uint8 (3, 256, 256) in the features of a collection."""
        try:
            return self._index(collection).described(Image.fromarray(picture.transpose(1, 2, 0)))
        except ImportError as error:
            raise NoAnswer(501, "no_eyes", NO_TORCH) from error
        except (CollectionError, ModelError) as error:
            raise NoAnswer(501, "no_eyes", f"This server cannot look for pictures: {error}.") from error

    def close(self) -> None:
        """Stop what is being built."""
        with self._opening:
            for index in self._indices.values():
                index.close()

    def _near(self, collection: Collection, looks: Features, own: list[int], k: int) -> list[Alike]:
        found, distances = self._index(collection).index.nearest(looks, k + len(own))
        near = [(row, distance) for row, distance in zip(found, distances, strict=True) if row not in own]
        return [Alike(collection.works[row].id, round(float(distance), 6)) for row, distance in near[:k]]

    def _index(self, collection: Collection) -> LookIndex:
        with self._opening:
            if collection.digest not in self._indices:
                index = self._indices[collection.digest] = LookIndex(collection)
                if len(collection.works) >= WORTH_A_GRAPH:
                    index.prepare()
                if len(self._indices) > KEPT:
                    self._indices.popitem(last=False)[1].close()
            self._indices.move_to_end(collection.digest)
            return self._indices[collection.digest]


def seen(picture: bytes) -> NDArray[np.uint8]:
    """The middle square of a picture's bytes, uint8 (3, 256, 256). What it is tells its content, never a header. Raises
    NoAnswer: 415 for what is no picture that we read, 422 for one that is broken or unfolds too large."""
    try:
        return square(open_image(picture), SIDE)
    except UnreadableImage as error:
        if isinstance(error.__cause__, UnidentifiedImageError):
            raise NoAnswer(415, "no_picture") from error
        code = "too_many_pixels" if isinstance(error, TooManyPixels) else "broken"
        raise NoAnswer(422, code, in_words(error)) from error


def portions(text: str) -> list[Portion]:
    """`ID*0.5,ID*0.5` as a blend. Raises NoAnswer."""
    parts = [part.rpartition("*") for part in text.split(",")]
    if len(parts) > MAX_PORTIONS:
        raise NoAnswer(400, "unclear", f"{len(parts)} works; a blend has at most {MAX_PORTIONS}.")
    try:
        blend = [Portion(id, float(weight)) for id, _, weight in parts]
    except ValueError:
        blend = []
    if not blend or not all(part.id and math.isfinite(part.weight) and part.weight > 0 for part in blend):
        raise NoAnswer(400, "unclear", "A blend is written as ID*0.5,ID*0.5 with weights above 0.")
    return blend


def between(looks: Sequence[tuple[Features, float]]) -> Features:
    """A point between features (F,) of weights above 0: of one alone exactly its own."""
    if len(looks) == 1:
        return looks[0][0]
    features = np.stack([each for each, _ in looks])
    lengths = np.linalg.norm(features, axis=1)
    parts = np.array([weight for _, weight in looks], np.float32) / np.float32(sum(weight for _, weight in looks))
    mean = parts @ (features / np.maximum(lengths, 1e-12)[:, None])
    return np.asarray(mean * (parts @ lengths / max(float(np.linalg.norm(mean)), 1e-12)), np.float32)
