"""How long a renderer may believe that a room is still its own.

Pure: the clock is passed in. Use a monotonic one: Redis counts a lease down on its own clock, ours must not jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TRUSTED_SHARE: Final = 0.8
"""The share of a lease's life that we rely on. The rest covers a clock that runs up to 20 % faster in Redis than here,
and the time between the last look at `alive` and the last byte of what is published."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """The span in which a lease may be acted upon. A new one after each renewal; look at it before each publish."""

    until_s: float

    @classmethod
    def since(cls, asked_s: float, ttl_ms: int) -> Tenure:
        """For a lease of `ttl_ms` asked for at `asked_s`: the moment BEFORE the request was sent.

        Redis starts to count somewhere between the request and its answer; from the request on is the only safe guess.
        """
        return cls(asked_s + TRUSTED_SHARE * ttl_ms / 1_000)

    def alive(self, now_s: float) -> bool:
        """Whether the room may still be drawn and published."""
        return now_s < self.until_s
