"""What the Redis hub does when Redis is down, paused, emptied, cut off or full of nonsense: rules S14 to S21."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from shared_state import redis_scripts
from shared_state.hub import Channel, Hub, HubError, Lease, LostLease, RoomCard, Subscription
from shared_state.redis_hub import RedisHub
from shared_state.redis_link import ANSWER_S, PING_S, POOL_SIZE
from shared_state.seal import seal
from tests.shared_state.eventually import eventually
from tests.shared_state.tcp_proxy import Proxy
from tests.support.redis_process import RedisProcess

TTL_MS = 2_000
"""What renderers use."""

LONG_MS = 60_000
"""A lease that does not run out while a test makes Redis suffer."""


@pytest.fixture(autouse=True)
async def _nothing_fails_unseen() -> AsyncIterator[None]:
    """S21: whatever happens to Redis, no task of ours ends with an exception that nobody awaits."""
    unseen: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unseen.append(context))
    yield
    assert unseen == []


@asynccontextmanager
async def started(url: str) -> AsyncIterator[RedisHub]:
    hub = RedisHub(url)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.close()


async def arrives(hub: Hub, subscription: Subscription, room: str, channel: Channel, payload: bytes) -> None:
    """Publish it until it is received, as a gateway does with its next tick and a renderer with its next frame."""
    receiving = asyncio.ensure_future(_receive(subscription, payload))
    async with asyncio.timeout(30):
        while not receiving.done():
            await hub.publish(room, channel, payload)
            await asyncio.wait([receiving], timeout=0.01)
        await receiving


async def _receive(subscription: Subscription, payload: bytes) -> None:
    async for envelope in subscription:
        if envelope.payload == payload:
            return


def publish_at_once(hub: Hub, room: str, payload: bytes) -> None:
    """S2: publishing runs to its end without giving way to the event loop once."""
    with pytest.raises(StopIteration):
        hub.publish(room, "frames", payload).send(None)


async def held(hub: Hub, room: str, worker: str = "ada", ttl_ms: int = LONG_MS) -> Lease:
    lease = await hub.acquire(room, worker, ttl_ms)
    assert lease is not None
    return lease


# -- starting ------------------------------------------------------------------------------------------------------


async def test_starting_without_redis_says_where_it_was_sought_and_what_to_do(redis_process: RedisProcess) -> None:
    """S20."""
    redis_process.stop()
    hub = RedisHub(f"redis://curator:s3cret@127.0.0.1:{redis_process.port}/0")
    with pytest.raises(HubError) as refusal:
        await hub.start()
    await hub.close()
    assert f"redis://127.0.0.1:{redis_process.port}/0" in str(refusal.value)
    assert "Start Redis" in str(refusal.value)
    assert not hub.healthy
    for told in (str(refusal.value), str(refusal.value.__cause__)):
        assert "s3cret" not in told and "curator" not in told


async def test_a_wrong_password_is_named_as_the_reason_but_not_shown(redis_process: RedisProcess) -> None:
    """S20."""
    async with Redis.from_url(redis_process.url) as redis:
        await redis.config_set("requirepass", "right")
    for password in ("", ":wr0ng@"):
        hub = RedisHub(f"redis://{password}127.0.0.1:{redis_process.port}/0")
        with pytest.raises(HubError, match="password") as refusal:
            await hub.start()
        await hub.close()
        assert "wr0ng" not in str(refusal.value)
    async with started(f"redis://:right@127.0.0.1:{redis_process.port}/0") as hub:
        assert hub.healthy


async def test_starting_against_a_redis_that_never_answers_ends(redis_process: RedisProcess) -> None:
    """S20."""
    os.kill(redis_process.pid, signal.SIGSTOP)
    hub = RedisHub(redis_process.url)
    with pytest.raises(HubError):
        await hub.start()
    await hub.close()


async def test_what_an_address_asks_for_does_not_weaken_the_hub(redis_url: str) -> None:
    """S15: neither retries nor decoded text nor another protocol come in through the address."""
    options = "retry_on_timeout=true&decode_responses=true&protocol=3&socket_timeout=60"
    async with started(f"{redis_url}?{options}") as hub, hub.subscribe("options", "frames") as frames:
        await arrives(hub, frames, "options", "frames", b"\xff")
        await hub.commit(await held(hub, "options"), b"\xff")
        assert await hub.snapshot("options") == b"\xff"


# -- Redis goes away and comes back --------------------------------------------------------------------------------


async def test_redis_goes_away_and_comes_back_and_the_same_subscription_goes_on(redis_process: RedisProcess) -> None:
    """S17, S18, S19: killed with -9, then an empty restart."""
    async with started(redis_process.url) as hub, hub.subscribe("main", "frames", "inputs") as subscription:
        await arrives(hub, subscription, "main", "frames", b"before")
        lease = await held(hub, "main")

        redis_process.stop()
        await eventually(lambda: not hub.healthy)
        dropped = hub.dropped
        for _ in range(5):
            publish_at_once(hub, "main", b"lost")
        await eventually(lambda: hub.dropped >= dropped + 5)

        redis_process.start()
        await eventually(lambda: hub.healthy)
        await arrives(hub, subscription, "main", "inputs", b"after")
        with pytest.raises(LostLease):
            await hub.renew(lease, TTL_MS)
        assert (await held(hub, "main")).token > lease.token


async def test_a_paused_redis_delays_no_publisher_and_is_noticed_without_traffic(redis_process: RedisProcess) -> None:
    """S2, S17."""
    async with started(redis_process.url) as hub, hub.subscribe("main", "frames") as subscription:
        os.kill(redis_process.pid, signal.SIGSTOP)
        for number in range(100):
            publish_at_once(hub, "main", bytes(30_000) + bytes([number]))
        await eventually(lambda: not hub.healthy)
        publish_at_once(hub, "main", b"lost")
        assert hub.dropped >= 99

        os.kill(redis_process.pid, signal.SIGCONT)
        await eventually(lambda: hub.healthy)
        await arrives(hub, subscription, "main", "frames", b"after")


async def test_a_quiet_hub_notices_a_paused_redis(redis_process: RedisProcess) -> None:
    """S17."""
    async with started(redis_process.url) as hub:
        os.kill(redis_process.pid, signal.SIGSTOP)
        await eventually(lambda: not hub.healthy)
        os.kill(redis_process.pid, signal.SIGCONT)
        await eventually(lambda: hub.healthy)


def test_an_outage_is_noticed_in_time_for_the_wall_to_say_so() -> None:
    """S17."""
    assert PING_S + ANSWER_S < 2


async def test_requests_to_a_paused_redis_end_and_are_made_again_by_nobody_but_their_caller(
    redis_process: RedisProcess,
) -> None:
    """S15."""
    async with started(redis_process.url) as hub:
        lease = await held(hub, "main")
        os.kill(redis_process.pid, signal.SIGSTOP)
        for request in (
            hub.renew(lease, TTL_MS),
            hub.commit(lease, b"state"),
            hub.acquire("other", "ada", TTL_MS),
            hub.snapshot("main"),
            hub.release(lease),
        ):
            with pytest.raises(HubError):
                await request
        os.kill(redis_process.pid, signal.SIGCONT)
        await eventually(lambda: hub.healthy)


@pytest.mark.parametrize("then", ["silence", "cut"])
async def test_a_request_whose_answer_is_lost_is_sent_once(redis_process: RedisProcess, then: str) -> None:
    """S15: it was carried out, and only the renderer may decide to ask again."""
    async with Proxy(redis_process.port).running() as proxy, started(proxy.url) as hub:
        lease = await held(hub, "main")
        async with Redis.from_url(redis_process.url) as redis:
            await redis.config_resetstat()
            proxy.swallow_replies = True
            request = asyncio.create_task(hub.commit(lease, b"carried out"))
            while not await evaluations(redis):
                pass
            if then == "cut":
                proxy.cut()
            with pytest.raises(HubError):
                await request
            proxy.swallow_replies = False
            assert await evaluations(redis) == 1
        assert await hub.snapshot("main") == b"carried out"


async def evaluations(redis: Redis) -> int:
    """How many scripts Redis has run since its counters were reset."""
    statistics = await redis.info("commandstats")
    return int(statistics.get("cmdstat_eval", {"calls": 0})["calls"])


async def test_an_answer_meant_for_another_room_is_refused(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S14."""
    async with started(redis_url) as hub:
        lease = await held(hub, "mine")
        monkeypatch.setattr(redis_scripts, "RENEW", "return {'theirs', 1}")
        with pytest.raises(HubError, match="another room than 'mine'"):
            await hub.renew(lease, TTL_MS)


