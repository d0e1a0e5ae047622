"""Search by words on two tables, beside plainer ways to do it: `python -m bench.search`.

The 8,870 labels of paintings at the Met (from the folder beside the checkout, left out where it is not there), and a
museum of 470,000 works made up by a seed. Every figure is a whole answer: the best 24 works, the total and the counts
of six facets. Results are not kept between questions, so nothing is answered from memory that a visitor would wait
for; the file itself is warm. The peers answer the same questions on the same rows: a table scanned with LIKE, and FTS5
with one GROUP BY a facet.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from bench.machine import machine_line, percentile, table
from bench.made_up import SEED, museum
from models.search.facets import FACETS
from models.search.query import FIELDS, read_query
from models.search.text import TextIndex
from models.search.text_store import RANK
from models.sources.met import MetObject, work_of
from models.works.work import Work

MET = Path(__file__).parents[2] / "shared" / "collection" / "met_paintings.jsonl.gz"

QUESTIONS = 40
"""Of each kind."""

PEER_QUESTIONS = 3
"""Of each kind, for those that take a second each."""

EVERYWHERE = 0.6
"""A word in a larger part of the works is on every label ("museum"): to search without it finds next to nothing."""

Question = tuple[str, dict[str, str]]


def met_works(path: Path = MET) -> list[Work]:
    """The labels, as `models/sources/met.py` makes works of the API's; their tags as description."""
    works = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            label = MetObject(
                id=record["object_id"],
                is_public_domain=True,
                title=record.get("title"),
                artist_display_name=(record.get("artist") or "").strip(),
                artist_display_bio=(record.get("artist_bio") or "").strip(),
                object_date=record.get("date"),
                medium=record.get("medium"),
                department=record.get("department"),
                credit_line=record.get("credit_line"),
            )
            works.append(msgspec.structs.replace(work_of(label), description=", ".join(record.get("tags") or ())))
    return works


def questions(index: TextIndex, works: Sequence[Work]) -> dict[str, list[Question]]:
    """By kind; each drawn as visitors would: from words of the labels themselves, the common ones more often."""
    rng = np.random.default_rng(3)
    some = [works[i] for i in rng.integers(0, len(works), 40 * QUESTIONS)]
    titles = [read_query(work.title.replace('"', "")).wanted for work in some if len(work.title.split()) >= 3]
    words = [term.words[0] for title in titles for term in title]
    top, fewer = (
        [word for (word,) in index._ask(f"SELECT word FROM words WHERE works <= {most} ORDER BY works DESC LIMIT 20")]
        for most in (len(works), len(works) * EVERYWHERE)
    )
    value = {name: facet.values for name, facet in index.facets.items()}
    asked: dict[str, list[Question]] = defaultdict(list)
    for i in range(QUESTIONS):
        first, second = words[2 * i], words[2 * i + 1]
        asked["nothing typed, a facet chosen"].append(("", {name_of(value, i): first_of(value, i)}))
        asked["the commonest word"].append((top[0], {}))
        asked["the commonest word, a facet chosen"].append((top[0], {name_of(value, i): first_of(value, i)}))
        asked["a word among the 20 commonest"].append((top[i % 20], {}))
        asked["two of the 20 commonest"].append((f"{top[i % 20]} {top[(i * 7 + 1) % 20]}", {}))
        asked["a word"].append((first, {}))
        asked["two words of titles"].append((f"{first} {second}", {}))
        asked["a phrase"].append((f'"{titles[i][0].words[0]} {titles[i][1].words[0]}"', {}))
        asked["a medium as a phrase"].append((f'"{some[i].medium}"', {}))
        asked["a word of titles alone"].append((f"title:{first}", {}))
        asked["the commonest without another"].append((f"{top[0]} -{fewer[i % 20]}", {}))
        asked["an unfinished word"].append((first[: max(2, len(first) - 2)], {}))
        asked["a misspelt word"].append((first[:3] + "q" + first[3:], {}))
    return asked


def name_of(value: dict[str, tuple[str, ...]], i: int) -> str:
    """A facet that has values, in turns."""
    names = [name for name in FACETS if value[name]]
    return names[i % len(names)]


def first_of(value: dict[str, tuple[str, ...]], i: int) -> str:
    """One of its five most frequent values."""
    own = value[name_of(value, i)]
    return own[i % min(5, len(own))]


