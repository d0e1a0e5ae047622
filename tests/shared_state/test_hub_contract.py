"""What every hub keeps, asked of each of them: rules S1 to S12 of docs/SPEC.md. Redis is a real one."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from redis.asyncio import Redis

from shared_state.hub import Channel, Envelope, Hub, LostLease, RoomCard, Subscription
from shared_state.mailbox import WAITING_LIMIT
from shared_state.memory_hub import MemoryHub
from shared_state.redis_hub import RedisHub
from tests.shared_state.eventually import eventually

TTL_MS = 60_000
"""Longer than any test: a lease ends only where a test ends it."""

CARD = RoomCard(room="main", model="bundled", resolution=256, collection="c0ffee", capacity=100, viewers=200)

_numbers = itertools.count()


@dataclass
class Bench:
    """A hub as two processes see it (one and the same in memory), and a room that nobody else uses."""

    hub: Hub
    other: Hub
    room: str
    expire: Callable[[str], Awaitable[None]]
    """Let the lease of a room run out."""


@pytest.fixture(params=["memory", "redis"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    room = f"room-{next(_numbers)}-{time.time_ns()}"
    if request.param == "memory":
        now_s = [0.0]
        memory = MemoryHub(now_s=lambda: now_s[0])

        async def forward(_room: str) -> None:
            now_s[0] += TTL_MS / 1_000

        yield Bench(memory, memory, room, forward)
        await memory.close()
        return

    url: str = request.getfixturevalue("redis_url")
    hub, other = RedisHub(url), RedisHub(url)

    async def shorten(room: str) -> None:
        """By Redis' own doing: a key whose time is up, not one that was deleted."""
        async with Redis.from_url(url) as redis:
            await redis.pexpire(f"gs:{{{room}}}:lease", 0)

    await hub.start()
    await other.start()
    yield Bench(hub, other, room, shorten)
    await hub.close()
    await other.close()


async def next_of(subscription: Subscription) -> Envelope:
    async with asyncio.timeout(20):
        return await subscription.__anext__()


async def until_dropped(subscription: Subscription, count: int) -> None:
    await eventually(lambda: subscription.dropped >= count)
    assert subscription.dropped == count


async def publish_all(hub: Hub, room: str, channel: Channel, payloads: list[bytes]) -> None:
    """One after the other, each on its way before the next: only the subscriber is slow here, never the publisher."""
    async with hub.subscribe(room, channel) as witness:
        for payload in payloads:
            await hub.publish(room, channel, payload)
            assert (await next_of(witness)).payload == payload


async def test_a_value_reaches_every_subscriber_of_its_room(bench: Bench) -> None:
    """S1."""
    async with bench.hub.subscribe(bench.room, "frames") as here, bench.other.subscribe(bench.room, "frames") as there:
        await bench.hub.publish(bench.room, "frames", b"picture", token=7, seq=3)
        expected = Envelope("frames", 7, 3, b"picture")
        assert await next_of(here) == expected
        assert await next_of(there) == expected


async def test_a_value_reaches_no_other_room_and_no_other_channel(bench: Bench) -> None:
    """S1."""
    async with bench.other.subscribe(bench.room, "people") as subscription:
        await bench.hub.publish(bench.room + "x", "people", b"another room")
        await bench.hub.publish(bench.room, "frames", b"another channel")
        await bench.hub.publish(bench.room, "people", b"ours")
        assert (await next_of(subscription)).payload == b"ours"
        assert subscription.dropped == 0


async def test_a_subscription_sees_nothing_from_before_it_began(bench: Bench) -> None:
    """S1."""
    await publish_all(bench.hub, bench.room, "inputs", [b"before"])
    async with bench.other.subscribe(bench.room, "inputs") as subscription:
        await bench.hub.publish(bench.room, "inputs", b"after")
        assert (await next_of(subscription)).payload == b"after"


async def test_room_names_of_any_script_and_sign_stay_apart(bench: Bench) -> None:
    """S1."""
    rooms = [f"{bench.room}{suffix}" for suffix in ("", "}", "{x}", ":fr", " a b", "·画廊·")]
    for room in rooms:
        async with bench.other.subscribe(room, "frames") as subscription:
            for name in rooms:
                await bench.hub.publish(name, "frames", name.encode())
            assert (await next_of(subscription)).payload == room.encode()


