"""Whether another model fits into this machine's memory beside the one that draws.

Linux promises more memory than it has, and then ends a process to keep the promise: a model that does not fit would
take the wall down instead of raising MemoryError. So it is asked before anything is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

COPIES: Final = 4
"""Of a file while its model is loaded: weights in float32, twice the size of a float16 file, and a folded copy."""

MEMINFO: Final = Path("/proc/meminfo")
CGROUP: Final = Path("/sys/fs/cgroup")
"""Version 2: what a container may use, and uses."""


def needed_bytes(model: Path) -> int:
    """For loading this file; 0 where there is none, which loading says better."""
    try:
        return COPIES * model.stat().st_size
    except OSError:
        return 0


def available_bytes(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> int | None:
    """What may still be used, by this machine and this container. None where neither says."""
    found = [left for left in (machines_bytes(meminfo), containers_bytes(cgroup)) if left is not None]
    return min(found) if found else None


def machines_bytes(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def containers_bytes(cgroup: Path) -> int | None:
    try:
        limit = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        return None if limit == "max" else int(limit) - int((cgroup / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
