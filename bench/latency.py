"""From a finger to the picture: ms from sending a steer to receiving the first frame that contains it.

`python -m bench.latency` starts `genstudio serve` and joins it over real sockets. Its floor, timed in the same run
while nobody is in the room, is what cannot be left out: the generator and the encoder, alone.

How we know that a frame contains a steer: everybody pushes the point to and fro along x, so that frames never pause and
y stands still to seven digits. Then the measured visitor pushes along y, and the first frame whose y has left its place
contains that push; nothing else moves y. The push is sent at a random moment of a frame, so half a frame of waiting for
the one in progress is part of the figure, and so is the law's tick. "From rest" is the first touch of a point
that nobody has moved for seconds, as at the beginning of every visit. A phone's radio and display are not part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Self

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.machine import machine_line, percentile, ratio_of, table
from server.renderer.encoder import encode_jpeg
from server.settings import ServerSettings
from shared_state.messages import SUBPROTOCOL, Ack, Frame, Hello, Push, Release, Stick, decode_from_server, encode

CROWD = 20
"""Visitors of the second row, the measured one among them: a full gallery on an ordinary day."""

SETTLED = 5e-7
"""Change of y from frame to frame below which it stands still: a tenth of what one of 20 moves it in a single tick."""

MOVED = 5e-6
"""Change of y that only the measured push can make."""

TURN_S = 1.0
"""Everybody turns round along x this often, by the wall clock, before the point reaches the map's edge."""

REPEAT_S = 0.25
"""A standing push is said again, as clients do."""

LOST_S = 3.0
"""A steer that no frame shows after this long counts as lost."""

REST_S = 1.5
"""No frame has moved for this long: longer than the heartbeat of a resting room."""


class Visitor:
    """One phone, as bare as possible: sends at once, acknowledges at once, notes when y or x leaves its place."""

    def __init__(self, connection: ClientConnection) -> None:
        self.x = self.y = 0.5
        self.still_frames = 0
        self.moved_s = time.perf_counter()
        """When the position last changed by anything at all."""
        self.frames = 0
        self._connection = connection
        self._seq = 0
        self._watch: tuple[float, float, float, asyncio.Future[float]] | None = None

    async def say(self, kind: type[Stick] | type[Release], *way: float) -> None:
        self._seq += 1
        push: Push = kind(self._seq, *way)
        await self._connection.send(encode(push))

    async def seconds_until_moved(self, kind: type[Stick], *way: float, by: float) -> float | None:
        """Send this push and wait for the first frame that is `by` away. None when none came in time."""
        arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._watch = self.x if by < MOVED else float("nan"), self.y, by, arrived
        begin = time.perf_counter()
        await self.say(kind, *way)
        try:
            async with asyncio.timeout(LOST_S):
                return await arrived - begin
        except TimeoutError:
            return None
        finally:
            self._watch = None

    async def rest(self) -> None:
        """Wait until the point has not moved for REST_S."""
        while (left_s := self.moved_s + REST_S - time.perf_counter()) > 0:  # noqa: ASYNC110 -- waits for nothing to happen
            await asyncio.sleep(left_s)

    async def read(self) -> None:
        async for data in self._connection:
            now = time.perf_counter()
            assert isinstance(data, bytes)
            message = decode_from_server(data)
            if not isinstance(message, Frame):
                continue
            self._note(message, now)
            await self._connection.send(encode(Ack(message.seq)))

    def _note(self, frame: Frame, now: float) -> None:
        self.frames += 1
        self.still_frames = self.still_frames + 1 if abs(frame.y - self.y) < SETTLED else 0
        if (frame.x, frame.y) != (self.x, self.y):
            self.moved_s = now
        self.x, self.y = frame.x, frame.y
        if self._watch is not None:
            x, y, by, arrived = self._watch
            if (abs(frame.y - y) > by or abs(frame.x - x) > by) and not arrived.done():
                arrived.set_result(now)


@contextlib.asynccontextmanager
async def joined(url: str) -> AsyncIterator[Visitor]:
    """A visitor in the room for as long as the block lasts."""
    async with connect(url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None) as connection:
        await connection.send(encode(Hello("main", "visitor")))
        visitor = Visitor(connection)
        reading = asyncio.create_task(visitor.read())
        try:
            yield visitor
        finally:
            reading.cancel()


def to_and_fro() -> float:
    """Where everybody pushes along x at this moment."""
    return 1.0 if time.time() // TURN_S % 2 else -1.0


async def crowd(url: str, size: int) -> None:
    """`size` people who push along x 25 times a second, until killed."""
    async with contextlib.AsyncExitStack() as stack:
        people = [await stack.enter_async_context(joined(url)) for _ in range(size)]
        print("here", flush=True)
        rng = random.Random(size)
        while True:
            for person in people:
                await person.say(Stick, to_and_fro() * rng.uniform(0.9, 1.0), 0.0)
            await asyncio.sleep(1 / 25)


