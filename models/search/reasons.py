"""Why a search found nothing: codes with values, and the English of each. `explain.py` finds which holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from models.sentences import Value, sentence

REASONS: Final = {
    "cut": "Only the beginning of this was read (words: {words}, characters: {chars}).",
    "no_word": "There is no word in this to search for; try a name, a thing or a material.",
    "minus": "Every work with the other words has {terms} too; leave the minus out.",
    "elsewhere.one": "No work has {term}, but 1 work has {text} somewhere else; leave {prefix} out.",
    "elsewhere.other": "No work has {term}, but {n} works have {text} somewhere else; leave {prefix} out.",
    "apart.one": "No work has {term} as it stands, but 1 work has its words apart; leave the quotes out.",
    "apart.other": "No work has {term} as it stands, but {n} works have its words apart; leave the quotes out.",
    "meant": "No work has {term}. Did you mean {meant}?",
    "missing": "No work has {term}; try another word for it, or only its beginning.",
    "all_but.one": "No work has all of these words; without {term} there is 1.",
    "all_but.other": "No work has all of these words; without {term} there are {n}.",
    "fewer": "No work has all of these words, nor all but one of them; try fewer.",
    "no_value": "No work here has {value} under {facet}.",
    "words_and_choice.one": "No work with these words fits your choice; without {value} under {facet} there is 1.",
    "words_and_choice.other": "No work with these words fits your choice; without {value} under {facet} there are {n}.",
    "words_and_choices.one": "No work with these words fits your choice; there is 1 without any choice.",
    "words_and_choices.other": "No work with these words fits your choice; there are {n} without any choice.",
    "choice.one": "No work fits all that you chose; without {value} under {facet} there is 1.",
    "choice.other": "No work fits all that you chose; without {value} under {facet} there are {n}.",
    "choices.one": "No work fits all that you chose; there is 1 without any choice.",
    "choices.other": "No work fits all that you chose; there are {n} without any choice.",
}
"""By code, with a form for one and one for other numbers where `n` works are promised. `facet` is a facet's name."""


@dataclass(frozen=True)
class Reason:
    """One thing that a person should know about a search."""

    why: str
    """A code of REASONS, without its form."""
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In English."""
        return sentence(REASONS, self.why, self.values)

    @property
    def told(self) -> dict[str, Value]:
        """For a page, which says it in the language of whoever reads: `{"why": code, ...values}`."""
        return {"why": self.why, **self.values}
