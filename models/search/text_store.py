"""The word index of a collection on disk: one SQLite file, made once, then only read. `text.py` asks it.

Kept in the cache under the collection's digest, whole or not at all, beside the file's sha256: what is damaged, or of
another version, is made again. Nothing in it cannot be made again.

    works    FTS5 (contentless): the words of every work, column by column; rowid = row in the collection
    words    every word and in how many works it is
    common   words in more than COMMON works: their rows, and what bm25 says of each
    facets   the values of each facet, and the codes of every work (facets.py)
    names    FTS5 (contentless): what type-ahead offers, in the order in which it offers; `named` says what they are
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.cache import private_folder
from models.search.facets import FACETS, Facet, facets_of
from models.search.query import FIELDS
from models.works.work import Work

FORM: Final = 1
"""Version of the tables, and of whatever decides what is in them (periods.py, materials.py, colours.py)."""

TOKENS: Final = "unicode61 remove_diacritics 2"
"""Letters and digits make words; Cezanne finds Cézanne."""

WEIGHTS: Final = {"title": 10.0, "artist": 8.0, "culture": 4.0, "medium": 3.0, "department": 2.0, "date": 2.0}
"""For bm25; 1 for the other fields. A visitor who types a word means a picture's name or its painter's."""

RANK: Final = f"bm25(works, {', '.join(str(WEIGHTS.get(field, 1.0)) for field in FIELDS)})"
"""Smaller is better, as FTS5 has it."""

COMMON: Final = 5_000
"""Works that bm25 weighs in 5 ms. Of words in more, its verdict is kept: "portrait" in 190,000 works takes 180 ms, and
a bm25 of several words is the sum of theirs."""

NAME_CHARS: Final = 120
"""Of a title in type-ahead."""


class Manifest(msgspec.Struct, frozen=True):
    """manifest.json: of which index `words.db` is, and its sha256."""

    key: str
    sha256: str


class DamagedIndex(ValueError):
    """What is kept is not the index of this collection, whole. It is made again."""


def index_key(digest: str) -> str:
    """Names the index of the collection with this digest."""
    return hashlib.sha256(f"{FORM}|{sqlite3.sqlite_version}|{digest}".encode()).hexdigest()


def kept_index(works: Sequence[Work], digest: str, cache: Path) -> Path:
    """The index of these works, made if it is not there or not whole. Raises OSError."""
    key = index_key(digest)
    folder = private_folder(cache / "words") / key[:24]
    try:
        return check(folder, key)
    except (OSError, DamagedIndex):
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
        try:
            build(works, part / "words.db")
            manifest = Manifest(key, file_hash(part / "words.db"))
            (part / "manifest.json").write_bytes(msgspec.json.encode(manifest))
            shutil.rmtree(folder, ignore_errors=True)
            part.replace(folder)
        except OSError:
            if not (folder / "manifest.json").is_file():  # else another process was first, with the same
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder / "words.db"


def check(folder: Path, key: str) -> Path:
    """The file in `folder`. Raises OSError or DamagedIndex."""
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise DamagedIndex(f"{folder}/manifest.json is no manifest ({error})") from error
    if manifest.key != key or file_hash(folder / "words.db") != manifest.sha256:
        raise DamagedIndex(f"{folder} is damaged, or of other works")
    return folder / "words.db"


def file_hash(path: Path) -> str:
    """sha256 in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build(works: Sequence[Work], path: Path) -> None:
    """Write the index of `works` to `path`, which is not there yet."""
    with sqlite3.connect(path) as database:
        # A crash leaves a part that nobody reads: no journal, no waiting for the disk.
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;")
        database.executescript(
            f"""
            CREATE VIRTUAL TABLE works USING fts5({", ".join(FIELDS)}, content='', tokenize='{TOKENS}', prefix='2 3');
            CREATE TABLE words(word TEXT PRIMARY KEY, works INTEGER) WITHOUT ROWID;
            CREATE TABLE common(word TEXT PRIMARY KEY, rows BLOB, scores BLOB);
            CREATE TABLE facets(name TEXT PRIMARY KEY, "values" TEXT, codes BLOB);
            CREATE VIRTUAL TABLE names USING fts5(text, content='', tokenize='{TOKENS}', prefix='1 2 3');
            CREATE TABLE named(rank INTEGER PRIMARY KEY, text TEXT, kind TEXT, works INTEGER);
            CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, works, row);
            """
        )
        write_words(database, works)
        facets = facets_of(works)
        write_facets(database, facets)
        write_names(database, works, facets)
    database.close()


