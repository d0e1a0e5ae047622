"""What uvicorn's WebSocket protocol does not do for a gallery: one frame's bytes for all, no patience with the dead.

A server's frames are unmasked, so the same bytes serve everybody: framed once, written to each transport, they cost
less than half of a send per client (bench/fanout.py). Small messages go straight from the transport to the
connection, without a queue and a task in between. Nothing here knows a message, a room or a rule.

Uvicorn is told of `GalleryProtocol` by `ws=`; under another server (Starlette's TestClient) `OrdinarySocket` serves.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any, Final, Protocol, cast

from starlette.types import Scope, Send
from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform for which websockets has no compiled wheel
    from websockets.utils import apply_mask

EXTENSION: Final = "genstudio"
"""Under this name the protocol shows itself to the app, in the scope's extensions."""

CLOSE_GRACE_S: Final = 2.0
"""From our close frame to the abort: a round trip and to spare. Uvicorn would wait for unsent bytes for ever."""

DEAD_AFTER_MS: Final = 10_000
"""TCP_USER_TIMEOUT: bytes that nobody takes for this long end the connection; its seat must be free within 15 s."""

_BINARY: Final = 0x82
"""First byte of a whole binary message (RFC 6455, 5.2)."""

_log = logging.getLogger("genstudio.wire")
# Uvicorn writes a line with the client's address and query for every handshake: nobody's address is written down here.
_log.setLevel(logging.WARNING)

Hear = Callable[[bytes], None]


class Framed:
    """One message to many: `payload` as it is, `wire` with its WebSocket header. `seq` is the frame's number."""

    __slots__ = ("payload", "seq", "wire")

    def __init__(self, payload: bytes, seq: int = 0) -> None:
        self.payload = payload
        self.seq = seq
        self.wire = binary_header(len(payload)) + payload


def binary_header(length: int) -> bytes:
    """The header of an unmasked, unfragmented binary message of `length` bytes (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((_BINARY, length))
    if length < 1 << 16:
        return bytes((_BINARY, 126)) + length.to_bytes(2)
    return bytes((_BINARY, 127)) + length.to_bytes(8)


class FrameSocket(Protocol):
    """What the feed and the gateway need of a connection."""

    def write(self, message: Framed) -> bool:
        """Send without waiting. False when this peer's buffer is full or its connection over: skip it."""
        ...

    def attend(self, hear: Hear) -> None:
        """From now on `hear` may be called with small messages as they arrive; the rest still comes by `receive()`."""
        ...

    def abort(self) -> None:
        """End the connection now, whatever is unsent."""
        ...


class GalleryProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, with a shortcut in each direction."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _log
        self.conn.logger = _log
        # Compressing a JPEG costs 1 ms a message and saves nothing: off, whatever client or configuration ask for.
        self.conn.available_extensions = []
        self._hear: Hear | None = None
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_MS)

    async def run_asgi(self) -> None:
        extensions = cast(dict[str, Any], self.scope["extensions"])
        extensions[EXTENSION] = {"socket": self}
        await super().run_asgi()

    # -- out

    @property
    def buffered_bytes(self) -> int:
        """Bytes that wait in this process for the peer."""
        return self.transport.get_write_buffer_size()

    def write(self, message: Framed) -> bool:
        """Send without waiting; False when the buffer is above its high-water mark (64 KiB) or all is over."""
        if self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(message.wire)
        return True

    async def send(self, message: ASGISendEvent) -> None:
        """As uvicorn does; but a goodbye waits for nobody."""
        closing = message["type"] == "websocket.close"
        if closing and not self.writable.is_set():
            self.abort()
            return
        await super().send(message)
        if closing and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(CLOSE_GRACE_S, self.abort)

    def keepalive_timeout(self) -> None:
        """No pong: this peer is gone. Uvicorn closes, and a close waits for unsent bytes that nobody will take."""
        self.abort()

    def shutdown(self) -> None:
        """The server stops; a stalled client must not hold it."""
        super().shutdown()
        self.loop.call_later(CLOSE_GRACE_S, self.abort)

    def abort(self) -> None:
        """End the connection now, whatever is unsent."""
        if not self.disconnected:  # asyncio's transports raise when they are aborted after their end
            self.transport.abort()

    # -- in

    def attend(self, hear: Hear) -> None:
        """Small whole binary messages go to `hear`, at once, from now on."""
        self._hear = hear

    def data_received(self, data: bytes) -> None:
        """Cut the stream into WebSocket frames: short messages are heard here, all else is uvicorn's."""
        if not self.handshake_initiated:
            super().data_received(data)
            return
        if not self._unread and self._heard(data):
            return
        data = self._unread + data if self._unread else data
        start = 0
        while not self._is_over() and (end := self._frame_end(data, start)) is not None:
            frame = data[start:end]
            if not self._heard(frame):
                super().data_received(frame)
            start = end
        self._unread = b"" if self._is_over() else data[start:]

    def handle_parser_exception(self) -> None:
        """Say why, and read on into nothing for a moment: closing with bytes unread resets, and the reason is lost."""
        close = self.conn.close_sent
        assert close is not None
        self.queue.put_nowait({"type": "websocket.disconnect", "code": close.code, "reason": close.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.close_sent = True
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_GRACE_S, self.abort)

    def handle_text(self, event: Frame) -> None:
        """Text is no message of ours. Its bytes are not looked at: bad UTF-8 would be logged with a traceback."""
        super().handle_text(Frame(event.opcode, b"", event.fin))

    def handle_cont(self, event: Frame) -> None:
        """The rest of a text is not looked at either."""
        super().handle_cont(event if self.curr_msg_data_type == "bytes" else Frame(event.opcode, b"", event.fin))

    def _is_over(self) -> bool:
        """Whether what still comes in is of no interest: a goodbye came, or something that is no WebSocket."""
        return self.transport.is_closing() or self.conn.parser_exc is not None

    def _frame_end(self, data: bytes, start: int) -> int | None:
        """Where the frame that begins at `start` ends; None when its end has not come yet.

        A frame above the size limit ends where the data do: uvicorn's parser reads its header, and closes with 1009.
        """
        have = len(data) - start
        if have < 2:
            return None
        length = data[start + 1] & 0x7F
        header = 2
        if length > 125:
            header = 4 if length == 126 else 10
            if have < header:
                return None
            length = int.from_bytes(data[start + 2 : start + header])
            if length > self.config.ws_max_size:
                return len(data)
        header += 4 if data[start + 1] & 0x80 else 0
        return start + header + length if have >= header + length else None

    def _heard(self, frame: bytes) -> bool:
        """Hand a short, whole, masked binary message to `hear`; False when it is not one or older ones still wait."""
        if (
            self._hear is None
            or not 6 <= len(frame) <= 131
            or frame[0] != _BINARY
            or frame[1] != 0x80 + len(frame) - 6
            or self.conn.current_size is not None  # in the middle of a fragmented message: the parser's to judge
            or self.close_sent
            or not self.queue.empty()
        ):
            return False
        self._hear(apply_mask(frame[6:], frame[2:6]))
        return True


class OrdinarySocket:
    """For servers other than ours: what is written waits for `pump`, which sends it the ordinary way.

    At most `LIMIT` messages wait; after that `write` says no.
    """

    LIMIT: Final = 8
    """A window of frames and a list of people, twice."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: asyncio.Queue[Framed] = asyncio.Queue(self.LIMIT)

    def write(self, message: Framed) -> bool:
        """Keep it for `pump`; False when too much waits already."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    def attend(self, hear: Hear) -> None:
        """Everything comes by `receive()` here."""

    def abort(self) -> None:
        """Nothing to end: this server closes when the app returns."""

    async def pump(self) -> None:
        """Send what waits, until cancelled."""
        while True:
            message = await self._waiting.get()
            await self._send({"type": "websocket.send", "bytes": message.payload})


def protocol_of(scope: Scope) -> GalleryProtocol | None:
    """The protocol that carries this connection, when it is ours."""
    found = scope.get("extensions", {}).get(EXTENSION, {}).get("socket")
    return found if isinstance(found, GalleryProtocol) else None
