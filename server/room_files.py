"""Rooms on disk, for an installation of one process: what its last run left of each, whole or not at all.

Two generations a room: a file that is torn, by whatever, leaves the one before. Nobody's secret is in them, and no page
reaches them. Not here: when they are written (`lasting_hub.py`), what is in a snapshot (`shared_state/snapshot.py`).
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
import structlog

from models.cache import write_atomically
from shared_state.hub import RoomCard
from shared_state.snapshot import MAX_SNAPSHOT_BYTES

log = structlog.stdlib.get_logger("genstudio.rooms")

KEPT_DAYS: Final = 30
"""A room that nobody has opened for so long is forgotten: an exhibition's pause is shorter."""

PART_S: Final = 60
"""What a kill left half written is cleared away after this: another installation may be in the midst of writing."""

MAX_FILE_BYTES: Final = MAX_SNAPSHOT_BYTES + 65_536
"""A snapshot, and a card beside it."""

DIGEST_BYTES: Final = 32
"""SHA-256, before what it is of."""


class Stored(msgspec.Struct, frozen=True):
    """What is kept of a room."""

    room: str
    snapshot: bytes | None = None
    card: RoomCard | None = None


class RoomFiles:
    """Those of one installation, told from others of this user by `installation`. Blocks: call it from a thread."""

    def __init__(self, folder: Path, installation: str) -> None:
        """`folder` is ours alone and there. Raises OSError."""
        self._folder, self._installation = folder, installation
        now_s = time.time()
        for path in folder.iterdir():
            kept_s = PART_S if path.name.startswith(".") else KEPT_DAYS * 86_400
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < now_s - kept_s:
                    path.unlink()

    def write(self, stored: Stored) -> None:
        """Keep it, and what was kept before as well. Raises OSError, having lost nothing."""
        path, before = self._paths(stored.room)
        data = msgspec.msgpack.encode(stored)
        with suppress(FileNotFoundError):
            os.replace(path, before)
        write_atomically(path, hashlib.sha256(data).digest() + data)

    def read(self, room: str) -> Stored:
        """The newest that is whole; of a room that is not known, or of which nothing is, nothing."""
        for path in self._paths(room):
            try:
                return _whole(path, room)
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                log.warning("a room's file cannot be read; the one before is taken", room=room, found=str(error))
                path.unlink(missing_ok=True)  # or the next write would keep it in place of the one before
        return Stored(room)

    def _paths(self, room: str) -> tuple[Path, Path]:
        """Of the newest, and of the one before; named so that no room's name is a path."""
        name = hashlib.sha256(f"{self._installation}\n{room}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.room", self._folder / f"{name}.before"


def _whole(path: Path, room: str) -> Stored:
    """Raises OSError and ValueError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ValueError(f"{path.stat().st_size} bytes; the most we read is {MAX_FILE_BYTES}")
    data = path.read_bytes()
    digest, data = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
    if hashlib.sha256(data).digest() != digest:
        raise ValueError("it is torn")
    stored = msgspec.msgpack.decode(data, type=Stored)
    if stored.room != room:
        raise ValueError("it is another room's")
    return stored
