"""One room in one gateway: its frames and people to every screen here, what its visitors do to whoever draws it.

One subscription a room. A frame is framed once and written to each screen whose window is open; the others keep the
newest in a slot of one and get it with their next acknowledgement. Nobody is awaited: a stalled screen costs the
healthy ones nothing. It knows no sessions and no close codes beyond the sentence it hands to a screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import structlog

from server.gateway.admission import Seats
from server.gateway.faults import never_acknowledges
from server.gateway.inputs import Inputs
from server.gateway.screen import Screen
from server.gateway.sockets import Framed
from server.metrics import Metrics
from server.settings import ServerSettings
from shared_state.hub import Envelope, Hub, HubError, RoomCard
from shared_state.messages import (
    ACK_WINDOW,
    Deed,
    Guest,
    People,
    ProtocolError,
    Push,
    Role,
    decode_from_server,
    encode,
    encode_inputs,
)

RETRY_S: Final = 0.5
"""Between two tries of a lost subscription: a wall is whole again within 3 s of the end of an outage."""

_log = structlog.get_logger("genstudio.feed")


class RoomFeed:
    """See the module. All but `close` is called from the event loop and waits for nobody."""

    def __init__(
        self,
        hub: Hub,
        card: RoomCard,
        settings: ServerSettings,
        metrics: Metrics,
        *,
        gateway: str,
        now_s: Callable[[], float],
    ) -> None:
        self.room = card.room
        self.card = card
        """As last heard; whoever hears of a newer one puts it here."""
        self.seats = Seats(card.capacity, card.viewers, settings.reserved_share)
        self._hub = hub
        self._settings = settings
        self._metrics = metrics
        self._gateway = gateway
        self._now_s = now_s
        self._screens: set[Screen] = set()
        self._empty_since_s = now_s()
        self._token = 0
        self._frame: Framed | None = None
        self._people: People | None = None
        self._people_framed: Framed | None = None
        self._hub_dropped = 0
        self._inputs = Inputs()
        self._something = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # -- its life

    def start(self) -> None:
        """Subscribe, and begin to publish."""
        self._tasks = [
            asyncio.create_task(self._receive(), name=f"receive {self.room}"),
            asyncio.create_task(self._publish(), name=f"publish {self.room}"),
        ]

    async def close(self) -> None:
        """Stop, once what waits has been published: somebody's goodbye may be among it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._publish_once()

    def tick(self, now_s: float) -> None:
        """Once a second: say whom we hold, say so when sharing is interrupted, end screens that never acknowledge."""
        self._note_present()
        for screen in self._screens:
            self._count_drops(screen)
        if not self._hub.healthy and self._people is not None and not self._people.paused:
            self._set_people(msgspec.structs.replace(self._people, paused=True))
        for screen in [screen for screen in self._screens if screen.is_overdue(now_s, self._settings.ack_timeout_s)]:
            screen.end(never_acknowledges(self._settings.ack_timeout_s))

    def empty_for_s(self, now_s: float) -> float:
        """How long nobody has been here; 0 while somebody is, or has a seat and is about to join."""
        taken = self._screens or self.seats.visitors or self.seats.watching
        return 0.0 if taken else now_s - self._empty_since_s

    # -- people and screens

    @property
    def steering(self) -> Iterable[str]:
        """Public ids of those who steer this room through any gateway, as last heard."""
        return () if self._people is None else (person.id for person in self._people.people)

    def window(self, role: Role) -> int:
        """Frames that may be on their way to a screen of this role."""
        return self._settings.wall_window if role == "wall" else ACK_WINDOW

    def join(self, screen: Screen) -> None:
        """A new screen gets the last people and the last frame at once."""
        self._screens.add(screen)
        if self._people_framed is not None:
            screen.tell(self._people_framed)
        if self._frame is not None and screen.show(self._frame, self._now_s()):
            self._count(1, len(self._frame.wire))
        self._note_present()

    def leave(self, screen: Screen) -> None:
        """A screen is gone."""
        self._screens.discard(screen)
        self._count_drops(screen)
        self._empty_since_s = self._now_s()
        self._note_present()

    def acknowledge(self, screen: Screen, seq: int) -> bool:
        """A screen painted frame `seq`; False when it was not on its way."""
        known, written_bytes = screen.acknowledge(seq, self._now_s())
        if written_bytes:
            self._count(1, written_bytes)
        return known

    def enter(self, visitor: str) -> None:
        """A visitor came in. Who is here on an older connection goes first: a new page counts its pushes anew."""
        if self.seats.visitors[visitor] > 1:
            self._inputs.leave(visitor)
        self._inputs.enter(visitor, remote=visitor in self.seats.remote)
        self._something.set()

    def depart(self, visitor: str) -> None:
        """A visitor's last connection here ended."""
        self._inputs.leave(visitor)
        self._something.set()

    def push(self, visitor: str, push: Push) -> None:
        """A visitor pushes."""
        self._inputs.push(visitor, push)
        self._something.set()

    def do(self, visitor: str, deed: Deed, *, guide: bool) -> None:
        """A visitor does something else."""
        if not self._inputs.do(visitor, deed, guide=guide):
            self._metrics.deeds_dropped.inc()
        self._something.set()

    def bring(self, guest: Guest) -> None:
        """A visitor's own picture has found its seed."""
        self._inputs.bring(guest)
        self._something.set()

    @property
    def newest(self) -> bytes | None:
        """The newest frame as it came, a Frame message; None before the first."""
        return None if self._frame is None else self._frame.payload

    def _note_present(self) -> None:
        seats = self.seats
        self._inputs.present(self._gateway, list(seats.visitors), len(self._screens), sorted(seats.remote))
        self._something.set()

    # -- from the hub to the screens

    async def _receive(self) -> None:
        while True:
            try:
                async with self._hub.subscribe(self.room, "frames", "people") as subscription:
                    async for envelope in subscription:
                        self._deliver(envelope)
                        self._count_hub_drops(subscription.dropped)
            except HubError as error:
                _log.warning("feed interrupted", room=self.room, error=str(error))
            self._hub_dropped = 0
            await asyncio.sleep(RETRY_S)

    def _deliver(self, envelope: Envelope) -> None:
        # The subscription fences too, but forgets when it is made anew; what is shown must never go back.
        if envelope.token < self._token:
            return
        self._token = envelope.token
        if envelope.channel == "frames":
            self._show(Framed(envelope.payload, envelope.seq))
            return
        try:
            people = decode_from_server(envelope.payload)
        except ProtocolError as error:
            _log.warning("people not understood", room=self.room, error=str(error))
            return
        if isinstance(people, People):
            self._set_people(people, envelope.payload)

    def _show(self, frame: Framed) -> None:
        self._frame = frame
        now_s = self._now_s()
        written = 0
        for screen in self._screens:
            written += screen.show(frame, now_s)
        self._count(written, written * len(frame.wire))

    def _set_people(self, people: People, payload: bytes | None = None) -> None:
        self._people = people
        self._people_framed = Framed(encode(people) if payload is None else payload)
        for screen in self._screens:
            screen.tell(self._people_framed)

    def _count(self, frames: int, bytes_: int) -> None:
        self._metrics.frames_sent.inc(frames)
        self._metrics.bytes_sent.inc(bytes_)

    def _count_drops(self, screen: Screen) -> None:
        if screen.dropped:
            self._metrics.frames_dropped.labels(screen.role).inc(screen.dropped)
            screen.dropped = 0

    def _count_hub_drops(self, dropped: int) -> None:
        if dropped > self._hub_dropped:
            self._metrics.frames_dropped.labels("hub").inc(dropped - self._hub_dropped)
            self._hub_dropped = dropped

    # -- from the visitors to the hub

    async def _publish(self) -> None:
        """The first push after a quiet moment leaves at once; those within a tick of it leave together."""
        while True:
            await self._something.wait()
            self._something.clear()
            await self._publish_once()
            await asyncio.sleep(self._settings.input_tick_s)

    async def _publish_once(self) -> None:
        inputs = self._inputs.take()
        if not inputs:
            return
        try:
            await self._hub.publish(self.room, "inputs", encode_inputs(inputs))
        except HubError as error:
            _log.warning("inputs lost", room=self.room, error=str(error))
