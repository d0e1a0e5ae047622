"""Where what was computed once is kept: prepared collections, search graphs, compiled code; and where rooms were left.

All but the rooms, which then begin anew, can be computed again: delete it at any time. Numba's compiled code is run
as it is found, so the folder must be ours alone; a folder that others may write into is refused.
"""

from __future__ import annotations

import io
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class CacheError(OSError):
    """The cache folder cannot be trusted or made. One sentence: what was found, what to do."""


def cache_dir() -> Path:
    """The root of the cache: `$GENSTUDIO_CACHE`, else the user's cache folder. Not created yet."""
    if chosen := os.environ.get("GENSTUDIO_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "genstudio"


def private_folder(path: Path) -> Path:
    """Make `path` (mode 0700) or check that it is ours. Raises CacheError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
    except OSError as error:
        raise CacheError(
            f"cannot make the cache folder {path}: {error.strerror}; set GENSTUDIO_CACHE to another"
        ) from error
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise CacheError(
            f"the cache folder {path} is open to writing by others; `chmod go-w` it, or set GENSTUDIO_CACHE"
        )
    return path


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside `path` and then replace it: a kill leaves the old file or the new one, never half of one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, path)


def array_bytes(array: NDArray[Any]) -> bytes:
    """An array as the bytes of a .npy file."""
    held = io.BytesIO()
    np.save(held, array, allow_pickle=False)
    return held.getvalue()
