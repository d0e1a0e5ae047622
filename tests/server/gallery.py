"""A gallery for tests: the real application under the real server on loopback, with a memory hub and frames by hand."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from server.metrics import Metrics
from server.settings import ServerSettings
from server.web.app import create_app
from server.web.server import WebServer
from shared_state.hub import Hub, Lease, RoomCard
from shared_state.memory_hub import MemoryHub
from shared_state.messages import (
    SUBPROTOCOL,
    Fault,
    Frame,
    FromServer,
    Hello,
    Input,
    Message,
    People,
    Person,
    Role,
    Welcome,
    decode_from_server,
    decode_inputs,
    encode,
)

Kind = TypeVar("Kind")

PATIENCE_S = 10.0
"""Longest wait for anything that must happen; a test that passes never waits this long."""


class Work(SimpleNamespace):
    """An artwork, as far as pages care."""


def collection(images: Path | None = None, museum: str = "") -> Any:
    """Two works, the first with a picture where `images` holds `a.png`; `museum` has both, as `<museum>/a.jpg`."""

    def work(id_: str, image: str) -> Work:
        return Work(
            id=id_, title=f"Study {id_}", image=image, thumbhash="", width=3, height=4,
            artist="", date="", culture="", medium="", department="", museum="", credit="", license="", link="",
        )  # fmt: skip

    works = [work(id_, f"{museum}/{id_[0]}.jpg" if museum else "") for id_ in ("a", "b/é")]

    def image_path(id_: str) -> Path | None:
        path = None if images is None or id_ not in ("a", "b/é") else images / f"{id_}.png"
        return path if path is not None and path.is_file() else None

    def index_of(id_: str) -> int | None:
        return next((row for row, work in enumerate(works) if work.id == id_), None)

    places = np.array([[0.25, 0.5], [1, 0]])
    return SimpleNamespace(works=works, places=places, digest="d1", image_path=image_path, index_of=index_of)


def a_frame(seq: int, *, token: int = 1, size: int = 20) -> Frame:
    """A frame whose picture is `size` bytes of its number."""
    return Frame(seq=seq, token=token, x=0.5, y=0.5, near=[], bump=None, jpeg=bytes([seq % 256]) * size)


def some_people(*ids: str) -> People:
    """Those, steering together."""
    return People([Person(id_, "#123456", 0.0, True) for id_ in ids], "together", False, [])


class Client:
    """A page, as far as the wire goes. It does exactly what it is told, and keeps what it received."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: Welcome | None = None

    async def send(self, message: Message) -> None:
        await self.connection.send(encode(message))

    async def receive(self) -> FromServer:
        """The next message. Raises ConnectionClosed."""
        async with asyncio.timeout(PATIENCE_S):
            data = await self.connection.recv()
        assert isinstance(data, bytes)
        return decode_from_server(data)

    async def next(self, kind: type[Kind]) -> Kind:
        """The next message of a kind."""
        while True:
            message = await self.receive()
            if isinstance(message, kind):
                return message

    async def goodbye(self) -> tuple[Fault | None, int]:
        """The last fault before the close, and the close code."""
        fault = None
        try:
            while True:
                message = await self.receive()
                if isinstance(message, Fault):
                    fault = message
        except ConnectionClosed as closed:
            return fault, closed.rcvd.code if closed.rcvd else 1006


class Gallery:
    """See the module."""

    def __init__(self, hub: Hub, settings: ServerSettings, app: Any, metrics: Metrics, port: int) -> None:
        self.hub, self.settings, self.app, self.metrics, self.port = hub, settings, app, metrics, port
        self.lobby = app.state.lobby
        self.url = f"http://127.0.0.1:{port}"
        self._open: list[ClientConnection] = []

    async def raw(self, **options: Any) -> Client:
        """A connection that has not said hello."""
        options = {"subprotocols": [SUBPROTOCOL], "compression": None, "ping_interval": None} | options
        connection = await connect(f"ws://127.0.0.1:{self.port}/ws", **options)
        self._open.append(connection)
        return Client(connection)

    async def enter(
        self, role: Role = "visitor", *, room: str = "main", session: str | None = None, **hello: Any
    ) -> Client:
        """A connection that has been welcomed."""
        client = await self.raw()
        await client.send(Hello(room, role, session, **hello))
        welcome = await client.receive()
        assert isinstance(welcome, Welcome), welcome
        client.welcome = welcome
        return client

    async def refused(
        self, role: Role = "visitor", *, room: str = "main", session: str | None = None, **hello: Any
    ) -> tuple[Any, int]:
        """The fault and close code with which a hello is answered."""
        client = await self.raw()
        await client.send(Hello(room, role, session, **hello))
        return await client.goodbye()

    async def show(self, seq: int, **how: Any) -> None:
        """Publish a frame."""
        frame = a_frame(seq, **how)
        await self.hub.publish("main", "frames", encode(frame), token=frame.token, seq=seq)

    async def tell(self, people: People, *, token: int = 1) -> None:
        """Publish who is here."""
        await self.hub.publish("main", "people", encode(people), token=token)

    async def watched(self) -> None:
        """Wait until the gateway listens to the room."""
        await until(lambda: ("main", "frames") in self.hub._readers)  # type: ignore[attr-defined]

    @asynccontextmanager
    async def inputs(self) -> AsyncIterator[AsyncIterator[Input]]:
        """What gateways send to the renderer."""
        async with self.hub.subscribe("main", "inputs") as subscription:

            async def each() -> AsyncIterator[Input]:
                async for envelope in subscription:
                    for message in decode_inputs(envelope.payload):
                        yield message

            yield each()

    async def leave(self) -> None:
        """Cut every connection."""
        for connection in self._open:
            if connection.state is not State.CLOSED:
                connection.transport.abort()


async def announce(hub: Hub, room: str = "main", *, capacity: int = 100, viewers: int = 200) -> Lease:
    """What a renderer does first."""
    lease = await hub.acquire(room, "test", 60_000)
    assert lease is not None
    card = RoomCard(room, "bundled", 256, "d1", capacity, viewers)
    await hub.announce(lease, card)
    return lease


@asynccontextmanager
async def open_gallery(
    *, hub: Hub | None = None, capacity: int = 100, viewers: int = 200, works: Any = None, **settings: Any
) -> AsyncIterator[Gallery]:
    """The room `main` announced, the server listening. `works`: the collection, of digest d1."""
    hub = hub or MemoryHub()
    await announce(hub, capacity=capacity, viewers=viewers)
    options = ServerSettings(**({"host": "127.0.0.1", "input_tick_s": 0.001} | settings))
    metrics = Metrics()
    app = create_app(hub, works or collection(), options, metrics)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = WebServer(app, options)
        serving = asyncio.create_task(server.serve([listening]))
        await server.listening.wait()
        gallery = Gallery(hub, options, app, metrics, listening.getsockname()[1])
        try:
            yield gallery
        finally:
            await gallery.leave()
            server.should_exit = True
            await serving


async def first(messages: AsyncIterator[Any], kind: type[Kind]) -> Kind:
    """The next message of a kind."""
    async with asyncio.timeout(PATIENCE_S):
        async for message in messages:
            if isinstance(message, kind):
                return message
    raise AssertionError(f"no {kind.__name__}")


async def until(condition: Any) -> None:
    """Let the loop run until something is true; its failure is a timeout."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 (what is waited for is any state at all)
            await asyncio.sleep(0)
