"""Why `genstudio` ends: the exit codes, and the one sentence that goes with each."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    BAD_INPUT = 2
    """Arguments, settings, a model, a collection."""
    PORT_TAKEN = 3
    HUB_UNREACHABLE = 4
    INTERRUPTED = 130
    """Ctrl-C before there was anything to close (the shell's own convention: 128 + SIGINT)."""


class CannotStart(Exception):
    """Nothing was started. The sentence says what was found and what to do."""

    def __init__(self, sentence: str, code: Exit) -> None:
        super().__init__(f"{sentence.rstrip('.')}.")
        self.code = code
