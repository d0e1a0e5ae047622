"""The hub of one process: gateway and renderer side by side, nothing to install. The default of `genstudio serve`.

It keeps every rule that the Redis hub keeps, leases and fencing too, so that what runs on one runs on the other.
It is used from one event loop and lasts as long as its process.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared_state.hub import Channel, Envelope, Lease, LostLease, RoomCard
from shared_state.mailbox import Inbox


@dataclass(frozen=True, slots=True)
class _Holding:
    lease: Lease
    until_s: float


class MemoryHub:
    """A `Hub` within one process. `now_s` (monotonic) ends leases; `unix_ms` makes tokens grow through restarts."""

    def __init__(
        self,
        *,
        now_s: Callable[[], float] = time.monotonic,
        unix_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._now_s = now_s
        self._unix_ms = unix_ms
        self._readers: dict[tuple[str, Channel], set[Inbox]] = defaultdict(set)
        self._holdings: dict[str, _Holding] = {}
        self._fences: dict[str, int] = {}
        self._snapshots: dict[str, bytes] = {}
        self._cards: dict[str, RoomCard] = {}

    @property
    def healthy(self) -> bool:
        """Always: there is nothing between us and ourselves."""
        return True

    @property
    def dropped(self) -> int:
        """Always 0: every subscriber is reached. What a slow one misses is counted by its subscription."""
        return 0

    async def start(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """End every subscription."""
        for inbox in set().union(*self._readers.values()):
            inbox.close()

    async def publish(self, room: str, channel: Channel, payload: bytes, *, token: int = 0, seq: int = 0) -> None:
        """Hand it to every subscriber at once."""
        envelope = Envelope(channel, token, seq, payload)
        for inbox in self._readers.get((room, channel), ()):
            inbox.offer(envelope)

    @asynccontextmanager
    async def subscribe(self, room: str, *channels: Channel) -> AsyncIterator[Inbox]:
        """Receive from now on."""
        inbox = Inbox()
        for channel in channels:
            self._readers[room, channel].add(inbox)
        try:
            yield inbox
        finally:
            inbox.close()
            for channel in channels:
                self._readers[room, channel].discard(inbox)
                if not self._readers[room, channel]:
                    del self._readers[room, channel]

    async def acquire(self, room: str, worker: str, ttl_ms: int) -> Lease | None:
        """The lease with a token higher than any before, or None while another worker holds it."""
        holding = self._holding(room)
        if holding is not None and holding.lease.worker != worker:
            return None
        lease = Lease(room, worker, max(self._fences.get(room, 0) + 1, self._unix_ms()))
        self._fences[room] = lease.token
        self._hold(lease, ttl_ms)
        return lease

    async def renew(self, lease: Lease, ttl_ms: int) -> None:
        """Keep it. Raises LostLease."""
        if not self._is_ours(lease):
            raise LostLease(f"room {lease.room!r} is no longer held with token {lease.token}")
        self._hold(lease, ttl_ms)

    async def release(self, lease: Lease) -> None:
        """Give it back, if it is ours."""
        if self._is_ours(lease):
            del self._holdings[lease.room]

    async def commit(self, lease: Lease, snapshot: bytes) -> None:
        """Store the room's state. Raises LostLease."""
        self._check_fence(lease)
        self._snapshots[lease.room] = snapshot

    async def snapshot(self, room: str) -> bytes | None:
        """The last committed state."""
        return self._snapshots.get(room)

    async def announce(self, lease: Lease, card: RoomCard) -> None:
        """Tell gateways of the room. Raises LostLease."""
        self._check_fence(lease)
        self._cards[lease.room] = card

    async def card(self, room: str) -> RoomCard | None:
        """None: no renderer has ever announced this room."""
        return self._cards.get(room)

    def _holding(self, room: str) -> _Holding | None:
        holding = self._holdings.get(room)
        return holding if holding is not None and self._now_s() < holding.until_s else None

    def _hold(self, lease: Lease, ttl_ms: int) -> None:
        self._holdings[lease.room] = _Holding(lease, self._now_s() + ttl_ms / 1_000)

    def _is_ours(self, lease: Lease) -> bool:
        holding = self._holding(lease.room)
        return holding is not None and holding.lease == lease

    def _check_fence(self, lease: Lease) -> None:
        newest = self._fences.get(lease.room)
        if newest != lease.token:
            raise LostLease(f"room {lease.room!r}: our token is {lease.token}, the newest is {newest}")
