"""Facets: the few ways to sort works that a visitor may narrow a search by, and how many works of a result have each.

Values are kept as numbers in one array a facet, so that counting 200,000 works is a gather and a bincount: SQL's GROUP
BY takes half a second for the same (`python -m bench.search`). Pure: no database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.search.colours import colours_of
from models.search.materials import materials
from models.search.periods import in_order, periods
from models.works.work import Work

FACETS: Final = ("department", "culture", "period", "medium", "artist", "colour")

SHOWN: Final = 30
"""Values of a facet that an answer carries, the most frequent ones: a page shows a dozen, the rest is for typing."""

NATION: Final = re.compile(r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?(?<=an|sh|se|ch|ss|ic|ek|qi|ai|le)")
"""Of a life, what is a nationality: Dutch, Anglo-American, Chinese; not Springfield."""

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Facet:
    """One facet of all works."""

    values: tuple[str, ...]
    """By code."""
    codes: NDArray[np.int32]
    """(N, slots): the values of each work, -1 where it has no more."""

    @cached_property
    def _code(self) -> dict[str, int]:
        return {value.casefold(): code for code, value in enumerate(self.values)}

    def has(self, value: str, rows: Rows | None = None) -> NDArray[np.bool_]:
        """(N,), or for `rows` alone: which works have this value."""
        code = self._code.get(value.casefold(), -2)
        codes = self.codes if rows is None else self.codes[rows]
        return (codes == code).any(1)  # type: ignore[no-any-return]

    def counts(self, rows: Rows | None = None) -> NDArray[np.intp]:
        """(values,): how many works, of all or of `rows`, have each value."""
        codes = self.codes if rows is None else self.codes[rows]
        return np.bincount(codes.ravel() + 1, minlength=len(self.values) + 1)[1:]

    def told(self, counts: NDArray[np.intp], chosen: str | None = None) -> list[tuple[str, int]]:
        """The `SHOWN` values that most works have, with their counts; the chosen one in any case."""
        order = np.argsort(-counts, kind="stable")[:SHOWN]
        shown = [(self.values[code], int(counts[code])) for code in order if counts[code]]
        code = self._code.get(chosen.casefold()) if chosen else None
        if code is not None and code not in order[: len(shown)]:
            shown.append((self.values[code], int(counts[code])))
        return shown


def counted(
    facets: Mapping[str, Facet], chosen: Mapping[str, str], rows: Rows | None
) -> tuple[dict[str, list[tuple[str, int]]], Rows | None]:
    """Counts of every facet within `rows` (None: all works), and the rows that have all that is `chosen`.

    A facet's own choice does not narrow its own counts: they say what one would get by choosing otherwise.
    """
    if not chosen:
        return {name: told(name, facet, facet.counts(rows), None) for name, facet in facets.items()}, rows
    kept = {name: facets[name].has(value, rows) for name, value in chosen.items()}
    everything = within(rows, kept.values())
    found = {}
    for name, facet in facets.items():
        mine = within(rows, [mask for other, mask in kept.items() if other != name]) if name in kept else everything
        found[name] = told(name, facet, facet.counts(mine), chosen.get(name))
    return found, everything


def told(name: str, facet: Facet, counts: NDArray[np.intp], chosen: str | None) -> list[tuple[str, int]]:
    """As `Facet.told`, periods in the order of time."""
    shown = facet.told(counts, chosen)
    return sorted(shown, key=lambda pair: in_order(pair[0])) if name == "period" else shown


def within(rows: Rows | None, masks: Iterable[NDArray[np.bool_]]) -> Rows | None:
    """The rows at which all masks hold; masks are over `rows`."""
    masks = list(masks)
    if not masks:
        return rows
    held = np.logical_and.reduce(masks)
    return np.flatnonzero(held) if rows is None else rows[held]


def facets_of(works: Sequence[Work]) -> dict[str, Facet]:
    """All facets of these works."""
    single: dict[str, Callable[[Work], tuple[str, ...]]] = {
        "department": lambda work: (work.department,) if work.department else (),
        "culture": culture,
        "period": lambda work: periods(work.date),
        "medium": lambda work: materials(work.medium),
        "artist": lambda work: (name,) if (name := artist(work)) else (),
    }
    made = {name: facet_of([values(work) for work in works]) for name, values in single.items()}
    return made | {"colour": facet_of(colours_of([work.thumbhash for work in works]))}


def facet_of(values: Sequence[tuple[str, ...]]) -> Facet:
    """The values of each work -> codes, the most frequent value first, equally frequent ones by name."""
    often = Counter(value for own in values for value in own)
    names = sorted(often, key=lambda value: (-often[value], value))
    code = {value: i for i, value in enumerate(names)}
    slots = max(map(len, values), default=0) or 1
    flat = [[code[value] for value in own] + [-1] * (slots - len(own)) for own in values]
    return Facet(tuple(names), np.array(flat, np.int32).reshape(len(values), slots))


def artist(work: Work) -> str:
    """The name alone, so that one artist is one value: "Rembrandt (Rembrandt van Rijn) (Dutch ...)" is Rembrandt."""
    name, behind = split(work.artist)
    while behind:
        name, behind = split(name)
    return name


def culture(work: Work) -> tuple[str, ...]:
    """As the museum says; where it does not, the nationality with which the artist's life begins."""
    if work.culture:
        said = re.split(r"[,;(]", work.culture)[0].strip()
        return (said,) if said else ()
    nation, comma, _ = split(work.artist)[1].partition(",")
    return (nation,) if comma and NATION.fullmatch(nation) else ()


def split(artist: str) -> tuple[str, str]:
    """What stands in brackets at the end, and what before them: "Rembrandt (Dutch, Leiden 1606-1669 Amsterdam)" ->
    ("Rembrandt", "Dutch, Leiden 1606-1669 Amsterdam"). Brackets may hold others."""
    depth = 0
    for at in range(len(artist) - 1, -1, -1):
        depth += (artist[at] == ")") - (artist[at] == "(")
        if depth <= 0:
            break
    if not artist.endswith(")") or depth or not artist[:at].strip():
        return artist, ""
    return artist[:at].strip(), artist[at + 1 : -1]
