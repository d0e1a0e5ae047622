"""The works that each room shows: the installation's, or after a switch of models those prepared for the other one.

Loaded off the event loop, once for a digest, for everything in a gateway that answers about works.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from server.exits import CannotStart
from server.hanging import collection_for
from server.settings import ServerSettings
from shared_state.hub import RoomCard

if TYPE_CHECKING:
    from models.works.collection import Collection

KEPT: Final = 2
"""Collections of other models held in memory: a room that goes back and forth between two finds both."""

_log = structlog.get_logger("genstudio.shown")


class Shown:
    """For one event loop. `first`: what the installation began with."""

    def __init__(self, first: Collection, settings: ServerSettings) -> None:
        self.first = first
        self._settings = settings
        self._others: dict[str, asyncio.Task[Collection]] = {}

    async def of(self, card: RoomCard) -> Collection:
        """The collection that a room shows. Where this machine has not got it, that which it began with: the same
        works, at places that may be a little off."""
        if card.collection == self.first.digest:
            return self.first
        if card.collection not in self._others:
            if len(self._others) >= KEPT:
                del self._others[next(iter(self._others))]
            self._others[card.collection] = asyncio.create_task(asyncio.to_thread(self._load, card))
        return await asyncio.shield(self._others[card.collection])

    def _load(self, card: RoomCard) -> Collection:
        try:
            found = collection_for(card.model, self._settings)
        except CannotStart as error:
            _log.warning("the works of the room's model are not here", room=card.room, found=str(error))
            return self.first
        if found.digest != card.collection:
            _log.warning("the works of the room's model are others here", room=card.room, model=card.model)
        return found
