"""The protocol under a real uvicorn on loopback, on asyncio's loop and on uvloop."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

from server.gateway.sockets import DEAD_AFTER_MS, Framed, GalleryProtocol, OrdinarySocket, protocol_of
from tests.server.gallery import PATIENCE_S, until

App = Callable[[GalleryProtocol, Receive, Send], Awaitable[None]]
MESSAGE = Framed(bytes(30_000))


class Server(uvicorn.Server):
    """Leaves signals alone and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def serving(app: App, **options: Any) -> AsyncIterator[tuple[Server, int]]:
    """`app` behind our protocol: it gets an accepted connection. Yields the server and its port."""

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        protocol = protocol_of(scope)
        assert protocol is not None
        await app(protocol, receive, send)

    config = uvicorn.Config(asgi, ws=GalleryProtocol, lifespan="off", log_config=None, **options)
    server = Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server._serve([listening]))
        await server.listening.wait()
        try:
            yield server, listening.getsockname()[1]
        finally:
            server.should_exit = True
            async with asyncio.timeout(PATIENCE_S):
                await task


@asynccontextmanager
async def a_peer(port: int) -> AsyncIterator[socket.socket]:
    """A bare TCP client after its handshake. It takes only what it is asked to read."""
    key = base64.b64encode(bytes(16)).decode()
    request = (
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        peer.setblocking(False)
        await loop.sock_connect(peer, ("127.0.0.1", port))
        await loop.sock_sendall(peer, request.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await loop.sock_recv(peer, 1)
        yield peer


async def read_to_the_end(peer: socket.socket) -> bytes:
    """All that the server sends until it sends no more."""
    received = b""
    async with asyncio.timeout(PATIENCE_S):
        while data := await asyncio.get_running_loop().sock_recv(peer, 65_536):
            received += data
    return received


async def stay(_protocol: GalleryProtocol, receive: Receive, _send: Send) -> None:
    """An app that waits for the end."""
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 300_000])
def test_what_is_framed_once_is_what_a_library_would_send(length: int) -> None:
    payload = os.urandom(length)
    assert Framed(payload).wire == Frame(Opcode.BINARY, payload).serialize(mask=False)


async def test_bytes_written_once_arrive_at_every_client() -> None:
    protocols: list[GalleryProtocol] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        protocols.append(protocol)
        await stay(protocol, receive, send)

    async with serving(app) as (_, port):
        url = f"ws://127.0.0.1:{port}"
        async with connect(url) as one, connect(url) as other:
            await until(lambda: len(protocols) == 2)
            assert all(protocol.write(MESSAGE) for protocol in protocols)
            assert await one.recv() == await other.recv() == MESSAGE.payload


def a_conversation(rng: random.Random) -> tuple[list[bytes | str], bytes]:
    """Messages, and the bytes in which a client might send them: small, large, empty, in fragments, pings between."""
    messages: list[bytes | str] = []
    wire = bytearray()

    def add(opcode: Opcode, data: bytes, fin: bool = True) -> None:
        wire.extend(Frame(opcode, data, fin).serialize(mask=True))

    for _ in range(rng.randint(1, 12)):
        data = rng.randbytes(rng.choice([0, 1, 20, 60, 125, 126, 127, 500, 3_000]))
        kind = rng.random()
        if kind < 0.6:
            add(Opcode.BINARY, data)
            messages.append(data)
        elif kind < 0.75:
            cut = rng.randint(0, len(data))
            add(Opcode.BINARY, data[:cut], fin=False)
            if rng.random() < 0.5:
                add(Opcode.PING, b"between")
            add(Opcode.CONT, data[cut:])
            messages.append(data)
        elif kind < 0.9:
            add(Opcode.PING, data[:125])
        else:
            add(Opcode.TEXT, data)
            messages.append("")
    return messages, bytes(wire)


