"""The hub of one process whose rooms outlive it: what is stored in memory is kept on disk as well, a little later.

As with Redis, a room that is taken anew goes on from what its last renderer left. A disk that fails costs that, never
the room: it goes on from memory, and writing is tried again. Not here: the files (`room_files.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NoReturn

import structlog

from server.room_files import RoomFiles, Stored
from shared_state.hub import Lease, RoomCard
from shared_state.memory_hub import MemoryHub

log = structlog.stdlib.get_logger("genstudio.rooms")

WRITE_S: Final = 1.0
"""At least so long from one write to the next: flash memory wears out by being written. A kill loses no more."""


class LastingHub(MemoryHub):
    """See the module."""

    def __init__(self, files: RoomFiles, rooms: Sequence[str]) -> None:
        """`rooms`: those that there are; no other name is ever looked for on disk."""
        super().__init__()
        self._files, self._rooms = files, rooms
        self._unwritten: set[str] = set()
        self._news = asyncio.Event()
        self._writer: asyncio.Task[NoReturn] | None = None
        self._failing = False

    async def start(self) -> None:
        """Read what the last run left, and begin to write."""
        for room in self._rooms:
            left = await asyncio.to_thread(self._files.read, room)
            if left.snapshot is not None:
                self._snapshots[room] = left.snapshot
            if left.card is not None:
                self._cards[room] = left.card
        self._writer = asyncio.create_task(self._keep_writing(), name="room files")

    async def close(self) -> None:
        """End every subscription, and write what is not written yet."""
        await super().close()
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await self._write()

    async def commit(self, lease: Lease, snapshot: bytes) -> None:
        """Store the room's state. Raises LostLease."""
        await super().commit(lease, snapshot)
        self._note(lease.room)

    async def announce(self, lease: Lease, card: RoomCard) -> None:
        """Tell gateways of the room. Raises LostLease."""
        await super().announce(lease, card)
        self._note(lease.room)

    def _note(self, room: str) -> None:
        self._unwritten.add(room)
        self._news.set()

    async def _keep_writing(self) -> NoReturn:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._write()
            await asyncio.sleep(WRITE_S)

    async def _write(self) -> None:
        """Whatever is new; what fails stays unwritten until there is news."""
        for room in sorted(self._unwritten):
            self._unwritten.discard(room)
            stored = Stored(room, self._snapshots.get(room), self._cards.get(room))
            try:
                await asyncio.to_thread(self._files.write, stored)
            except OSError as error:
                self._unwritten.add(room)
                if not self._failing:
                    log.warning("a room cannot be kept on disk; it goes on from memory", room=room, found=str(error))
                self._failing = True
            else:
                self._failing = False
