"""Why a search found nothing, in a sentence with a way out: which word or which facet emptied it, and what would not.

Asks the index a few counts; knows no SQL.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from models.search.query import MAX_CHARS, MAX_TERMS, Query, Term

if TYPE_CHECKING:
    from models.search.text import TextIndex

ALIKE: Final = 0.7
"""Of difflib's likeness, for a word that may have been meant: "vermer" and "vermeer" have .92."""

CANDIDATES: Final = 2_000
"""Words that are compared: 20 ms."""

CUT: Final = f"Only the first {MAX_TERMS} words and {MAX_CHARS} characters were read."

NO_WORD: Final = "There is no word in this to search for; try a name, a thing or a material."


def explained(query: Query, chosen: Mapping[str, str], index: TextIndex) -> str:
    """For a search that found nothing, or of which only a part was read."""
    sentences = [CUT] if query.cut else []
    if not query.terms and not query.blank:
        sentences.append(NO_WORD)
    elif not index.total(query, chosen):
        sentences.append(by_facets(query, chosen, index) if index.total(query, {}) else by_words(query, index))
    return " ".join(sentences)


def by_words(query: Query, index: TextIndex) -> str:
    """The words alone find nothing."""
    for term in query.wanted:
        if not index.count([term]):
            return missing(term, index)
    if index.count(query.wanted):
        out = ", ".join(map(str, query.unwanted))
        return f"Every work with the other words has {out} too; leave the minus out."
    if (least := best_without(query.wanted, index)) is not None:
        rest = [other for other in query.wanted if other is not least]
        return f"No work has all of these words; without {least} there {are(index.count(rest))}."
    return "No work has all of these words, nor all but one of them; try fewer."


def missing(term: Term, index: TextIndex) -> str:
    """One word, or one phrase, that no work has."""
    if term.field and (elsewhere := index.count([replace(term, field="")])):
        return f"No work has {term}, but {works(elsewhere)} “{term.text}” somewhere else; leave “{term.field}:” out."
    if len(term.words) > 1:
        apart = [Term(word, (word,)) for word in term.words]
        if found := index.count(apart):
            return f"No work has {term} as it stands, but {works(found)} its words apart; leave the quotes out."
    for word in term.words:
        if not index.count([Term(word, (word,))]) and (meant := nearest(word, index)):
            return f"No work has {term}. Did you mean “{meant}”?"
    return f"No work has {term}; try another word for it, or only its beginning."


def nearest(word: str, index: TextIndex) -> str | None:
    """The word of the collection that is most like it, with the same first letter."""
    found = difflib.get_close_matches(word, index.words_like(word, CANDIDATES), n=1, cutoff=ALIKE)
    return found[0] if found else None


def best_without(terms: Sequence[Term], index: TextIndex) -> Term | None:
    """The term whose absence finds most, if any does."""
    found = {i: index.count([*terms[:i], *terms[i + 1 :]]) for i in range(len(terms))} if len(terms) > 1 else {}
    best = max(found, key=lambda i: found[i], default=None)
    return terms[best] if best is not None and found[best] else None


def by_facets(query: Query, chosen: Mapping[str, str], index: TextIndex) -> str:
    """The words find works, and the facets none of them."""
    everywhere = Query((), blank=True, cut=False)
    for name, value in chosen.items():
        if not index.total(everywhere, {name: value}):
            return f"No work here has the {name} “{value[:80]}”."
    others = {
        name: index.total(query, {other: value for other, value in chosen.items() if other != name}) for name in chosen
    }
    best = max(others, key=lambda name: others[name])
    what = "these words with what you chose" if query.terms else "all that you chose"
    if others[best]:
        return f"No work has {what}; without the {best} “{chosen[best]}” there {are(others[best])}."
    return f"No work has {what}; there {are(index.total(query, {}))} without any choice."


def are(count: int) -> str:
    return f"are {count:,}" if count != 1 else "is 1"


def works(count: int) -> str:
    return f"{count:,} works have" if count != 1 else "1 work has"
