"""The record of an artwork, and what makes a list of them sound. No files are read here, and no images."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
"""Ids travel in addresses and on the wire, where names have at most 64 characters."""


class CollectionError(ValueError):
    """A collection we will not use. One sentence: what was found, what to do."""


class Work(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The record of an artwork. Texts are plain, in the language of their museum; unknown ones are empty."""

    id: str
    title: str
    artist: str = ""
    date: str = ""
    medium: str = ""
    department: str = ""
    museum: str = ""
    culture: str = ""
    credit: str = ""
    license: str = ""
    description: str = ""
    link: str = ""
    """Address of the work's page at its museum."""
    image: str = ""
    """Address of the work's picture at its source, or empty."""
    thumbhash: str = ""
    """ThumbHash, base64."""
    width: int = 0
    """With `height`, of the picture at its source in pixels: the shape to keep free on a page."""
    height: int = 0
    file: str = ""
    """Path of the picture inside the folder that the collection was prepared from."""
    sha256: str = ""
    """Of that file: the same id with other bytes is another picture."""


def check_ids(path: Path, works: list[Work]) -> None:
    """Ids are there, sound and told apart. Raises CollectionError."""
    if not works:
        raise CollectionError(f"{path} holds no work; give a collection with at least one")
    seen: set[str] = set()
    for work in works:
        if not ID.fullmatch(work.id):
            raise CollectionError(
                f"{path} has the id {work.id[:80]!r}; an id is 1 to 64 of letters, digits, '.', '_', ':', '-',"
                " and begins with a letter or digit"
            )
        if work.id in seen:
            raise CollectionError(f"{path} has the id {work.id!r} twice; give each work its own")
        seen.add(work.id)


def inside(folder: Path, name: str) -> Path | None:
    """`folder / name` with links followed, or None when that lies outside of the folder."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (OSError, ValueError):  # a loop of links; a NUL in the name
        return None
    return path if path.is_relative_to(root) else None
