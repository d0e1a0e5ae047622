"""Files that appear whole: a kill leaves the old file, the new one, or none, never half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

PART: Final = ".part-"
"""How the names of unfinished files begin. A killed process leaves them; whoever owns the folder clears them."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes its place at `path` when the block ends well and vanishes when it does not. Others
    may read it, as far as they may read its folder. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=PART, delete=False) as part:
        try:
            yield part
            part.flush()
            os.fchmod(part.fileno(), 0o644)
            os.fsync(part.fileno())
            os.replace(part.name, path)
        except BaseException:
            os.unlink(part.name)
            raise
