"""The hub of many processes, with a short way between the parts of this one: what `genstudio serve --redis` uses.

While Redis is out of reach, an installation in one process still has a room and a wall: values go from its renderer to
its gateway directly, and to the other processes through Redis. What comes back from there as our own echo is dropped.
Leases and durable state are the far hub's alone.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from shared_state.hub import Channel, Hub, Lease, RoomCard, Subscription
from shared_state.mailbox import Inbox
from shared_state.memory_hub import MemoryHub

ECHOES: Final = 1_024
"""Values whose echo is waited for: two seconds of a busy process, and Redis answers in a millisecond or not at all."""


class NearHub:
    """A `Hub`. `far`: the hub of many processes."""

    def __init__(self, far: Hub) -> None:
        self._far, self._near = far, MemoryHub()
        self._said: OrderedDict[int, None] = OrderedDict()

    @property
    def healthy(self) -> bool:
        """Whether the others can be reached."""
        return self._far.healthy

    @property
    def dropped(self) -> int:
        """Values that did not reach the others."""
        return self._far.dropped

    async def start(self) -> None:
        """Connect. Raises HubError."""
        await self._far.start()

    async def close(self) -> None:
        """End every subscription and connection."""
        await self._near.close()
        await self._far.close()

    async def publish(self, room: str, channel: Channel, payload: bytes, *, token: int = 0, seq: int = 0) -> None:
        """To our own subscribers at once, to the others by the far hub."""
        self._said[hash(payload)] = None
        if len(self._said) > ECHOES:
            self._said.popitem(last=False)
        await self._near.publish(room, channel, payload, token=token, seq=seq)
        await self._far.publish(room, channel, payload, token=token, seq=seq)

    @asynccontextmanager
    async def subscribe(self, room: str, *channels: Channel) -> AsyncIterator[Inbox]:
        """Receive from now on, each value once."""
        inbox = Inbox()
        async with (
            self._near.subscribe(room, *channels) as near,
            self._far.subscribe(room, *channels) as far,
        ):
            ways = [asyncio.create_task(self._pass_on(way, inbox, echoes=way is far)) for way in (near, far)]
            try:
                yield inbox
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    async def _pass_on(self, values: Subscription, inbox: Inbox, *, echoes: bool) -> None:
        try:
            async for value in values:
                inbox.dropped, values.dropped = inbox.dropped + values.dropped, 0
                if not (echoes and hash(value.payload) in self._said):
                    inbox.offer(value)
        finally:
            inbox.close()

    async def acquire(self, room: str, worker: str, ttl_ms: int) -> Lease | None:
        """As the far hub."""
        return await self._far.acquire(room, worker, ttl_ms)

    async def renew(self, lease: Lease, ttl_ms: int) -> None:
        """As the far hub."""
        await self._far.renew(lease, ttl_ms)

    async def release(self, lease: Lease) -> None:
        """As the far hub."""
        await self._far.release(lease)

    async def commit(self, lease: Lease, snapshot: bytes) -> None:
        """As the far hub."""
        await self._far.commit(lease, snapshot)

    async def snapshot(self, room: str) -> bytes | None:
        """As the far hub."""
        return await self._far.snapshot(room)

    async def announce(self, lease: Lease, card: RoomCard) -> None:
        """As the far hub."""
        await self._far.announce(lease, card)

    async def card(self, room: str) -> RoomCard | None:
        """As the far hub."""
        return await self._far.card(room)
