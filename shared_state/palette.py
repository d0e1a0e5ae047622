"""The colours of people: which there are, and who wears which.

Pure: time is passed in.
"""

from __future__ import annotations

import math
from typing import Final

PALETTE: Final = (
    "#f6a060", "#2297ba", "#e0e77d", "#aaa0fb", "#5eceb5", "#b8727f", "#e9d5f7", "#8c901d",
    "#f6a0e1", "#7cface", "#de7d5b", "#71cdfc", "#c69f32", "#6e82d7", "#b9ca87", "#aaa590",
    "#bc74ba", "#70a16f", "#fcd7ab", "#85889c", "#ebafb2", "#70b0c1", "#f7c15f", "#a7d6ce",
)  # fmt: skip
"""Chosen greedily for the largest smallest difference in OKLab, among muted colours that stand out from a near-black
wall (contrast of 5 and more). The first eight also differ for red-blind and green-blind eyes, mostly by lightness."""


class Colours:
    """Gives each newcomer the lowest free colour, and keeps it for a while for one who left.

    With more people than colours the palette starts again. Remembers at most `limit` people; beyond it the one who has
    been away longest is forgotten.
    """

    def __init__(self, *, kept_s: float, limit: int) -> None:
        self._kept_s = kept_s
        self._limit = limit
        self._slots: dict[str, int] = {}
        self._left_s: dict[str, float] = {}
        """When those who are away left, oldest first."""

    def take(self, person: str, now_s: float) -> str:
        """The colour of somebody who enters: their own if it is still kept, else the lowest free one."""
        self._forget(now_s)
        return self.keep(person)

    def keep(self, person: str) -> str:
        """As `take`, but nobody else's colour is freed."""
        self._left_s.pop(person, None)
        if person not in self._slots:
            taken = set(self._slots.values())
            self._slots[person] = next(slot for slot in range(len(taken) + 1) if slot not in taken)
        return self.of(person)

    def leave(self, person: str, now_s: float) -> None:
        """Somebody left; their colour is kept from now on."""
        if person in self._slots:
            self._left_s.pop(person, None)
            self._left_s[person] = now_s
        self._forget(now_s)

    def of(self, person: str) -> str:
        """The colour of somebody who has one. Raises KeyError."""
        return PALETTE[self._slots[person] % len(PALETTE)]

    def slots(self) -> dict[str, int]:
        """Everybody's place in the palette, also of those who are away: what a snapshot keeps."""
        return dict(self._slots)

    def restore(self, slots: dict[str, int]) -> None:
        """Take over a snapshot's places; everybody counts as away, and as leaving when time is next told."""
        self._slots = dict(slots)
        self._left_s = dict.fromkeys(slots, math.inf)

    def _forget(self, now_s: float) -> None:
        """Free what is no longer kept, and what is over the limit."""
        self._left_s = {person: min(now_s, left_s) for person, left_s in self._left_s.items()}
        for person, left_s in list(self._left_s.items()):
            if now_s - left_s <= self._kept_s and len(self._slots) <= self._limit:
                break
            del self._left_s[person], self._slots[person]
