"""From what a room shows, as numbers, to a finished picture, on one thread of its own.

The event loop never waits for the generator, and torch always sees the same thread: its thread count belongs to one.
All rooms of a renderer share one easel: those that are due in the same moment are drawn in one pass.
Not here: when to draw (`room_loop.py`), which latent it is (`latents.py`), which works are near
(`near_works.py`), who may publish (`holding.py`).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.cache import cache_dir
from models.maps import Map
from models.maps.hang import open_map
from models.search.index import NearestIndex, seed_index
from models.truncation import Truncation
from models.works.collection import Collection
from models.works.work import CollectionError
from server.exits import CannotStart, Exit
from server.hanging import map_choice
from server.metrics import Metrics
from server.renderer.encoder import encode_jpeg
from server.renderer.latents import Latents
from server.renderer.mixing import Picture, Through
from server.renderer.near_works import NearWorks
from server.renderer.painter import load_painter
from server.settings import ServerSettings
from shared_state.guests import Guests
from shared_state.messages import Neighbour
from shared_state.room import Nearby
from shared_state.scene import Scene

if TYPE_CHECKING:
    from models.generator import Generator

MAX_BATCH: Final = 16
"""Rooms in one pass of the generator: beyond it a pass only gets longer, and memory grows."""

NO_GUESTS: Final = Guests()


def as_it_is(picture: Picture) -> Picture:
    """Through nothing."""
    return picture


class DrawingError(RuntimeError):
    """There is no picture this time; the text says why."""


class Painter(Protocol):
    """What is needed of a generator (`models.Generator` is one)."""

    @property
    def name(self) -> str: ...

    @property
    def resolution(self) -> int: ...

    @property
    def truncation(self) -> Truncation: ...

    def generate(
        self, z: NDArray[np.float32], y: NDArray[np.float32] | None, truncation: float, /
    ) -> NDArray[np.uint8]:
        """(B, z_dim), and class weights (B, n_classes) where it has classes -> (B, H, W, 3). Raises on anything that is
        not a picture, a NaN included."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture, encoded, and the works around it."""

    picture: Picture
    """As it is shown."""
    jpeg: bytes
    near: list[Neighbour]
    """For the screens: at most NEAR, the closest first."""
    nearby: list[Nearby]
    """The same works for the law of steering, with their places on the map."""


@dataclass(frozen=True, slots=True)
class _Order:
    scene: Scene
    guests: Mapping[str, bytes]
    through: Through
    ready: asyncio.Future[Drawing]


