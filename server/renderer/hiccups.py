"""When drawing fails: how long to wait before it is tried again, and when somebody must be told.

Not here: the picture that stays meanwhile (`room_loop.py`).
"""

from __future__ import annotations

from typing import Final

import structlog

from server.metrics import Metrics
from server.renderer.easel import DrawingError

log = structlog.stdlib.get_logger("genstudio.room")

DEGRADED_AFTER: Final = 5
"""Failures in a row after which the operator is told that this is no hiccup."""

RETRY_S: Final = 0.05
"""Wait after a first failure: three frames. It doubles with each further one..."""

RETRY_MAX_S: Final = 5.0
"""...up to this: a broken generator costs next to nothing, a mended one is noticed at once."""


class Hiccups:
    """Failures in a row, of one room's drawing."""

    def __init__(self, room: str, metrics: Metrics) -> None:
        self.degraded = False
        """It has failed so often that the operator was told."""
        self._failures = 0
        self._metrics, self._log = metrics, log.bind(room=room)

    def failed(self, error: DrawingError) -> float:
        """Once more. Returns the seconds to wait."""
        self._failures += 1
        self._metrics.draw_failures.inc()
        if self._failures == 1:
            self._log.warning("a frame could not be drawn; the last one stays", found=str(error))
        if self._failures == DEGRADED_AFTER:
            self.degraded = True
            self._log.error("drawing keeps failing; trying again ever more slowly", found=str(error))
        return min(RETRY_MAX_S, RETRY_S * 2.0 ** (self._failures - 1))

    def worked(self) -> None:
        """It works, or works again."""
        if self._failures:
            self._log.info("drawing works again", failures=self._failures)
            self.degraded, self._failures = False, 0
