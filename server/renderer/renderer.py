"""The process part that owns rooms and draws them: one easel for all, one loop and one lease for each.

A renderer without a free room is a warm standby: its generator is loaded, so it draws the moment it gets one.
No sockets here: gateways (`server/gateway/`) reach it through the hub only.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from typing import Final, NoReturn
from uuid import uuid4

import structlog

from server.metrics import Metrics
from server.renderer.easel import Easel
from server.renderer.holding import Clock, Holding, take
from server.renderer.room_loop import LAST_WORD_S, RoomLoop
from server.renderer.switching import Easels, Open, models_of
from server.settings import ServerSettings
from shared_state.hub import Hub, HubError, LostLease
from shared_state.room import Room
from shared_state.settings import SteeringSettings

log = structlog.stdlib.get_logger("genstudio.renderer")

PAUSE_S: Final = 0.5
"""Before a room is taken again after an error of our own: a fault that lasts must not spin."""


class Renderer:
    """Draws `settings.rooms`, as far as their leases are free. `worker` names this process at the hub."""

    def __init__(
        self,
        hub: Hub,
        easel: Easel,
        settings: ServerSettings,
        metrics: Metrics,
        *,
        open_easel: Open,
        worker: str | None = None,
        clock: Clock = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        """`open_easel`: for another model than that of `easel`, when a room is switched to it."""
        self._hub, self._easel, self._settings, self._metrics = hub, easel, settings, metrics
        self._easels = Easels(easel, models_of(settings), open_easel)
        self._worker = worker or uuid4().hex
        self._clock, self._rng = clock, rng or random.Random()
        self.loops = [self._open(name) for name in settings.rooms]
        metrics.room_people.set_function(lambda: sum(loop.people for loop in self.loops))
        metrics.rooms_degraded.set_function(lambda: sum(loop.degraded for loop in self.loops))

    async def run(self) -> None:
        """Until cancelled; gives its rooms back then."""
        async with asyncio.TaskGroup() as tasks:
            for loop in self.loops:
                tasks.create_task(self._serve(loop), name=f"room {loop.name}")
            await self._easel.drawn.wait()
            self._easel.index.prepare()  # beside the running rooms; until it is done, and without it, search is exact

    def close(self) -> None:
        """Take no more orders."""
        self._easels.close()

    async def _serve(self, loop: RoomLoop) -> NoReturn:
        ttl_ms = self._settings.lease_ttl_ms
        while True:
            holding = await take(self._hub, loop.name, self._worker, ttl_ms, clock=self._clock, rng=self._rng)
            self._metrics.rooms_held.inc()
            try:
                await loop.run(holding)
            except* LostLease:
                self._metrics.leases_lost.inc()
                log.warning("the room is no longer ours; waiting for it", room=loop.name)
            except* HubError as errors:
                log.warning("the hub failed; taking the room again", room=loop.name, found=str(errors.exceptions[0]))
                await asyncio.sleep(PAUSE_S)
            except* Exception:
                log.exception("a fault of ours; taking the room again", room=loop.name)
                await asyncio.sleep(PAUSE_S)
            finally:
                self._metrics.rooms_held.dec()
                await self._give_back(holding)

    async def _give_back(self, holding: Holding) -> None:
        """So that a standby need not wait for the lease to end."""
        with suppress(HubError, TimeoutError):
            async with asyncio.timeout(LAST_WORD_S):
                await self._hub.release(holding.lease)

    def _open(self, name: str) -> RoomLoop:
        room = Room(
            name,
            SteeringSettings(),
            capacity=self._settings.capacity,
            places=lambda work: loop.easel.place(work),
            rng=random.Random(self._rng.random()),
            open_modes=self._settings.open_modes,
        )
        loop = RoomLoop(room, self._hub, self._easel, self._easels, self._settings, self._metrics, clock=self._clock)
        return loop
