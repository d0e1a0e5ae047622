"""The folder that is added to: metadata.csv and images/, the form that `genstudio collection prepare` reads.

One process adds to a folder at a time. Pictures come first and rows after them, so a kill leaves a sound folder and at
worst a few pictures without a row, which the next run fetches again. Nothing is ever taken out.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Final

import msgspec

from models.sources import table
from models.sources.files import PART
from models.works.folder import TABLE, name_works, read_table
from models.works.work import CollectionError, Work, check_ids, inside

IMAGES: Final = "images"

ROWS_AT_ONCE: Final = 20
"""Rows between two writings of the table: each writes all of it, and a kill costs at most so many works to be fetched
again."""


class Store:
    """An open folder; `open_store` gives one."""

    def __init__(self, path: Path, ids: set[str], files: set[str]) -> None:
        self.path = path
        self._ids = ids
        self._files = files
        self._waiting: list[dict[str, str]] = []

    def __contains__(self, id: str) -> bool:
        return id in self._ids

    def place(self, id: str) -> str:
        """Where the picture of a new work goes, relative to the folder. Never the file of another work."""
        others = (f"{IMAGES}/{id}-{n}.jpg" for n in count(2))
        return next(name for name in chain([f"{IMAGES}/{id}.jpg"], others) if name not in self._files)

    def add(self, work: Work, record: str, more: Mapping[str, str]) -> None:
        """A work whose picture is in its place (`work.file`). Its row is written with others, or by `flush`."""
        self._ids.add(work.id)
        self._files.add(work.file)
        self._waiting.append(table.row_of(work, record, more))
        if len(self._waiting) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait. The table is read anew: what its curator changed meanwhile stays changed. Raises
        OSError."""
        if not self._waiting:
            return
        held = table.read(self.path / TABLE)
        known = set(held.column("id"))
        held.append(row for row in self._waiting if row["id"] not in known)
        table.write(self.path / TABLE, held)
        self._waiting = []


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Make the folder, or take up one that is there, with a table or without one; at the end all rows are written.
    Raises CollectionError for a folder we cannot add to, OSError for the disk."""
    if (path / "manifest.json").is_file():
        raise CollectionError(f"{path} is a prepared collection; add to the folder with images it was made from")
    (path / IMAGES).mkdir(parents=True, exist_ok=True)
    folder = os.open(path, os.O_RDONLY)
    try:
        claim(folder, path)
        for part in (*path.glob(f"{PART}*"), *(path / IMAGES).glob(f"{PART}*")):
            part.unlink(missing_ok=True)
        works = existing_works(path)
        store = Store(path, {work.id for work in works}, {work.file for work in works})
        try:
            yield store
        finally:
            store.flush()
    finally:
        os.close(folder)  # and with it the claim


def claim(folder: int, path: Path) -> None:
    """Raises CollectionError when another process adds to the folder."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CollectionError(f"another genstudio is adding to {path}; wait for it to end") from error


def existing_works(path: Path) -> list[Work]:
    """What the folder holds. One without a table is given one, which lists the pictures that are in it: from then on
    the table says what the collection is. Raises CollectionError."""
    listing = path / TABLE
    if not listing.is_file():
        new = table.Table(list(table.COLUMNS), [])
        new.append(table.row_of(work) for work in name_works(path))
        table.write(listing, new)
    works = list(read_table(listing))
    if works:
        check_ids(listing, works)
    return [msgspec.structs.replace(work, file=relative(path, work.file)) for work in works]


def relative(path: Path, file: str) -> str:
    """`./images/../images/a.jpg` -> `images/a.jpg`, so that names can be compared."""
    found = inside(path, file)
    return str(found.relative_to(path.resolve())) if found else file
