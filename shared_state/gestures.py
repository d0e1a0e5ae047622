"""What people did to the blend, so that each can take back their own last gesture.

Pure: a gesture is two blends, the one before it and the one after. Not here: what a hand does (`blend.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from shared_state.messages import MAX_PORTIONS
from shared_state.weights import Parts, added, removed, weighed

HISTORY: Final = 256
"""Gestures that are remembered, of all people together: two each in a full room, and half a megabyte at most."""


@dataclass(slots=True, eq=False)
class Gesture:
    """What one person did in one go: an edit, or a whole run along one slider."""

    person: str
    work: str | None
    """The slider; None for what concerns the whole blend."""
    before: Parts
    after: Parts | None
    """None once somebody else has changed the blend in the middle of it."""


class Gestures:
    """The last HISTORY of them; older ones are forgotten."""

    def __init__(self) -> None:
        self._all: deque[Gesture] = deque(maxlen=HISTORY)

    def note(self, person: str, work: str | None, before: Parts, after: Parts, *, on: bool) -> None:
        """Somebody changed a blend. `on`: the same hand goes on along the same slider, in one gesture."""
        last = self._last(person) if on else None
        if last is not None and last.work == work:
            last.after = after if last.after == before else None
        elif before != after:
            self._all.append(Gesture(person, work, before, after))

    def take(self, person: str) -> Gesture | None:
        """Their last one, which is forgotten with it."""
        gesture = self._last(person)
        if gesture is not None:
            self._all.remove(gesture)
        return gesture

    def clear(self) -> None:
        """Forget all."""
        self._all.clear()

    def _last(self, person: str) -> Gesture | None:
        return next((gesture for gesture in reversed(self._all) if gesture.person == person), None)


def put_back(gesture: Gesture, parts: Parts, fixed: Collection[str]) -> Parts | None:
    """The slider of a gesture as it was before it, in a blend that others have changed since, by the same rules as any
    change. None when that cannot be."""
    work = gesture.work
    if work is None:
        return None
    was, became, now = gesture.before.get(work), (gesture.after or {}).get(work), parts.get(work)
    if was is None:
        return removed(parts, work, fixed)
    if now is None:
        full = len(parts) >= MAX_PORTIONS
        return None if full else weighed(added(parts, work, fixed), work, was.weight, fixed)
    if became is not None and became.locked != was.locked:
        return {**parts, work: replace(now, locked=was.locked)}
    return None if now.locked else weighed(parts, work, was.weight, fixed)
