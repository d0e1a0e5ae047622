"""Logging: one line an event, for a person (`console`) or a collector (`json`), on stderr.

Nobody's address and no session is ever written: `private` drops such fields from every line, ours and other libraries'.
"""

from __future__ import annotations

import logging
import sys
from typing import Final, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PRIVATE: Final = frozenset({"address", "client", "cookie", "ip", "peer", "remote", "secret", "session", "visitor"})
"""Fields that would say who somebody is."""


def private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what would say who somebody is."""
    return {key: value for key, value in event.items() if key not in PRIVATE}


def configure(form: Literal["console", "json"], level: str) -> None:
    """Once, at start. Other libraries' warnings come out in the same form."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        private,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if form == "json":
        last.insert(1, structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("genstudio").setLevel(level.upper())
    # Its warnings are malformed requests from the network: not an operator's business, and a way to fill a disk.
    logging.getLogger("uvicorn.error").setLevel(logging.INFO if level == "debug" else logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
