"""A museum on loopback, with behaviour: records, pictures, redirects, and everything that goes wrong.

Also a clock that nobody waits for.
"""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image

from models.sources.fetch import Fetcher
from tests.models.drawings import drawing


@dataclass
class Answer:
    """What the museum says. `length`: what Content-Length claims, where it is wrong. `hangs`: never ends."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    hangs: bool = False


class Museum:
    """Serves `answers` by path: one for ever, or a list whose last one stays. `asked` is what it was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def json(self, path: str, value: Any) -> str:
        self.answers[path] = Answer(json.dumps(value).encode(), kind="application/json")
        return self.at(path)

    def picture(self, path: str, number: int = 0, size: tuple[int, int] = (96, 64)) -> str:
        self.answers[path] = Answer(jpeg(number, size), kind="image/jpeg")
        return self.at(path)

    def file(self, path: str, name: str) -> str:
        self.answers[path] = Answer(Path(name).read_bytes(), kind="text/csv")
        return self.at(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        self.answers[path] = Answer(status=status, headers={"Location": to})
        return self.at(path)

    def _next(self, path: str) -> Answer:
        found = self.answers.get(path, Answer(b'{"message": "not found"}', 404, "application/json"))
        if isinstance(found, Answer):
            return found
        return found.pop(0) if len(found) > 1 else found[0]

    def _handler(museum) -> type[BaseHTTPRequestHandler]:  # `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                museum.asked.append(self.path)
                museum.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = museum._next(self.path)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                length = len(answer.body) + answer.hangs if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
                if answer.hangs:
                    self.wfile.flush()
                    museum.closing.wait()
                self.close_connection = answer.hangs or length != len(answer.body)

            def log_message(self, *_: object) -> None:
                """Not into a test's output."""

        return Handler


@contextmanager
def open_museum() -> Iterator[Museum]:
    museum = Museum()
    try:
        yield museum
    finally:
        museum.close()


class Clock:
    """Time that passes when somebody sleeps, at once. `slept` is how long each did."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def now_s(self) -> float:
        return self.now

    async def sleep(self, wait_s: float) -> None:
        self.slept.append(wait_s)
        self.now += wait_s
        await asyncio.sleep(0)


def visitor(clock: Clock | None = None, **limits: float) -> Fetcher:
    """A fetcher that may fetch from loopback and waits for nobody."""
    clock = clock or Clock()
    return Fetcher(allow_private=True, sleep=clock.sleep, now_s=clock.now_s, **limits)


def jpeg(number: int = 0, size: tuple[int, int] = (96, 64)) -> bytes:
    return encoded(drawing(number, size), "JPEG")


def bomb() -> bytes:
    """50 megapixels in a few kilobytes."""
    return encoded(Image.new("1", (10_000, 5_000)), "PNG")


def encoded(image: Image.Image, form: str) -> bytes:
    held = io.BytesIO()
    image.save(held, form)
    return held.getvalue()