async def test_a_hub_that_cannot_hear_is_not_healthy(redis_process: RedisProcess) -> None:
    """S17, S19: it may still publish, but its screens would stand still."""
    async with Redis.from_url(redis_process.url) as redis:
        await redis.execute_command("ACL", "SETUSER", "deaf", "on", ">pass", "~*", "&*", "+@all", "-subscribe")
        async with (
            started(f"redis://deaf:pass@127.0.0.1:{redis_process.port}/0") as hub,
            hub.subscribe("main", "frames") as frames,
        ):
            await eventually(lambda: not hub.healthy)
            await redis.execute_command("ACL", "SETUSER", "deaf", "+subscribe")
            await eventually(lambda: hub.healthy)
            await arrives(hub, frames, "main", "frames", b"heard")


async def test_a_half_open_link_is_found_and_replaced(redis_process: RedisProcess) -> None:
    """S17, S19: no error, no end of stream, only silence."""
    async with (
        Proxy(redis_process.port).running() as proxy,
        started(redis_process.url) as renderer,
        started(proxy.url) as gateway,
        gateway.subscribe("main", "frames") as frames,
    ):
        await arrives(renderer, frames, "main", "frames", b"before")
        proxy.go_silent()
        await eventually(lambda: not gateway.healthy)
        assert renderer.healthy
        proxy.heal()
        await eventually(lambda: gateway.healthy)
        await arrives(renderer, frames, "main", "frames", b"after")


