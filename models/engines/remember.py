"""Which engine was found best, kept in the cache: for these weights, this machine, these versions and threads.

Anything else is another key, so that nothing has to be thrown away: a new torch, or two threads instead of one, is a
new trial.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Final, get_args

from models.cache import cache_dir, private_folder, write_atomically
from models.engines.engine import Name

FORM: Final = 2
"""Version of the trial: another one trusts no older result."""


def key(weights: str, *, device: str, threads: int, truncation: float, facts: tuple[str, ...] | None = None) -> str:
    """`weights`: sha256 of the file. `facts`: of machine and software, by default of this one."""
    parts = (str(FORM), weights, device, str(threads), f"{truncation:.3f}", *(here() if facts is None else facts))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def here() -> tuple[str, ...]:
    """What makes an engine fast or slow on this machine, apart from the weights."""
    return platform.node(), processor(), str(os.cpu_count()), *(version(name) for name in ("torch", "openvino"))


def processor() -> str:
    """The processor's name where Linux tells it, else its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def recalled(key: str) -> Name | None:
    """What was found best; None where nothing was tried, or the note is not whole."""
    try:
        name = json.loads(note(key).read_text(encoding="utf-8"))["engine"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if name in get_args(Name) and name != "auto" else None


def remember(key: str, name: Name, said: dict[str, str]) -> None:
    """`said`: what was measured, for whoever reads the note. Raises OSError, CacheError."""
    private_folder(note(key).parent)
    write_atomically(note(key), json.dumps({"engine": name, "trial": said}, indent=1).encode())


def forget(key: str) -> None:
    """After an engine that was found best failed: the next start tries again."""
    note(key).unlink(missing_ok=True)


def note(key: str) -> Path:
    return cache_dir() / "engines" / f"{key}.json"
