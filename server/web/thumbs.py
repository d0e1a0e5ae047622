"""Thumbnails of the works whose picture is at hand: made once, kept on disk, cheap to ask for by the hundred.

From the collection's own folder, or from what was kept of a museum's; never does a thumbnail make anybody ask a museum.
"""

from __future__ import annotations

import hashlib
import os
import threading
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import structlog
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.cache import CacheError, cache_dir, private_folder, write_atomically
from models.works.images import FORMATS, MAX_JPEG_PIXELS, UnreadableImage, upright
from server.settings import ServerSettings
from server.web.answers import NoAnswer, answering
from server.web.desk import Desk
from server.web.pictures import Pictures

if TYPE_CHECKING:
    from models.works.work import Work

SIDE: Final = 192
"""Pixels of the long side: a finger's width on a phone of three pixels to one."""

QUALITY: Final = 80
"""About 10 KB."""

WAITING: Final = 2_000
"""Behind the two that are under way: a screen full of works for twenty people each; one that is kept takes 0.2 ms."""

SPARE: Final = 0.9
"""Of the limit is left after making room, so that not every new one makes room again."""

A_DAY: Final = "public, max-age=86400"
"""As the pictures themselves."""

_log = structlog.get_logger("genstudio.thumbs")


class Thumbs:
    """The route of one gateway. Use it as an async context: leaving it closes its desk."""

    def __init__(self, pictures: Pictures, settings: ServerSettings) -> None:
        self._pictures = pictures
        self._kept = Kept(cache_dir() / "thumbs", settings.thumb_cache_mb * 2**20)
        self._desk = Desk("thumbs", threads=2, waiting=WAITING)

    async def __aenter__(self) -> Thumbs:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._desk.close()

    @property
    def routes(self) -> list[Route]:
        """One."""
        return [Route("/thumbs/{id:path}", answering(self.thumb))]

    def address(self, work: Work) -> str:
        """Where a page finds the thumbnail; empty when the picture is not at hand now."""
        return f"/thumbs/{quote(work.id, safe='')}" if self._pictures.here(work.id) else ""

    async def thumb(self, request: Request) -> Response:
        """200, 304 to who has it, 404 where no picture is at hand."""
        id, known = request.path_params["id"], request.headers.get("if-none-match", "")
        name, picture = await self._desk.ask(self._find, id, known)
        headers = {"ETag": f'"{name}"', "Cache-Control": A_DAY}
        if picture is None:
            return Response(status_code=304, headers=headers)
        return Response(picture, media_type="image/jpeg", headers=headers)

    def _find(self, id: str, known: str) -> tuple[str, bytes | None]:
        """The thumbnail's name and bytes; no bytes for who knows this name."""
        path = self._pictures.here(id)
        try:
            if path is not None:
                name = name_of(path)
                return name, None if f'"{name}"' in known else self._kept.get(name, path)
        except (OSError, UnreadableImage) as error:
            _log.warning("no thumbnail", work=id, found=str(error))
        raise NoAnswer(404, "no_image")


class Kept:
    """Thumbnails in a folder, of `max_bytes` in all: what was longest unasked for goes first. Thread-safe; processes
    may share the folder. Without a folder that can be trusted each is made anew."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._bytes: int | None = None
        """In the folder, as far as this process knows; None: not looked yet."""
        self._making_room = threading.Lock()

    def get(self, name: str, picture: Path) -> bytes:
        """The thumbnail of a picture's file. Raises OSError and UnreadableImage."""
        kept = self._folder / f"{name}.jpg"
        try:
            os.utime(kept)  # used now: last to go
            return kept.read_bytes()
        except FileNotFoundError:
            made = thumbnail(picture)
        try:
            private_folder(self._folder)
            write_atomically(kept, made)
            self._make_room(len(made))
        except CacheError as error:
            _log.warning("thumbnails cannot be kept", found=str(error))
        return made

    def _make_room(self, came: int) -> None:
        with self._making_room:
            if self._bytes is not None and self._bytes + came <= self._max_bytes:
                self._bytes += came
                return
            facts = sorted((fact.st_mtime, fact.st_size, file) for file, fact in _files(self._folder))
            total = sum(size for _, size, _ in facts)
            if total > self._max_bytes:
                for _, size, file in facts[:-1]:
                    if total <= SPARE * self._max_bytes:
                        break
                    file.unlink(missing_ok=True)
                    total -= size
            self._bytes = total


def name_of(picture: Path) -> str:
    """A name that changes with the file. Raises OSError."""
    stat = picture.stat()
    told = f"{picture} {stat.st_size} {stat.st_mtime_ns} {SIDE} {QUALITY}"
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()[:32]


def thumbnail(picture: Path) -> bytes:
    """A picture's file -> JPEG, the longer side at most SIDE px. Raises OSError and UnreadableImage."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is stricter
        with Image.open(picture, formats=FORMATS) as image:
            if image.width * image.height <= MAX_JPEG_PIXELS:
                image.draft(None, (2 * SIDE, 2 * SIDE))  # a JPEG unfolds at an eighth of its side, ten times as fast
            small = upright(image, picture.name)
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    written = BytesIO()
    small.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for file in folder.glob("*.jpg"):
        try:
            found.append((file, file.stat()))
        except FileNotFoundError:  # another process made room
            continue
    return found
