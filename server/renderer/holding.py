"""A renderer's hold on one room: taking the lease, keeping it, and knowing by itself when it has run out.

The hub says who owns a room, but it cannot stop a renderer that was frozen or cut off: that one falls silent by its own
monotonic clock (`shared_state.lease.Tenure`). Renewals are a task of their own, so that no drawing can delay them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final, NoReturn

import structlog

from shared_state.hub import Hub, HubError, Lease
from shared_state.lease import Tenure

log = structlog.stdlib.get_logger("genstudio.holding")

POLLS_PER_LEASE: Final = 6
"""How often a standby asks within one lease: it takes over a sixth of a lease after the end of the last."""

Clock = Callable[[], float]


class Holding:
    """One lease, and the span in which it may be acted upon."""

    def __init__(self, lease: Lease, ttl_ms: int, asked_s: float) -> None:
        self.lease, self.ttl_ms = lease, ttl_ms
        self._tenure = Tenure.since(asked_s, ttl_ms)

    def renewed(self, asked_s: float) -> None:
        """The hub has said yes to what we asked at `asked_s`."""
        self._tenure = Tenure.since(asked_s, self.ttl_ms)

    def alive(self, now_s: float) -> bool:
        """May we still speak for the room?"""
        return self._tenure.alive(now_s)


async def take(hub: Hub, room: str, worker: str, ttl_ms: int, *, clock: Clock, rng: random.Random) -> Holding:
    """Wait for the room to be free, and take it."""
    unreachable = False
    while True:
        asked_s = clock()
        try:
            lease = await hub.acquire(room, worker, ttl_ms)
        except HubError as error:
            if not unreachable:
                log.warning("the hub cannot be reached; waiting for it", room=room, found=str(error))
            unreachable, lease = True, None
        if lease is not None:
            return Holding(lease, ttl_ms, asked_s)
        # Jitter: two standbys that were started together must not ask together for ever.
        await asyncio.sleep(ttl_ms / 1_000 / POLLS_PER_LEASE * rng.uniform(0.5, 1.0))


async def keep(hub: Hub, holding: Holding, renew_ms: int, *, clock: Clock) -> NoReturn:
    """Renew for ever. Raises LostLease. While the hub is out of reach, goes on asking: the tenure does the rest."""
    unreachable = False
    while True:
        await asyncio.sleep(renew_ms / 1_000)
        asked_s = clock()
        try:
            async with asyncio.timeout(holding.ttl_ms / 1_000):
                await hub.renew(holding.lease, holding.ttl_ms)
        except (HubError, TimeoutError) as error:
            if not unreachable:
                log.warning("the lease could not be renewed", room=holding.lease.room, found=str(error))
            unreachable = True
        else:
            holding.renewed(asked_s)
            if unreachable:
                log.info("the lease is renewed again", room=holding.lease.room)
            unreachable = False
