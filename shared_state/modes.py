"""Which mode a room is in, who chose it, and who may choose another.

Pure: time is passed in. Not here: what a mode does (`movers.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Final, Literal

from shared_state import kept
from shared_state.kept import moment, span
from shared_state.messages import Mode
from shared_state.settings import SteeringSettings

OPEN_MODES: Final[tuple[Mode, ...]] = ("together", "blend")
"""What any visitor may choose: the modes in which everybody has a say at any moment."""

UNHURRIED: Final[frozenset[Mode]] = frozenset({"blend", "docent"})
"""Modes in which nobody touches for a while although people are at it."""


class Modes:
    """`chosen` is what somebody chose, `shown` what there is now: the same, or ambient while nobody touches."""

    def __init__(self, settings: SteeringSettings, open_modes: Collection[Mode], here: Callable[[str], bool]) -> None:
        """`open_modes`: what any visitor may choose. `here`: whether a person is in the room."""
        self._settings, self._open, self._here = settings, frozenset(open_modes), here
        self.chosen: Mode = "together"
        self.shown: Mode = "ambient"
        self.docent: str | None = None
        """Who alone steers, in mode docent."""
        self.by: str | None = None
        """Who chose, if anybody did."""
        self._by_guide = False
        self._chosen_s = -math.inf
        self._touched_s = -math.inf
        self._docent_s = -math.inf
        """When the docent was last here."""

    def choose(self, person: str, mode: Mode, guide: bool, now_s: float) -> Literal["not theirs to choose"] | None:
        """Somebody who is here wants another mode. Why they cannot have it, or None."""
        if not guide and (mode not in self._open or (person != self.by and self.held_s(now_s) > 0)):
            return "not theirs to choose"
        if guide or mode != self.chosen:  # who asks for what there is does not hold it any longer
            self.by, self._by_guide, self._chosen_s = person, guide, now_s
        self.chosen = mode
        self.docent = person if mode == "docent" else None
        self._docent_s = now_s
        return None

    def held_s(self, now_s: float) -> float:
        """How long the present choice still holds against visitors other than who chose it; a guide's holds at least as
        long as the guide is here. In half seconds, rounded up, so that it does not change with every look."""
        if self.by is None:
            return 0.0
        held_s = self._settings.guide_hold_s if self._by_guide else self._settings.mode_hold_s
        since_s = now_s if self._by_guide and self._here(self.by) else self._chosen_s
        return max(0.0, math.ceil(2 * (since_s + held_s - now_s)) / 2)

    def hears(self, person: str) -> bool:
        """Whether a push of theirs is a touch: not beside a docent."""
        return self.docent is None or person == self.docent

    def touch(self, now_s: float) -> None:
        """Somebody does something."""
        self._touched_s = now_s

    def step(self, now_s: float) -> Mode:
        """The mode at this moment."""
        if self.chosen == "docent":
            self._mind_the_docent(now_s)
        self.shown = "ambient" if now_s - self._touched_s > self._patience_s else self.chosen
        return self.shown

    def durable(self, now_s: float) -> kept.Choice:
        """What a snapshot of now keeps of a choice, beside what is chosen and shown. Nothing of it grows while the room
        wanders, so that a snapshot of a room at rest stays the same."""
        settings = self._settings
        new = now_s - self._chosen_s < (settings.guide_hold_s if self._by_guide else settings.mode_hold_s)
        chosen_s = span(self._chosen_s, now_s) if new else None
        touched_s = span(self._touched_s, now_s) if now_s - self._touched_s <= self._patience_s else None
        docent_s = span(self._docent_s, now_s) if self.docent is not None else None
        return kept.Choice(self.by, self._by_guide, chosen_s, touched_s, self.docent, docent_s)

    def restore(self, shown: Mode, chosen: Mode, choice: kept.Choice, now_s: float) -> None:
        """Go on from a snapshot. A docent whose name it does not hold is gone, and with them the mode."""
        self.docent = choice.docent if chosen == "docent" else None
        self.chosen = "together" if chosen == "docent" and self.docent is None else chosen
        self.by, self._by_guide = choice.by, choice.by_guide
        self.shown = "ambient" if shown == "ambient" else self.chosen
        self._chosen_s = moment(choice.chosen_s, now_s, now_s - self._settings.guide_hold_s)
        self._touched_s = moment(choice.touched_s, now_s, -math.inf if shown == "ambient" else now_s)
        self._docent_s = moment(choice.docent_s, now_s, now_s)

    @property
    def _patience_s(self) -> float:
        """Without a touch for so long the room wanders."""
        return self._settings.idle_after_long_s if self.chosen in UNHURRIED else self._settings.idle_after_s

    def _mind_the_docent(self, now_s: float) -> None:
        """Without the docent, after a while, everybody steers again."""
        if self.docent is not None and self._here(self.docent):
            self._docent_s = now_s
        elif now_s - self._docent_s > self._settings.docent_away_s:
            self.chosen, self.docent = "together", None
            self.touch(now_s)
