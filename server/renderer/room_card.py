"""What gateways are told of a room: its model and collection, its seats, and what became of a wish for another model.

The card is told again until the hub has taken it, and is where a renderer that takes a room over reads which model it
showed. Not here: how gateways read it (`lobby.py`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import structlog

from server.renderer.easel import Easel
from server.settings import ServerSettings
from shared_state.hub import Hub, HubError, Lease, RoomCard, SwitchReport, UnreadableCard

log = structlog.stdlib.get_logger("genstudio.room")


class Card:
    """One room's, through any number of leases."""

    def __init__(self, room: str, easel: Easel, hub: Hub, settings: ServerSettings) -> None:
        self._room, self._hub, self._settings = room, hub, settings
        self._card = card_of(room, easel, settings)
        self._taken: RoomCard | None = None
        """What the hub has taken from us, as far as we know."""
        self._tried: RoomCard | None = None
        self._lease: Lease | None = None

    async def take_over(self, lease: Lease) -> str:
        """Tell it under a new lease; a wish that was being fulfilled ended with the last one. The model that the room
        showed until now. Raises HubError and LostLease."""
        self._lease = lease
        left = await self._left()
        if left is None or left in (self._taken, self._tried):
            left = self._card  # our own: we know more than what we told
        report = left.switch
        if report is not None and report.stage in ("loading", "fading"):
            told = f"Another renderer had the room meanwhile; {self._card.model} stays on the wall. Ask again."
            report = replace(report, stage="failed", told=told)
        self._card = replace(self._card, switch=report)
        await self._put(lease)
        return left.model

    def shows(self, easel: Easel) -> None:
        """Another model is on the wall; the report that says so tells it."""
        self._card = replace(card_of(self._card.room, easel, self._settings), switch=self._card.switch)

    async def report(self, report: SwitchReport) -> None:
        """What became of a wish. Raises LostLease."""
        self._card = replace(self._card, switch=report)
        await self.announce()

    async def announce(self) -> None:
        """Tell gateways, unless they know. While the hub is out of reach it is told later. Raises LostLease."""
        if self._lease is not None and self._card != self._taken:
            with suppress(HubError):
                await self._put(self._lease)

    async def _put(self, lease: Lease) -> None:
        """Raises HubError and LostLease."""
        card = self._tried = self._card
        await self._hub.announce(lease, card)
        self._taken = card

    async def _left(self) -> RoomCard | None:
        """The card as the room's last renderer left it. Raises HubError."""
        try:
            return await self._hub.card(self._room)
        except UnreadableCard as error:
            log.warning("the room's card cannot be read; it is written anew", room=self._room, found=str(error))
            return None


def card_of(room: str, easel: Easel, settings: ServerSettings) -> RoomCard:
    """What gateways are told of a room that this easel draws."""
    return RoomCard(
        room=room,
        model=easel.painter.name,
        resolution=easel.painter.resolution,
        collection=easel.collection.digest,
        capacity=settings.capacity,
        viewers=settings.viewers,
        truncation=easel.truncation,
        truncation_means=str(easel.painter.truncation),
    )