async def test_however_the_stream_is_cut_the_same_messages_are_heard_in_order() -> None:
    """The shortcut for small messages must never be seen, but for its speed. A failing seed is printed."""
    heard: list[bytes | str] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        protocol.attend(heard.append)
        while (event := await receive())["type"] == "websocket.receive":
            heard.append(event["text"] if event.get("bytes") is None else event["bytes"])

    loop = asyncio.get_running_loop()
    async with serving(app) as (_, port):
        for seed in range(60):
            rng = random.Random(seed)
            heard.clear()
            expected, wire = a_conversation(rng)
            async with a_peer(port) as peer:
                while wire:
                    count = rng.choice([1, 2, 7, 100, 5_000])
                    await loop.sock_sendall(peer, wire[:count])
                    wire = wire[count:]
                    for _ in range(rng.randint(0, 3)):
                        await asyncio.sleep(0)
                await until(lambda expected=expected: len(heard) >= len(expected))
                assert heard == expected, f"seed {seed}"


async def test_small_messages_take_the_shortcut() -> None:
    heard: list[bytes] = []
    queued: list[Any] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        protocol.attend(heard.append)
        queued.append(await receive())

    async with serving(app) as (_, port), connect(f"ws://127.0.0.1:{port}") as client:
        await client.send(b"small")
        await client.send(bytes(126))
        await until(lambda: queued)
        assert heard == [b"small"]
        assert queued[0]["bytes"] == bytes(126)


async def test_a_frame_that_is_not_masked_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.sockets.CLOSE_GRACE_S", 1_000.0)  # the end must not wait for it
    loop = asyncio.get_running_loop()
    async with serving(stay) as (_, port), a_peer(port) as peer:
        await loop.sock_sendall(peer, Framed(b"small").wire * 3)
        answer = await read_to_the_end(peer)
        assert answer[0] == 0x88 and int.from_bytes(answer[2:4]) == 1002
        assert len(answer) == 2 + answer[1]  # said once


async def test_a_message_between_the_fragments_of_another_ends_the_connection() -> None:
    """RFC 6455, 5.4. The shortcut must not take it for an ordinary one."""
    heard: list[bytes] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        protocol.attend(heard.append)
        await stay(protocol, receive, send)

    loop = asyncio.get_running_loop()
    async with serving(app) as (_, port), a_peer(port) as peer:
        begun = Frame(Opcode.BINARY, b"begun", False).serialize(mask=True)
        await loop.sock_sendall(peer, begun + Frame(Opcode.BINARY, b"whole").serialize(mask=True))
        answer = await read_to_the_end(peer)
        assert answer[0] == 0x88 and int.from_bytes(answer[2:4]) == 1002
        assert not heard


async def test_a_message_without_end_is_refused_at_its_header() -> None:
    """Nothing of it is kept: a header that claims a terabyte is answered at once."""
    loop = asyncio.get_running_loop()
    async with serving(stay, ws_max_size=65_536) as (_, port), a_peer(port) as peer:
        await loop.sock_sendall(peer, bytes([0x82, 0xFF]) + (1 << 40).to_bytes(8) + bytes(4))
        answer = await loop.sock_recv(peer, 100)
        assert answer[0] == 0x88 and int.from_bytes(answer[2:4]) == 1009


async def test_a_client_that_offers_compression_gets_none() -> None:
    """G27."""
    offer = [ClientPerMessageDeflateFactory()]
    async with (
        serving(stay, ws_per_message_deflate=True) as (_, port),
        connect(f"ws://127.0.0.1:{port}", extensions=offer) as client,
    ):
        assert client.protocol.extensions == []
        assert client.response is not None and "Sec-WebSocket-Extensions" not in client.response.headers


async def test_segments_leave_at_once_and_unanswered_ones_end_the_connection() -> None:
    options: list[int] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        sock = protocol.transport.get_extra_info("socket")
        options.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        options.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))

    async with serving(app) as (_, port), a_peer(port):
        await until(lambda: len(options) == 2)
        assert options[0] and options[1] == DEAD_AFTER_MS


def fill(protocol: GalleryProtocol) -> int:
    """Write until it says no; returns the messages taken."""
    for taken in range(10_000):
        if not protocol.write(MESSAGE):
            return taken
    raise AssertionError("300 MB were taken for a client that does not read")


async def test_a_client_that_does_not_read_is_skipped_and_costs_little_memory() -> None:
    left: list[int] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        fill(protocol)
        left.append(protocol.buffered_bytes)
        assert not protocol.write(MESSAGE)
        left.append(protocol.buffered_bytes)

    async with serving(app) as (_, port), a_peer(port):
        await until(lambda: len(left) == 2)
        assert left[0] == left[1] <= 65_536 + len(MESSAGE.wire)


