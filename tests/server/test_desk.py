"""Work off the event loop, bounded (G47)."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from server.web.answers import NoAnswer
from server.web.desk import NICE, Desk


async def test_what_is_done_is_given_back_and_what_is_raised_is_raised() -> None:
    desk = Desk("desk", threads=1, waiting=0)
    assert await desk.ask(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await desk.ask(divmod, 7, 0)
    desk.close()


async def test_who_finds_the_desk_full_is_told_when_to_come_again_and_a_place_is_free_afterwards() -> None:
    """G42: who gives up waiting does not stop what is under way, so its place stays taken."""
    gate = threading.Event()
    desk = Desk("desk", threads=1, waiting=1)
    busy = [asyncio.create_task(desk.ask(gate.wait, 30)) for _ in range(2)]
    await asyncio.sleep(0)
    busy[0].cancel()
    await asyncio.wait(busy[:1])
    with pytest.raises(NoAnswer) as full:
        await desk.ask(int)
    assert full.value.status == 503 and full.value.retry_after_s
    gate.set()
    assert await busy[1]
    assert await desk.ask(int) == 0
    desk.close()


async def test_a_closed_desk_lets_go_of_those_who_wait() -> None:
    gate = threading.Event()
    desk = Desk("desk", threads=1, waiting=1)
    busy = [asyncio.create_task(desk.ask(gate.wait, 30)) for _ in range(2)]
    await asyncio.sleep(0)
    desk.close()
    gate.set()
    done, pending = await asyncio.wait(busy, timeout=10)
    assert len(done) == 2 and not pending


@pytest.mark.skipif(sys.platform != "linux", reason="threads are niced one by one on Linux only")
async def test_its_threads_yield_to_the_frames_and_begin_as_they_are_told() -> None:
    """G47: the desk's own threads alone."""
    begun: list[str] = []
    desk = Desk("desk", threads=1, waiting=0, begin=lambda: begun.append(threading.current_thread().name))
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    niced = await desk.ask(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert niced == max(NICE, ours) and os.getpriority(os.PRIO_PROCESS, 0) == ours
    assert begun == ["desk_0"]
    desk.close()
