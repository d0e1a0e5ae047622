"""A small installation for tests of the client: speaks the wire over a real socket, and fails on demand.

Not a mock: it refuses, counts and times as the documented server does, but it draws nothing and steers nothing.
"""

from __future__ import annotations

import asyncio
import http
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from shared_state import messages as wire

SESSION = "A" * 22
Kind = TypeVar("Kind", bound=wire.Message)


class Gallery:
    """One room named "main"; `port` stays the same over `stop` and `start`."""

    def __init__(self) -> None:
        self.port = 0
        self.received: list[wire.FromClient] = []
        self.sockets: list[ServerConnection] = []
        self.pages: dict[str, tuple[int, bytes]] = {}
        """HTTP answers by path; a path "/ws" here refuses the socket."""
        self.answer: Callable[[wire.Hello], wire.Message] = self.let_in
        self._news = asyncio.Condition()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def let_in(self, hello: wire.Hello) -> wire.Message:
        """Welcome to "main", a fault for any other room."""
        if hello.room != "main":
            return wire.Fault(code=4504, message=f"There is no room {hello.room!r}.")
        return wire.Welcome("main", hello.role, hello.session or SESSION, "p1", 256, "bundled", "c0ffee")

    async def start(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            subprotocols=[Subprotocol(wire.SUBPROTOCOL)],
            process_request=self._page,
            compression=None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    def cut(self) -> None:
        """The network goes away without a goodbye."""
        for socket in self.sockets:
            socket.transport.abort()
        self.sockets.clear()

    async def send(self, message: wire.Message) -> None:
        """To everybody."""
        for socket in self.sockets:
            await socket.send(wire.encode(message))

    async def show(self, seq: int, *, token: int = 1, x: float = 0.5, bump: str | None = None) -> None:
        """Send a frame."""
        near = [wire.Neighbour("met-1", 0.75)]
        await self.send(wire.Frame(seq, token, x, 0.25, near, bump, f"jpeg {seq}".encode()))

    async def until(self, enough: Callable[[], Any]) -> None:
        """Wait for `enough` to hold, asked again after everything that arrives. Fails after 10 s."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(enough)

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [message for message in self.received if isinstance(message, kind)]

    async def _serve(self, socket: ServerConnection) -> None:
        try:
            async for data in socket:
                assert isinstance(data, bytes)
                message = wire.decode_from_client(data)
                if isinstance(message, wire.Hello):
                    reply = self.answer(message)
                    await socket.send(wire.encode(reply))
                    if isinstance(reply, wire.Fault):
                        await socket.close(reply.code, reply.message)
                        return
                    self.sockets.append(socket)
                async with self._news:
                    self.received.append(message)
                    self._news.notify_all()
        except ConnectionClosed:
            pass

    def _page(self, socket: ServerConnection, request: Request) -> Response | None:
        path = request.path
        if path not in self.pages:
            return None if path == "/ws" else self._response(404, b"")
        return self._response(*self.pages[path])

    @staticmethod
    def _response(status: int, body: bytes) -> Response:
        headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
        return Response(status, http.HTTPStatus(status).phrase, headers, body)


@asynccontextmanager
async def gallery() -> AsyncIterator[Gallery]:
    """A running one."""
    made = Gallery()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
