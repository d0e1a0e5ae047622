"""What the connections of one gateway share: the door, the open rooms, and who is here twice.

A room's feed opens with its first connection and outlives the last by a little, so that a page that reloads finds the
newest frame still there. Which rooms exist is the hub's knowledge; nothing is kept for a name that is not a room's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Protocol

import structlog

from server.gateway.admission import Door
from server.gateway.faults import Refusal, hub_away, no_room, opened_elsewhere, too_many_connections
from server.gateway.feed import RoomFeed
from server.metrics import Metrics
from server.settings import ServerSettings
from shared_state.hub import Hub, HubError, RoomCard
from shared_state.messages import Role

LINGER_S: Final = 10.0
"""A feed without connections is kept this long: a reload takes one to three seconds."""

_log = structlog.get_logger("genstudio.lobby")


class Guest(Protocol):
    """A connection, as far as the lobby deals with it."""

    def end(self, refusal: Refusal) -> None:
        """Close with this sentence, soon."""
        ...

    def inform(self, card: RoomCard) -> None:
        """Say what this room shows, unless that was said."""
        ...


def new_session() -> str:
    """A session nobody can guess: 128 bits in 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def public_id(session: str) -> str:
    """The name others see, in 12 characters: the same on every gateway, and no way back to the session."""
    return base64.urlsafe_b64encode(hashlib.blake2s(session.encode(), digest_size=9).digest()).decode()


class Lobby:
    """Use it as an async context: within it feeds live and are looked after once a second."""

    def __init__(
        self, hub: Hub, settings: ServerSettings, metrics: Metrics, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.hub = hub
        self.settings = settings
        self.metrics = metrics
        self.now_s = now_s
        self.door = Door(settings)
        self.name = secrets.token_urlsafe(8)
        """This gateway, in `Present`; new with every start."""
        self.heard: Counter[str] = Counter()
        """Messages since they were last passed on to the metrics, by kind: adding to a labelled metric takes 5 us."""
        self._feeds: dict[str, RoomFeed] = {}
        self._visits: dict[tuple[str, Role, str], list[Guest]] = {}
        self._housekeeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Lobby:
        self._housekeeping = asyncio.create_task(self._keep_house(), name="housekeeping")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            await asyncio.gather(self._housekeeping, return_exceptions=True)
        await asyncio.gather(*(feed.close() for feed in self._feeds.values()))
        self._feeds.clear()

    async def card(self, room: str) -> RoomCard:
        """What is known of a room. Raises Refusal when there is none, or when nobody can say."""
        try:
            card = await self.hub.card(room)
        except HubError as error:
            raise hub_away() from error
        if card is None:
            raise no_room(room)
        return card

    def feed(self, card: RoomCard) -> RoomFeed:
        """The room's feed, opened if this is its first connection here."""
        feed = self._feeds.get(card.room)
        if feed is None:
            feed = RoomFeed(self.hub, card, self.settings, self.metrics, gateway=self.name, now_s=self.now_s)
            self._feeds[card.room] = feed
            feed.start()
        return feed

    def newest_frame(self, room: str) -> bytes | None:
        """The newest frame of a room that this gateway holds, as it came; None where it holds none."""
        feed = self._feeds.get(room)
        return None if feed is None else feed.newest

    def steering(self, room: str) -> int:
        """How many steer a room, as far as this gateway has heard."""
        feed = self._feeds.get(room)
        return 0 if feed is None else len({*feed.steering, *feed.seats.visitors})

    @contextmanager
    def visit(self, guest: Guest, feed: RoomFeed, role: Role, session: str, *, remote: bool = False) -> Iterator[str]:
        """A seat in the room while the block lasts, under the public id it yields. `remote`: away from the wall.

        The newest connection of a session goes on and ends the older one. Raises Refusal when no seat is free.
        """
        who = public_id(session)
        visit = (feed.room, role, session)
        open_here = self._visits.get(visit, [])
        if len(open_here) >= self.settings.connections_per_session:
            raise too_many_connections(len(open_here))
        feed.seats.take(role, who, feed.steering, remote=remote)
        for older in open_here:
            older.end(opened_elsewhere())
        self._visits[visit] = open_here
        open_here.append(guest)
        self.metrics.connections.labels(role).inc()
        try:
            yield who
        finally:
            self.metrics.connections.labels(role).dec()
            open_here.remove(guest)
            if not open_here:
                del self._visits[visit]
            if feed.seats.leave(role, who) and role == "visitor":
                feed.depart(who)

    async def reasons_not_ready(self) -> list[str]:
        """Why nobody should be sent here now; empty when everything is in place."""
        if not self.hub.healthy:
            return ["the hub cannot be reached"]
        reasons = []
        for room in self.settings.rooms:
            try:
                await self.card(room)
            except Refusal:
                reasons.append(f"no renderer has announced the room {room!r}")
        return reasons

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(self.settings.present_s)
            try:
                await self._keep_house_once()
            except Exception:
                _log.exception("housekeeping failed")

    async def _keep_house_once(self) -> None:
        for kind, count in self.heard.items():
            self.metrics.messages_in.labels(kind).inc(count)
        self.heard.clear()
        now_s = self.now_s()
        for room, feed in list(self._feeds.items()):
            if feed.empty_for_s(now_s) > LINGER_S:
                del self._feeds[room]
                await feed.close()
            else:
                feed.tick(now_s)
                await self._look_again(feed)

    async def _look_again(self, feed: RoomFeed) -> None:
        """The room may show another model by now: everybody in it is to know."""
        with suppress(HubError):
            if self.hub.healthy:
                feed.card = await self.hub.card(feed.room) or feed.card
        for (room, _, _), guests in list(self._visits.items()):
            for guest in guests if room == feed.room else ():
                guest.inform(feed.card)
