"""Everybody in a room, and their hands: whose push is taken in, whose is not, and who keeps fading after they left.

Pure: time is passed in, and nothing depends on the order in which people's inputs arrive.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Literal

from shared_state import blend, kept
from shared_state.hand import Hand
from shared_state.kept import moment, span
from shared_state.messages import Person, Place, Push, Release, Spot, Stick, Work
from shared_state.palette import Colours
from shared_state.presence import Presence
from shared_state.settings import SteeringSettings

MAX_MUTED = 1_024
"""Mutes that are remembered: ten full rooms of griefers."""

Ignored = (
    blend.Ignored
    | Literal[
        "room full",
        "not in the room",
        "late or repeated",
        "not finite",
        "unknown work",
        "muted",
        "not theirs to choose",
        "not in this mode",
        "latent too large",
        "guest of another model",
    ]
)
"""Why an input had no effect."""


class Crowd:
    """At most `capacity` people who may steer, and as many who have left and still fade."""

    def __init__(
        self, settings: SteeringSettings, *, capacity: int, places: Callable[[str], tuple[float, float] | None]
    ) -> None:
        self.presence = Presence(capacity=capacity, silence_s=settings.silence_s)
        self.colours = Colours(kept_s=settings.colour_kept_s, limit=2 * capacity)
        self.ignored: Counter[Ignored] = Counter()
        """Inputs without effect, by reason."""
        self.muted: set[str] = set()
        self._settings = settings
        self._capacity = capacity
        self._places = places
        self._hands: dict[str, Hand] = {}
        """Of everybody here, and of those who left and still fade."""
        self.hands: list[Hand] = []
        """Those that push or fade, sorted by id, so that sums round the same way whoever came first."""
        self._cursors: dict[str, tuple[Spot, float]] = {}
        """Where people point, and since when."""

    def enter(self, person: str, now_s: float, *, remote: bool) -> None:
        """Somebody is here, or `remote`, if there is a seat for them."""
        known = person in self.presence
        if not self.presence.vouch(person, now_s):
            self.ignored["room full"] += 1
            return
        if not known:
            self._give_hand(person, now_s)
            self.count_anew(person)
            self.colours.take(person, now_s)
        self._hands[person].remote = remote

    def leave(self, person: str, now_s: float) -> bool:
        """Somebody left; their last push fades. False when they were not here."""
        if not self.presence.leave(person):
            return False
        self._hands[person].let_go(now_s)
        self._cursors.pop(person, None)
        self.colours.leave(person, now_s)
        return True

    def count_anew(self, person: str) -> None:
        """A new connection of somebody: its pushes and deeds are numbered from anywhere."""
        if person in self._hands:
            self._hands[person].begin_again()

    def mute(self, person: str, muted: bool) -> None:
        """Somebody's pushes count no longer, as if they were absent; or count again."""
        if not muted:
            self.muted.discard(person)
        elif len(self.muted) < MAX_MUTED:
            self.muted.add(person)
            self.hands = [hand for hand in self.hands if hand.id != person]

    def push(self, person: str, push: Push, now_s: float) -> None:
        """Let a person's push count, if they are here, it is their newest, and it says something."""
        reason = self._take_in(person, push, now_s)
        if reason is not None:
            self.ignored[reason] += 1

    def deed(self, person: str, seq: int, now_s: float) -> Ignored | None:
        """Why a deed of this number does not count, or None when it does: then none of this number counts again."""
        hand = self._hands.get(person)
        if hand is None or not self.presence.here(person, now_s):
            return "not in the room"
        if person in self.muted:
            return "muted"
        if seq <= hand.deed_seq:
            return "late or repeated"
        hand.deed_seq = seq
        return None

    def point(self, person: str, x: float, y: float, now_s: float) -> Ignored | None:
        """Somebody who is here points at a place, cut to the map. Why it counts as none, or None."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return "not finite"
        self._cursors[person] = _spot(x, y), now_s
        return None

    def people(self, shares: Mapping[str, float], now_s: float) -> list[Person]:
        """Everybody here, for the wire; `shares`: of the movement, by person."""
        return [
            Person(
                person,
                self.colours.of(person),
                shares.get(person, 0.0),
                self.steers(person, now_s),
                self._hands[person].remote,
                self._at(self._hands[person], now_s),
            )
            for person in self.presence.visitors
        ]

    def sample(self, x: float, y: float, now_s: float) -> list[Hand]:
        """Everybody's pull and weight for a point at (x, y)."""
        for hand in self.hands:
            hand.sample(x, y, now_s, self._settings)
        return self.hands

    def steers(self, person: str, now_s: float) -> bool:
        """This person has a finger down, and counts."""
        hand = self._hands.get(person)
        return hand is not None and person not in self.muted and hand.touching(now_s, self._settings)

    def tidy(self) -> None:
        """Let go of hands that have faded, and of those who left with them."""
        self.hands = [hand for hand in self.hands if not hand.faded]
        if len(self._hands) > len(self.presence.visitors):
            fading = {hand.id for hand in self.hands}
            self._hands = {
                person: hand for person, hand in self._hands.items() if person in self.presence or person in fading
            }

    def durable(self, now_s: float) -> dict[str, kept.Here]:
        """What a snapshot of now keeps of everybody here: their standing push, and since when, while that counts."""
        return {person: self._kept(self._hands[person], now_s) for person in self.presence.visitors}

    def restore(self, people: Mapping[str, kept.Here], now_s: float) -> None:
        """Go on from a snapshot: whoever is in it is here, until nobody has vouched for them for too long. Who is here
        already stays as they are."""
        for person, here in people.items():
            if person in self.presence or not self.presence.vouch(person, now_s):
                continue
            self._give_hand(person, moment(here.joined_s, now_s, -math.inf))
            hand = self._hands[person]
            hand.remote = here.remote
            if here.hand is not None:
                hand.restore(here.hand, now_s)
                self._take_up(hand)

    def _kept(self, hand: Hand, now_s: float) -> kept.Here:
        ramps = now_s - hand.joined_s < self._settings.join_ramp_s
        return kept.Here(hand.remote, span(hand.joined_s, now_s) if ramps else None, hand.durable(now_s))

    def _at(self, hand: Hand, now_s: float) -> Spot | None:
        """Where somebody pulls to, or else has pointed lately."""
        if hand.goal is not None and self.steers(hand.id, now_s):
            return _spot(*hand.goal)
        spot, told_s = self._cursors.get(hand.id, (None, -math.inf))
        return spot if now_s - told_s < self._settings.cursor_s and hand.id not in self.muted else None

    def _take_in(self, person: str, push: Push, now_s: float) -> Ignored | None:
        """Pass a push to its hand, or say why it counts as none."""
        hand = self._hands.get(person)
        if hand is None or not self.presence.here(person, now_s):
            return "not in the room"
        if not hand.is_news(push.seq):
            return "late or repeated"
        reason = self._act(hand, push, now_s)
        if reason is None:
            self._take_up(hand)
        return reason

    def _take_up(self, hand: Hand) -> None:
        """This hand pushes, unless it is muted."""
        if hand.id not in self.muted and hand not in self.hands:
            insort(self.hands, hand, key=attrgetter("id"))

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
        self.hands = [hand for hand in self.hands if hand.id != person]


def _spot(x: float, y: float) -> Spot:
    """On the map, to a ten-thousandth of it: a quarter of a pixel of the largest wall, in half the bytes."""
    return Spot(round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4))
