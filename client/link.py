"""The line of one `Session` to its room: joins, acknowledges frames, repeats a standing push, says deeds once and in
order, comes back by itself.

Not for use alone; `client.session` is the face. What to do with frames is not known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from shared_state import messages as wire

PUSHES_PER_S: Final = 30
"""A push that changes faster is sent as its newest value: no hand moves faster, and the server allows twice as many."""

MAX_DEEDS: Final = 64
"""That wait for the line, two seconds' worth. Of more the oldest goes: the line is cut, and the room has moved on."""

RESEND_S: Final = 0.5
"""A push that stands is said again this often: the room forgets one after 1.5 s, so two may be lost on the way."""

BACKOFF_S: Final = (0.25, 4.0)
"""First and largest bound of the wait before the next attempt. The wait is drawn evenly below the bound (full jitter):
a hall full of people must not come back in one blow."""

HANDSHAKE_S: Final = 5.0
"""From the first byte to the welcome: what the server itself allows for a hello."""

PING_S: Final = 5.0
"""A server that does not answer a ping this long is gone; the next attempt may find another."""

MAX_MESSAGE_BYTES: Final = 4 * 2**20
"""The most that is read from a server: ten times a frame of 1024 px."""

FINAL_CODES: Final = range(4500, 5000)
"""Close codes after which coming back cannot help (docs/SPEC.md)."""


class SessionError(RuntimeError):
    """The room cannot be joined, or has sent us away for good. `code`: close code or HTTP status, if any."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class Link:
    """Owns the connection. `heard` gets every Frame and People in order; no frame of a renderer that lost the room."""

    def __init__(
        self,
        url: str,
        room: str,
        role: wire.Role,
        rng: random.Random,
        heard: Callable[[wire.Frame | wire.People], None],
        *,
        remote: bool = False,
        key: str | None = None,
    ) -> None:
        self.url, self.room, self.role = url, room, role
        self.welcome: wire.Welcome | None = None
        self.joined = asyncio.Event()
        self.reconnects = 0
        self._rng, self._heard = rng, heard
        self._remote, self._key = remote, key
        self._push: Callable[[int], wire.Push] | None = None
        self._push_changed = False
        self._deeds: deque[Callable[[int], wire.Deed]] = deque(maxlen=MAX_DEEDS)
        self._something = asyncio.Event()
        self._seq = self._deed_seq = 0
        self._pushed_s = 0.0
        self._token = 0
        self._fault: wire.Fault | None = None

    def say(self, push: Callable[[int], wire.Push]) -> None:
        """Make this the push that stands; `push` gives its message for a seq. The newest waits for a cut line."""
        self._push, self._push_changed = push, True
        self._something.set()

    def do(self, deed: Callable[[int], wire.Deed]) -> None:
        """Say this once, after the deeds that wait; `deed` gives its message for a seq."""
        self._deeds.append(deed)
        self._something.set()

    async def run(self) -> None:
        """Be connected until cancelled. Raises SessionError if the first attempt fails or the server sends us away."""
        clock, bound_s = asyncio.get_running_loop(), BACKOFF_S[0]
        while True:
            begin = clock.time()
            try:
                await self._visit()
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as error:
                self._stop_if_final(error)
            if clock.time() - begin > BACKOFF_S[1]:  # a visit that lasted: nothing is known to be wrong
                bound_s = BACKOFF_S[0]
            self.reconnects += 1
            await asyncio.sleep(self._rng.uniform(0, bound_s))
            bound_s = min(2 * bound_s, BACKOFF_S[1])

    async def _visit(self) -> None:
        """One connection from hello to its end, which is always an exception."""
        self._fault = None
        socket = await connect(
            self.url,
            subprotocols=[Subprotocol(wire.SUBPROTOCOL)],
            compression=None,  # a JPEG does not shrink again
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=HANDSHAKE_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=1,
        )
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                await self._greet(socket)
            speaker = asyncio.create_task(self._speak(socket), name=f"pushes to {self.room}")
            try:
                await self._listen(socket)
            finally:
                speaker.cancel()
                await asyncio.gather(speaker, return_exceptions=True)
        finally:
            await socket.close()  # 1000; leaving the socket's own `async with` by cancellation would say 1011

    async def _greet(self, socket: ClientConnection) -> None:
        session = self.welcome.session if self.welcome else None
        hello = wire.Hello(self.room, self.role, session, remote=self._remote, key=self._key)
        await socket.send(wire.encode(hello))
        while not isinstance(message := await self._read(socket), wire.Welcome):
            if isinstance(message, wire.Fault):
                self._fault = message
        self.welcome = message
        self.joined.set()
        self._push_changed = self._push is not None
        if self._push_changed or self._deeds:
            self._something.set()

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            message = await self._read(socket)
            if isinstance(message, wire.Fault):
                self._fault = message
            elif isinstance(message, wire.Frame):
                await socket.send(wire.encode(wire.Ack(message.seq)))
                if message.token >= self._token:
                    self._token = message.token
                    self._heard(message)
            elif isinstance(message, wire.People):
                self._heard(message)
            else:
                self.welcome = message  # the room shows another model

    async def _speak(self, socket: ClientConnection) -> None:
        """At most one deed and one push at a time: together no more than the server's rate."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RESEND_S):
                    await self._something.wait()
            self._something.clear()
            if self._push is None and not self._deeds:
                continue
            if self._deeds:
                await self._say_deed(socket)
            if self._push is not None:
                await self._say_push(socket, self._push)
            await asyncio.sleep(1 / PUSHES_PER_S)

    async def _say_deed(self, socket: ClientConnection) -> None:
        """Send the deed that waits longest. What a dying line swallows is not said again: no nudge may count twice."""
        self._deed_seq += 1
        deed = self._deeds.popleft()
        if self._deeds:
            self._something.set()
        await socket.send(wire.encode(deed(self._deed_seq)))

    async def _say_push(self, socket: ClientConnection, push: Callable[[int], wire.Push]) -> None:
        """Send the push that stands: at once when it changes, again while it stands, once if it is a release."""
        now_s = asyncio.get_running_loop().time()
        if not self._push_changed and now_s < self._pushed_s + RESEND_S:
            return
        self._seq += 1
        self._push_changed, self._pushed_s = False, now_s
        message = push(self._seq)
        await socket.send(wire.encode(message))
        if isinstance(message, wire.Release) and not self._push_changed:
            self._push = None

    async def _read(self, socket: ClientConnection) -> wire.FromServer:
        data = await socket.recv()
        try:
            if isinstance(data, str):
                raise wire.ProtocolError("a text message, where all are binary")
            return wire.decode_from_server(data)
        except wire.ProtocolError as error:
            raise SessionError(f"{self.url} does not speak {wire.SUBPROTOCOL}: {error}") from error

    def _stop_if_final(self, error: Exception) -> None:
        """Raise SessionError, with the server's own sentence where it gave one, unless coming back can help."""
        code = None
        if isinstance(error, ConnectionClosed) and error.rcvd is not None:
            code = error.rcvd.code
        elif isinstance(error, InvalidStatus):
            code = error.response.status_code
        if self.joined.is_set() and code not in FINAL_CODES:
            return
        if self._fault is not None:
            raise SessionError(self._fault.message, self._fault.code) from error
        if code is None:
            raise SessionError(
                f"nothing answers at {self.url} ({error}); is `genstudio serve` running there?"
            ) from error
        raise SessionError(f"{self.url} closed the door to room {self.room!r}: {error}", code) from error
