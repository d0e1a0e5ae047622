"""One room while its lease is ours: hears what people do, moves the point, has it drawn, and tells everybody.

There is no tick. A frame starts when something moved and the last one is done; at rest it beats once a second so that a
screen can tell a still room from a dead one; with no screen anywhere the room rests. A failing generator costs frames,
never the room: the last picture stays and drawing is tried again, ever more slowly.
Not here: who owns the room (`holding.py`, `renderer.py`), how a picture is made (`easel.py`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog

from server.crossfade import CrossFade
from server.easel import Drawing, DrawingError, Easel
from server.holding import Clock, Holding, keep
from server.metrics import Metrics
from server.settings import ServerSettings
from server.switching import Easels, Switching
from shared_state.hub import Channel, Hub, HubError, LostLease, RoomCard, SwitchReport
from shared_state.messages import (
    Enter,
    Frame,
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
from shared_state.settings import DEFAULTS

log = structlog.stdlib.get_logger("genstudio.room")

DEGRADED_AFTER: Final = 5
"""Failures in a row after which the operator is told that this is no hiccup."""

RETRY_S: Final = 0.05
"""Wait after a first failure: three frames. It doubles with each further one..."""

RETRY_MAX_S: Final = 5.0
"""...up to this: a broken generator costs next to nothing, a mended one is noticed at once."""

GRACE_S: Final = 3.0
"""A renderer that has just taken a room draws for this long unasked: gateways tell of their screens once a second, and
a wall that hangs there already must not stand still until they do."""

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
        self.degraded = False
        """Drawing has failed so often that the operator was told."""
        self.easel = easel
        """What draws the room; another one after its model was switched."""
        easels.join(easel)
        self._switching = Switching(self, easels)
        self._fade: CrossFade | None = None
        self._hub, self._settings, self._metrics = hub, settings, metrics
        self._card, self._announced = card_of(room.name, easel, settings), False
        self._holding: Holding | None = None
        self._clock = clock
        self._log = log.bind(room=room.name)
        self._watched_until_s = 0.0
        self._nearby: list[Nearby] = []
        self._moved, self._watched, self._company = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._pushed_s: float | None = None
        """When the oldest push arrived that no frame contains yet."""
        self._committed: bytes | None = None
        self._attempted: bytes | None = None

    async def run(self, holding: Holding) -> None:
        """Until cancelled, or until the lease is lost (a group with LostLease). Leaves a last snapshot."""
        self._watched_until_s = self._clock() + GRACE_S
        self._holding = holding
        taken_over = False
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(keep(self._hub, holding, self._settings.renew_ms, clock=self._clock))
                await self._take_over(holding)
                taken_over = True
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
                        await self._commit(holding)

    async def _take_over(self, holding: Holding) -> None:
        """Go on where the last owner stopped. If that was us, memory knows more than what we stored."""
        stored = await self._hub.snapshot(self.name)
        if stored is not None and stored not in (self._committed, self._attempted):
            try:
                self.room.restore(stored)
            except ValueError as error:
                self._log.warning("the stored state cannot be read; the room starts anew", found=str(error))
        report = self._card.switch
        if report is not None and report.stage in ("loading", "fading"):  # it ended with the last lease
            told = f"Another renderer had the room meanwhile; {self._card.model} stays on the wall. Ask again."
            self._card = replace(self._card, switch=replace(report, stage="failed", told=told))
        await self._hub.announce(holding.lease, self._card)
        self._announced = True

    # -- hearing

    async def _listen(self) -> None:
        async with self._hub.subscribe(self.name, "inputs") as inputs:
            async for envelope in inputs:
                try:
                    self._apply(decode_inputs(envelope.payload))
                except ProtocolError as error:
                    self._log.warning("a gateway sent what we cannot read", found=str(error))

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
                case Enter() | Leave():
                    self._company.set()
        if self._watching():
            self._watched.set()

    def _watching(self) -> bool:
        # A hub out of reach says nothing of who looks: the room goes on from memory.
        now_s = self._clock()
        if self._fade is not None:
            return True
        return now_s < self._watched_until_s or self.room.screens(now_s) > 0 or not self._hub.healthy

    async def _until_watched(self) -> None:
        while not self._watching():
            self._watched.clear()
            await self._watched.wait()

    # -- drawing

    async def _draw(self, holding: Holding) -> None:
        seq = failures = 0
        while True:
            began_s = self._clock()
            self._moved.clear()
            pushed_s, self._pushed_s = self._pushed_s, None
            # One step ahead, or a push of this moment would wait for its step and show a whole frame later.
            self.room.advance(began_s + DEFAULTS.tick_s, self._nearby)
            x, y, bump = self.room.point.x, self.room.point.y, self.room.bump
            try:
                drawing = await self._picture(x, y)
            except DrawingError as error:
                failures += 1
                self._failed(error, failures)
                await asyncio.sleep(min(RETRY_MAX_S, RETRY_S * 2 ** (failures - 1)))
                continue
            if failures:
                self._recovered(failures)
                failures = 0
            self._nearby = drawing.nearby
            frame = Frame(seq + 1, holding.lease.token, x, y, drawing.near, bump, drawing.jpeg)
            if await self._publish(holding, "frames", frame, seq + 1):
                seq += 1
                self._metrics.frames_drawn.inc()
                if pushed_s is not None:
                    self._metrics.input_to_frame_seconds.observe(self._clock() - pushed_s)
            await self._until_due(began_s)

    async def _picture(self, x: float, y: float) -> Drawing:
        fade = self._fade
        return await (self.easel.draw(x, y) if fade is None else fade.draw(x, y, self._clock()))

    async def _until_due(self, began_s: float) -> None:
        """The moment for the frame after the one begun at `began_s`."""
        await self._until_watched()
        if not self.room.moving and self._fade is None:
            await _wait(self._moved, self._settings.heartbeat_s)
        await asyncio.sleep(max(0.0, began_s + 1 / self._settings.frame_rate_max - self._clock()))

    def _failed(self, error: DrawingError, failures: int) -> None:
        self._metrics.draw_failures.inc()
        if failures == 1:
            self._log.warning("a frame could not be drawn; the last one stays", found=str(error))
        if failures == DEGRADED_AFTER:
            self.degraded = True
            self._log.error("drawing keeps failing; trying again ever more slowly", found=str(error))

    def _recovered(self, failures: int) -> None:
        self.degraded = False
        self._log.info("drawing works again", failures=failures)

    # -- another model (`switching.py`)

    @property
    def place(self) -> tuple[float, float]:
        """Where the room's point is."""
        return self.room.point.x, self.room.point.y

    async def show_with(self, easel: Easel) -> None:
        """Fade to another easel and stay with it. Raises DrawingError when it fails meanwhile: the old one stays."""
        self._fade = CrossFade(self.easel, easel)
        self._moved.set()
        self._watched.set()
        try:
            await self._fade.done
        finally:
            self._fade = None
        self.easel = easel
        self._card = replace(card_of(self.name, easel, self._settings), switch=self._card.switch)

    async def report(self, report: SwitchReport) -> None:
        """Put it on the room's card. Raises LostLease."""
        self._card, self._announced = replace(self._card, switch=report), False
        await self._announce()

    async def _announce(self) -> None:
        """Tell gateways of the card, unless they know it. While the hub is out of reach it is told later."""
        if self._holding is not None and not self._announced:
            with suppress(HubError):
                await self._hub.announce(self._holding.lease, self._card)
                self._announced = True

    # -- telling

    async def _tell(self, holding: Holding) -> None:
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

    # -- remembering

    async def _remember(self, holding: Holding) -> None:
        while True:
            await asyncio.sleep(self._settings.snapshot_s)
            with suppress(HubError):  # told by `keep` already; the next snapshot says more than this one
                await self._commit(holding)
            await self._announce()

    async def _commit(self, holding: Holding) -> None:
        snapshot = self.room.snapshot()
        if snapshot == self._committed or not holding.alive(self._clock()):
            return
        self._attempted = snapshot
        await self._hub.commit(holding.lease, snapshot)
        self._committed = snapshot


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


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    """For the event, or for so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
