"""`genstudio tour`: a film of the way from one work to another, through works that look alike, as the generator dreams
it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.latent import LatentSpace
from models.search.paths import Paths
from models.search.ride import Moment, frames_in, ride
from models.search.text import TextIndex
from models.works.collection import Collection
from models.works.work import Work
from server.commands.video import film, required
from server.exits import CannotStart, Exit
from server.renderer.painter import load_painter
from server.settings import ServerSettings

if TYPE_CHECKING:
    from rich.console import Console

    from models.generator import Generator

BATCH: Final = 8
"""Pictures drawn in one pass: more gain nothing on a processor and little on a GPU."""

CANDIDATES: Final = 10
"""Works that are listed when a title could mean several."""

LEAST_SIDE: Final = 512
"""Pixels of a film whose size was not said: some players make a stamp of less."""


def film_tour(
    settings: ServerSettings,
    ends: tuple[str, str],
    out: Path,
    *,
    seconds_per_work: float,
    fps: int,
    size: int | None,
    console: Console,
) -> list[Work]:
    """Write the film, telling of its progress; its works in order. `ends`: ids, or titles that mean one work. Raises
    CannotStart and OSError."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from server.installation import read_collection

    required()
    if not out.parent.is_dir():
        raise CannotStart(f"there is no folder {out.parent} to write {out.name} into", Exit.BAD_INPUT)
    collection = read_collection(settings, prepares=True)
    begin, end = meant(collection, ends)
    works = path_between(collection, begin, end)
    generator = load_painter(settings, collection)
    rows = [row for work in works if (row := collection.index_of(work.id)) is not None]
    space = LatentSpace(generator.z_dim, generator.n_classes)
    moments = ride(collection.seeds[rows], space, seconds_per_work=seconds_per_work, fps=fps)
    frames = frames_in(len(works), seconds_per_work=seconds_per_work, fps=fps)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, TextColumn("{task.fields[left]} frames left"), console=console) as progress,
        film(out, size=size or max(generator.resolution, LEAST_SIDE), fps=fps, about=credits_of(works)) as reel,
    ):
        task = progress.add_task("Filming", total=frames, left=frames)
        done = 0
        for moment, picture in drawn(generator, space, moments, generator.truncation.at(settings.truncation)):
            reel.show(picture, moment.frames)
            done += moment.frames
            progress.update(task, completed=done, left=frames - done)
    return works


def meant(collection: Collection, ends: tuple[str, str]) -> tuple[Work, Work]:
    """The works that two ids or titles mean. Raises CannotStart for one that means none, or several."""
    words: TextIndex | None = None
    found = []
    for said in ends:
        if (row := collection.index_of(said)) is not None:
            found.append(collection.works[row])
            continue
        words = words or TextIndex(collection.works, collection.digest)
        found.append(titled(collection, words, said))
    return found[0], found[1]


def titled(collection: Collection, words: TextIndex, title: str) -> Work:
    """The one work of this title, or else the one that a search for it finds. Raises CannotStart."""
    same = [work for work in collection.works if work.title.casefold() == title.casefold()]
    if not same:
        result = words.search(title, limit=CANDIDATES + 1)
        if not title.strip() or not result.total:
            raise CannotStart(
                f"{title!r} is no work of {collection.name!r}: {result.explained or 'give an id or a title'}",
                Exit.BAD_INPUT,
            )
        same = [collection.works[row] for id in result.works if (row := collection.index_of(id)) is not None]
    if len(same) == 1:
        return same[0]
    listed = "".join(f"\n  {work.id}  {named(work)}" for work in same[:CANDIDATES])
    more = "\n  ..." if len(same) > CANDIDATES else ""
    raise CannotStart(f"{title!r} may be one of these; give its id:{listed}{more}", Exit.BAD_INPUT)


def path_between(collection: Collection, begin: Work, end: Work) -> list[Work]:
    """The works on the way. Raises CannotStart for a tour from a work to itself."""
    if begin.id == end.id:
        raise CannotStart(f"a tour needs two works, and both ends are {begin.id}", Exit.BAD_INPUT)
    ids = Paths(collection).between(begin.id, end.id)
    return [collection.works[row] for id in ids if (row := collection.index_of(id)) is not None]


def drawn(
    generator: Generator, space: LatentSpace, moments: Iterator[Moment], truncation: float
) -> Iterator[tuple[Moment, NDArray[np.uint8]]]:
    """Each moment with its picture (R, R, 3), `BATCH` in one pass."""
    while some := list(islice(moments, BATCH)):
        z, y = space.split(np.stack([moment.latent for moment in some]))
        yield from zip(some, generator.generate(z, y, truncation), strict=True)


def credits_of(works: list[Work]) -> dict[str, str]:
    """What the file says of itself: the works in order, each with its credit line and licence."""
    lines = [", ".join(filter(None, (named(work), work.museum, work.credit, work.license))) for work in works]
    return {
        "title": f"From {works[0].title} to {works[-1].title}",
        "comment": "A generator's dream of the way between these works:\n" + "\n".join(lines),
        "description": "\n".join(lines),
    }


def named(work: Work) -> str:
    """Title, artist and date, as far as they are known."""
    return ", ".join(filter(None, (work.title, work.artist, work.date)))
