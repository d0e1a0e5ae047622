"""Why a search found nothing, with a way out: which word or which facet emptied it, and what would not.

Asks the index a few counts; knows no SQL, and no sentence (`reasons.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from models.search.query import MAX_CHARS, MAX_TERMS, TOLD_CHARS, Query, Term
from models.search.reasons import Reason

if TYPE_CHECKING:
    from models.search.text import TextIndex

ALIKE: Final = 0.7
"""Of difflib's likeness, for a word that may have been meant: "vermer" and "vermeer" have .92."""

CANDIDATES: Final = 2_000
"""Words that are compared: 20 ms."""


def reasons(query: Query, chosen: Mapping[str, str], index: TextIndex) -> list[Reason]:
    """For a search that found nothing, or of which only a part was read."""
    found = [Reason("cut", {"words": MAX_TERMS, "chars": MAX_CHARS})] if query.cut else []
    if not query.terms and not query.blank:
        found.append(Reason("no_word"))
    elif not index.total(query, chosen):
        found.append(by_facets(query, chosen, index) if index.total(query, {}) else by_words(query, index))
    return found


def by_words(query: Query, index: TextIndex) -> Reason:
    """The words alone find nothing."""
    for term in query.wanted:
        if not index.count([term]):
            return missing(term, index)
    if index.count(query.wanted):
        return Reason("minus", {"terms": [term.told for term in query.unwanted]})
    if (least := best_without(query.wanted, index)) is not None:
        rest = [other for other in query.wanted if other is not least]
        return Reason("all_but", {"term": least.told, "n": index.count(rest)})
    return Reason("fewer")


def missing(term: Term, index: TextIndex) -> Reason:
    """One word, or one phrase, that no work has."""
    anywhere = replace(term, field="")
    if term.field and (elsewhere := index.count([anywhere])):
        prefix = f"{term.field}:"
        return Reason("elsewhere", {"term": term.told, "text": anywhere.told, "prefix": prefix, "n": elsewhere})
    if len(term.words) > 1:
        apart = [Term(word, (word,)) for word in term.words]
        if found := index.count(apart):
            return Reason("apart", {"term": term.told, "n": found})
    for word in term.words:
        if not index.count([Term(word, (word,))]) and (meant := nearest(word, index)):
            return Reason("meant", {"term": term.told, "meant": meant})
    return Reason("missing", {"term": term.told})


def nearest(word: str, index: TextIndex) -> str | None:
    """The word of the collection that is most like it, with the same first letter."""
    found = difflib.get_close_matches(word, index.words_like(word, CANDIDATES), n=1, cutoff=ALIKE)
    return found[0] if found else None


def best_without(terms: Sequence[Term], index: TextIndex) -> Term | None:
    """The term whose absence finds most, if any does."""
    found = {i: index.count([*terms[:i], *terms[i + 1 :]]) for i in range(len(terms))} if len(terms) > 1 else {}
    best = max(found, key=lambda i: found[i], default=None)
    return terms[best] if best is not None and found[best] else None


def by_facets(query: Query, chosen: Mapping[str, str], index: TextIndex) -> Reason:
    """The words find works, and the facets none of them."""
    everywhere = Query((), blank=True, cut=False)
    for name, value in chosen.items():
        if not index.total(everywhere, {name: value}):
            return Reason("no_value", {"facet": name, "value": value[: 2 * TOLD_CHARS]})
    others = {
        name: index.total(query, {other: value for other, value in chosen.items() if other != name}) for name in chosen
    }
    best = max(others, key=lambda name: others[name])
    what = "words_and_choice" if query.terms else "choice"
    if others[best]:
        return Reason(what, {"facet": best, "value": chosen[best], "n": others[best]})
    return Reason(f"{what}s", {"n": index.total(query, {})})