async def test_a_payload_of_any_bytes_arrives_as_it_was(bench: Bench) -> None:
    """S1."""
    for payload in (b"", b"\r\n$-1\r\n\x00\xff", bytes(range(256)) * 1_000):
        async with bench.other.subscribe(bench.room, "inputs") as subscription:
            await bench.hub.publish(bench.room, "inputs", payload)
            assert (await next_of(subscription)).payload == payload


@pytest.mark.parametrize("channel", ["frames", "people"])
async def test_a_slow_reader_sees_the_newest_frame_and_counts_the_others(bench: Bench, channel: Channel) -> None:
    """S2, S3."""
    async with bench.hub.subscribe(bench.room, channel) as slow:
        await publish_all(bench.hub, bench.room, channel, [b"1", b"2", b"3"])
        await until_dropped(slow, 2)
        assert (await next_of(slow)).payload == b"3"


async def test_a_slow_renderer_loses_the_oldest_inputs_and_keeps_the_order_of_the_others(bench: Bench) -> None:
    """S2, S4."""
    limit = WAITING_LIMIT["inputs"]
    payloads = [str(number).encode() for number in range(limit + 5)]
    async with bench.hub.subscribe(bench.room, "inputs") as slow:
        await publish_all(bench.hub, bench.room, "inputs", payloads)
        await until_dropped(slow, 5)
        assert [(await next_of(slow)).payload for _ in range(limit)] == payloads[5:]


async def test_many_inputs_do_not_keep_a_frame_waiting(bench: Bench) -> None:
    """S5."""
    async with bench.hub.subscribe(bench.room, "inputs", "frames") as subscription:
        await publish_all(bench.hub, bench.room, "inputs", [b"push"] * 10)
        await publish_all(bench.hub, bench.room, "frames", [b"older", b"picture"])
        await until_dropped(subscription, 1)  # so both frames have arrived
        first = [(await next_of(subscription)).channel for _ in range(2)]
        assert set(first) == {"inputs", "frames"}


async def test_frames_of_a_deposed_renderer_are_not_shown(bench: Bench) -> None:
    """S6. Also the ghost of an old token: a frame that was sent in time and arrives late."""
    async with bench.other.subscribe(bench.room, "frames", "people") as subscription:
        await bench.hub.publish(bench.room, "frames", b"new", token=2, seq=1)
        assert (await next_of(subscription)).payload == b"new"
        await bench.hub.publish(bench.room, "frames", b"ghost", token=1, seq=999)
        await bench.hub.publish(bench.room, "people", b"each channel has its own fence", token=1)
        assert (await next_of(subscription)).channel == "people"
        await bench.hub.publish(bench.room, "frames", b"newer", token=2, seq=2)
        assert (await next_of(subscription)).payload == b"newer"


async def test_closing_the_hub_ends_every_subscription(bench: Bench) -> None:
    """S1."""
    async with bench.hub.subscribe(bench.room, "frames") as subscription:
        reading = asyncio.create_task(anext(subscription, None))
        await asyncio.sleep(0)
        await bench.hub.close()
        async with asyncio.timeout(20):
            assert await reading is None


async def test_one_worker_holds_a_room(bench: Bench) -> None:
    """S7."""
    lease = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert lease is not None
    assert (lease.room, lease.worker) == (bench.room, "ada")
    assert await bench.other.acquire(bench.room, "ad", TTL_MS) is None
    assert await bench.other.acquire(bench.room, "ada:1", TTL_MS) is None
    assert await bench.other.acquire(bench.room + "x", "grace", TTL_MS) is not None


async def test_of_two_renderers_that_start_together_one_leads(bench: Bench) -> None:
    """S7, a hundred times."""
    for race in range(100):
        room = f"{bench.room}-{race}"
        leases = await asyncio.gather(
            bench.hub.acquire(room, "ada", TTL_MS), bench.other.acquire(room, "grace", TTL_MS)
        )
        assert sum(lease is not None for lease in leases) == 1


