"""The hub of many processes: values by publish and subscribe, leases and durable state by scripts run inside Redis.

What must never wait (publishing, receiving) has connections and tasks of its own, in `redis_channels`. What needs an
answer (leases, commits) is asked once, within a bound, and never again on its own: a request that timed out may still
be carried out, and only its caller knows whether asking again is right.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import msgspec
from redis.exceptions import AuthenticationError, RedisError

from shared_state import redis_scripts as scripts
from shared_state.hub import Channel, HubError, Lease, LostLease, RoomCard, UnreadableCard
from shared_state.mailbox import Inbox
from shared_state.redis_channels import Intake, Outlet, key
from shared_state.redis_link import ANSWER_S, Lifeline, RedisAddress
from shared_state.seal import WrongRoom, seal, unseal

LEASE_WAIT_SHARE: Final = 0.4
"""The share of a lease's life that one request for it may take: a renewal that fails leaves time for a second try
before the tenure ends at 0.8."""

COMMIT_S: Final = 0.8
"""The longest that a commit or a read may take: 0.4 of the usual lease of 2 s."""

START_S: Final = 3.0
"""How long a person who starts the installation waits before we say that Redis does not answer."""


class RedisHub:
    """A `Hub` on the Redis or Valkey at `url` (7.0 or newer). Nothing is connected before `start`."""

    def __init__(self, url: str) -> None:
        self._address = RedisAddress(url)
        self._client = self._address.client()
        self._outlet = Outlet(self._address)
        self._intakes: set[Intake] = set()
        self._inboxes: set[Inbox] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # From the clock, so that a hub opened later in the same tenure counts on from above.
        self._write_numbers = itertools.count(time.time_ns() // 1_000)

    @property
    def healthy(self) -> bool:
        """Whether Redis answers: False at the latest 1.7 s after it has gone, with or without traffic."""
        return self._outlet.answering.is_set() and not any(intake.failing for intake in self._intakes)

    @property
    def dropped(self) -> int:
        """Values given to `publish` that Redis did not confirm."""
        return self._outlet.dropped

    async def start(self) -> None:
        """Connect. Raises HubError."""
        try:
            await self._ask("PING", within_s=START_S)
        except HubError as error:
            refused = isinstance(error.__cause__, AuthenticationError)
            advice = "Correct the password in the address" if refused else "Start Redis there or correct the address"
            raise HubError(f"{error}. {advice}; without a Redis address everything runs in one process.") from error
        self._keep(self._outlet)
        await _first_answer(self._outlet)

    async def close(self) -> None:
        """End every subscription and connection."""
        for inbox in self._inboxes:
            inbox.close()
        await _end(self._tasks)
        await self._client.aclose()

    async def publish(self, room: str, channel: Channel, payload: bytes, *, token: int = 0, seq: int = 0) -> None:
        """Leave it to be sent. Returns at once, whatever state Redis is in."""
        self._outlet.put(room, channel, payload, token=token, seq=seq)

    @asynccontextmanager
    async def subscribe(self, room: str, *channels: Channel) -> AsyncIterator[Inbox]:
        """Receive from now on. Waits for Redis to confirm, unless it is out of reach: then from its return on."""
        inbox = Inbox()
        intake = Intake(self._address, room, channels, inbox)
        self._inboxes.add(inbox)
        self._intakes.add(intake)
        task = self._keep(intake)
        try:
            if self.healthy:
                await _first_answer(intake)
            yield inbox
        finally:
            inbox.close()
            await _end([task])
            self._inboxes.discard(inbox)
            self._intakes.discard(intake)

    async def acquire(self, room: str, worker: str, ttl_ms: int) -> Lease | None:
        """The lease with a token higher than any before, or None while another worker holds it."""
        keys = key(room, "lease"), key(room, "fence")
        token = await self._script(scripts.ACQUIRE, room, keys, worker, ttl_ms, within_s=_patience_s(ttl_ms))
        return None if token is None else Lease(room, worker, int(token))

    async def renew(self, lease: Lease, ttl_ms: int) -> None:
        """Keep it. Raises LostLease, or HubError when Redis has not answered within 0.4 of `ttl_ms`."""
        keys = (key(lease.room, "lease"),)
        ours = await self._script(scripts.RENEW, lease.room, keys, _claim(lease), ttl_ms, within_s=_patience_s(ttl_ms))
        if not ours:
            raise LostLease(f"room {lease.room!r} is no longer held with token {lease.token}")

    async def release(self, lease: Lease) -> None:
        """Give it back, if it is ours."""
        await self._script(scripts.RELEASE, lease.room, (key(lease.room, "lease"),), _claim(lease))

    async def commit(self, lease: Lease, snapshot: bytes) -> None:
        """Store the room's state. Raises LostLease."""
        await self._write(lease, "state", snapshot)

    async def snapshot(self, room: str) -> bytes | None:
        """The last committed state."""
        return await self._read(room, "state")

    async def announce(self, lease: Lease, card: RoomCard) -> None:
        """Tell gateways of the room. Raises LostLease."""
        await self._write(lease, "card", msgspec.msgpack.encode(card))

    async def card(self, room: str) -> RoomCard | None:
        """None: no renderer has ever announced this room."""
        data = await self._read(room, "card")
        try:
            return None if data is None else msgspec.msgpack.decode(data, type=RoomCard)
        except msgspec.DecodeError as error:
            raise UnreadableCard(
                f"Redis at {self._address} holds a card of room {room!r} that we cannot read"
            ) from error

    def _keep(self, lifeline: Lifeline) -> asyncio.Task[None]:
        """Run a lifeline until its task is cancelled, at the latest by `close`."""
        task = asyncio.create_task(lifeline.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _write(self, lease: Lease, name: str, value: bytes) -> None:
        number = next(self._write_numbers)
        keys = key(lease.room, "fence"), key(lease.room, name)
        sealed = seal(lease.room, value, token=lease.token, seq=number)
        if not await self._script(scripts.WRITE, lease.room, keys, lease.token, number, sealed):
            raise LostLease(f"room {lease.room!r}: {lease.token} is not the newest token")

    async def _read(self, room: str, name: str) -> bytes | None:
        data = await self._ask("HGET", key(room, name), "value")
        try:
            return None if data is None else unseal(room, data)[2]
        except WrongRoom as error:
            raise HubError(f"Redis at {self._address} gave {error}") from error

    async def _script(
        self, script: str, room: str, keys: tuple[str, ...], *values: str | int | bytes, within_s: float = COMMIT_S
    ) -> Any:
        """Run one of `redis_scripts`; its result, once its room is seen to be ours."""
        answered, result = await self._ask("EVAL", script, len(keys), *keys, room, *values, within_s=within_s)
        if answered != room.encode():
            raise HubError(f"Redis at {self._address} answered for another room than {room!r}")
        return result

    async def _ask(self, *command: str | int | bytes, within_s: float = COMMIT_S) -> Any:
        """Send a command once. Raises HubError when it fails or is not answered in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._client.execute_command(*command)  # type: ignore[no-untyped-call]
        except (RedisError, OSError, TimeoutError) as error:
            # Idle connections lead to the same place: a dead one must not cost the next request its time.
            with suppress(RedisError, OSError):
                await self._client.connection_pool.disconnect(inuse_connections=False)
            reason = str(error) or f"no answer within {within_s:.1f} s"
            raise HubError(f"Redis at {self._address} did not do what was asked ({reason})") from error


def _claim(lease: Lease) -> str:
    """What the lease's key holds while it is ours."""
    return f"{lease.token}:{lease.worker}"


def _patience_s(ttl_ms: int) -> float:
    return LEASE_WAIT_SHARE * ttl_ms / 1_000


async def _first_answer(lifeline: Lifeline) -> None:
    """Wait for it, but no longer than a healthy Redis takes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            await lifeline.answering.wait()


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
