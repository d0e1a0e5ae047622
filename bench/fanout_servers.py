"""The servers that `bench.fanout` compares, each alone in a process: `python -m bench.fanout_servers NAME`.

Prints its port, then its CPU seconds so far for every line it is given.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, Final, cast

import numpy as np
import socketio
import uvicorn
import uvloop

from bench.machine import cpu_seconds
from server.metrics import Metrics
from server.settings import ServerSettings
from server.web.app import create_app
from server.web.server import WebServer
from shared_state.hub import RoomCard
from shared_state.memory_hub import MemoryHub
from shared_state.messages import Frame, encode

FRAME_BYTES: Final = 30_000
"""A frame of 512 px or so: what the measurements in docs/design were made with."""

FRAME_RATE: Final = 30
"""Frames a second."""

OURS: Final = "gen studio"
OURS_BY_TWOS: Final = "gen studio, acks by twos"
OURS_UNHEARD: Final = "gen studio, no acks"

JPEG: Final = os.urandom(FRAME_BYTES - 60)
"""With its header and place a frame is FRAME_BYTES long, or very nearly."""


async def every_frame(send: Callable[[int], Awaitable[None]]) -> None:
    """Call `send` with 1, 2, 3 ... at the frame rate; a late one is not made up for."""
    seq = 0
    while True:
        seq += 1
        due_s = time.monotonic() + 1 / FRAME_RATE
        await send(seq)
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))


async def gen_studio(listening: socket.socket, **changed: object) -> None:
    """The gateway of an installation, and frames from nowhere. `changed`: settings that are not the defaults."""
    hub = MemoryHub()
    lease = await hub.acquire("main", "bench", 3_600_000)
    assert lease is not None
    await hub.announce(lease, RoomCard("main", "none", 512, "none", 100, 1_000))
    options: dict[str, Any] = {"viewers": 1_000, "connections": 2_000, "connects_per_minute": 10_000}
    settings = ServerSettings(**options | changed)
    collection: Any = SimpleNamespace(works=[], places=np.zeros((0, 2)), digest="none", image_path=lambda _id: None)
    server = WebServer(create_app(hub, collection, settings, Metrics()), settings)

    async def publish(seq: int) -> None:
        frame = Frame(seq, lease.token, 0.5, 0.5, [], None, JPEG)
        await hub.publish("main", "frames", encode(frame), token=lease.token, seq=seq)

    await asyncio.gather(server.serve([listening]), every_frame(publish))


async def unheard(listening: socket.socket) -> None:
    """Ours with a window that never closes: what acknowledging costs is the difference."""
    await gen_studio(listening, wall_window=1_000_000, ack_timeout_s=3_600)


async def transport_write(listening: socket.socket) -> None:
    """The floor: the same bytes to every transport, nothing else."""
    transports: set[asyncio.WriteTransport] = set()

    class Peer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transports.add(cast(asyncio.WriteTransport, transport))

    await asyncio.get_running_loop().create_server(Peer, sock=listening)
    frame = bytes(FRAME_BYTES)

    async def write(_seq: int) -> None:
        for transport in transports:
            transport.write(frame)

    await every_frame(write)


async def python_socketio(listening: socket.socket) -> None:
    """An `emit` to everybody, as its documentation has it."""
    sio = socketio.AsyncServer(async_mode="asgi")
    server = uvicorn.Server(uvicorn.Config(socketio.ASGIApp(sio), log_level="error"))

    async def emit(_seq: int) -> None:
        await sio.emit("frame", JPEG)

    await asyncio.gather(server.serve([listening]), every_frame(emit))


SERVERS: Final = {
    OURS: (gen_studio, uvloop.new_event_loop),
    OURS_BY_TWOS: (gen_studio, uvloop.new_event_loop),
    OURS_UNHEARD: (unheard, uvloop.new_event_loop),
    "transport.write, asyncio": (transport_write, asyncio.new_event_loop),
    "transport.write, uvloop": (transport_write, uvloop.new_event_loop),
    "python-socketio": (python_socketio, uvloop.new_event_loop),
}
"""Name -> server and the event loop it runs on."""


def answer() -> None:
    """CPU seconds so far, kernel and all threads, for every line on stdin."""
    for _ in sys.stdin:
        print(cpu_seconds(), flush=True)
    os._exit(0)  # nobody asks any more


if __name__ == "__main__":
    serve, new_loop = SERVERS[sys.argv[1]]
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as taken:
        taken.setblocking(False)
        print(taken.getsockname()[1], flush=True)
        threading.Thread(target=answer, daemon=True).start()
        asyncio.Runner(loop_factory=new_loop).run(serve(taken))
