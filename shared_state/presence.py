"""Who is in a room, from what gateways say: Enter and Leave as they happen, and Present, the whole truth, every second.

One rule repairs every loss: a visitor for whom nobody has vouched for `silence_s` is gone. It covers a lost Leave (the
gateway's list no longer names them) and a gateway that died (its lists stopped); the next list repairs a lost Enter.
Pure: time is passed in.
"""

from __future__ import annotations

import math
from bisect import insort

MAX_GATEWAYS = 64
"""More gateways than any installation has; a broken one that renames itself cannot fill the memory."""


class Presence:
    """At most `capacity` visitors, and how many screens each gateway holds."""

    def __init__(self, *, capacity: int, silence_s: float) -> None:
        self._capacity = capacity
        self._silence_s = silence_s
        self._vouched_s: dict[str, float] = {}
        self._screens: dict[str, tuple[float, int]] = {}
        self.visitors: list[str] = []
        """Who is here, sorted, so that nothing depends on the order of arrival."""

    def __contains__(self, person: str) -> bool:
        return person in self._vouched_s

    def vouch(self, person: str, now_s: float) -> bool:
        """Somebody is here. False when there is no seat left for them."""
        if person not in self._vouched_s:
            if len(self._vouched_s) >= self._capacity:
                return False
            insort(self.visitors, person)
        self._vouched_s[person] = max(now_s, self._vouched_s.get(person, -math.inf))
        return True

    def here(self, person: str, now_s: float) -> bool:
        """Whether they have a seat; a sign of life vouches for those who have."""
        return person in self._vouched_s and self.vouch(person, now_s)

    def leave(self, person: str) -> bool:
        """Somebody left. False when they were not here."""
        if self._vouched_s.pop(person, None) is None:
            return False
        self.visitors.remove(person)
        return True

    def gateway(self, name: str, screens: int, now_s: float) -> None:
        """A gateway holds this many screens."""
        self._screens[name] = now_s, screens
        while len(self._screens) > MAX_GATEWAYS:
            del self._screens[min(self._screens, key=lambda known: self._screens[known])]

    def screens(self, now_s: float) -> int:
        """Screens on all gateways that were heard of lately."""
        return sum(screens for heard_s, screens in self._screens.values() if now_s - heard_s <= self._silence_s)

    def silent(self, now_s: float) -> list[str]:
        """Visitors for whom nobody has vouched for too long."""
        return [person for person in self.visitors if now_s - self._vouched_s[person] > self._silence_s]
