"""The pictures of a collection's works: its own file, else what was kept from the museum, else fetched from there now.

Pages ask this server and nobody else. A museum would learn from each phone who looks at what and when, a wall would go
blind with the network, and a stranger's bytes would reach every browser as they are; so a gateway asks once for all,
with an address that stands in the collection and never in a request, and hands on what `models/sources` wrote anew.
Why so, and what else was weighed: docs/design/wall.md.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import structlog

from models.cache import cache_dir, private_folder
from server.settings import ServerSettings

if TYPE_CHECKING:
    from models.sources.fetch import Fetcher
    from models.sources.picture_cache import PictureCache
    from models.works.collection import Collection
    from models.works.work import Work

IMAGE_TYPES: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
"""What is sent as a picture. Never SVG: it can carry scripts."""

PATIENCE_S: Final = 20.0
"""A page waits so long for a museum. The fetch goes on, and the page's next attempt finds what it brought: a browser
has six connections to a server, and none may hang for as long as the slowest museum takes."""

_log = structlog.stdlib.get_logger("genstudio.pictures")


class Pictures:
    """Use it as an async context, on one event loop; outside of it only pictures at hand are found."""

    def __init__(self, collection: Collection, settings: ServerSettings, *, patience_s: float = PATIENCE_S) -> None:
        self._collection = collection
        self._settings = settings
        self._patience_s = patience_s
        self._opening: asyncio.Task[tuple[PictureCache, Fetcher] | None] | None = None

    async def __aenter__(self) -> Self:
        if any(work.image for work in self._collection.works):
            # Beside the rest of the start: what speaks HTTP takes a quarter of a second to load.
            self._opening = asyncio.create_task(self._open(), name="open the kept pictures")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        opening, self._opening = self._opening, None
        if opening is not None and (opened := await opening) is not None:
            cache, fetcher = opened
            await cache.aclose()
            await fetcher.aclose()

    def address(self, work: Work) -> str:
        """Where a page finds the picture, on this server; empty when there is nothing to look for."""
        return f"/images/{quote(work.id, safe='')}" if work.image or self.at_hand(work.id) else ""

    def at_hand(self, id: str) -> Path | None:
        """The picture in the collection's own folder, if a browser can show it. Asks nobody."""
        path = self._collection.image_path(id)
        return path if path is not None and path.suffix.lower() in IMAGE_TYPES else None

    def here(self, id: str) -> Path | None:
        """The picture on this disk: at hand, or kept from its museum. Asks nobody, waits for nothing."""
        if (path := self.at_hand(id)) is not None:
            return path
        row = self._collection.index_of(id)
        address = "" if row is None else self._collection.works[row].image
        opening = self._opening
        if not address or opening is None or not opening.done() or (opened := opening.result()) is None:
            return None
        return opened[0].held(address)

    async def opened(self) -> None:
        """Wait until what was kept can be looked into."""
        if self._opening is not None:
            await asyncio.shield(self._opening)

    async def find(self, id: str) -> Path | None:
        """The picture on this disk, fetched first where need be. None: there is none, or not yet."""
        if (path := await asyncio.to_thread(self.at_hand, id)) is not None:
            return path
        row = self._collection.index_of(id)
        address = "" if row is None else self._collection.works[row].image
        if not address or self._opening is None or (opened := await asyncio.shield(self._opening)) is None:
            return None
        cache, _ = opened
        if not self._settings.museum_pictures:
            return cache.held(address)
        try:
            async with asyncio.timeout(self._patience_s):
                return await cache.get(address)
        except TimeoutError:
            return None

    async def _open(self) -> tuple[PictureCache, Fetcher] | None:
        try:
            return await asyncio.to_thread(_open_cache, self._settings)
        except OSError as error:
            _log.warning("pictures from museums cannot be kept, so none are shown", found=str(error))
            return None


def _open_cache(settings: ServerSettings) -> tuple[PictureCache, Fetcher]:
    """Raises OSError (CacheError) when there is no folder to keep them in."""
    from models.sources.fetch import Fetcher
    from models.sources.picture_cache import PictureCache

    folder = private_folder(cache_dir() / "pictures")
    fetcher = Fetcher(allow_private=settings.museums_nearby)
    return PictureCache(folder, fetcher, max_bytes=settings.picture_cache_mb * 2**20), fetcher
