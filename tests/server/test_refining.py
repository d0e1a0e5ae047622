"""A seed found more exactly in a process of its own: one at a time, a few waiting, and what becomes of one that is not
wanted any more. The process is a small one of ours that does what a picture's first byte says."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from server.search.guests import NoSeed
from server.search.refining import WAITING, Refining

ANSWER, WAIT, DIE, HANG, BLIND, COUNT = range(6)
"""What the process does: answer; answer when something else comes in; end; nothing any more; find no latent; answer
how often it was told to stop."""

PROCESS = f"""
import queue, sys, threading, time
import msgspec
from server.search.refiner import Done, Job, _receive, write
inbox, stops = queue.Queue(), 0
threading.Thread(target=_receive, args=(sys.stdin.buffer, inbox), daemon=True).start()
while (message := inbox.get()) is not None:
    if not message:
        stops += 1
        continue
    job = msgspec.msgpack.decode(message, type=Job)
    does = job.picture[0]
    if does == {DIE}:
        sys.exit(1)
    while does == {HANG} or (does == {WAIT} and inbox.empty()):
        time.sleep(0.001)
    latent = bytes([stops]) if does == {COUNT} else job.picture[1:2]
    code = "blind" if does == {BLIND} else ""
    write(sys.stdout.buffer, msgspec.msgpack.encode(Done(job.number, latent, code)))
"""

PATIENCE_S = 30.0
"""Longest wait for what must happen."""


def picture(does: int, sign: int = 7) -> Any:
    """uint8 (3, 2, 2) that asks for this, and is answered with its sign."""
    return np.array([does, sign, *range(10)], np.uint8).reshape(3, 2, 2)


@asynccontextmanager
async def refining(**limits: float) -> AsyncIterator[Refining]:
    desk = Refining((sys.executable, "-c", PROCESS), **limits)
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield desk
    finally:
        await desk.close()


def ask(desk: Refining, does: int, sign: int = 7) -> asyncio.Task[bytes]:
    return asyncio.create_task(desk.latent("bundled", "0", picture(does, sign)))


async def told_no(task: asyncio.Task[bytes]) -> str:
    with pytest.raises(NoSeed) as no:
        await task
    return no.value.code


async def test_one_is_refined_while_four_wait_and_the_next_keeps_its_guess() -> None:
    """G50."""
    async with refining() as desk:
        held = ask(desk, WAIT)
        waiting = [ask(desk, ANSWER, sign) for sign in range(WAITING)]
        assert await told_no(ask(desk, ANSWER)) == "many_seeds"
        held.cancel()
        assert await asyncio.gather(*waiting) == [bytes([sign]) for sign in range(WAITING)]
        assert await ask(desk, ANSWER) == b"\x07", "who left counts no longer"


async def test_one_that_nobody_waits_for_stops_and_its_late_answer_is_nobody_elses() -> None:
    """G50: the process goes on with the next, and is the same one."""
    async with refining() as desk:
        assert await ask(desk, ANSWER) == b"\x07"
        assert desk._worker is not None
        process = desk._worker._process.pid
        held = ask(desk, WAIT, 9)
        await asyncio.sleep(0)
        held.cancel()
        assert await ask(desk, COUNT) == b"\x01", "it was told, and not by the next picture alone"
        assert desk._worker._process.pid == process


async def test_one_that_waited_in_vain_is_never_begun() -> None:
    """G50."""
    async with refining() as desk:
        held, waiting = ask(desk, WAIT), ask(desk, DIE)
        await asyncio.sleep(0)
        waiting.cancel()
        held.cancel()
        await asyncio.gather(held, waiting, return_exceptions=True)
        assert await ask(desk, ANSWER) == b"\x07"


async def test_a_process_that_ends_or_hangs_costs_one_picture_its_refinement_and_no_other() -> None:
    async with refining() as desk:
        assert await told_no(ask(desk, DIE)) == "not_refined"
        assert await ask(desk, ANSWER) == b"\x07"
        desk._hangs_s = 0.01
        assert await told_no(ask(desk, HANG)) == "not_refined"
        desk._hangs_s = PATIENCE_S
        assert await ask(desk, ANSWER) == b"\x07"


async def test_what_cannot_be_started_is_told_too() -> None:
    desk = Refining(("/nowhere/python",))
    assert await told_no(ask(desk, ANSWER)) == "not_refined"
    await desk.close()


async def test_why_there_is_no_latent_is_passed_on() -> None:
    async with refining() as desk:
        assert await told_no(ask(desk, BLIND)) == "blind"


async def test_the_process_ends_when_no_picture_has_come_for_a_while() -> None:
    """And the next picture starts another."""
    async with refining(idle_s=0.0) as desk:
        assert await ask(desk, ANSWER) == b"\x07"
        assert desk._worker is not None
        assert await desk._worker._process.wait() == 0
        assert await ask(desk, ANSWER) == b"\x07"
