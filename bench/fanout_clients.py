"""The clients of `bench.fanout`, all in one process: `python -m bench.fanout_clients SERVER PORT COUNT`.

Prints a line once all have received something, then the bytes received so far for every line it is given. They do as
little as they can: ours reads frame numbers and acknowledges each, the others only count.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import cast

import msgspec
import uvloop
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

from bench.fanout_servers import FRAME_BYTES, OURS, OURS_BY_TWOS, OURS_UNHEARD
from shared_state.messages import SUBPROTOCOL, Ack, Hello, encode

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)

received_bytes = 0


class Numbered(msgspec.Struct, tag_field="t", tag="frame"):
    """As much of a frame as an acknowledgement needs."""

    seq: int


class Counting(asyncio.Protocol):
    """Counts."""

    def __init__(self) -> None:
        self.served = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        global received_bytes
        received_bytes += len(data)
        if len(data) > 1_000:
            self.served.set()


class SocketIO(Counting):
    """Joins the default namespace, then counts."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)
        self.joined = False
        self.transport.write(HANDSHAKE.format(path="/socket.io/?EIO=4&transport=websocket", more="").encode())

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.joined and b"0{" in data:
            self.joined = True
            self.transport.write(masked(Opcode.TEXT, b"40"))


class Viewer(Counting):
    """Says hello, and acknowledges frames whose number `every` divides; an acknowledgement covers all before it."""

    every = 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)
        self.buffer = bytearray()
        self.greeted = False
        self.read = msgspec.msgpack.Decoder(Numbered).decode
        self.transport.write(HANDSHAKE.format(path="/ws", more=f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n").encode())

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.buffer += data
        if not self.greeted and b"\r\n\r\n" in self.buffer:
            del self.buffer[: self.buffer.index(b"\r\n\r\n") + 4]
            self.greeted = True
            self.transport.write(masked(Opcode.BINARY, encode(Hello("main", "viewer"))))
        while self.greeted and (message := self.message()) is not None:
            if len(message) > FRAME_BYTES // 2 and (seq := self.read(message).seq) % self.every == 0:
                self.transport.write(masked(Opcode.BINARY, encode(Ack(seq))))

    def message(self) -> bytes | None:
        """Cut the next whole message off the buffer."""
        if len(self.buffer) < 4:
            return None
        length, header = self.buffer[1], 2
        if length == 126:
            length, header = int.from_bytes(self.buffer[2:4]), 4
        if len(self.buffer) < header + length:
            return None
        message = bytes(self.buffer[header : header + length])
        del self.buffer[: header + length]
        return message


class LazyViewer(Viewer):
    """Acknowledges half as often: enough for a window of two where a round trip is shorter than a frame."""

    every = 2


class Wall(Counting):
    """Says hello, then counts. A wall's window is a setting, and here it has no end."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)
        self.transport.write(HANDSHAKE.format(path="/ws", more=f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n").encode())

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if data.startswith(b"HTTP/1.1 101"):
            self.transport.write(masked(Opcode.BINARY, encode(Hello("main", "wall"))))


def masked(opcode: Opcode, data: bytes) -> bytes:
    """A client's frame."""
    return WireFrame(opcode, data).serialize(mask=True)


def answer() -> None:
    """Bytes so far, for every line on stdin."""
    for _ in sys.stdin:
        print(received_bytes, flush=True)
    os._exit(0)  # nobody asks any more


async def main(server: str, port: int, count: int) -> None:
    """Connect one after the other, wait until all are served, stay."""
    ours = {OURS: Viewer, OURS_BY_TWOS: LazyViewer, OURS_UNHEARD: Wall}
    kind = (ours | {"python-socketio": SocketIO}).get(server, Counting)
    loop = asyncio.get_running_loop()
    crowd = [(await loop.create_connection(kind, "127.0.0.1", port))[1] for _ in range(count)]
    await asyncio.gather(*(client.served.wait() for client in crowd))
    print("connected", flush=True)
    threading.Thread(target=answer, daemon=True).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
