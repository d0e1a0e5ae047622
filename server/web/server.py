"""uvicorn as an installation needs it: its port taken first of all, its signals left to their owner."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from server.exits import CannotStart, Exit
from server.settings import ServerSettings


@contextmanager
def reserved_port(settings: ServerSettings) -> Iterator[socket.socket]:
    """The address we will listen on, taken but not yet answering. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            reserved.bind((settings.host, settings.port))
        except (OSError, socket.gaierror) as error:
            raise _no_port(settings, error) from error
        reserved.setblocking(False)
        yield reserved


def _no_port(settings: ServerSettings, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"Port {settings.port} is taken by another program; close it or choose another with --port.",
            Exit.PORT_TAKEN,
        )
    if error.errno == errno.EACCES:
        return CannotStart(
            f"Port {settings.port} is reserved for the system; choose one from 1024 up with --port.", Exit.PORT_TAKEN
        )
    return CannotStart(
        f"This machine has no address {settings.host!r} ({error.strerror}); 0.0.0.0 means all it has.", Exit.BAD_INPUT
    )


class WebServer(uvicorn.Server):
    """Serves `app`. `listening` is set once a browser would be answered; set `should_exit` to end it."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="server.gateway.sockets:GalleryProtocol",
                lifespan="on",
                ws_max_size=settings.socket_max_bytes,
                ws_per_message_deflate=False,  # 42 times the work for pictures that are compressed already
                ws_ping_interval=settings.ping_interval_s,
                ws_ping_timeout=settings.ping_timeout_s,
                timeout_graceful_shutdown=settings.shutdown_s,
                server_header=False,
                access_log=False,
                log_config=None,
            )
        )
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the installation: it closes the rooms beside the sockets."""
        yield
