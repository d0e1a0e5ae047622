"""Search by words: works that have them, best first, with facets, type-ahead, and a sentence when there are none.

FTS5 says which works match and ranks them. Of words that are in more than `COMMON` works its verdicts are kept, and
what it would say of several such words is their sum. Facets are counted on arrays. The form of a query is in
`query.py`; how the index is kept, in `text_store.py`; what was measured, in docs/design/search.md. Thread-safe; a
search may take a while, so not on an event loop.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.cache import cache_dir
from models.search.explain import reasons
from models.search.facets import FACETS, counted
from models.search.query import Query, Term, read_query
from models.search.text_store import COMMON, RANK, kept_index, opened, read_facets
from models.sentences import Value
from models.works.work import Work

LIMIT_S: Final = 1.0
"""For one search: ten times what the slowest should take on 470,000 works."""

STEPS: Final = 2_000
"""Of SQLite's machine between two looks at the clock: some 50 microseconds."""

KEPT: Final = 16
"""Results held for whoever turns the page or tries a facet; 4 MB each at worst, with 470,000 works."""

BEGINNING_CHARS: Final = 2
"""A last word this long may be the beginning of one."""

NAMES_BESIDE_TITLES: Final = 6
"""Of ten suggestions: titles have their part even where a word is in many names."""


class SearchError(ValueError):
    """A search that cannot be meant. One sentence."""


class SearchTooSlow(RuntimeError):
    """It took longer than it may."""


@dataclass(frozen=True)
class Found:
    """A page of a result, and how the whole result divides."""

    total: int
    works: list[str]
    """Ids, best first."""
    facets: dict[str, list[tuple[str, int]]]
    explained: str | None
    """What a person should know, in English: why there is nothing, or that not all was read."""
    reasons: list[dict[str, Value]]
    """The same as codes with values, for whoever says it in another language (`reasons.py`)."""
    after: str | None
    """Where the next page begins; None at the end."""


@dataclass(frozen=True)
class Suggestion:
    """What somebody may be about to type."""

    text: str
    kind: str
    """A facet's name, or "title"."""
    count: int
    """Works that have it."""


@dataclass(frozen=True)
class Matched:
    """Works that a query finds, facets aside."""

    rows: NDArray[np.intp] | None
    """(M,), ascending; None for all."""
    scores: NDArray[np.float32] | None
    """(M,), smaller is better; None where one is as good as the other."""


