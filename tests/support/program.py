"""A program of its own process that says when it is ready, and is gone when the test is over."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Self

from tests.support.ports import free_port

START_TIMEOUT_S = 60.0
"""Far above what any of ours takes: a machine that is busy with everything else must not fail a test."""

STOP_TIMEOUT_S = 20.0
"""A server says goodbye within 8 s of SIGTERM; what has not ended by then is killed, and the test fails."""


class Program:
    """Use as a context, or `start` and `stop` by hand. `ready` is the text that it prints once it serves."""

    def __init__(self, command: Sequence[str], ready: str, environment: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.ready = ready
        self.environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[str] | None = None
        self._lines: list[str] = []

    def start(self) -> None:
        """Returns once it is ready. Raises RuntimeError, with what it printed, when it ended or took too long."""
        self._lines = []
        self._process = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        news = threading.Event()
        threading.Thread(target=self._read, args=(self._process, news), daemon=True).start()
        news.wait(START_TIMEOUT_S)
        if self.ready not in self.printed:
            self.kill()
            raise RuntimeError(f"{self.command[0]} did not come up. It printed:\n{self.printed}")

    def _read(self, process: subprocess.Popen[str], news: threading.Event) -> None:
        """Keeps the pipe empty for as long as the program lives; `news` when it is ready, or when it ended."""
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._lines.append(line)
                if self.ready in line:
                    news.set()
        news.set()

    @property
    def printed(self) -> str:
        """Everything it printed so far."""
        return "".join(self._lines)

    @property
    def pid(self) -> int:
        """For signals such as SIGSTOP. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self.command[0]} is not running: call start() first")
        return self._process.pid

    def stop(self) -> int | None:
        """Asks it to end (SIGTERM) and returns its exit code; None when it did not run. Raises when it does not end."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        finally:
            self.kill()

    def kill(self) -> None:
        """Ends it at once, as a crash would. Harmless when it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Installation(Program):
    """`genstudio serve` (or another part) on a free port of 127.0.0.1, with everything else as given."""

    def __init__(self, *options: str, part: str = "serve", environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "server", part, "--host", "127.0.0.1", "--port", str(self.port), *options]
        super().__init__(command, "Gen Studio is open", environment)
