"""A folder with images, as a curator has one: pictures, and a metadata.csv that says what they are.

Reads the words and takes each file's hash; `images.py` opens pictures. Columns are those of the CSV described in
docs/design/collection.md; a folder without a CSV works too, with titles from file names. No torch, no network.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from models.works.work import CollectionError, Work, check_ids, inside

TABLE: Final = "metadata.csv"

NEEDED: Final = ("id", "file", "title")

TEXTS: Final = ("artist", "date", "medium", "department", "museum", "culture", "credit", "license", "description")
"""Columns taken over as they are."""

MAX_TEXT_CHARS: Final = 1_000
"""A label, not an essay: the whole list goes to every phone."""

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff"})


@dataclass(frozen=True)
class ImageFolder:
    """Works in the order of the CSV (or of file names), each with `file` and its `sha256` ("" when it cannot be
    read)."""

    path: Path
    works: list[Work]
    digest: str
    """sha256 over all that the folder says and shows; the same content elsewhere has the same digest."""


def read_folder(path: Path) -> ImageFolder:
    """Raises CollectionError when there is no folder, nothing in it, or its CSV is not one of works."""
    if not path.is_dir():
        found = "is a file" if path.exists() else "is not there"
        raise CollectionError(f"{path} {found}; give a folder with images, and a {TABLE} if you have one")
    table = path / TABLE
    works = list(read_table(table) if table.is_file() else name_works(path))
    if not works:
        what = f"{table} has no rows" if table.is_file() else f"{path} has no images ({', '.join(sorted(SUFFIXES))})"
        raise CollectionError(f"{what}; put at least one work in")
    check_ids(table if table.is_file() else path, works)
    works = [msgspec.structs.replace(work, sha256=file_sha256(inside(path, work.file))) for work in works]
    lines = b"\n".join(msgspec.json.encode(work) for work in works)
    return ImageFolder(path, works, hashlib.sha256(lines).hexdigest())


def read_table(table: Path) -> Iterator[Work]:
    """Works of metadata.csv. Raises CollectionError with the line's number."""
    return (work_of(row, table.parent, line) for line, row in table_rows(table))


def table_rows(table: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a table of works, UTF-8 with or without a mark, each with where it stands. Raises CollectionError."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
            if missing:
                found = ", ".join(rows.fieldnames or ()) or "none"
                raise CollectionError(f"{table} lacks the columns {', '.join(missing)}; it has {found[:200]}")
            for row in rows:
                cells = {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}
                yield f"{table} line {rows.line_num}", cells
    except UnicodeDecodeError as error:
        raise CollectionError(
            f"{table} is not UTF-8 ({error.reason} at byte {error.start}); save it as CSV UTF-8"
        ) from error
    except (csv.Error, OSError) as error:
        raise CollectionError(f"{table} cannot be read ({error}); save it again as CSV UTF-8") from error


def work_of(row: Mapping[str, str], folder: Path, line: str) -> Work:
    """One row of a table of `folder`; `line` says where it stands. Raises CollectionError for a row without an id or a
    file, or with a file outside of the folder."""
    for name in ("id", "file"):
        if not row[name]:
            raise CollectionError(f"{line} has no {name}; fill it in or take the line out")
    if inside(folder, row["file"]) is None:
        raise CollectionError(f"{line} names the file {row['file']!r}, which is outside of {folder}")
    width, height = (pixels(row.get(f"orig_{side}") or row.get(side, "")) for side in ("width", "height"))
    return Work(
        id=row["id"],
        file=row["file"],
        title=text(row["title"]) or title_of(Path(row["file"])),
        link=web_address(row.get("link") or row.get("source_url", "")),
        image=web_address(row.get("image", "")) or source_image(row),
        width=width,
        height=height,
        **{name: text(row.get(name, "")) for name in TEXTS},
    )


def source_image(row: Mapping[str, str]) -> str:
    """Address of the picture in the public repository at the commit it came from, or "" when the row names none."""
    repo, commit, path = (row.get(f"source_{part}", "") for part in ("repo", "commit", "path"))
    if not (re.fullmatch(r"[\w.-]+/[\w.-]+", repo) and re.fullmatch(r"[0-9a-f]{40}", commit) and path):
        return ""
    return f"https://raw.githubusercontent.com/{repo}/{commit}/{quote(path)}"


def name_works(path: Path) -> Iterator[Work]:
    """A folder without a CSV: each image, at any depth, in the order of names, with an id and a title from its name."""
    taken: set[str] = set()
    for file in sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()):
        name = file.relative_to(path)
        if inside(path, str(name)) is None or any(part.startswith(".") for part in name.parts):
            continue
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", str(name.with_suffix(""))).strip("-._")[:56] or "work"
        id = next(i for i in chain([stem], (f"{stem}-{n}" for n in count(2))) if i not in taken)
        taken.add(id)
        yield Work(id=id, file=str(name), title=title_of(name))


def title_of(file: Path) -> str:
    """`the_night-watch.jpg` -> `the night watch`."""
    return text(re.sub(r"[_-]+", " ", file.stem))


def text(value: str) -> str:
    """One line of at most MAX_TEXT_CHARS, control characters out."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line if len(line) <= MAX_TEXT_CHARS else line[: MAX_TEXT_CHARS - 1] + "…"


def web_address(value: str) -> str:
    """An http(s) address, or "": a `javascript:` link must not reach a page."""
    return value if re.fullmatch(r"https?://[^\s\"'<>\\]{1,2000}", value) else ""


def pixels(value: str) -> int:
    """A side in pixels, 0 when not known."""
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else 0


def file_sha256(path: Path | None) -> str:
    """sha256 of a regular file, or "" when it cannot be read."""
    if path is None or not path.is_file():  # also keeps us from waiting on a pipe
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