async def test_a_lease_that_ran_out_is_lost_and_free(bench: Bench) -> None:
    """S7, S10."""
    lease = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert lease is not None
    await bench.expire(bench.room)
    with pytest.raises(LostLease):
        await bench.hub.renew(lease, TTL_MS)
    assert await bench.other.acquire(bench.room, "grace", TTL_MS) is not None


async def test_a_renewed_lease_lasts_longer(bench: Bench) -> None:
    """S7, S10."""
    lease = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert lease is not None
    await bench.hub.renew(lease, 2 * TTL_MS)
    if isinstance(bench.hub, MemoryHub):
        await bench.expire(bench.room)
    assert await bench.other.acquire(bench.room, "grace", TTL_MS) is None


async def test_tokens_only_grow_and_start_at_the_clock(bench: Bench) -> None:
    """S8, S9."""
    before_ms = time.time_ns() // 1_000_000
    tokens = []
    for worker in ("ada", "ada", "grace", "ada"):
        lease = await bench.hub.acquire(bench.room, worker, TTL_MS)
        assert lease is not None
        tokens.append(lease.token)
        if worker != "ada" or len(tokens) == 2:
            await bench.hub.release(lease)
    assert tokens == sorted(set(tokens))
    assert tokens[0] >= before_ms


async def test_asking_again_replaces_the_older_lease_of_the_same_worker(bench: Bench) -> None:
    """S9."""
    older = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    newer = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert older is not None and newer is not None
    with pytest.raises(LostLease):
        await bench.hub.renew(older, TTL_MS)
    with pytest.raises(LostLease):
        await bench.hub.commit(older, b"state")
    await bench.hub.renew(newer, TTL_MS)


async def test_a_lease_is_released_only_by_its_holder(bench: Bench) -> None:
    """S11."""
    lease = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert lease is not None
    await bench.other.release(replace(lease, worker="grace"))
    await bench.other.release(replace(lease, token=lease.token - 1))
    await bench.hub.renew(lease, TTL_MS)
    await bench.hub.release(lease)
    await bench.hub.release(lease)
    assert await bench.other.acquire(bench.room, "grace", TTL_MS) is not None


async def test_a_renderer_that_was_replaced_cannot_write(bench: Bench) -> None:
    """S12."""
    old = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert old is not None
    await bench.hub.commit(old, b"by ada")
    await bench.expire(bench.room)
    new = await bench.other.acquire(bench.room, "grace", TTL_MS)
    assert new is not None
    for write in (bench.hub.commit(old, b"ghost"), bench.hub.announce(old, replace(CARD, room=bench.room))):
        with pytest.raises(LostLease):
            await write
    assert await bench.other.snapshot(bench.room) == b"by ada"
    assert await bench.other.card(bench.room) is None
    await bench.other.commit(new, b"by grace")
    assert await bench.hub.snapshot(bench.room) == b"by grace"


async def test_the_newest_snapshot_outlives_its_lease(bench: Bench) -> None:
    """S12."""
    assert await bench.other.snapshot(bench.room) is None
    lease = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert lease is not None
    for snapshot in (b"first", b"", b"\x00\r\nlast"):
        await bench.hub.commit(lease, snapshot)
        assert await bench.other.snapshot(bench.room) == snapshot
    await bench.hub.release(lease)
    assert await bench.other.snapshot(bench.room) == b"\x00\r\nlast"


async def test_gateways_learn_of_a_room_from_its_card(bench: Bench) -> None:
    """S12."""
    card = replace(CARD, room=bench.room)
    assert await bench.other.card(bench.room) is None
    lease = await bench.hub.acquire(bench.room, "ada", TTL_MS)
    assert lease is not None
    await bench.hub.announce(lease, card)
    assert await bench.other.card(bench.room) == card
    await bench.hub.release(lease)
    assert await bench.other.card(bench.room) == card


async def test_a_hub_that_answers_is_healthy(bench: Bench) -> None:
    """S17."""
    assert bench.hub.healthy
    assert bench.hub.dropped == 0
