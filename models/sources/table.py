"""The table metadata.csv of a folder that is added to: rows at its end, everything else as the curator left it.

Columns that we do not know, their order, cells beyond the last heading and a byte order mark are kept. What the columns
mean is `works/folder.py`'s to say.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.sources.files import whole_file
from models.works.folder import TEXTS
from models.works.work import Work

COLUMNS: Final = ("id", "file", "title", *TEXTS, "link", "image", "width", "height", "record")
"""What a row of ours says; `record` is the address of the museum's own record."""


@dataclass
class Table:
    """Headings and rows of cells."""

    headings: list[str]
    rows: list[list[str]]
    mark: bool = False
    """Whether the file begins with a byte order mark, as spreadsheets like it."""

    def append(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Rows by heading; headings that are not there yet come behind those that are, and are empty for older rows."""
        width = max(map(len, [self.headings, *self.rows]))
        self.headings += [""] * (width - len(self.headings))  # a stray cell must not slip under a new heading
        for row in rows:
            self.headings += [name for name in row if name not in self.headings]
            self.rows.append([row.get(name, "") for name in self.headings])

    def column(self, name: str) -> list[str]:
        """The cells under a heading, row by row."""
        at = self.headings.index(name)
        return [row[at].strip() if at < len(row) else "" for row in self.rows]


def read(path: Path) -> Table:
    """A table that `works/folder.py` has found sound. Raises OSError."""
    data = path.read_bytes()
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    rows = [row for row in lines if row]  # empty lines hold nothing to keep
    return Table(rows[0], rows[1:], data.startswith(codecs.BOM_UTF8))


def write(path: Path, table: Table) -> None:
    """Whole or not at all. Raises OSError."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([table.headings, *table.rows])
    with whole_file(path) as file:
        file.write((codecs.BOM_UTF8 if table.mark else b"") + text.getvalue().encode())


def row_of(work: Work, record: str = "", more: Mapping[str, str] | None = None) -> dict[str, str]:
    """A work as a row; `more` are cells under headings that are not ours."""
    sizes = {side: str(getattr(work, side) or "") for side in ("width", "height")}
    ours = {name: getattr(work, name) for name in COLUMNS if name not in ("width", "height", "record")}
    return {**ours, **sizes, "record": record} | {k: v for k, v in (more or {}).items() if k not in COLUMNS}
