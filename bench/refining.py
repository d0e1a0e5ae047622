"""What the wall notices while a visitor's picture is refined: `python -m bench.refining`.

`genstudio serve` runs in a process of its own with one visitor who keeps the point moving. In turns the room is left
alone for some seconds, and a picture is sent to it: frames a second of both, and the seconds until the works and the
guess are told and until the guess has been refined. The first picture is apart, since all that sees is loaded with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from io import BytesIO
from typing import NamedTuple

import httpx2
import numpy as np
from PIL import Image

from bench.latency import REPEAT_S, Server, Visitor, joined, to_and_fro
from bench.machine import machine_line, ratio_of, table
from shared_state.messages import Stick

QUIET_S = 3.0
"""Of the room alone, in each turn: as long as a refinement beside a moving wall."""


class Told(NamedTuple):
    """One picture's fate."""

    first_s: float
    refined_s: float
    frame_rate: float
    """Frames a second from its sending to the second line."""
    refined: bool


def a_picture(seed: int) -> bytes:
    """Clouds of colour, as a phone sends them: 1600 x 1200, about 100 KB."""
    cells = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    written = BytesIO()
    Image.fromarray(cells).resize((1600, 1200), Image.Resampling.BICUBIC).save(written, "JPEG", quality=85)
    return written.getvalue()


async def sent(url: str, picture: bytes, me: Visitor) -> Told:
    """Send it and read both lines."""
    begin, frames, first_s = time.perf_counter(), me.frames, 0.0
    async with httpx2.AsyncClient(timeout=120) as client, client.stream("POST", url, content=picture) as answer:
        lines = []
        async for line in answer.aiter_lines():
            lines.append(json.loads(line))
            first_s = first_s or time.perf_counter() - begin
    taken_s = time.perf_counter() - begin
    return Told(first_s, taken_s, (me.frames - frames) / taken_s, bool(lines[-1].get("refined")))


async def alone(me: Visitor) -> float:
    """Frames a second when nobody searches."""
    begin, frames = time.perf_counter(), me.frames
    await asyncio.sleep(QUIET_S)
    return (me.frames - frames) / (time.perf_counter() - begin)


async def keep_moving(me: Visitor) -> None:
    """Push along x until cancelled."""
    while True:
        await me.say(Stick, to_and_fro(), 0.0)
        await asyncio.sleep(REPEAT_S)


async def in_turns(server: Server, turns: int) -> tuple[Told, list[float], list[Told]]:
    """The first picture; and by turn the frame rate alone, and a picture's fate."""
    url = server.url.replace("ws://", "http://").replace("/ws", "/api/rooms/main/similar")
    quiet, beside = [], []
    async with joined(server.url) as me:
        moving = asyncio.create_task(keep_moving(me))
        await alone(me)
        first = await sent(url, a_picture(0), me)
        for turn in range(turns):
            for with_picture in (False, True) if turn % 2 else (True, False):
                if with_picture:
                    beside.append(await sent(url, a_picture(turn + 1), me))
                else:
                    quiet.append(await alone(me))
        moving.cancel()
    return first, quiet, beside


def main(turns: int) -> None:
    """Print the frame rates with their ratio, and the seconds."""
    print(machine_line())
    with Server(None) as server:
        first, quiet, beside = asyncio.run(in_turns(server, turns))
    rate = ratio_of([told.frame_rate for told in beside], quiet)
    seconds = [
        statistics.median(each) for each in zip(*((told.first_s, told.refined_s) for told in beside), strict=True)
    ]
    rows: list[list[object]] = [
        ["the room alone", f"{rate.peer:.1f}", "", "", ""],
        ["while a picture is refined", f"{rate.ours:.1f}", f"{rate}", *(f"{each:.2f}" for each in seconds)],
        ["while the first one is", f"{first.frame_rate:.1f}", "", f"{first.first_s:.2f}", f"{first.refined_s:.2f}"],
    ]
    print(table(rows, header=["", "frames/s", "of alone", "s to the guess", "s to the refined"]))
    if not all(told.refined for told in (first, *beside)):
        raise SystemExit("not all were refined; `genstudio serve` says why")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.refining", description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=7)
    main(parser.parse_args().turns)
