"""The blend that everybody in a room holds together: sliders, the hands on them, and what the wall shows of it.

People on different sliders never fight: a slider that somebody holds is not moved by another's change of another one.
On the same slider the later hand wins. Pure: time is passed in, and whether a work may come in is asked of the room.
Not here: the arithmetic of weights (`weights.py`), the memory that undoes (`gestures.py`), what a blend looks like
(`server/renderer/latents.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from shared_state.gestures import Gestures, put_back
from shared_state.messages import MAX_PORTIONS, Edit, Portion, Slider
from shared_state.settings import SteeringSettings
from shared_state.weights import Parts, added, equalled, normalised, removed, weighed

ARRIVED: Final = 1e-4
"""When no shown weight is further than this from the set one, it becomes it: no picture of 8 bits shows the step."""

Ignored = Literal[
    "unknown work",
    "not in the blend",
    "in the blend already",
    "blend full",
    "locked",
    "not held",
    "not finite",
    "not a blend",
    "nothing to undo",
    "changed by others",
]
"""Why a hand on the blend had no effect."""


@dataclass(frozen=True, slots=True)
class _Hand:
    person: str
    until_s: float
    """When it comes off by itself."""


class Palette:
    """See the module. At most `messages.MAX_PORTIONS` works, whose set weights sum to 1, or none."""

    def __init__(self, settings: SteeringSettings, known: Callable[[str], bool]) -> None:
        """`known`: whether a work, or a guest, may come in."""
        self._settings, self._known = settings, known
        self._parts: Parts = {}
        """Never changed, only replaced: gestures keep earlier ones."""
        self._hands: dict[str, _Hand] = {}
        """By slider."""
        self._gestures = Gestures()
        self._shown: dict[str, float] = {}

    # -- what people see

    @property
    def told(self) -> list[Slider]:
        """The set weights, in the order in which the works came. Empty when there is no blend."""
        return [
            Slider(work, part.weight, part.locked, hand.person if (hand := self._hands.get(work)) else None)
            for work, part in self._parts.items()
        ]

    @property
    def shown(self) -> tuple[Portion, ...]:
        """What the picture is made of: sorted by id, weights above 0 that sum to 1.

        It stays when the blend is cleared, so that a picture of it can turn away without a jump; () before the first.
        """
        return tuple(Portion(work, weight) for work, weight in sorted(self._shown.items()) if weight > 0)

    @property
    def moving(self) -> bool:
        """What is shown is not yet what is set."""
        return bool(self._parts) and self._shown != self._set

    # -- what people do

    def edit(self, person: str, edit: Edit, now_s: float) -> Ignored | None:
        """One hand on the blend. Why it had no effect, or None."""
        self._expire(now_s)
        work, amount = edit.id or "", edit.amount
        match edit.do:
            case "undo":
                return self._undo(person)
            case "clear":
                return self._become(person, None, {})
            case "equal":
                return self._become(person, None, equalled(self._parts, self._fixed(person)))
            case "add":
                return self._add(person, work)
        if work not in self._parts:
            return "not in the blend"
        match edit.do:
            case "remove":
                return self._become(person, work, removed(self._parts, work, self._fixed(person)))
            case "weigh":
                return self._weigh(person, work, amount, now_s)
            case "nudge":
                by = None if amount is None else self._parts[work].weight + amount
                return self._weigh(person, work, by, now_s)
            case "lock" | "unlock":
                part = replace(self._parts[work], locked=edit.do == "lock")
                return self._become(person, work, {**self._parts, work: part})
            case "let_go":
                return self._let_go(person, work)

    def bring(self, person: str, portions: Sequence[Portion], now_s: float) -> Ignored | None:
        """A whole blend in place of the present one, its weights in proportion; works that are not known here are left
        out. Why it had no effect, or None."""
        known = [portion for portion in portions if self._known(portion.id)]
        if not known:
            return "unknown work"
        parts = normalised(known)
        if parts is None or len(parts) > MAX_PORTIONS:
            return "not a blend"
        self._expire(now_s)
        self._hands.clear()
        return self._become(person, None, parts)

    def leave(self, person: str) -> None:
        """Somebody has left: their hands come off."""
        self._hands = {work: hand for work, hand in self._hands.items() if hand.person != person}

    def forget(self, works: Collection[str]) -> None:
        """These are not to be had any more: gone at once, from what shows too, and the rest keeps its proportions. No
        undo brings them back."""
        gone = [work for work in self._parts if work in works]
        for work in gone:
            self._put(removed(self._parts, work, ()))
        if any(work in works for work in self._shown):
            left = {work: weight for work, weight in self._shown.items() if work not in works}
            whole = math.fsum(left.values())
            self._shown = {work: weight / whole for work, weight in left.items()} if whole > 0 else {}
        self._gestures.clear()

    def turn(self, work: str, former: str) -> None:
        """`work` looks otherwise from now on: what shows of it is `former`, and gives way to it as to another work."""
        self._shown = {former if id == work else id: weight for id, weight in self._shown.items()}

    def advance(self, dt_s: float, now_s: float) -> None:
        """What is shown follows what is set, for `dt_s`; hands that have not moved for long come off."""
        self._expire(now_s)
        if not self.moving:
            return
        wanted = self._set
        if not self._shown:
            self._shown = wanted
            return
        way = -math.expm1(-max(0.0, dt_s) / self._settings.blend_tau_s)
        shown = {
            work: was + way * (wanted.get(work, 0.0) - was)
            for work in self._shown | wanted
            for was in (self._shown.get(work, 0.0),)
        }
        arrived = all(abs(weight - wanted.get(work, 0.0)) <= ARRIVED for work, weight in shown.items())
        self._shown = wanted if arrived else shown

    # -- what outlives a renderer

    def durable(self) -> list[Slider]:
        """What a snapshot keeps: the set weights and locks, without hands."""
        return [Slider(work, part.weight, part.locked, None) for work, part in self._parts.items()]

    def restore(self, sliders: Sequence[Slider]) -> None:
        """Go on from a snapshot, nobody's hand on it, shown as it is set. What cannot be a blend is none."""
        known = [slider for slider in sliders if self._known(slider.id)][:MAX_PORTIONS]
        parts = normalised(Portion(slider.id, slider.weight) for slider in known) or {}
        locked = {slider.id for slider in known if slider.locked}
        self._parts = {work: replace(part, locked=work in locked) for work, part in parts.items()}
        self._hands.clear()
        self._gestures.clear()
        self._shown = self._set

    # -- one thing each

    def _add(self, person: str, work: str) -> Ignored | None:
        if work in self._parts:
            return "in the blend already"
        if not self._known(work):
            return "unknown work"
        if len(self._parts) >= MAX_PORTIONS:
            return "blend full"
        return self._become(person, work, added(self._parts, work, self._fixed(person)))

    def _weigh(self, person: str, work: str, weight: float | None, now_s: float) -> Ignored | None:
        if weight is None or not math.isfinite(weight):
            return "not finite"
        if self._parts[work].locked:
            return "locked"
        hand = self._hands.get(work)
        on = hand is not None and hand.person == person
        self._hands[work] = _Hand(person, now_s + self._settings.blend_hold_s)
        return self._become(person, work, weighed(self._parts, work, weight, self._fixed(person)), on=on)

    def _let_go(self, person: str, work: str) -> Ignored | None:
        hand = self._hands.get(work)
        if hand is None or hand.person != person:
            return "not held"
        del self._hands[work]
        return None

    # -- doing and undoing

    def _become(self, person: str, work: str | None, parts: Parts, *, on: bool = False) -> Ignored | None:
        """The blend is this from now on. `on`: the same hand goes on with the same slider, in one gesture."""
        self._gestures.note(person, work, self._parts, parts, on=on)
        self._put(parts)
        return None

    def _undo(self, person: str) -> Ignored | None:
        """Exactly what was before the last gesture, when nobody else has changed anything since; else its slider."""
        gesture = self._gestures.take(person)
        if gesture is None:
            return "nothing to undo"
        others = [work for work, hand in self._hands.items() if hand.person != person]
        self._hands = {work: self._hands[work] for work in others}
        parts: Parts | None = gesture.before
        if gesture.after != self._parts or any(gesture.before.get(work) != self._parts[work] for work in others):
            parts = put_back(gesture, self._parts, self._fixed(person))
        if parts is None:
            return "changed by others"
        self._put(parts)
        return None

    def _put(self, parts: Parts) -> None:
        self._parts = parts
        self._hands = {work: hand for work, hand in self._hands.items() if work in parts}

    # -- who holds what

    def _fixed(self, person: str) -> set[str]:
        """What this person's change of another slider does not move: what is locked, and what somebody else holds."""
        locked = {work for work, part in self._parts.items() if part.locked}
        return locked | {work for work, hand in self._hands.items() if hand.person != person}

    def _expire(self, now_s: float) -> None:
        if self._hands:
            self._hands = {work: hand for work, hand in self._hands.items() if now_s < hand.until_s}

    @property
    def _set(self) -> dict[str, float]:
        return {work: part.weight for work, part in self._parts.items()}
