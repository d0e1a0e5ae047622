"""Adding works to a folder, from any source: what `genstudio collection add`, `met` and `iiif` call.

Opens the folder, shows how it goes on the terminal, and ends cleanly on Ctrl-C: what has come in is kept.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from models.sources.fetch import PER_SECOND, Fetcher
from models.sources.gather import AT_ONCE, Item, Tally, gather
from models.sources.store import open_store

Open = Callable[[Fetcher], AsyncGenerator[Item, None]]
"""Makes the items of a source, which are fetched with this."""

MOST_TOLD: Final = 20
"""Reasons that a summary lists, the most frequent first: it fits on a screen."""


def add_works(
    into: Path,
    source: Open,
    tally: Tally,
    *,
    limit: int | None = None,
    at_once: int = AT_ONCE,
    per_second: float = PER_SECOND,
    allow_private: bool = False,
    quiet: bool = False,
) -> None:
    """Take the works of `source` into the folder `into`. `tally` counts as it goes and is right at any moment, also
    when this ends with KeyboardInterrupt. Raises CollectionError, and OSError for the disk."""
    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counts]}"), TimeElapsedColumn())
    with open_store(into) as store, Progress(*columns, console=console) as progress:
        bar = progress.add_task("adding works", total=limit, counts="")

        def tell(tally: Tally) -> None:
            counts = f"{tally.added} added, {tally.already} there already, {len(tally.left_out)} left out"
            progress.update(bar, completed=tally.done, counts=counts)

        async def run() -> None:
            async with (
                Fetcher(per_second=per_second, allow_private=allow_private) as fetcher,
                aclosing(source(fetcher)) as items,
            ):
                await gather(items, store, fetcher, tally, limit=limit, at_once=at_once, tell=tell)

        asyncio.run(run())


def summary(tally: Tally, into: Path) -> str:
    """How a run went, for people: what came in, what did not and why."""
    lines = [f"Added to {into}: {tally.added}. There already: {tally.already}. Left out: {len(tally.left_out)}."]
    if tally.unlicensed:
        lines.append(f"Of those added, {tally.unlicensed} name no licence: see to that before you show them.")
    reasons = Counter(reason for _, reason in tally.left_out)
    for reason, count in reasons.most_common(MOST_TOLD):
        which = next(name for name, why in tally.left_out if why == reason)
        lines.append(f"  {count} x {reason} ({which}{', ...' if count > 1 else ''})")
    if len(reasons) > MOST_TOLD:
        lines.append(f"  and {len(reasons) - MOST_TOLD} other reasons")
    return "\n".join(lines)