class Easel:
    """See the module. Use from one event loop."""

    def __init__(
        self,
        painter: Painter,
        collection: Collection,
        chart: Map,
        index: NearestIndex,
        metrics: Metrics,
        *,
        quality: int,
        truncation: float = 1.0,
        thread: ThreadPoolExecutor | None = None,
    ) -> None:
        """`truncation`: where the wall's control stands, in [0, 1]."""
        self.painter = painter
        self.collection = collection
        self.index = index
        self.truncation = painter.truncation.at(truncation)
        """What the generator is told."""
        self.drawn = asyncio.Event()
        """Set with the first picture: what may wait for it begins now."""
        self._metrics, self._quality = metrics, quality
        self._latents, self._near = Latents(collection, chart), NearWorks(collection, chart, index)
        self._thread = thread or _new_thread()
        self._due: list[_Order] = []
        self._painting: asyncio.Task[None] | None = None

    @classmethod
    async def set_up(cls, collection: Collection, settings: ServerSettings, metrics: Metrics) -> Easel:
        """Load the generator in the easel's thread; torch is first imported there. `collection` holds the map's works.

        Raises CannotStart when the model cannot be used, or does not fit the collection's seeds.
        """
        thread = _new_thread()

        def load() -> Easel:
            painter = load_painter(settings, collection)
            try:
                chart = open_map(collection, map_choice(settings), painter)
            except CollectionError as error:
                raise CannotStart(str(error), Exit.BAD_INPUT) from error
            _settle_engine(painter, settings)
            index = seed_index(collection.seeds, cache_dir())
            return cls(
                painter,
                collection,
                chart,
                index,
                metrics,
                quality=settings.jpeg_quality,
                truncation=settings.truncation,
                thread=thread,
            )

        try:
            return await asyncio.get_running_loop().run_in_executor(thread, load)
        except BaseException:
            thread.shutdown(wait=False)
            raise

    def place(self, work: str) -> tuple[float, float] | None:
        """Where a work hangs on the map; None when there is no such work."""
        row = self.collection.index_of(work)
        if row is None:
            return None
        x, y = self.collection.places[row]
        return float(x), float(y)

    async def draw(self, scene: Scene, guests: Guests = NO_GUESTS, through: Through = as_it_is) -> Drawing:
        """The picture of a scene, which goes `through` something, in the easel's thread, before it is encoded. Raises
        DrawingError."""
        ours = guests.drawable if guests.model == self.painter.name else {}
        here = {portion.id: ours[portion.id] for portion in scene.portions if portion.id in ours}
        order = _Order(scene, here, through, asyncio.get_running_loop().create_future())
        self._due.append(order)
        if self._painting is None or self._painting.done():
            self._painting = asyncio.create_task(self._paint())
        return await order.ready

    def close(self) -> None:
        """Take no more orders. A picture that is being drawn is left behind, not waited for."""
        if self._painting is not None:
            self._painting.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)
        self.index.close()

    async def _paint(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0)  # the rooms that woke in this moment, or just got their picture, place their orders
            orders, self._due = self._due[:MAX_BATCH], self._due[MAX_BATCH:]
            if not orders:
                return
            results = await loop.run_in_executor(self._thread, self._draw_each, orders)
            for order, result in zip(orders, results, strict=True):
                if order.ready.done():  # its room has stopped meanwhile
                    continue
                if isinstance(result, Drawing):
                    order.ready.set_result(result)
                    self.drawn.set()
                else:
                    order.ready.set_exception(result)

    def _draw_each(self, orders: Sequence[_Order]) -> Sequence[Drawing | DrawingError]:
        """In the thread. One pass for all; when it fails, one for each, so that a room fails alone."""
        try:
            return self._draw_together(orders)
        except Exception as error:
            if len(orders) > 1:
                return [result for order in orders for result in self._draw_each([order])]
            failure = DrawingError(f"{type(error).__name__}: {error}")
            failure.__cause__ = error
            return [failure]

    def _draw_together(self, orders: Sequence[_Order]) -> list[Drawing]:
        latents = np.stack([self._latents.of(order.scene, order.guests) for order in orders])  # (B, width)
        z, classes = self._latents.space.split(latents)
        with self._metrics.draw_seconds.time():
            pictures = self.painter.generate(z, classes, self.truncation)  # (B, R, R, 3)
        return [
            self._drawing(latent, order.through(picture))
            for order, latent, picture in zip(orders, latents, pictures, strict=True)
        ]

    def encoded(self, picture: Picture) -> bytes:
        """A picture (H, W, 3) as a JPEG, on the calling thread."""
        with self._metrics.encode_seconds.time():
            return encode_jpeg(picture, self._quality)

    def _drawing(self, latent: NDArray[np.float32], picture: Picture) -> Drawing:
        jpeg = self.encoded(picture)
        near, nearby = self._near.to(latent)
        return Drawing(picture, jpeg, near, nearby)


def _settle_engine(painter: Generator, settings: ServerSettings) -> None:
    """Look for a faster way to draw, behind the scenes. After the map is open: what finds principal directions listens
    at the network, and a trial that draws with it would be overheard."""
    from models.engines.settle import settle_behind

    truncation = painter.truncation.at(settings.truncation)
    settle_behind(painter, settings.engine, threads=settings.threads, truncation=truncation)


def free_memory() -> None:
    """What closed easels held on a GPU goes back to it: torch keeps it for itself."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _new_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="easel")
