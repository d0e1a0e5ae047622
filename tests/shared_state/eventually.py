"""Waiting for what another process does, without guessing how long that takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def eventually(condition: Callable[[], bool]) -> None:
    """Look again and again until it holds; the bound only ends a test that has failed."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the hubs offer no event for what a test wants to see
            await asyncio.sleep(0.002)
