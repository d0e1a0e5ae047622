"""The hands of everybody in a room: whose push is taken in, whose is not, and who keeps fading after they left.

Pure: time is passed in, and nothing depends on the order in which people's inputs arrive.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from typing import Literal

from shared_state.messages import Place, Push, Release, Stick, Work
from shared_state.presence import Presence
from shared_state.settings import SteeringSettings
from shared_state.steering import Fused, Hand, fuse

MAX_MUTED = 1_024
"""Mutes that are remembered: ten full rooms of griefers."""

Ignored = Literal["room full", "not in the room", "late or repeated", "not finite", "unknown work"]
"""Why an input had no effect."""


class Crowd:
    """At most `capacity` people who may steer, and as many who have left and still fade."""

    def __init__(
        self, settings: SteeringSettings, *, capacity: int, places: Callable[[str], tuple[float, float] | None]
    ) -> None:
        self.presence = Presence(capacity=capacity, silence_s=settings.silence_s)
        self.ignored: Counter[Ignored] = Counter()
        """Inputs without effect, by reason."""
        self.muted: set[str] = set()
        self.fused = Fused()
        """What the crowd asked for at the last step."""
        self._settings = settings
        self._capacity = capacity
        self._places = places
        self._hands: dict[str, Hand] = {}
        """Of everybody here, and of those who left and still fade."""
        self._busy: list[Hand] = []
        """Hands that push or fade, sorted by id, so that sums round the same way whoever came first."""

    def enter(self, person: str, now_s: float) -> bool:
        """Somebody is here. True when they have just come in: not when they were here already, or there is no seat."""
        known = person in self.presence
        if not self.presence.vouch(person, now_s):
            self.ignored["room full"] += 1
            return False
        if not known:
            self._give_hand(person, now_s)
            self.count_anew(person)
        return not known

    def leave(self, person: str, now_s: float) -> bool:
        """Somebody left; their last push fades. False when they were not here."""
        if not self.presence.leave(person):
            return False
        self._hands[person].let_go(now_s)
        return True

    def count_anew(self, person: str) -> None:
        """A new connection of somebody: its pushes are numbered from anywhere."""
        if person in self._hands:
            self._hands[person].begin_again()

    def mute(self, person: str, muted: bool) -> None:
        """Somebody's pushes count no longer, as if they were absent; or count again."""
        if not muted:
            self.muted.discard(person)
        elif len(self.muted) < MAX_MUTED:
            self.muted.add(person)
            self._busy = [hand for hand in self._busy if hand.id != person]

    def push(self, person: str, push: Push, now_s: float) -> None:
        """Let a person's push count, if they are here, it is their newest, and it says something."""
        reason = self._take_in(person, push, now_s)
        if reason is not None:
            self.ignored[reason] += 1

    def step(self, x: float, y: float, now_s: float) -> Fused:
        """What everybody asks for together, for a point at (x, y)."""
        self.fused = fuse(self._busy, x, y, now_s, self._settings)
        return self.fused

    def touched(self, now_s: float) -> bool:
        """Anybody who counts has a finger down."""
        return any(hand.touching(now_s, self._settings) for hand in self._busy)

    def steers(self, person: str, now_s: float) -> bool:
        """This person has a finger down, and counts."""
        hand = self._hands.get(person)
        return hand is not None and person not in self.muted and hand.touching(now_s, self._settings)

    def shares(self) -> dict[str, float]:
        """Each person's part in the movement at the last step; who has none may be missing."""
        shares = self.fused.shares(self._busy)
        return {hand.id: share for hand, share in zip(self._busy, shares, strict=True)}

    def tidy(self) -> None:
        """Let go of hands that have faded, and of those who left with them."""
        self._busy = [hand for hand in self._busy if not hand.faded]
        if len(self._hands) > len(self.presence.visitors):
            fading = {hand.id for hand in self._busy}
            self._hands = {
                person: hand for person, hand in self._hands.items() if person in self.presence or person in fading
            }

    def _take_in(self, person: str, push: Push, now_s: float) -> Ignored | None:
        """Pass a push to its hand, or say why it counts as none."""
        hand = self._hands.get(person)
        if hand is None or not self.presence.here(person, now_s):
            return "not in the room"
        if not hand.is_news(push.seq):
            return "late or repeated"
        reason = self._act(hand, push, now_s)
        if reason is None and person not in self.muted and hand not in self._busy:
            insort(self._busy, hand, key=attrgetter("id"))
        return reason

    def _act(self, hand: Hand, push: Push, now_s: float) -> Ignored | None:
        """The hand does what a push says."""
        match push:
            case Stick(_, x, y) | Place(_, x, y) if not (math.isfinite(x) and math.isfinite(y)):
                return "not finite"
            case Stick(seq, x, y):
                hand.stick(seq, x, y, now_s)
            case Place(seq, x, y):
                hand.target(seq, x, y, now_s)
            case Work(seq, work):
                place = self._places(work)
                if place is None:
                    return "unknown work"
                hand.target(seq, place[0], place[1], now_s)
            case Release(seq):
                hand.release(seq, now_s)
        return None

    def _give_hand(self, person: str, now_s: float) -> None:
        """See to it that somebody has a hand: their own while it still fades, else a new one."""
        if person not in self._hands:
            if len(self._hands) >= 2 * self._capacity:
                self._drop(next(known for known in self._hands if known not in self.presence))
            self._hands[person] = Hand(person, now_s)

    def _drop(self, person: str) -> None:
        del self._hands[person]
        self._busy = [hand for hand in self._busy if hand.id != person]
