"""One room while its lease is ours: hears what people do, moves what the wall shows, has it drawn, and tells everybody.

A frame starts when somebody pushed and the last one is done, else when its slot ends (`pacing.py`); at rest it beats
once a second so that a screen can tell a still room from a dead one; with no screen anywhere the room rests. A failing
generator costs frames, never the room: the last picture stays and drawing is tried again, ever more slowly.
Not here: who owns the room (`holding.py`, `renderer.py`), how a picture is made (`room_view.py`), what gateways are
told of the room (`room_card.py`), what outlives us (`room_memory.py`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, NoReturn

import structlog

from server.metrics import Metrics
from server.renderer.easel import DrawingError, Easel
from server.renderer.hiccups import Hiccups
from server.renderer.holding import Clock, Holding, keep
from server.renderer.pacing import Pace
from server.renderer.room_card import Card
from server.renderer.room_memory import RoomMemory
from server.renderer.room_view import RoomView
from server.renderer.switching import Easels, Switching
from server.settings import ServerSettings
from shared_state.guests import Guests
from shared_state.hub import Channel, Hub, HubError, LostLease, SwitchReport
from shared_state.messages import (
    Cursor,
    Did,
    Enter,
    Frame,
    Guest,
    Input,
    Leave,
    Message,
    ProtocolError,
    Pushed,
    Switch,
    decode_inputs,
    encode,
)
from shared_state.room import Nearby, Room
from shared_state.scene import Scene
from shared_state.settings import DEFAULTS

log = structlog.stdlib.get_logger("genstudio.room")

GRACE_S: Final = 3.0
"""A renderer that has just taken a room draws for this long unasked: gateways tell of their screens once a second, and
a wall that hangs there already must not stand still until they do."""

DEEDS_S: Final = 0.05
"""A deed is stored at once, those that come within this after it together: a thumb on a slider sends sixty a second."""

LAST_WORD_S: Final = 1.0
"""Time for the last snapshot when the room is given up: shutting down must not hang on a dead hub."""


class RoomLoop:
    """See the module. Lives as long as the process, through any number of leases, and forgets nothing in between."""

    def __init__(
        self,
        room: Room,
        hub: Hub,
        easel: Easel,
        easels: Easels,
        settings: ServerSettings,
        metrics: Metrics,
        *,
        clock: Clock,
    ) -> None:
        self.room, self.name = room, room.name
        self.people = 0
        """Visitors in the room when it was last told."""
        easels.join(easel)
        self._view = RoomView(easel, clock=clock)
        self._switching = Switching(self, easels)
        self._hiccups = Hiccups(room.name, metrics)
        self._card = Card(room.name, easel, hub, settings)
        self._memory = RoomMemory(room, hub, clock=clock)
        self._hub, self._settings, self._metrics = hub, settings, metrics
        self._clock = clock
        self._pace = Pace(settings.frame_rate_max)
        self._watched_until_s = 0.0
        self._nearby: list[Nearby] = []
        self._moved, self._watched, self._company = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._done = asyncio.Event()
        """Somebody did something that nobody can be asked to do again: a vote must not be lost with us."""
        self._pushed_s: float | None = None
        """When the oldest push arrived that no frame contains yet."""

    @property
    def degraded(self) -> bool:
        """Drawing has failed so often that the operator was told."""
        return self._hiccups.degraded

    async def run(self, holding: Holding) -> None:
        """Until cancelled, or until the lease is lost (a group with LostLease). Leaves a last snapshot."""
        self._watched_until_s = self._clock() + GRACE_S
        taken_over = False
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(keep(self._hub, holding, self._settings.renew_ms, clock=self._clock))
                await self._memory.recall()
                showed = await self._card.take_over(holding.lease)
                taken_over = True
                self._switching.go_on(holding.lease, showed)
                for work in (
                    self._listen(),
                    self._draw(holding),
                    self._tell(holding),
                    self._remember(holding),
                    self._switching.run(),
                ):
                    tasks.create_task(work)
        finally:
            if taken_over:  # else what is stored is better than what we have
                with suppress(HubError, LostLease, TimeoutError):
                    async with asyncio.timeout(LAST_WORD_S):
                        await self._memory.commit(holding)

    # -- hearing

    async def _listen(self) -> None:
        async with self._hub.subscribe(self.name, "inputs") as inputs:
            async for envelope in inputs:
                try:
                    self._apply(decode_inputs(envelope.payload))
                except ProtocolError as error:
                    log.warning("a gateway sent what we cannot read", room=self.name, found=str(error))

    def _apply(self, messages: list[Input]) -> None:
        now_s = self._clock()
        self.room.advance(now_s, self._nearby)  # a push moves the point from now on, not over the time we rested
        for message in messages:
            self.room.apply(message, now_s)
            match message:
                case Switch():
                    self._switching.ask(message)
                case Pushed():
                    self._moved.set()
                    if self._pushed_s is None and self._watching():
                        self._pushed_s = now_s
                case Did(deed=Cursor()):
                    pass  # seen by others on the map, not in the picture
                case Did() | Guest():
                    self._moved.set()
                    self._done.set()
                case Enter() | Leave():
                    self._company.set()
        if self._watching():
            self._watched.set()

    def _watching(self) -> bool:
        # A hub out of reach says nothing of who looks: the room goes on from memory.
        now_s = self._clock()
        if self._view.fading:
            return True
        return now_s < self._watched_until_s or self.room.screens(now_s) > 0 or not self._hub.healthy

    async def _until_watched(self) -> None:
        while not self._watching():
            self._watched.clear()
            await self._watched.wait()

    # -- drawing

    async def _draw(self, holding: Holding) -> NoReturn:
        seq = 0
        while True:
            shows_s = self._pace.begin(self._clock())
            self._moved.clear()
            pushed_s, self._pushed_s = self._pushed_s, None
            # One step ahead, or a push of this moment would wait for its step and show a whole frame later.
            self.room.advance(shows_s + DEFAULTS.tick_s, self._nearby)
            scene, bump = self.scene, self.room.bump
            try:
                drawing = await self._view.draw(scene, self.guests)
            except DrawingError as error:
                await asyncio.sleep(self._hiccups.failed(error))
                continue
            self._hiccups.worked()
            self._nearby = drawing.nearby
            frame = Frame(seq + 1, holding.lease.token, scene.x, scene.y, drawing.near, bump, drawing.jpeg)
            if await self._publish(holding, "frames", frame, seq + 1):
                seq += 1
                self._metrics.frames_drawn.inc()
                if pushed_s is not None:
                    self._metrics.input_to_frame_seconds.observe(self._clock() - pushed_s)
            await self._until_due()

    async def _until_due(self) -> None:
        """The moment for the next frame."""
        await self._until_watched()
        if not self.room.moving and not self._view.fading:
            await _wait(self._moved, self._settings.heartbeat_s)
        await asyncio.sleep(self._pace.opens_in_s(self._clock()))
        await _wait(self._moved, self._pace.ends_in_s(self._clock()))

    # -- another model (`switching.py`)

    @property
    def easel(self) -> Easel:
        """What draws the room; another one after its model was switched."""
        return self._view.easel

    @property
    def scene(self) -> Scene:
        """What the room shows."""
        return self.room.scene

    @property
    def guests(self) -> Guests:
        """Pictures that visitors brought."""
        return self.room.guests

    def settle(self) -> None:
        """The model on the wall stays there."""
        self.room.show(self.easel.painter.name)

    async def show_with(self, easel: Easel) -> None:
        """Fade to another easel and stay with it. Raises DrawingError when it fails meanwhile: the old one stays."""
        self._moved.set()
        self._watched.set()
        await self._view.fade_to(easel)
        self._card.shows(easel)

    async def report(self, report: SwitchReport) -> None:
        """Put it on the room's card. Raises LostLease."""
        await self._card.report(report)

    # -- telling

    async def _tell(self, holding: Holding) -> NoReturn:
        told: Message | None = None
        told_s, seq = 0.0, 0
        while True:
            await self._until_watched()
            now_s = self._clock()
            self.room.advance(now_s, self._nearby)  # a generator that takes a second must not slow the point down
            if self.room.moving:
                self._moved.set()  # the room set out by itself: the picture goes along from its first step
            people = self.room.people(now_s, paused=not self._hub.healthy)
            self.people = len(people.people)
            if people != told or now_s - told_s >= self._settings.heartbeat_s:
                seq += 1
                await self._publish(holding, "people", people, seq)
                told, told_s = people, now_s
            await _wait(self._company, 1 / self._settings.people_rate)
            self._company.clear()

    async def _publish(self, holding: Holding, channel: Channel, message: Message, seq: int) -> bool:
        """False when we may not speak for the room now. While the hub is out of reach only this process hears it."""
        if not holding.alive(self._clock()) and self._hub.healthy:
            return False
        with suppress(HubError):
            await self._hub.publish(self.name, channel, encode(message), token=holding.lease.token, seq=seq)
        return True

    async def _remember(self, holding: Holding) -> NoReturn:
        while True:
            await _wait(self._done, self._settings.snapshot_s)
            self._done.clear()
            with suppress(HubError):  # told by `keep` already; the next snapshot says more than this one
                await self._memory.commit(holding)
            await self._card.announce()
            await asyncio.sleep(min(DEEDS_S, self._settings.snapshot_s))


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    """For the event, or for so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
