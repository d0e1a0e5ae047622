"""A TCP proxy whose lines can go dead without a sign: they stay open and carry nothing (half-open links)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass
class _Line:
    silent: bool


class Proxy:
    """Between clients and `port` on this machine."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self.swallow_replies = False
        """Requests reach the server, its answers vanish."""
        self._target = port
        self._dead = False
        self._lines: list[_Line] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._pumps: set[asyncio.Task[None]] = set()

    def go_silent(self) -> None:
        """What is sent on any line vanishes from now on."""
        self._dead = True
        for line in self._lines:
            line.silent = True

    def heal(self) -> None:
        """New lines work. Those that went silent stay so."""
        self._dead = False

    def cut(self) -> None:
        """Every line breaks, as both ends can see. New lines work."""
        self.swallow_replies = False
        for writer in self._writers:
            writer.transport.abort()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        try:
            yield self
        finally:
            server.close()
            for task in list(self._pumps):
                task.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(silent=self._dead)
        self._lines.append(line)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, there_writer]
        for pump in (self._pump(line, reader, there_writer), self._pump(line, there_reader, writer, replies=True)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(
        self, line: _Line, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, replies: bool = False
    ) -> None:
        try:
            with suppress(OSError):
                while data := await source.read(65_536):
                    if not line.silent and not (replies and self.swallow_replies):
                        sink.write(data)
                        await sink.drain()
        finally:
            sink.close()
