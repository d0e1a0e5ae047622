"""How a visitor's words are read. One form, docs/design/search.md; whatever is not of it is read as plain words.

    [-][field:]word    [-][field:]"several words in this order"

Pure: no index is asked. What comes out can be put into an FTS5 expression as it is: every text stands in quotes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

FIELDS: Final = ("title", "artist", "culture", "medium", "department", "date", "museum", "credit", "description")
"""Columns of the index, and the names that may stand before a colon."""

MAX_CHARS: Final = 300
"""Of a query: three lines of a label. What comes behind is not read."""

MAX_TERMS: Final = 12
"""Each is a walk through a list of works; nobody types more."""

TOLD_CHARS: Final = 40
"""Of a term in a sentence."""

ITEM: Final = re.compile(
    rf'(?P<minus>-?)(?:(?P<field>{"|".join(FIELDS)}):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.IGNORECASE
)
"""A quote that nobody closed ends with the query."""

SPOKEN: Final = frozenset({"L", "N"})
"""First letters of the Unicode categories that make words, for FTS5's unicode61 and for us."""


@dataclass(frozen=True)
class Term:
    """A word, or a phrase, that works must have or must not."""

    text: str
    """As it was typed, without its quotes."""
    words: tuple[str, ...]
    """Its words as the index keeps them: small, without accents. At least one."""
    field: str = ""
    without: bool = False
    phrase: bool = False
    beginning: bool = False
    """Only the beginning of its (last) word."""

    @property
    def expression(self) -> str:
        """For FTS5's MATCH, its `without` left aside."""
        quoted = '"' + " ".join(self.words) + '"' + ("*" if self.beginning else "")
        return f"{{{self.field}}} : {quoted}" if self.field else quoted

    @property
    def plain(self) -> bool:
        """One whole word, anywhere."""
        return len(self.words) == 1 and not self.field and not self.beginning

    @property
    def told(self) -> str:
        """As a sentence quotes it."""
        text = self.text if len(self.text) <= TOLD_CHARS else self.text[:TOLD_CHARS] + "…"
        return f"{self.field}:{text}" if self.field else text


@dataclass(frozen=True)
class Query:
    """What was asked for."""

    terms: tuple[Term, ...]
    blank: bool
    """Nothing was typed: every work is meant."""
    cut: bool
    """More was typed than is read."""

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.without)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.without)


def read_query(typed: str) -> Query:
    """Any text at all -> a query. Never raises."""
    clean = "".join(char if char.isprintable() else " " for char in typed[:MAX_CHARS])
    terms = [term for found in ITEM.finditer(clean) if (term := term_of(found)) is not None]
    cut = len(typed.strip()) > MAX_CHARS or len(terms) > MAX_TERMS
    return Query(tuple(terms[:MAX_TERMS]), blank=not typed.strip(), cut=cut)


def term_of(found: re.Match[str]) -> Term | None:
    """None for what holds no word: a dash, a star, an emoji."""
    text = found["word"] if found["phrase"] is None else found["phrase"]
    words = words_of(text)
    if not words:
        return None
    return Term(
        text=" ".join(text.split()),
        words=words,
        field=(found["field"] or "").lower(),
        without=bool(found["minus"]),
        phrase=found["phrase"] is not None,
    )


def words_of(text: str) -> tuple[str, ...]:
    """Words as FTS5's `unicode61 remove_diacritics 2` keeps them, near enough: where the two differ for a rare
    letter, FTS5 reads the word again and has the last say."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    small = unicodedata.normalize("NFC", bare).lower()
    return tuple("".join(c if unicodedata.category(c)[0] in SPOKEN else " " for c in small).split())
