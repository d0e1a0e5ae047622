"""A run over a source, as the commands do it, without bars and without waiting."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from models.sources.add import Open
from models.sources.gather import AT_ONCE, Tally, gather
from models.sources.store import open_store
from tests.models.sources.museum import visitor


async def add(
    into: Path,
    source: Open,
    *,
    limit: int | None = None,
    at_once: int = AT_ONCE,
    tell: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    tally = Tally()
    with open_store(into) as store:
        async with visitor() as fetcher, aclosing(source(fetcher)) as items:
            await gather(items, store, fetcher, tally, limit=limit, at_once=at_once, tell=tell)
    return tally


def rows(folder: Path) -> dict[str, dict[str, str]]:
    """The table of a folder, by id."""
    with (folder / "metadata.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: row for row in csv.DictReader(lines)}
