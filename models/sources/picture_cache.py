"""Pictures of works whose museum holds them, kept on this disk: a wall shows them when the network is away.

Fetched through the same safe `Fetcher` as everything, opened within the limits of `works/images.py` and written anew as
JPEG (`keep.py`): no stranger's byte is handed on. Bounded: what was longest unasked for goes first.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from models.sources.fetch import Fetcher, FetchError
from models.sources.files import PART
from models.sources.keep import keep_picture
from models.works.images import UnreadableImage

AT_ONCE: Final = 4
"""Pictures fetched and opened at the same time: each takes up to 64 MB while it is opened."""

FORGIVE_S: Final = 300.0
"""A picture that could not be had is asked for again after so long: a museum's bad minute is over, and a dead address
costs one request in five minutes."""

MAX_FAILURES: Final = 10_000
"""Remembered; the oldest is forgotten first."""

ABANDONED_S: Final = 3_600.0
"""A part so old was left by a process that was killed."""


class PictureCache:
    """Pictures by their web address, for one event loop. Processes may share the folder."""

    def __init__(
        self, folder: Path, fetcher: Fetcher, *, max_bytes: int, now_s: Callable[[], float] = time.time
    ) -> None:
        """Makes the folder, and clears what killed processes left in it. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in folder.glob(f"{PART}*"):
            if now_s() - _facts(part)[0] > ABANDONED_S:
                part.unlink(missing_ok=True)
        self._folder = folder
        self._fetcher = fetcher
        self._max_bytes = max_bytes
        self._now_s = now_s
        self._fetching: dict[str, asyncio.Task[Path | None]] = {}
        self._failed: dict[str, float] = {}
        self._doors = asyncio.Semaphore(AT_ONCE)

    async def get(self, address: str) -> Path | None:
        """The picture (JPEG, longest side at most 1,024 px), or None when it cannot be had now. Those who ask for the
        same picture at once wait for one fetch. The file may be gone by the time it is opened: then ask again."""
        path = self.held(address)
        if path is not None or self._now_s() - self._failed.get(address, -FORGIVE_S) < FORGIVE_S:
            return path
        if address not in self._fetching:
            task = self._fetching[address] = asyncio.create_task(self._fetch(address))
            task.add_done_callback(lambda _: self._fetching.pop(address, None))
        return await asyncio.shield(self._fetching[address])  # one who leaves does not take it from the others

    def held(self, address: str) -> Path | None:
        """The picture if it is here already; asks nobody."""
        path = self._path(address)
        try:
            os.utime(path, (self._now_s(), self._now_s()))  # used now: last to go
        except FileNotFoundError:
            return None
        return path

    async def aclose(self) -> None:
        """Stop fetching. The fetcher is its owner's to close."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _path(self, address: str) -> Path:
        return self._folder / f"{hashlib.sha256(address.encode()).hexdigest()}.jpg"

    async def _fetch(self, address: str) -> Path | None:
        path = self._path(address)
        raw = path.with_name(f"{PART}{os.getpid()}-{path.stem}")
        try:
            async with self._doors:
                await self._fetcher.save(address, raw)
                await asyncio.to_thread(keep_picture, raw, path)
                self.held(address)
                await asyncio.to_thread(self._make_room, path)
        except (FetchError, UnreadableImage, OSError):
            self._failed[address] = self._now_s()
            if len(self._failed) > MAX_FAILURES:
                del self._failed[next(iter(self._failed))]
            return None
        finally:
            raw.unlink(missing_ok=True)
        self._failed.pop(address, None)
        return path

    def _make_room(self, newest: Path) -> None:
        """Delete what was longest unasked for until the rest fits; never what has just come."""
        kept = sorted((*_facts(path), path) for path in self._folder.glob("*.jpg"))
        total = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if total <= self._max_bytes:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                total -= size


def _facts(path: Path) -> tuple[float, int]:
    """When a file was last used (s) and its size; zeros for one that is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0.0, 0
    return found.st_mtime, found.st_size
