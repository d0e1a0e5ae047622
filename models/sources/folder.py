"""A curator's folder of pictures as a source: a table says what they are, or their names do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from models.sources.gather import Entry, Item
from models.sources.table import COLUMNS
from models.works.folder import TABLE, file_sha256, name_works, table_rows, work_of
from models.works.work import CollectionError, check_ids

HASH_CHARS: Final = 8
"""Of a picture's sha256, behind its name: `img-0001` of two folders are two works, and the same file twice is one."""

STEM_CHARS: Final = 64 - 1 - HASH_CHARS
"""What an id leaves for the name."""


async def folder_items(folder: Path, listing: Path | None, into: Path) -> AsyncGenerator[Item, None]:
    """The works of `folder`. `listing`: their table, else the folder's own metadata.csv, else there is none. What is
    inside of `into` is not looked at. Raises CollectionError."""
    own = folder / TABLE
    listing = listing or (own if own.is_file() else None)
    entries = list(listed(folder, listing) if listing else named(folder, into))
    if not entries:
        raise CollectionError(f"{listing or folder} names no work; give a folder with pictures")
    check_ids(listing or folder, [entry.work for entry in entries])
    for entry in entries:
        yield Item(entry.work.id, partial(at_hand, entry), entry.work.id)


async def at_hand(entry: Entry) -> Sequence[Entry]:
    """Reads an entry that is here already."""
    return [entry]


def listed(folder: Path, listing: Path) -> Iterator[Entry]:
    """Rows of a table, with the columns that are only their curator's. Raises CollectionError."""
    for line, row in table_rows(listing):
        work = work_of(row, folder, line)
        more = {name: cell for name, cell in row.items() if name and name not in COLUMNS}
        yield Entry(work, [folder / work.file], row.get("record", ""), more)


def named(folder: Path, into: Path) -> Iterator[Entry]:
    """Pictures without a table."""
    aside = into.resolve()
    for work in name_works(folder):
        path = folder / work.file
        if not path.resolve().is_relative_to(aside):
            id = f"{work.id[:STEM_CHARS]}-{file_sha256(path)[:HASH_CHARS]}"
            yield Entry(msgspec.structs.replace(work, id=id), [path])
