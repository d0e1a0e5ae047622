"""A renderer's hold on a room: taken, kept, and over on its own clock."""

from __future__ import annotations

import asyncio
import random

import pytest

from server.renderer.holding import Holding, keep, take
from shared_state.hub import HubError, Lease, LostLease
from shared_state.memory_hub import MemoryHub
from tests.server.stand_ins import Clock, FickleHub

TTL_MS = 60_000


def test_a_hold_ends_before_its_lease_counted_from_before_the_request() -> None:
    holding = Holding(Lease("main", "w", 1), 2_000, asked_s=10.0)
    assert holding.alive(10.0 + 1.59)
    assert not holding.alive(10.0 + 1.61)


def test_a_renewal_counts_from_when_it_was_asked_for() -> None:
    holding = Holding(Lease("main", "w", 1), 2_000, asked_s=10.0)
    holding.renewed(asked_s=11.0)
    assert holding.alive(12.5)
    assert not holding.alive(12.7)


async def test_a_standby_waits_for_the_room_and_takes_it_when_it_is_free() -> None:
    hub, clock = MemoryHub(), Clock()
    first = await take(hub, "main", "first", 6, clock=clock, rng=random.Random(1))
    # Six milliseconds: the lease of the first ends by itself, nobody releases it.
    second = await take(hub, "main", "second", 6, clock=clock, rng=random.Random(2))
    assert second.lease.token > first.lease.token


async def test_a_standby_waits_for_a_hub_that_is_out_of_reach() -> None:
    class Late(MemoryHub):
        asked = 0

        async def acquire(self, room: str, worker: str, ttl_ms: int) -> Lease | None:
            self.asked += 1
            if self.asked < 3:
                raise HubError("Nothing answers")
            return await super().acquire(room, worker, ttl_ms)

    hub = Late()
    holding = await take(hub, "main", "w", 6, clock=Clock(), rng=random.Random(1))
    assert hub.asked == 3 and holding.lease.worker == "w"


async def test_keeping_a_room_extends_the_hold() -> None:
    hub, clock = FickleHub(), Clock()
    holding = await take(hub, "main", "w", TTL_MS, clock=clock, rng=random.Random(1))
    keeping = asyncio.create_task(keep(hub, holding, 1, clock=clock))
    clock.now_s += 47
    await hub.next_renewal("kept")
    await hub.next_renewal("kept")  # the first may have been asked for before the clock moved
    assert holding.alive(clock.now_s + 47)
    keeping.cancel()


async def test_a_renewal_that_fails_does_not_extend_the_hold() -> None:
    hub, clock = FickleHub(), Clock()
    holding = await take(hub, "main", "w", TTL_MS, clock=clock, rng=random.Random(1))
    hub.reachable = False
    keeping = asyncio.create_task(keep(hub, holding, 1, clock=clock))
    clock.now_s += 49
    await hub.next_renewal("unreachable")
    await hub.next_renewal("unreachable")
    assert not holding.alive(clock.now_s)
    hub.reachable = True
    await hub.next_renewal("kept")
    await hub.next_renewal("kept")
    assert holding.alive(clock.now_s)
    keeping.cancel()


async def test_a_room_that_another_has_taken_is_given_up() -> None:
    hub, clock = FickleHub(), Clock()
    holding = await take(hub, "main", "w", TTL_MS, clock=clock, rng=random.Random(1))
    await hub.release(holding.lease)
    await hub.acquire("main", "other", TTL_MS)
    with pytest.raises(LostLease):
        await keep(hub, holding, 1, clock=clock)
