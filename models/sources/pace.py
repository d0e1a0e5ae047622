"""The pace at which one host is asked: evenly, and not at all while it wants to be left alone. Knows no network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]
"""Waits for so many seconds."""


class Pace:
    """Turns for one host, `per_second` at most, whoever asks; nobody's turn comes before a `hold` is over."""

    def __init__(
        self, per_second: float, *, sleep: Sleep = asyncio.sleep, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._apart_s = 1 / per_second
        self._sleep = sleep
        self._now_s = now_s
        self._free_s = 0.0

    async def turn(self) -> None:
        """Wait for the next turn."""
        while (wait_s := self._free_s - self._now_s()) > 0:  # again after waking: a hold may have come meanwhile
            await self._sleep(wait_s)
        self._free_s = self._now_s() + self._apart_s

    def hold(self, wait_s: float) -> None:
        """Nobody's turn for so many seconds: the host has asked for it."""
        self._free_s = max(self._free_s, self._now_s() + wait_s)