class TextIndex:
    """The words of one collection."""

    def __init__(
        self,
        works: Sequence[Work],
        digest: str,
        cache: Path | None = None,
        *,
        limit_s: float = LIMIT_S,
        kept: int = KEPT,
    ) -> None:
        """Opens what is kept, or makes it (470,000 works take half a minute): not on an event loop. Where nothing can
        be kept, the index lies in a temporary folder of its own. Raises OSError when not even that is possible."""
        self._ids = [work.id for work in works]
        self._row = {id: row for row, id in enumerate(self._ids)}
        self._limit_s, self._keeps = limit_s, kept
        self._own: tempfile.TemporaryDirectory[str] | None = None
        try:
            self.path = kept_index(works, digest, cache or cache_dir())
        except OSError:
            self._own = tempfile.TemporaryDirectory(prefix="genstudio-words-")
            self.path = kept_index(works, digest, Path(self._own.name))
        self._here = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._kept: OrderedDict[tuple[Term, ...], Matched] = OrderedDict()
        self._keeping = threading.Lock()
        self.facets = read_facets(self._database, len(works))
        self._everything = counted(self.facets, {}, None)[0]

    def close(self) -> None:
        """When nobody searches any more."""
        for database in self._open:
            database.close()
        if self._own is not None:
            self._own.cleanup()

    def search(
        self, typed: str, chosen: Mapping[str, str] | None = None, *, limit: int = 24, after: str | None = None
    ) -> Found:
        """Works with these words and these values of facets; from behind the work `after` on. Raises SearchError (no
        such facet, no such work) and SearchTooSlow."""
        chosen = {name: value for name, value in (chosen or {}).items() if value}
        if unknown := chosen.keys() - set(FACETS):
            raise SearchError(f"there is no facet {min(unknown)[:40]!r}; there are {', '.join(FACETS)}")
        if after is not None and after not in self._row:
            raise SearchError(f"there is no work {after[:64]!r} to go on after")
        query = read_query(typed)
        with self._in_time():
            query = self._finished(query)
            matched = self._match(query)
            if matched.rows is None and not chosen:
                facets, rows = self._everything, None
            else:
                facets, rows = counted(self.facets, chosen, matched.rows)
            total = len(self._ids) if rows is None else len(rows)
            page, more = self._page(matched, rows, limit, after)
            why = reasons(query, chosen, self) if not total or query.cut else []
        ids = [self._ids[row] for row in page]
        explained = " ".join(reason.sentence for reason in why) or None
        told = [reason.told for reason in why]
        return Found(total, ids, facets, explained, told, ids[-1] if ids and more else None)

    def suggest(self, typed: str, limit: int = 10) -> list[Suggestion]:
        """Names that have these words, the last of them perhaps unfinished. Raises SearchTooSlow."""
        words = [word for term in read_query(typed).wanted for word in term.words]
        if not words:
            return []
        expression = " ".join(f'"{word}"' for word in words) + "*"
        with self._in_time():
            titles = self._ask("SELECT ifnull(min(rank), 0) FROM named WHERE kind = 'title'").fetchone()[0]
            asked = f"SELECT rowid FROM names WHERE names MATCH ? AND rowid {{}} {titles} ORDER BY rowid LIMIT ?"
            names = self._ask(asked.format("<"), expression, limit).fetchall()
            found = self._ask(asked.format(">="), expression, limit).fetchall()
            names = names[: max(limit - len(found), min(limit, NAMES_BESIDE_TITLES))]
            ranks = [rank for (rank,) in (*names, *found)][:limit]
            told = [self._ask("SELECT text, kind, works FROM named WHERE rank = ?", rank).fetchone() for rank in ranks]
        return [Suggestion(*name) for name in told]

    # -- what an explanation asks

    def count(self, terms: Sequence[Term]) -> int:
        """Works that have all of these terms."""
        if not terms:
            return len(self._ids)
        expression = " AND ".join(term.expression for term in terms)
        return int(self._ask("SELECT count(*) FROM works WHERE works MATCH ?", expression).fetchone()[0])

    def total(self, query: Query, chosen: Mapping[str, str]) -> int:
        """Works that a search would find."""
        rows = self._match(query).rows
        for name, value in chosen.items():
            has = self.facets[name].has(value, rows)
            rows = np.flatnonzero(has) if rows is None else rows[has]
        return len(self._ids) if rows is None else len(rows)

    def words_like(self, word: str, limit: int) -> list[str]:
        """Words of the collection with the same first letter and about as long, the frequent before the rare."""
        asked = (
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?"
            " ORDER BY works DESC, word LIMIT ?"
        )
        first, long = word[:1], len(word)
        return [found for (found,) in self._ask(asked, first, first + chr(0x10FFFF), long - 2, long + 2, limit)]

    # -- how it is found

    def _finished(self, query: Query) -> Query:
        """A last word that no work has may be unfinished: then works with a longer one are meant."""
        last = query.terms[-1] if query.terms else None
        if last is None or not last.plain or last.phrase or last.without or len(last.words[0]) < BEGINNING_CHARS:
            return query
        if self._ask("SELECT 1 FROM words WHERE word = ?", last.words[0]).fetchone():
            return query
        longer = Term(last.text, last.words, beginning=True)
        return Query((*query.terms[:-1], longer), query.blank, query.cut)

    def _match(self, query: Query) -> Matched:
        if not query.terms:
            return Matched(None if query.blank else np.empty(0, np.intp), None)
        with self._keeping:
            if query.terms in self._kept:
                self._kept.move_to_end(query.terms)
                return self._kept[query.terms]
        matched = self._matched(query)
        with self._keeping:
            self._kept[query.terms] = matched
            if len(self._kept) > self._keeps:
                self._kept.popitem(last=False)
        return matched

    def _matched(self, query: Query) -> Matched:
        wanted, unwanted = query.wanted, query.unwanted
        matched = self._ranked(wanted) if wanted else Matched(np.arange(len(self._ids)), None)
        if not unwanted:
            return matched
        out = np.zeros(len(self._ids), np.bool_)
        for term in unwanted:
            out[self._rows(term.expression) if (common := self._common(term)) is None else common[0]] = True
        kept = ~out[matched.rows]
        return Matched(matched.rows[kept], None if matched.scores is None else matched.scores[kept])  # type: ignore[index]

    def _ranked(self, wanted: Sequence[Term]) -> Matched:
        if (matched := self._all_common(wanted)) is not None:
            return matched
        expression = " AND ".join(term.expression for term in wanted)
        rows = self._rows(expression)
        if len(rows) <= COMMON:
            asked = f"SELECT rowid, {RANK} FROM works WHERE works MATCH ?"
            pairs = np.array(self._ask(asked, expression).fetchall(), np.float64).reshape(-1, 2)
            return Matched(rows, pairs[np.argsort(pairs[:, 0]), 1].astype(np.float32))
        # Too many to weigh: phrases and fields count with their words, unfinished words not at all.
        scores = np.zeros(len(self._ids), np.float32)
        for word in (word for term in wanted if not term.beginning for word in term.words):
            if (common := self._common(Term(word, (word,)))) is not None:
                scores[common[0]] += common[1]
        return Matched(rows, scores[rows])

    def _all_common(self, wanted: Sequence[Term]) -> Matched | None:
        """What FTS5 would say of words that are all common; None where one is not."""
        verdicts = [self._common(term) for term in wanted]
        hits, scores = np.zeros(len(self._ids), np.uint8), np.zeros(len(self._ids), np.float32)
        for verdict in verdicts:
            if verdict is None:
                return None
            hits[verdict[0]] += 1
            scores[verdict[0]] += verdict[1]
        rows = np.flatnonzero(hits == len(verdicts))
        return Matched(rows, scores[rows])

    def _common(self, term: Term) -> tuple[NDArray[np.uint32], NDArray[np.float32]] | None:
        """Rows of a plain word, and bm25's verdicts on them; None for what is no common word."""
        if not term.plain:
            return None
        found = self._ask("SELECT rows, scores FROM common WHERE word = ?", term.words[0]).fetchone()
        return None if found is None else (np.frombuffer(found[0], "<u4"), np.frombuffer(found[1], "<f4"))

    def _rows(self, expression: str) -> NDArray[np.intp]:
        """Rows (M,), ascending. One text of numbers: fetching 200,000 rows one by one would take four times as long."""
        text = self._ask("SELECT group_concat(rowid) FROM works WHERE works MATCH ?", expression).fetchone()[0]
        return np.sort(np.fromstring(text, np.intp, sep=",")) if text else np.empty(0, np.intp)

    def _page(
        self, matched: Matched, rows: NDArray[np.intp] | None, limit: int, after: str | None
    ) -> tuple[list[int], bool]:
        """The rows of a page, best first and then in the collection's order; and whether more follow."""
        if rows is None:
            rows = np.arange(len(self._ids))
        scores = np.zeros(len(rows), np.float32)
        if matched.scores is not None and matched.rows is not None:
            scores = matched.scores if rows is matched.rows else matched.scores[np.searchsorted(matched.rows, rows)]
        if after is not None:
            last = self._row[after]
            at = np.searchsorted(rows, last)
            if at == len(rows) or rows[at] != last:
                raise SearchError(f"{after[:64]!r} is not in this result; begin at its first page")
            behind = (scores > scores[at]) | ((scores == scores[at]) & (rows > last))
            rows, scores = rows[behind], scores[behind]
        best = first_of(scores, limit)
        return [int(row) for row in rows[best]], len(rows) > len(best)

    # -- the database

    @property
    def _database(self) -> sqlite3.Connection:
        """This thread's."""
        database: sqlite3.Connection | None = getattr(self._here, "database", None)
        if database is None:
            database = self._here.database = opened(self.path)
            self._open.append(database)
        return database

    def _ask(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._database.execute(sql, values)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Ends what takes longer than it may. Raises SearchTooSlow."""
        end_s = time.monotonic() + self._limit_s
        self._database.set_progress_handler(lambda: time.monotonic() > end_s, STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if time.monotonic() < end_s:
                raise
            raise SearchTooSlow(f"a search took longer than {self._limit_s:g} s") from error
        finally:
            self._database.set_progress_handler(None, 0)


def first_of(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Positions of the `count` smallest scores, in order, equal ones as they come. Does not sort the rest."""
    if count < len(scores):
        bound = np.partition(scores, count - 1)[count - 1]
        below = np.flatnonzero(scores < bound)
        equal = np.flatnonzero(scores == bound)[: count - len(below)]
        some = np.sort(np.concatenate([below, equal]))
    else:
        some = np.arange(len(scores))
    return some[np.argsort(scores[some], kind="stable")]
