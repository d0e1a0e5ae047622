"""The visitors' pictures of a room as a gateway knows them: their latents, and what these look like.

What it brought itself it remembers; of the others it reads in the room's durable state, one read of the hub at a time.
So a picture can be searched by from any gateway, for as long as the room keeps it, and nothing is kept for the purpose
but what the room has anyway.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from server.gateway.lobby import Lobby
from server.web.answers import NoAnswer
from shared_state import snapshot
from shared_state.guests import MAX_GUESTS
from shared_state.hub import HubError, RoomCard
from shared_state.messages import Guest

FRESH_S: Final = 2.0
"""What another gateway brought is known here so late at most; ours we remember."""

REMEMBERED: Final = 8 * MAX_GUESTS
"""Of all rooms: those of eight, a few hundred bytes each."""

Known = tuple[str, dict[str, bytes]]
"""A model, and latents by id."""


class RoomGuests:
    """Of one gateway. Use from one event loop."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._brought: OrderedDict[tuple[str, str], Guest] = OrderedDict()
        """By room and id, oldest first: the room's durable state knows the newest only after a while."""
        self._reads: dict[str, tuple[float, asyncio.Task[Known]]] = {}
        """By room, when it began. As many as there are rooms."""

    def bring(self, card: RoomCard, guest: Guest) -> None:
        """To the room; one of an id that is there takes its place."""
        self._lobby.feed(card).bring(guest)
        self._brought[card.room, guest.id] = guest
        if len(self._brought) > REMEMBERED:
            self._brought.popitem(last=False)

    async def latent(self, card: RoomCard, id: str) -> bytes:
        """Of a guest of the room, little-endian float32. Raises NoAnswer: 404 where the room has none of this id, or
        has it of another model than it shows."""
        ours = self._brought.get((card.room, id))
        model, latent = (ours.model, ours.latent) if ours is not None else await self._read_of(card, id)
        if latent is None or model != card.model:
            raise NoAnswer(404, "no_guest")
        return latent

    async def _read_of(self, card: RoomCard, id: str) -> tuple[str, bytes | None]:
        began_s, task = self._reads.get(card.room, (0.0, None))
        if task is None or (task.done() and self._lobby.now_s() - began_s >= FRESH_S):
            task = asyncio.create_task(self._read(card.room))
            self._reads[card.room] = self._lobby.now_s(), task
        model, latents = await asyncio.shield(task)  # one who leaves does not take it from the others
        return model, latents.get(id)

    async def _read(self, room: str) -> Known:
        try:
            data = await self._lobby.hub.snapshot(room)
            if data is None:
                return "", {}
            durable = await asyncio.to_thread(snapshot.read, data)
        except (HubError, snapshot.SnapshotError) as error:
            raise NoAnswer(503, "unready") from error
        return durable.model, durable.guests
