"""A museum's picture server on loopback: hangs pictures, counts who asks, and can be slow, broken or closed."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import numpy as np
from PIL import Image

PATIENCE_S = 120.0
"""The longest that a slow answer is held back: a test that forgets to let go must still end."""


class Museum:
    """Use as a context. `hang` first, then ask for `url` + the picture's name."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """Names of pictures, in the order in which they were asked for."""
        self.slow: set[str] = set()
        """Pictures for which one waits until `hurry`."""
        self._hurried = threading.Event()
        self._pictures: dict[str, bytes] = {}
        museum = self

        class Desk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/")
                museum.asked.append(name)
                if name in museum.slow:
                    museum._hurried.wait(PATIENCE_S)
                body = museum._pictures.get(name)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "image/jpeg")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def hang(self, name: str, picture: bytes) -> str:
        """Have these bytes as `name`, and return their address."""
        self._pictures[name] = picture
        return self.url + name

    def hurry(self) -> None:
        """Answer those who wait."""
        self._hurried.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hurry()
        self._server.shutdown()
        self._server.server_close()


def drawing(width: int, height: int, colour: tuple[int, int, int] = (200, 60, 40)) -> bytes:
    """A JPEG of two flat halves, `colour` above and its opposite below: told from any dream by one look."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2] = colour
    pixels[height // 2 :] = 255 - np.array(colour)
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "JPEG", quality=95)
    return held.getvalue()