async def test_trap_an_ordinary_send_waits_for_a_client_that_does_not_read() -> None:
    """uvicorn before 0.52.1 had no backpressure in this protocol: memory grew without end."""
    waited = asyncio.Event()

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        fill(protocol)
        try:
            async with asyncio.timeout(0.05):
                await send({"type": "websocket.send", "bytes": MESSAGE.payload})
        except TimeoutError:
            waited.set()

    async with serving(app) as (_, port), a_peer(port):
        async with asyncio.timeout(PATIENCE_S):
            await waited.wait()


async def test_trap_a_frozen_client_with_unsent_data_is_dropped_when_its_pong_is_late() -> None:
    """G26: uvicorn closes there, and a close waits for the unsent data: the connection stays for ever."""
    gone = asyncio.Event()

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        fill(protocol)
        await stay(protocol, receive, send)
        gone.set()

    async with serving(app, ws_ping_interval=0.02, ws_ping_timeout=0.02) as (_, port), a_peer(port):
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()


async def test_trap_a_stalled_client_does_not_hold_up_the_shutdown() -> None:
    """uvicorn waits for it without end unless it is given a limit; here it has none."""
    full = asyncio.Event()

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        fill(protocol)
        full.set()
        await stay(protocol, receive, send)

    async with serving(app, timeout_graceful_shutdown=None) as (server, port), a_peer(port):
        await full.wait()
        server.should_exit = True
        await until(lambda: not server.server_state.connections)


async def test_a_goodbye_to_a_client_that_takes_nothing_cuts_it_off() -> None:
    """G26."""
    closed: list[bool] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        fill(protocol)
        await send({"type": "websocket.close", "code": 4408, "reason": ""})
        closed.append(protocol.transport.is_closing())

    async with serving(app) as (server, port), a_peer(port):
        await until(lambda: closed)
        assert closed == [True]
        await until(lambda: not server.server_state.connections)


async def test_a_client_that_ignores_a_goodbye_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.sockets.CLOSE_GRACE_S", 0.02)
    said: list[bool] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 4408, "reason": ""})
        said.append(True)

    async with serving(app) as (server, port), a_peer(port):
        await until(lambda: said and not server.server_state.connections)


async def test_nothing_is_written_to_a_connection_that_is_over() -> None:
    said: list[bool] = []

    async def app(protocol: GalleryProtocol, receive: Receive, send: Send) -> None:
        await stay(protocol, receive, send)
        said.append(protocol.write(MESSAGE))
        protocol.abort()
        await until(lambda: protocol.disconnected)
        protocol.abort()

    async with serving(app) as (_, port):
        async with connect(f"ws://127.0.0.1:{port}"):
            pass
        await until(lambda: said)
        assert said == [False]


async def test_under_another_server_messages_go_the_ordinary_way_and_are_bounded_too() -> None:
    sent: list[bytes] = []
    open_ = asyncio.Event()

    async def send(message: Any) -> None:
        await open_.wait()
        sent.append(message["bytes"])

    ordinary = OrdinarySocket(send)
    pump = asyncio.create_task(ordinary.pump())
    taken = [ordinary.write(Framed(bytes([number]))) for number in range(20)]
    assert taken == [True] * OrdinarySocket.LIMIT + [False] * (20 - OrdinarySocket.LIMIT)
    open_.set()
    await until(lambda: len(sent) == OrdinarySocket.LIMIT)
    assert sent == [bytes([number]) for number in range(OrdinarySocket.LIMIT)]
    pump.cancel()
    await asyncio.gather(pump, return_exceptions=True)


def test_the_protocol_only_overrides_what_uvicorn_has() -> None:
    """A hook that uvicorn renames would silently never be called."""
    hooks = {
        "connection_made", "run_asgi", "send", "keepalive_timeout", "shutdown", "data_received",
        "handle_parser_exception", "handle_text", "handle_cont",
    }  # fmt: skip
    assert hooks <= vars(GalleryProtocol).keys()
    assert all(hasattr(WebSocketsSansIOProtocol, hook) for hook in hooks)
