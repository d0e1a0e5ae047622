"""What a room has found so far, rarest first: the passport of a visit, read from the room's durable state.

One read of the hub at a time for a room, however many ask, and its answer is kept for a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.gateway.lobby import Lobby
from server.web.answers import NoAnswer, answering
from server.web.shown import Shown
from shared_state import snapshot
from shared_state.hub import HubError, RoomCard

FRESH_S: Final = 2.0
"""A passport that is two seconds old misses no bump that anybody could have read the label of."""


class FoundWork(msgspec.Struct, frozen=True):
    """A work, and how often the room has bumped into it."""

    id: str
    times: int


class Found:
    """The route of one gateway."""

    def __init__(self, lobby: Lobby, shown: Shown, *, now_s: Callable[[], float] | None = None) -> None:
        self._lobby, self._shown = lobby, shown
        self._now_s = now_s or lobby.now_s
        self._reads: dict[str, tuple[float, asyncio.Task[bytes]]] = {}
        """By room, when it began. As many as there are rooms."""

    @property
    def routes(self) -> list[Route]:
        """One."""
        return [Route("/api/rooms/{room}/found", answering(self.found))]

    async def found(self, request: Request) -> Response:
        """Works of the room's collection only."""
        card = await self._lobby.card(request.path_params["room"])
        began_s, task = self._reads.get(card.room, (0.0, None))
        if task is None or (task.done() and self._now_s() - began_s >= FRESH_S):
            task = asyncio.create_task(self._read(card))
            self._reads[card.room] = self._now_s(), task
        # One who leaves does not take it from the others.
        return Response(
            await asyncio.shield(task), media_type="application/json", headers={"Cache-Control": "no-cache"}
        )

    async def _read(self, card: RoomCard) -> bytes:
        try:
            data = await self._lobby.hub.snapshot(card.room)
        except HubError as error:
            raise NoAnswer(503, "unready") from error
        collection = await self._shown.of(card)
        try:
            seen = {} if data is None else (await asyncio.to_thread(snapshot.read, data)).seen
        except snapshot.SnapshotError as error:
            raise NoAnswer(503, "found_unreadable") from error
        known = [FoundWork(id, times) for id, times in seen.items() if times and collection.index_of(id) is not None]
        return msgspec.json.encode({"found": sorted(known, key=lambda work: work.times)})
