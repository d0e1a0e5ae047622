"""What of a room outlives its renderer: read when the room is taken, stored while it runs, and a last time at the end.

Not here: what is in it (`shared_state/snapshot.py`).
"""

from __future__ import annotations

import structlog

from server.renderer.holding import Clock, Holding
from shared_state.hub import Hub
from shared_state.room import Room

log = structlog.stdlib.get_logger("genstudio.room")


class RoomMemory:
    """One room's, through any number of leases."""

    def __init__(self, room: Room, hub: Hub, *, clock: Clock) -> None:
        self._room, self._hub, self._clock = room, hub, clock
        self._committed: bytes | None = None
        self._attempted: bytes | None = None

    async def recall(self) -> None:
        """Go on where the last owner stopped; if that was us, we know more than what we stored. Raises HubError."""
        stored = await self._hub.snapshot(self._room.name)
        if stored is None or stored in (self._committed, self._attempted):
            return
        try:
            self._room.restore(stored, self._clock())
        except ValueError as error:
            found = str(error)
            log.warning("the stored state cannot be read; the room starts anew", room=self._room.name, found=found)

    async def commit(self, holding: Holding) -> None:
        """Store it, when it has changed and we may. Raises HubError and LostLease."""
        now_s = self._clock()
        snapshot = self._room.snapshot(now_s)
        if snapshot == self._committed or not holding.alive(now_s):
            return
        self._attempted = snapshot
        await self._hub.commit(holding.lease, snapshot)
        self._committed = snapshot