async def test_one_dead_line_costs_one_request_not_one_for_each_connection(redis_process: RedisProcess) -> None:
    """S15: or a renderer whose links went half-open would lose its lease while it uses them up one by one."""
    async with Proxy(redis_process.port).running() as proxy, started(proxy.url) as hub:
        await asyncio.gather(*(hub.snapshot("main") for _ in range(POOL_SIZE)))
        proxy.go_silent()
        with pytest.raises(HubError):
            await hub.snapshot("main")
        proxy.heal()
        assert await asyncio.gather(*(hub.snapshot("main") for _ in range(POOL_SIZE))) == [None] * POOL_SIZE


async def test_what_is_published_out_of_reach_is_dropped_there_and_then(redis_url: str) -> None:
    """S18."""
    hub = RedisHub(redis_url)
    publish_at_once(hub, "early", b"before the start")
    assert hub.dropped == 1
    await hub.start()
    async with hub.subscribe("early", "frames") as frames:
        await hub.publish("early", "frames", b"after it")
        assert (await anext(frames)).payload == b"after it"
    await hub.close()


async def test_a_cut_subscription_subscribes_again_by_itself(redis_process: RedisProcess) -> None:
    """S19."""
    async with started(redis_process.url) as hub, hub.subscribe("main", "people") as people:
        async with Redis.from_url(redis_process.url) as redis:
            assert await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub") == 1
        await arrives(hub, people, "main", "people", b"after")


async def test_a_subscription_made_during_an_outage_begins_when_redis_returns(redis_process: RedisProcess) -> None:
    """S19."""
    async with started(redis_process.url) as hub:
        redis_process.stop()
        await eventually(lambda: not hub.healthy)
        async with hub.subscribe("main", "frames") as frames:
            redis_process.start()
            await arrives(hub, frames, "main", "frames", b"after")


async def test_a_hub_closes_while_redis_is_away(redis_process: RedisProcess) -> None:
    """S21."""
    async with started(redis_process.url) as hub, hub.subscribe("main", "frames") as frames:
        os.kill(redis_process.pid, signal.SIGSTOP)
        await hub.close()
        assert await anext(frames, None) is None


async def test_a_hub_closes_at_the_moment_its_link_breaks(redis_process: RedisProcess) -> None:
    """S21: redis-py with a socket_timeout swallowed the cancellation there, and closing never ended."""
    async with asyncio.timeout(30), started(redis_process.url) as hub, hub.subscribe("main", "frames"):
        redis_process.stop()
        await eventually(lambda: not hub.healthy)
        publish_at_once(hub, "main", b"into the broken link")


