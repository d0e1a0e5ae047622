"""`genstudio doctor`: everything an installation needs, looked at before the doors open.

Each check says what was found and, when it will not do, what to do. Nothing is changed and nothing stays open.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from server.exits import CannotStart, Exit
from server.settings import ServerSettings

MIN_PYTHON: Final = (3, 11)
"""asyncio's task groups and timeouts."""

SMOOTH_MS: Final = 41.0
"""A picture within this time makes 24 a second."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `code` other than OK: it will not work, and `text` says what to do."""

    text: str
    code: Exit = Exit.OK


class Unfit(Exception):
    """A check that failed, other than by CannotStart."""


def examine(settings: ServerSettings, console: Console | None = None) -> Exit:
    """Run all checks and print a table. The exit code of the first that failed."""
    findings = {name: _finding(check, settings) for name, check in CHECKS.items()}
    table = Table("", "Check", "Found", title="Gen Studio on this machine", title_justify="left")
    for name, finding in findings.items():
        mark = "[green]ok[/]" if finding.code == Exit.OK else "[red]no[/]"
        table.add_row(mark, name, finding.text)
    (console or Console()).print(table)
    return next((finding.code for finding in findings.values() if finding.code != Exit.OK), Exit.OK)


def _finding(check: Callable[[ServerSettings], str], settings: ServerSettings) -> Finding:
    try:
        return Finding(check(settings))
    except CannotStart as error:
        return Finding(str(error), error.code)
    except Unfit as error:
        return Finding(str(error), Exit.BAD_INPUT)
    except Exception as error:
        return Finding(f"{type(error).__name__}: {error}", Exit.BAD_INPUT)


def _python(_: ServerSettings) -> str:
    found = platform.python_version()
    if sys.version_info < MIN_PYTHON:
        raise Unfit(f"Python {found}; 3.11 or newer is needed")
    return found


def _torch(settings: ServerSettings) -> str:
    try:
        import torch
    except ImportError as error:
        raise Unfit("torch is not installed; `pip install 'genstudio[models]'` (a gateway does without)") from error
    return f"{torch.__version__}, {settings.threads} of {os.cpu_count()} processors draw"


def _device(settings: ServerSettings) -> str:
    import torch

    from models.generator import pick_device, pick_dtype

    device = torch.device(pick_device(settings.device))
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    precision = pick_dtype("auto", device)
    return f"{device.type} ({name}), {'bf16' if precision is torch.bfloat16 else 'float32: this one has no bf16'}"


def _model(settings: ServerSettings) -> str:
    """Loads it, and draws."""
    import numpy as np
    import torch

    from models import ModelError, load_generator

    torch.set_num_threads(settings.threads)
    try:
        generator = load_generator(settings.model, device=settings.device)
    except ModelError as error:
        raise Unfit(str(error)) from error
    z = np.zeros((1, generator.z_dim), np.float32)
    y = np.eye(1, generator.n_classes, dtype=np.float32) if generator.n_classes else None
    generator.generate(z, y)
    began_s = time.perf_counter()
    for _ in range(5):
        generator.generate(z, y)
    took_ms = (time.perf_counter() - began_s) * 1_000 / 5
    pace = "smooth" if took_ms <= SMOOTH_MS else "slower than 24 pictures a second: use a GPU or a lighter model"
    return f"{generator.name}, {generator.resolution} px, {took_ms:.0f} ms a picture ({pace})"


def _collection(settings: ServerSettings) -> str:
    from server.installation import read_collection

    collection = read_collection(settings, prepares=False)
    return f"{collection.name}, {len(collection.works)} artworks, seeds of {collection.seeds.shape[1]} numbers"


def _port(settings: ServerSettings) -> str:
    from server.web.server import reserved_port

    with reserved_port(settings):
        return f"{settings.port} is free"


def _pages(settings: ServerSettings) -> str:
    missing = [page for page in ("wall.html", "join.html", "index.html") if not (settings.web_root / page).is_file()]
    if missing:
        raise Unfit(f"{', '.join(missing)} not in {settings.web_root}; `make run` builds them")
    return str(settings.web_root)


def _hub(settings: ServerSettings) -> str:
    from server.installation import reached_hub
    from server.metrics import Metrics

    async def reach() -> None:
        async with reached_hub(settings, Metrics()):
            pass

    if settings.redis_url is None:
        return "in memory: one process"
    asyncio.run(reach())
    return "Redis answers"


def _network(settings: ServerSettings) -> str:
    from server.announce import join_url

    url = join_url(settings, settings.rooms[0])
    return f"{url} (this machine only: no network found)" if "//127.0.0.1" in url else url


CHECKS: Final[dict[str, Callable[[ServerSettings], str]]] = {
    "Python": _python,
    "torch": _torch,
    "Device": _device,
    "Model": _model,
    "Collection": _collection,
    "Pages": _pages,
    "Port": _port,
    "Hub": _hub,
    "Phones join at": _network,
}
