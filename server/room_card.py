"""What gateways are told of a room: its model and collection, its seats, and what became of a wish for another model.

The card is told again until the hub has taken it. Not here: how gateways read it (`lobby.py`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from server.easel import Easel
from server.settings import ServerSettings
from shared_state.hub import Hub, HubError, Lease, RoomCard, SwitchReport


class Card:
    """One room's, through any number of leases."""

    def __init__(self, room: str, easel: Easel, hub: Hub, settings: ServerSettings) -> None:
        self._hub, self._settings = hub, settings
        self._card, self._told = card_of(room, easel, settings), False
        self._lease: Lease | None = None

    async def take_over(self, lease: Lease) -> None:
        """Tell it under a new lease; a wish that was being fulfilled ended with the last one. Raises HubError and
        LostLease."""
        self._lease = lease
        report = self._card.switch
        if report is not None and report.stage in ("loading", "fading"):
            told = f"Another renderer had the room meanwhile; {self._card.model} stays on the wall. Ask again."
            self._card = replace(self._card, switch=replace(report, stage="failed", told=told))
        await self._hub.announce(lease, self._card)
        self._told = True

    def shows(self, easel: Easel) -> None:
        """Another model is on the wall; the report that says so tells it."""
        self._card = replace(card_of(self._card.room, easel, self._settings), switch=self._card.switch)

    async def report(self, report: SwitchReport) -> None:
        """What became of a wish. Raises LostLease."""
        self._card, self._told = replace(self._card, switch=report), False
        await self.announce()

    async def announce(self) -> None:
        """Tell gateways, unless they know. While the hub is out of reach it is told later. Raises LostLease."""
        if self._lease is not None and not self._told:
            with suppress(HubError):
                await self._hub.announce(self._lease, self._card)
                self._told = True


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