async def in_motion(url: str, samples: int, rng: random.Random) -> tuple[list[float | None], float]:
    """Latencies in seconds (None: lost), and frames a second."""
    found: list[float | None] = []
    async with joined(url) as me:
        begin = time.perf_counter()
        while len(found) < samples:
            await until_settled(me)
            await asyncio.sleep(rng.uniform(0, 0.1))
            if me.still_frames < 3:
                continue
            side = 0.6 if me.y < 0.5 else -0.6
            found.append(await me.seconds_until_moved(Stick, 0.8 * to_and_fro(), side, by=MOVED))
        return found, me.frames / (time.perf_counter() - begin)


async def until_settled(me: Visitor) -> None:
    """Push along x until y stands still."""
    me.still_frames = 0
    while me.still_frames < 6:
        await me.say(Stick, to_and_fro(), 0.0)
        await asyncio.sleep(REPEAT_S)


async def from_rest(url: str, samples: int, rng: random.Random) -> list[float | None]:
    """Latencies of the first push after everybody has let go and the point has come to rest."""
    found: list[float | None] = []
    async with joined(url) as me:
        while len(found) < samples:
            await me.say(Stick, to_and_fro(), 0.0)
            await asyncio.sleep(0.3)
            await me.say(Release)
            await me.rest()
            await asyncio.sleep(rng.uniform(0, 1.0))
            side = 1.0 if me.x < 0.5 else -1.0
            found.append(await me.seconds_until_moved(Stick, side, 0.0, by=1e-9))
    return found


class Floor:
    """Generator and encoder alone, with the threads and the quality that the server uses."""

    def __init__(self) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import torch

        from models import load_generator

        settings = ServerSettings()
        torch.set_num_threads(settings.threads)
        self._generator, self._quality = load_generator(settings.model, device=settings.device), settings.jpeg_quality

    def seconds(self, frames: int, rng: np.random.Generator) -> list[float]:
        """Of each of so many frames, after a few to warm up."""
        taken = []
        for _ in range(frames + 5):
            z = rng.standard_normal((1, self._generator.z_dim)).astype(np.float32)
            begin = time.perf_counter()
            encode_jpeg(self._generator.generate(z)[0], self._quality)
            taken.append(time.perf_counter() - begin)
        return taken[5:]


class Server:
    """`genstudio serve` in a process of its own, on a free port."""

    def __init__(self, collection: Path | None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = [] if collection is None else ["--collection", str(collection)]
        command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(port), *options]
        self.url = f"ws://127.0.0.1:{port}/ws"
        self._ready = f"http://127.0.0.1:{port}/readyz"
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(self._ready, timeout=5).close()
                return self
            time.sleep(0.2)
        self._process.kill()
        raise SystemExit("`genstudio serve` did not come up; run it by hand to see why")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


@contextlib.contextmanager
def company(url: str, size: int) -> Iterator[None]:
    """`size` other people in a process of their own, so that they do not delay the measured one's clock."""
    command = [sys.executable, "-m", "bench.latency", "--crowd", str(size), "--url", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        yield
    finally:
        process.kill()
        process.wait()


def main(samples: int, rounds: int, collection: Path | None) -> None:
    """Print p50 and p95 by situation, and both as multiples of the floor's median."""
    print(machine_line())
    rng, floor = random.Random(1), Floor()
    alone: list[list[float]] = []
    taken: dict[str, list[list[float | None]]] = {"from rest, 1 visitor": [], "1 visitor": [], f"{CROWD} visitors": []}
    rates: dict[str, float] = {}
    with Server(collection) as server:
        for number in range(rounds):
            alone.append(floor.seconds(100, np.random.default_rng(number)))
            taken["from rest, 1 visitor"].append(asyncio.run(from_rest(server.url, max(3, samples // 4), rng)))
            found, rates["1 visitor"] = asyncio.run(in_motion(server.url, samples, rng))
            taken["1 visitor"].append(found)
            with company(server.url, CROWD - 1):
                found, rates[f"{CROWD} visitors"] = asyncio.run(in_motion(server.url, samples, rng))
            taken[f"{CROWD} visitors"].append(found)
    print_table(alone, taken, rates)


def print_table(alone: list[list[float]], taken: dict[str, list[list[float | None]]], rates: dict[str, float]) -> None:
    """One line for the floor, one for each situation."""
    floors = [percentile(each, 50) for each in alone]
    every = [value for each in alone for value in each]
    rows = [["generator + encode alone", *(f"{percentile(every, p) * 1e3:.1f}" for p in (50, 95)), "", "", "", ""]]
    for name, each in taken.items():
        arrived = [[value for value in values if value is not None] for values in each]
        flat = [value for values in arrived for value in values]
        ratios = [str(ratio_of([percentile(values, p) for values in arrived], floors)) for p in (50, 95)]
        lost = sum(map(len, each)) - len(flat)
        rate = f"{rates[name]:.0f}" if name in rates else ""
        rows.append(
            [name, *(f"{percentile(flat, p) * 1e3:.1f}" for p in (50, 95)), *ratios, rate, f"{lost}/{len(flat)}"]
        )
    print(table(rows, header=["", "p50 ms", "p95 ms", "p50 / floor", "p95 / floor", "frames/s", "lost"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=16, help="steers in each situation and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--collection", type=Path, help="a prepared collection in place of the starter collection")
    parser.add_argument("--crowd", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.crowd is not None:
        asyncio.run(crowd(arguments.url, arguments.crowd))
    else:
        main(arguments.samples, arguments.rounds, arguments.collection)
