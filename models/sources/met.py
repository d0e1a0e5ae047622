"""The Metropolitan Museum of Art's Open Access collection: its table and its API, works in the public domain alone.

The table (MetObjects.csv, half a million rows) says what there is and what is in the public domain; the API
(https://metmuseum.github.io) says so again for each object, today, and where its picture is. Both must agree. What the
Met releases so is under CC0.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from models.cache import cache_dir, private_folder
from models.sources.fetch import Fetcher, FetchError
from models.sources.gather import Entry, Item, LeftOut
from models.works.folder import text, web_address
from models.works.work import CollectionError, Work

API: Final = "https://collectionapi.metmuseum.org/public/collection/v1"

MUSEUM: Final = "The Metropolitan Museum of Art, New York"

LICENSE: Final = "CC0-1.0"
"""Of everything the Met marks as public domain (its Open Access policy)."""

TABLE_BYTES: Final = 2 * 2**30
"""Of MetObjects.csv, six times what it is today (about 320 MB)."""

TABLE_S: Final = 3_600.0
"""For it to arrive: 90 KB/s are enough."""

POINTER: Final = "version https://git-lfs"
"""So begins what lies in the place of a large file in a repository whose large files are kept elsewhere."""

NEEDED: Final = ("Object ID", "Is Public Domain", "Department", "Classification")


Said = str | int | float | None
"""What stands where a text belongs: mostly a text, but a year may come as a number, and what is unknown as null."""


class MetObject(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What we read of the API's record of an object."""

    id: int = msgspec.field(name="objectID")
    is_public_domain: bool
    title: Said = ""
    object_name: Said = ""
    artist_display_name: Said = ""
    artist_display_bio: Said = ""
    object_date: Said = ""
    medium: Said = ""
    department: Said = ""
    culture: Said = ""
    credit_line: Said = ""
    object_url: Said = msgspec.field(name="objectURL", default="")
    primary_image: str | None = ""
    """As large as the Met has it, often above 16 megapixels."""
    primary_image_small: str | None = ""
    """For a web page, about 600 to 1,200 pixels wide."""


class Found(msgspec.Struct, frozen=True):
    """The API's answer to a search."""

    ids: list[int] | None = msgspec.field(name="objectIDs", default=None)


@dataclass(frozen=True)
class Wish:
    """Which rows of the table are wanted; empty ones do not choose."""

    department: str = ""
    classification: str = ""

    def __call__(self, row: dict[str, str]) -> bool:
        if (row["Is Public Domain"] or "").strip().lower() != "true":
            return False
        return all(
            wanted.casefold() in (row[name] or "").casefold()
            for name, wanted in (("Department", self.department), ("Classification", self.classification))
        )


async def table_items(
    table: str, fetcher: Fetcher, *, wish: Wish, original: bool = False, api: str = API
) -> AsyncGenerator[Item, None]:
    """Works of the table (a file, or its web address) that are wanted and in the public domain. Raises
    CollectionError."""
    for id in table_ids(await at_hand(table, fetcher), wish):
        yield item(id, fetcher, original, api)


async def at_hand(table: str, fetcher: Fetcher) -> Path:
    """A file as it is; from an address once, and from then on the copy in the cache, so that a run that goes on has the
    same rows. Raises CollectionError."""
    if not web_address(table):
        return Path(table)
    kept = private_folder(cache_dir() / "sources") / f"{hashlib.sha256(table.encode()).hexdigest()[:32]}.csv"
    if not kept.is_file():
        try:
            await fetcher.save(table, kept, max_bytes=TABLE_BYTES, deadline_s=TABLE_S)
        except FetchError as error:
            raise CollectionError(f"the table did not arrive: {error}; or download it and give the file") from error
    return kept


async def search_items(
    words: str, fetcher: Fetcher, *, original: bool = False, api: str = API
) -> AsyncGenerator[Item, None]:
    """What the Met's own search finds, works with pictures. Raises CollectionError."""
    try:
        answer = await fetcher.read(f"{api}/search?hasImages=true&q={quote(words)}")
        found = msgspec.json.decode(answer, type=Found).ids or []
    except FetchError as error:
        raise CollectionError(f"the Met's search did not answer: {error}; try again later") from error
    except msgspec.DecodeError as error:
        raise CollectionError(f"{api}/search answered otherwise than the Met's API does ({error})") from error
    for id in found:
        yield item(id, fetcher, original, api)


def table_ids(table: Path, wish: Wish) -> Iterator[int]:
    """Object ids in the order of the table. Raises CollectionError."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            headings = rows.fieldnames or [""]
            if headings[0].startswith(POINTER):
                raise CollectionError(f"{table} only points to the Met's table; download the table itself, 300 MB")
            if missing := [name for name in NEEDED if name not in headings]:
                raise CollectionError(f"{table} is not the Met's table: it lacks the column {missing[0]!r}")
            for row in rows:
                id = row["Object ID"] or ""
                if wish(row) and id.isdigit():
                    yield int(id)
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise CollectionError(f"{table} cannot be read ({error}); download it again") from error


def item(id: int, fetcher: Fetcher, original: bool, api: str) -> Item:
    """An object by its number."""

    async def read() -> Sequence[Entry]:
        address = f"{api}/objects/{id}"
        answer = await fetcher.read(address)
        try:
            found = msgspec.json.decode(answer, type=MetObject)
        except msgspec.DecodeError as error:
            raise LeftOut("its record is not one of the Met's API") from error
        if not found.is_public_domain:
            raise LeftOut("is not in the public domain")
        return [Entry(work_of(found), pictures_of(found, original), address)]

    return Item(f"met-{id}", read, f"met-{id}")


def work_of(found: MetObject) -> Work:
    """The label of an object in the public domain."""
    artist, life = line(found.artist_display_name), line(found.artist_display_bio)
    return Work(
        id=f"met-{found.id}",
        title=line(found.title) or line(found.object_name) or "Untitled",
        artist=f"{artist} ({life})" if artist and life else artist,
        date=line(found.object_date),
        medium=line(found.medium),
        department=line(found.department),
        museum=MUSEUM,
        culture=line(found.culture),
        credit=line(found.credit_line),
        license=LICENSE,
        link=web_address(line(found.object_url)),
    )


def line(said: Said) -> str:
    """One plain line."""
    return "" if said is None else text(str(said))


def pictures_of(found: MetObject, original: bool) -> list[str]:
    """Addresses of the picture; the small one stands behind the original, which may be too large for us."""
    small, large = web_address(found.primary_image_small or ""), web_address(found.primary_image or "")
    wanted = [large, small] if original else [small, large]
    return [address for address in wanted if address]