def write_words(database: sqlite3.Connection, works: Sequence[Work]) -> None:
    """The words of every work, how often each is, and the verdicts on common ones."""
    slots = ", ".join("?" * (len(FIELDS) + 1))
    database.executemany(
        f"INSERT INTO works(rowid, {', '.join(FIELDS)}) VALUES ({slots})",
        ((row, *(getattr(work, field) for field in FIELDS)) for row, work in enumerate(works)),
    )
    database.execute("INSERT INTO works(works) VALUES ('optimize')")
    database.execute("INSERT INTO words SELECT term, doc FROM vocabulary")
    for (word,) in database.execute("SELECT word FROM words WHERE works > ?", (COMMON,)).fetchall():
        asked = f"SELECT rowid, {RANK} FROM works WHERE works MATCH ?"
        found = np.array(database.execute(asked, (f'"{word}"',)).fetchall())  # (rows, 2)
        arrays = found[:, 0].astype("<u4"), found[:, 1].astype("<f4")
        database.execute("INSERT INTO common VALUES (?, ?, ?)", (word, *(array.tobytes() for array in arrays)))


def write_facets(database: sqlite3.Connection, facets: dict[str, Facet]) -> None:
    """Values and codes."""
    for name, facet in facets.items():
        values = msgspec.json.encode(facet.values).decode()
        database.execute("INSERT INTO facets VALUES (?, ?, ?)", (name, values, facet.codes.astype("<i4").tobytes()))


def read_facets(database: sqlite3.Connection, works: int) -> dict[str, Facet]:
    """What `write_facets` wrote of that many works."""
    facets = {}
    for name, values, codes in database.execute('SELECT name, "values", codes FROM facets'):
        array: NDArray[np.int32] = np.frombuffer(codes, "<i4").astype(np.int32).reshape(works, -1)
        facets[name] = Facet(tuple(msgspec.json.decode(values, type=list[str])), array)
    return {name: facets[name] for name in FACETS}


def write_names(database: sqlite3.Connection, works: Sequence[Work], facets: dict[str, Facet]) -> None:
    """What may be suggested: values of facets before titles, the frequent before the rare. The rank is the rowid, so
    that the best ten are the first ten that FTS5 finds."""
    rows = [(rank, *name) for rank, name in enumerate(names_of(works, facets))]
    database.executemany("INSERT INTO named VALUES (?, ?, ?, ?)", rows)
    database.executemany("INSERT INTO names(rowid, text) VALUES (?, ?)", ((rank, text) for rank, text, _, _ in rows))
    database.execute("INSERT INTO names(names) VALUES ('optimize')")


def names_of(works: Sequence[Work], facets: dict[str, Facet]) -> Iterator[tuple[str, str, int]]:
    """(text, kind, works)"""
    values = [
        (value, name, int(count))
        for name, facet in facets.items()
        for value, count in zip(facet.values, facet.counts(), strict=True)
    ]
    yield from sorted(values, key=lambda value: -value[2])
    titles = Counter(work.title[:NAME_CHARS] for work in works)
    yield from ((title, "title", count) for title, count in titles.most_common())


def opened(path: Path) -> sqlite3.Connection:
    """To read, from any thread, one at a time; the file never changes."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False)