async def test_an_outage_is_told_once_without_the_password(
    redis_process: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """S20, S21."""
    caplog.set_level(logging.DEBUG)
    async with Redis.from_url(redis_process.url) as redis:
        await redis.config_set("requirepass", "s3cret")
    async with started(f"redis://:s3cret@127.0.0.1:{redis_process.port}/0") as hub:
        redis_process.stop()
        await eventually(lambda: not hub.healthy)
        redis_process.start()
        async with Redis.from_url(redis_process.url) as redis:
            await redis.config_set("requirepass", "s3cret")
        await eventually(lambda: hub.healthy)
    told = [record.getMessage() for record in caplog.records if record.name.startswith("shared_state")]
    assert len([line for line in told if "does not answer" in line]) == 1
    assert "s3cret" not in caplog.text


# -- leases and tokens ---------------------------------------------------------------------------------------------


async def test_tokens_grow_through_a_flush_and_the_deposed_renderer_is_not_seen(redis_process: RedisProcess) -> None:
    """S6, S8, S12."""
    async with started(redis_process.url) as hub, hub.subscribe("main", "frames") as frames:
        old = await held(hub, "main")
        async with Redis.from_url(redis_process.url) as redis:
            await redis.flushall()
        with pytest.raises(LostLease):
            await hub.renew(old, TTL_MS)
        with pytest.raises(LostLease):
            await hub.commit(old, b"ghost")
        new = await held(hub, "main", "grace")
        assert new.token > old.token
        await hub.publish("main", "frames", b"new", token=new.token)
        assert (await anext(frames)).payload == b"new"
        await hub.publish("main", "frames", b"ghost", token=old.token)
        await hub.publish("main", "frames", b"newer", token=new.token)
        assert (await anext(frames)).payload == b"newer"


async def test_tokens_grow_when_the_clock_of_redis_steps_back(redis_url: str) -> None:
    """S8."""
    ahead = 4_000_000_000_000
    async with started(redis_url) as hub, Redis.from_url(redis_url) as redis:
        await redis.set("gs:{clock}:fence", ahead)
        lease = await held(hub, "clock")
        assert lease.token == ahead + 1
        await hub.commit(lease, b"state")


async def test_a_commit_that_arrives_late_does_not_undo_a_later_one(redis_url: str) -> None:
    """S16: the ghost of a commit that timed out is carried out when a paused Redis wakes."""
    async with started(redis_url) as hub, Redis.from_url(redis_url) as redis:
        lease = await held(hub, "late")
        await hub.commit(lease, b"later")
        ghost = seal("late", b"earlier", token=lease.token, seq=1)
        keys = ("gs:{late}:fence", "gs:{late}:state")
        await redis.execute_command("EVAL", redis_scripts.WRITE, 2, *keys, "late", lease.token, 1, ghost)
        assert await hub.snapshot("late") == b"later"
        async with started(redis_url) as reopened:
            await reopened.commit(lease, b"by the same renderer through a new hub")
            assert await hub.snapshot("late") == b"by the same renderer through a new hub"


# -- values that are not ours ---------------------------------------------------------------------------------------


async def test_a_value_of_another_room_is_never_shown(redis_url: str) -> None:
    """S14."""
    async with (
        started(redis_url) as hub,
        Redis.from_url(redis_url) as redis,
        hub.subscribe("here", "frames") as frames,
    ):
        for nonsense in (seal("there", b"picture", token=1, seq=1), b"", b"\x00" * 30):
            await redis.publish("gs:{here}:fr", nonsense)
        await hub.publish("here", "frames", b"ours")
        assert (await anext(frames)).payload == b"ours"
        assert frames.dropped == 3


async def test_a_snapshot_or_card_of_another_room_is_refused(redis_url: str) -> None:
    """S14."""
    card = RoomCard("there", "bundled", 256, "c0ffee", 100, 200)
    async with started(redis_url) as hub, Redis.from_url(redis_url) as redis:
        await hub.announce(await held(hub, "there"), card)
        stray = await redis.hget("gs:{there}:card", "value")
        for name, read in (("state", hub.snapshot), ("card", hub.card)):
            await redis.hset(f"gs:{{stray}}:{name}", "value", stray)
            with pytest.raises(HubError, match="'there' where 'stray'"):
                await read("stray")


async def test_a_card_that_cannot_be_read_is_a_hub_error(redis_url: str) -> None:
    """S14."""
    async with started(redis_url) as hub, Redis.from_url(redis_url) as redis:
        await redis.hset("gs:{torn}:card", "value", seal("torn", b"\xc1", token=1, seq=1))
        with pytest.raises(HubError, match="cannot read"):
            await hub.card("torn")


async def test_keys_of_a_wrong_kind_are_a_hub_error(redis_url: str) -> None:
    """S15: Redis answers with an error; nothing else comes out."""
    async with started(redis_url) as hub, Redis.from_url(redis_url) as redis:
        await redis.rpush("gs:{wrong}:lease", "a list")
        await redis.rpush("gs:{wrong}:state", "a list")
        for request in (hub.acquire("wrong", "ada", TTL_MS), hub.snapshot("wrong")):
            with pytest.raises(HubError):
                await request
        assert hub.healthy


async def test_a_storm_of_cancelled_requests_crosses_no_answers_and_loses_no_connection(redis_url: str) -> None:
    """S14, S15: more at a time than there are connections, cancelled at any step on the way."""
    rng = random.Random(20_240_229)
    rooms = [f"storm-{number}" for number in range(3 * POOL_SIZE)]
    async with started(redis_url) as hub:
        for room in rooms:
            await hub.commit(await held(hub, room), room.encode())
        for _ in range(40):
            requests = {room: asyncio.create_task(hub.snapshot(room)) for room in rooms}
            for _ in range(rng.randrange(60)):
                await asyncio.sleep(0)
                rng.choice(list(requests.values())).cancel()
            answers = await asyncio.gather(*requests.values(), return_exceptions=True)
            for room, answer in zip(requests, answers, strict=True):
                assert isinstance(answer, asyncio.CancelledError) or answer == room.encode()
        assert await asyncio.gather(*map(hub.snapshot, rooms)) == [room.encode() for room in rooms]
