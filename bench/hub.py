"""What a hub costs: from `publish` to received, over the memory hub and the Redis hub, beside two bare sockets.

`python -m bench.hub [--redis URL]`. Without an address it starts a Redis of its own. The peer writes the same PUBLISH
to one blocking socket and reads the message from another: what Redis and the kernel alone take.

One value at a time, 200 a second: a room is mostly idle between values, and waking an idle process is part of the cost.
Sent back to back, all of them look several times faster than any room will see.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import uvloop

from bench.machine import machine_line, percentile, ratio_of, table
from shared_state.hub import Hub, Subscription
from shared_state.memory_hub import MemoryHub
from shared_state.redis_hub import RedisHub
from tests.support.redis_process import RedisProcess

SIZES = {"frame, 30 KB": 30_000, "value, 200 B": 200}
"""Bytes of a 256 px JPEG with its message around it; bytes of a gateway's tick."""

ROUNDS = 5
VALUES = 60
"""Values a round. Rounds take turns, so that a busy moment of the machine meets all alike; in all under 20 s."""

PAUSE_S = 0.005
"""Between two values."""

ROOM = "bench"

Turn = Callable[[bytes], Awaitable[list[float]]]
"""Publishes one payload VALUES times and returns the milliseconds each took."""


def bare_sockets(url: str) -> Turn:
    """The peer. Redis is spoken to in its own words, with nothing read that is not needed."""
    address = urlsplit(url)
    to = (address.hostname or "127.0.0.1", address.port or 6379)
    publisher, subscriber = socket.create_connection(to), socket.create_connection(to)
    for end in (publisher, subscriber):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    subscriber.sendall(_command(b"SUBSCRIBE", b"bare"))
    subscriber.recv(1_024)

    async def turn(payload: bytes) -> list[float]:
        command = _command(b"PUBLISH", b"bare", payload)
        message = _command(b"message", b"bare", payload)
        buffer = bytearray(len(message))
        taken_ms = []
        for _ in range(VALUES):
            begin = time.perf_counter()
            publisher.sendall(command)
            received = 0
            while received < len(message):
                received += subscriber.recv_into(memoryview(buffer)[received:])
            taken_ms.append((time.perf_counter() - begin) * 1_000)
            publisher.recv(64)
            await asyncio.sleep(PAUSE_S)
        return taken_ms

    return turn


def _command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def through(hub: Hub, subscription: Subscription) -> Turn:
    """A hub."""

    async def turn(payload: bytes) -> list[float]:
        taken_ms = []
        for seq in range(VALUES):
            begin = time.perf_counter()
            await hub.publish(ROOM, "frames", payload, token=1, seq=seq)
            await anext(subscription)
            taken_ms.append((time.perf_counter() - begin) * 1_000)
            await asyncio.sleep(PAUSE_S)
        return taken_ms

    return turn


async def measure(url: str) -> str:
    """The table."""
    memory, redis = MemoryHub(), RedisHub(url)
    await redis.start()
    rows: list[list[object]] = []
    async with memory.subscribe(ROOM, "frames") as here, redis.subscribe(ROOM, "frames") as there:
        turns = {
            "bare sockets": bare_sockets(url),
            "Redis hub": through(redis, there),
            "memory hub": through(memory, here),
        }
        for size, length in SIZES.items():
            rows += await _compare(size, os.urandom(length), turns)
    await redis.close()
    return table(rows, header=["publish to received", "p50 ms", "p99 ms", "p50 / bare sockets (range over rounds)"])


async def _compare(size: str, payload: bytes, turns: dict[str, Turn]) -> list[list[object]]:
    rounds: dict[str, list[list[float]]] = {name: [] for name in turns}
    for turn in turns.values():
        await turn(payload)  # warm
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            rounds[name].append(await turn(payload))
    peer = [percentile(taken, 50) for taken in rounds["bare sockets"]]
    rows: list[list[object]] = []
    for name, of_rounds in rounds.items():
        every = [taken for taken_ms in of_rounds for taken in taken_ms]
        ratio = ratio_of([percentile(taken, 50) for taken in of_rounds], peer)
        rows.append([f"{size}: {name}", f"{percentile(every, 50):.4f}", f"{percentile(every, 99):.4f}", ratio])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis", metavar="URL", help="an address like redis://127.0.0.1:6379/0")
    url: str | None = parser.parse_args().redis
    print(machine_line())
    with contextlib.ExitStack() as stack:
        url = url or stack.enter_context(RedisProcess()).url
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            print(runner.run(measure(url)))


if __name__ == "__main__":
    main()