class Peer:
    """The same rows in a plain table, with facets as columns (the first value of each)."""

    def __init__(self, works: Sequence[Work], index: TextIndex, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "peer.db")
        columns = [*(f"t_{field}" for field in FIELDS), *FACETS]
        self._database.execute(f"CREATE TABLE plain({', '.join(columns)})")
        firsts = [facet.codes[:, 0] for facet in index.facets.values()]
        self._database.executemany(
            f"INSERT INTO plain(rowid, {', '.join(columns)}) VALUES ({', '.join('?' * (1 + len(columns)))})",
            (
                (row, *(getattr(work, field) for field in FIELDS), *(int(codes[row]) for codes in firsts))
                for row, work in enumerate(works)
            ),
        )
        self._database.commit()
        self._database.execute("ATTACH ? AS ours", (str(index.path),))

    def like(self, question: Question) -> None:
        """Every label read, and read again for each facet."""
        terms = [term.text for term in read_query(question[0]).wanted]
        has = " AND ".join("(" + " OR ".join(f"t_{field} LIKE ?" for field in FIELDS) + ")" for _ in terms) or "1"
        self._answer(f"SELECT rowid FROM plain WHERE {has}", [f"%{term}%" for term in terms for _ in FIELDS])

    def fts(self, question: Question) -> None:
        """FTS5 finds and ranks, SQL counts."""
        wanted = read_query(question[0]).wanted
        if not wanted:
            self._answer("SELECT rowid FROM plain", [])
            return
        expression = " AND ".join(term.expression for term in wanted)
        asked = "SELECT rowid FROM ours.works WHERE works MATCH ?"
        self._database.execute(f"{asked} ORDER BY {RANK} LIMIT 24", (expression,)).fetchall()
        self._answer(asked, [expression], page=False)

    def _answer(self, rows: str, values: Sequence[str], *, page: bool = True) -> None:
        if page:
            self._database.execute(f"{rows} LIMIT 24", values).fetchall()
        self._database.execute(f"SELECT count(*) FROM ({rows})", values).fetchall()
        for facet in FACETS:
            grouped = f"SELECT {facet}, count(*) AS n FROM plain WHERE rowid IN ({rows}) GROUP BY 1 ORDER BY n DESC"
            self._database.execute(f"{grouped} LIMIT 30", values).fetchall()


def timed(answer: Callable[[Question], object], asked: Sequence[Question]) -> tuple[list[float], list[float]]:
    """Milliseconds of each, and of them those on a processor: what another machine's neighbours do not change."""
    times: tuple[list[float], list[float]] = ([], [])
    for question in asked:
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        answer(question)
        times[0].append((time.perf_counter() - begin) * 1e3)
        times[1].append((time.thread_time() - begin_cpu) * 1e3)
    return times


def row(name: str, times: tuple[list[float], list[float]], peers: Sequence[str] = ("", "")) -> list[str]:
    """One line of the table."""
    figures = (percentile(times[0], 50), percentile(times[0], 95), percentile(times[1], 95))
    return [name, *(f"{figure:.1f}" for figure in figures), *peers]


def measure(title: str, works: Sequence[Work], folder: Path) -> None:
    """Print the table of one museum."""
    begin = time.perf_counter()
    index = TextIndex(works, title, folder, kept=0, limit_s=60)
    built_s = time.perf_counter() - begin
    begin = time.perf_counter()
    TextIndex(works, title, folder).close()
    opened_s = time.perf_counter() - begin
    size_mb = index.path.stat().st_size / 1e6
    print(f"\n{title}: {len(works):,} works, built in {built_s:.1f} s, opened in {opened_s:.2f} s, {size_mb:.0f} MB")
    peer = Peer(works, index, folder)
    rows: list[list[str]] = []
    everything: tuple[list[float], list[float]] = ([], [])
    for kind, asked in questions(index, works).items():
        timed(lambda question: index.search(*question), asked[:2])
        times = timed(lambda question: index.search(*question), asked)
        for all_of, some in zip(everything, times, strict=True):
            all_of += some
        few = asked[:PEER_QUESTIONS]
        rows.append(row(kind, times, [f"{percentile(timed(way, few)[0], 50):.1f}" for way in (peer.fts, peer.like)]))
    rows.append(row("all of these", everything))
    typed = [(asked[0][:n], {}) for asked in questions(index, works)["a word"] for n in (1, 2, 3, 4)]
    rows.append(row("type-ahead, 1 to 4 letters", timed(lambda question: index.suggest(question[0]), typed)))
    print(table(rows, header=["ms an answer", "p50", "p95", "p95 on CPU", "FTS5 + GROUP BY", "LIKE"]))
    index.close()


def main(count: int) -> None:
    """Print the tables."""
    print(machine_line())
    for title, works in (("the Met's paintings", met_works), (f"made up, seed {SEED}", lambda: museum(count))):
        if works is met_works and not MET.is_file():
            print(f"\n{title}: {MET} is not there")
            continue
        with tempfile.TemporaryDirectory() as folder:
            measure(title, works(), Path(folder))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=470_000, help="works of the made-up museum")
    main(parser.parse_args().count)
