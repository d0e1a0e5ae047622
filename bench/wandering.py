"""Wandering in front of the wall: does anything jump, freeze or turn grey, and are works met?

`python -m bench.wandering` starts `genstudio serve`, joins it as one visitor over a real socket and receives every
frame. At first nobody touches anything and the room wanders by itself; then the visitor's hand goes where it likes,
smoothly, letting go every few seconds as people do who look. What is judged, and how, stands in `bench/watching.py`;
flat is what is flatter than the works themselves, whose likenesses travel with their list. The exit code is 1 when
something does not hold.

Frame rate, gaps and the largest change from frame to frame are this machine's; jumps are the map's and the generator's.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from bench.latency import Server
from bench.machine import machine_line, table
from bench.watching import SIDE, Flat, Picture, Report, Seen, flattest, watched
from client.session import Session, SessionFrame
from client.thumbhash import read_thumbhash
from client.works import Artwork

ALONE = 0.25
"""Part of the time in which the room wanders by itself."""

HAND_S = 1 / 25
"""Time between two positions of the hand."""

BREATH_S = 6.0
"""From one letting go to the next: people push, look, and push again. The look is two fifths of it."""

TURN = 0.35
"""How restless the hand is: the standard deviation by which its turning changes, in radians a second, each HAND_S."""

HOMESICK = 0.6
"""How strongly it turns from the edge of the map each HAND_S, against its own way of 1: a walk along the edge shows
little, and one that is thrown back is none."""


class Hand:
    """A stick that wanders: its direction turns smoothly, its strength comes and goes."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._heading = rng.uniform(0, 2 * math.pi)
        self._turning = 0.0
        self._s = 0.0

    def next(self, x: float, y: float) -> tuple[float, float] | None:
        """Where it pushes HAND_S later, with the point at (x, y); at most 1 long. None: it has let go."""
        self._s += HAND_S
        self._turning += self._rng.gauss(0, TURN) - self._turning * HAND_S
        self._heading += self._turning * HAND_S
        across, down = (HOMESICK * (1 - 2 * at) * abs(1 - 2 * at) ** 3 for at in (x, y))
        dx, dy = math.cos(self._heading) + across, math.sin(self._heading) + down
        self._heading = math.atan2(dy, dx)
        strength = min(1.0, math.sin(2 * math.pi * self._s / BREATH_S) + 0.3)
        return None if strength <= 0 else (strength * math.cos(self._heading), strength * math.sin(self._heading))


async def walk(url: str, seconds: float, rng: random.Random) -> tuple[list[Seen], list[Artwork]]:
    """Every frame of a visit of so many seconds, and the room's works."""
    seen: list[Seen] = []
    async with Session(url, rng=rng) as session:
        works = await session.works()
        begin_s = time.perf_counter()
        steering = asyncio.create_task(wander(session, seen, ALONE * seconds, rng))
        async for frame in session.frames():
            seen.append(noted(frame, time.perf_counter() - begin_s))
            if seen[-1].at_s > seconds:
                break
        steering.cancel()
    return seen, works


async def wander(session: Session, seen: Sequence[Seen], alone_s: float, rng: random.Random) -> None:
    """Leave the room to itself for a while, then steer it until cancelled."""
    await asyncio.sleep(alone_s)
    hand = Hand(rng)
    while True:
        push = hand.next(seen[-1].x, seen[-1].y) if seen else None
        await (session.release() if push is None else session.push(*push))
        await asyncio.sleep(HAND_S)


def noted(frame: SessionFrame, at_s: float) -> Seen:
    """The frame, small: a JPEG gives an eighth of its size without its fine waves, in a fifth of a millisecond."""
    picture = simplejpeg.decode_jpeg(frame.jpeg, min_height=SIDE, min_width=SIDE, min_factor=1)
    near = frame.state.near
    return Seen(at_s, *frame.state.position, small(picture), frame.state.bump, near[0][0] if near else None)


def small(picture: Picture) -> Picture:
    """Any square picture at the size that is judged."""
    if picture.shape[0] == SIDE:
        return picture
    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX))


def flattest_of(works: Sequence[Artwork]) -> Flat:
    """What is flatter than the works, by their likenesses."""
    return flattest(np.stack([read_thumbhash(work.thumbhash, SIDE) for work in works if work.thumbhash]))


def wandered(seconds: float, collection: Path | None, seed: int = 1) -> tuple[Report, Flat]:
    """The whole thing: server, walk, judgement."""
    with Server(collection) as server:
        url = f"http{server.url.removeprefix('ws').removesuffix('/ws')}"
        seen, works = asyncio.run(walk(url, seconds, random.Random(seed)))
    flat = flattest_of(works)
    return watched(seen, flat), flat


def main(minutes: float, collection: Path | None, seed: int) -> int:
    """Print the report; the exit code is 1 when something does not hold."""
    print(machine_line())
    report, flat = wandered(60 * minutes, collection, seed)
    rows: list[list[object]] = [
        ["frames", report.frames, f"{report.rate:.0f} a second"],
        ["longest time without a new picture, moving", f"{report.gap_s:.2f} s", "this machine's"],
        ["longest way with one picture", f"{report.still_way:.4f} widths", "works lie about 0.03 apart"],
        ["change from frame to frame, median", f"{report.change:.1f} levels", f"largest {report.leap:.1f} times that"],
        ["jump: change by way over that around it", f"{report.jump:.1f}", f"largest of {report.strides} strides"],
        [
            "grey and flat frames",
            f"{report.flat:.2%}",
            f"contrast < {flat.contrast:.1f}, colour < {flat.saturation:.1f}",
        ],
        ["bumps", report.bumps, f"on {report.met} works, past {report.passed}"],
    ]
    print(table(rows, header=[f"{minutes:g} minutes", "", ""]))
    for fault in report.faults:
        print(f"does not hold: {fault}", file=sys.stderr)
    return 1 if report.faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.wandering", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--collection", type=Path, help="a folder of artworks in place of the starter collection")
    parser.add_argument("--seed", type=int, default=1, help="of the walk")
    arguments = parser.parse_args()
    sys.exit(main(arguments.minutes, arguments.collection, arguments.seed))
