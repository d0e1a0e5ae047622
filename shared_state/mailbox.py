"""What waits for a slow reader: bounded, and what no longer fits is counted. Used by both hubs, on both sides.

Pure: no sockets, no Redis, no clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from shared_state.hub import Channel, Envelope

Value = TypeVar("Value")

WAITING_LIMIT: Final[dict[Channel, int]] = {"inputs": 1_024, "frames": 1, "people": 1}
"""How many values of a channel may wait. A frame or a list of people is worthless once there is a newer one. Inputs add
up (somebody came, somebody left): 1,024 are the ticks of two busy gateways over 2 s, and at most a few MB; who is here
is said again every second."""


class Mailbox(Generic[Value]):
    """Lanes of waiting values. A full lane loses its oldest; lanes take turns, so a busy one starves nobody."""

    def __init__(self) -> None:
        self._lanes: dict[Hashable, deque[Value]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def put(self, lane: Hashable, value: Value, limit: int) -> int:
        """Add a value to a lane of at most `limit`; returns how many were dropped for it, 0 or 1."""
        waiting = self._lanes.setdefault(lane, deque())
        dropped = len(waiting) >= limit
        if dropped:
            waiting.popleft()
        waiting.append(value)
        return int(dropped)

    def take(self) -> Value | None:
        """The oldest value of the lane whose turn it is; None when nothing waits."""
        if not self._lanes:
            return None
        lane, waiting = next(iter(self._lanes.items()))
        value = waiting.popleft()
        del self._lanes[lane]
        if waiting:
            self._lanes[lane] = waiting
        return value

    def clear(self) -> int:
        """Forget everything; returns how many values that were."""
        forgotten = len(self)
        self._lanes.clear()
        return forgotten


class Inbox:
    """The `Subscription` of both hubs: a mailbox for one reader, with the fence that keeps a deposed renderer out."""

    def __init__(self) -> None:
        self.dropped = 0
        self.fenced = 0
        """Values refused because a newer renderer has spoken on their channel."""
        self._box: Mailbox[Envelope] = Mailbox()
        self._newest: dict[Channel, int] = {}
        self._wake = asyncio.Event()
        self._closed = False

    def offer(self, envelope: Envelope) -> None:
        """Keep a value for the reader. Never waits."""
        if envelope.token < self._newest.get(envelope.channel, 0):
            self.fenced += 1
            return
        self._newest[envelope.channel] = envelope.token
        self.dropped += self._box.put(envelope.channel, envelope, WAITING_LIMIT[envelope.channel])
        self._wake.set()

    def close(self) -> None:
        """End the reader's iteration."""
        self._closed = True
        self._wake.set()

    def __aiter__(self) -> Inbox:
        return self

    async def __anext__(self) -> Envelope:
        while not self._closed:
            envelope = self._box.take()
            if envelope is not None:
                return envelope
            self._wake.clear()
            await self._wake.wait()
        raise StopAsyncIteration
