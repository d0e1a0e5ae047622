"""Takes works from a source into a folder: what is there is passed over, what fails is noted, the rest comes in.

A source is a stream of items; an item, when read, gives works with where their pictures are. One work's failure is its
own: a dead link, a broken picture or a record that is none never ends the run. No words for people: `add.py` has them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from models.sources.fetch import Fetcher, FetchError
from models.sources.files import PART
from models.sources.keep import keep_picture
from models.sources.store import Store
from models.works.images import UnreadableImage
from models.works.work import ID, Work

AT_ONCE: Final = 4
"""Items in hand: while one picture is opened the next record is on its way. The pace is the Fetcher's affair. What is
at hand already comes one by one, so that a table keeps its order."""


class LeftOut(Exception):
    """A work that will not come in; the text is the reason, alike for alike works."""


@dataclass(frozen=True)
class Entry:
    """A work as its source tells of it. `work.file` and `work.sha256` are not looked at."""

    work: Work
    pictures: Sequence[str | Path]
    """Where its picture may be had, best first."""
    record: str = ""
    """Address of the museum's record."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Cells of a curator's own columns."""


@dataclass(frozen=True)
class Item:
    """Something of a source that holds works. `read` raises FetchError or LeftOut."""

    name: str
    read: Callable[[], Awaitable[Sequence[Entry]]]
    id: str = ""
    """Of its only work, where that is known before it is read: one that is there already is then not asked for."""


@dataclass
class Tally:
    """How a run went."""

    added: int = 0
    already: int = 0
    unlicensed: int = 0
    """Of the added ones: their source names no licence."""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """(which, why)"""

    @property
    def done(self) -> int:
        return self.added + self.already


async def gather(
    items: AsyncIterator[Item],
    store: Store,
    fetcher: Fetcher,
    tally: Tally,
    *,
    limit: int | None = None,
    at_once: int = AT_ONCE,
    tell: Callable[[Tally], None] = lambda tally: None,
) -> None:
    """Take works in until the items end, or `limit` works are in the folder that these items gave, now or before.

    `tally` counts as it goes, so that it also tells of a run that was stopped. Raises CollectionError of the source,
    OSError for the disk.
    """
    run = _Run(items, store, fetcher, tally, limit, tell)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(run.work())
    except* Exception as errors:
        raise errors.exceptions[0] from None


@dataclass
class _Run:
    items: AsyncIterator[Item]
    store: Store
    fetcher: Fetcher
    tally: Tally
    limit: int | None
    tell: Callable[[Tally], None]
    taken: int = 0
    """Works that are in or on their way."""
    underway: set[str] = field(default_factory=set)
    """Ids that another worker has in hand: a source may list a work twice."""
    door: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def work(self) -> None:
        """Item by item, beside others who do the same."""
        while (item := await self.next()) is not None:
            try:
                if item.id and item.id in self.store:
                    self.already()
                    continue
                for entry in await item.read():
                    await self.enter(entry)
            except (FetchError, LeftOut) as error:
                self.leave_out(item.name, error)

    async def next(self) -> Item | None:
        async with self.door:
            return None if self.full else await anext(self.items, None)

    @property
    def full(self) -> bool:
        return self.limit is not None and self.taken >= self.limit

    async def enter(self, entry: Entry) -> None:
        """One work: passed over, taken in or left out."""
        id = entry.work.id
        if id in self.store or id in self.underway:
            return self.already()
        if self.full:
            return
        self.taken += 1
        self.underway.add(id)
        try:
            await self.take_in(entry)
        except (FetchError, LeftOut) as error:
            self.taken -= 1
            self.leave_out(id, error)
        finally:
            self.underway.discard(id)

    async def take_in(self, entry: Entry) -> None:
        """Picture first, then the row. Raises FetchError or LeftOut."""
        work = entry.work
        if not ID.fullmatch(work.id):
            raise LeftOut("its id is not 1 to 64 letters, digits, '.', '_', ':', '-'")
        file = self.store.place(work.id)
        image, size = await self.picture(work.id, entry.pictures, self.store.path / file)
        width, height = (work.width, work.height) if work.width and work.height else size
        kept = msgspec.structs.replace(work, file=file, image=work.image or image, width=width, height=height)
        self.store.add(kept, entry.record, entry.more)
        self.tally.added += 1
        self.tally.unlicensed += not kept.license
        self.tell(self.tally)

    async def picture(self, id: str, places: Sequence[str | Path], target: Path) -> tuple[str, tuple[int, int]]:
        """Put a work's picture in its place. Returns its address, or "" for a file, and its size before in pixels."""
        raw = target.with_name(f"{PART}{id}")
        failure: Exception = LeftOut("has no picture")
        for place in places:
            try:
                if isinstance(place, Path):
                    return "", await asyncio.to_thread(keep_picture, place, target)
                await self.fetcher.save(place, raw)
                return place, await asyncio.to_thread(keep_picture, raw, target)
            except FetchError as error:
                failure = error
            except UnreadableImage as error:
                failure = LeftOut(str(error).replace(raw.name, "its picture"))
            finally:
                raw.unlink(missing_ok=True)
        raise failure

    def already(self) -> None:
        self.taken += 1
        self.tally.already += 1
        self.tell(self.tally)

    def leave_out(self, name: str, error: Exception) -> None:
        self.tally.left_out.append((name, error.reason if isinstance(error, FetchError) else str(error)))
        self.tell(self.tally)
