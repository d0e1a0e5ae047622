"""Two camps that take turns (step 6 of the law): a crowd split in two would else stand still between its wishes.

Each camp has the room for a part of the period as large as its part of the people. Pure: nothing depends on who came
first. Not here: one against many, whom the mean of the pulls outvotes as it always did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared_state import kept, messages
from shared_state.hand import Hand
from shared_state.kept import moment, span
from shared_state.messages import Camp
from shared_state.settings import SteeringSettings

Vector = tuple[float, float]

LIGHT: Final = 0.1
"""A pull shorter than this says nothing of where somebody wants to go: a stick that trembles at rest."""

SEEN_FROM: Final = 0.02
"""A target nearer than this to where we look from has no direction: less than the spacing of works on a full map."""

ROUNDS: Final = 4
"""Of assigning people to the nearer camp: from the main axis of the pulls, two are nearly always enough."""


@dataclass(frozen=True, slots=True)
class Split:
    """A crowd seen as two camps. `sharp`: the mean cosine between a pull and its camp's direction, in [0, 1]; 0 when
    the camps are less than 90 degrees apart, for then they are of one mind."""

    camps: Mapping[str, int]
    """Camp, 0 or 1, by person."""
    directions: tuple[Vector, Vector]
    sharp: float

    def people(self, camp: int) -> list[str]:
        """Who is in it, sorted."""
        return sorted(person for person, of in self.camps.items() if of == camp)

    def part(self, camp: int) -> float:
        """Of the people, in (0, 1)."""
        return sum(of == camp for of in self.camps.values()) / len(self.camps)


def split(wishes: Mapping[str, Vector], seeds: tuple[Vector, Vector] | None = None) -> Split | None:
    """Part people by the directions of length 1 in which they wish to go: two means on the circle, from `seeds` or the
    main axis of the wishes. None when one camp is empty."""
    first, second = seeds or _main_axis(wishes.values())
    camps: dict[str, int] = {}
    for _ in range(ROUNDS):
        before = camps
        camps = {person: int(_dot(wish, second) > _dot(wish, first)) for person, wish in wishes.items()}
        sums = [_sum(wish for person, wish in wishes.items() if camps[person] == camp) for camp in (0, 1)]
        lengths = [math.hypot(*total) for total in sums]
        if min(lengths) < 1e-9:
            return None
        first, second = ((x / length, y / length) for (x, y), length in zip(sums, lengths, strict=True))
        if camps == before:
            break
    apart = _dot(first, second) < 0.0
    return Split(camps, (first, second), sum(lengths) / len(wishes) if apart else 0.0)


class Tide:
    """Notices that a crowd is split, lets the camps take turns, and ends when it is split no longer."""

    def __init__(self, settings: SteeringSettings) -> None:
        self._settings = settings
        self.stop()

    def stop(self) -> None:
        """No turns; and what was noticed until now is forgotten."""
        self._looks_s = -math.inf
        self._since_s = math.inf
        """Since when the crowd is split, or, while camps take turns, is not."""
        self._split: Split | None = None
        """The camps that take turns."""
        self._pivot: Vector = (0.5, 0.5)
        """Where the camps are looked at from: between their targets, for the point itself is now with one of them."""
        self._turn = 0
        self._until_s = math.inf

    @property
    def on(self) -> bool:
        """Camps take turns."""
        return self._split is not None

    def step(self, hands: Sequence[Hand], x: float, y: float, now_s: float) -> None:
        """One tick of these hands, with the point at (x, y)."""
        if now_s - self._looks_s >= self._settings.tide_look_s:
            self._looks_s = now_s
            self._look(hands, (x, y), now_s)
        if self._split is not None and now_s >= self._until_s:
            self._take_turn(1 - self._turn, now_s)

    def heard(self, hands: Sequence[Hand]) -> Sequence[Hand]:
        """Those of the camp whose turn it is, and whoever is in neither; everybody while there are no turns."""
        if self._split is None:
            return hands
        camps = self._split.camps
        return [hand for hand in hands if camps.get(hand.id, self._turn) == self._turn]

    def told(self, now_s: float) -> messages.Tide | None:
        """For the wire; None while there are no turns. In half seconds, so that equal messages stay equal."""
        if self._split is None:
            return None
        camps = [
            Camp(self._split.people(camp), round(x, 2), round(y, 2), round(self._split.part(camp), 3))
            for camp, (x, y) in enumerate(self._split.directions)
        ]
        return messages.Tide(camps, self._turn, max(0.0, round(2.0 * (self._until_s - now_s)) / 2.0))

    def durable(self, now_s: float) -> kept.Tide:
        """What a snapshot of now keeps: all of it."""
        camps = self._split
        split = None if camps is None else kept.Split(dict(camps.camps), camps.directions, camps.sharp)
        looks_s, since_s, until_s = (span(at_s, now_s) for at_s in (self._looks_s, self._since_s, self._until_s))
        return kept.Tide(looks_s, since_s, split, self._pivot, self._turn, until_s)

    def restore(self, tide: kept.Tide, now_s: float) -> None:
        """Go on from a snapshot."""
        self.stop()
        self._looks_s, self._since_s = moment(tide.looks_s, now_s, -math.inf), moment(tide.since_s, now_s)
        if tide.split is not None and tide.until_s is not None:
            self._split = Split(tide.split.camps, tide.split.directions, tide.split.sharp)
            self._pivot, self._turn, self._until_s = tide.pivot, tide.turn, moment(tide.until_s, now_s)

    def _look(self, hands: Sequence[Hand], point: Vector, now_s: float) -> None:
        wishes = _wishes(hands, self._pivot if self.on else None)
        camps = self._camps(wishes)
        if self._split is None:
            self._since_s = min(self._since_s, now_s) if camps else math.inf
            if camps is not None and now_s - self._since_s >= self._settings.tide_after_s:
                self._begin(camps, hands, point, now_s)
        elif camps is not None:
            self._split, self._since_s = camps, math.inf
        else:
            self._since_s = min(self._since_s, now_s)
            if now_s - self._since_s >= self._settings.tide_calm_s:
                self.stop()

    def _camps(self, wishes: Mapping[str, Vector]) -> Split | None:
        """The two camps of a crowd that is split, else None."""
        if len(wishes) < self._settings.tide_people:
            return None
        found = split(wishes, self._split.directions if self._split else None)
        if found is None or found.sharp <= self._settings.tide_split:
            return None
        return found if min(found.part(0), found.part(1)) >= self._settings.tide_least else None

    def _begin(self, camps: Split, hands: Sequence[Hand], point: Vector, now_s: float) -> None:
        """The larger camp has the first turn."""
        self._split, self._since_s = camps, math.inf
        goals = [
            [hand.goal for hand in hands if hand.goal is not None and camps.camps.get(hand.id) == camp]
            for camp in (0, 1)
        ]
        if all(goals):
            (x0, y0), (x1, y1) = (_mean(of_camp) for of_camp in goals)
            point = (x0 + x1) / 2, (y0 + y1) / 2
        self._pivot = point
        self._take_turn(int(camps.part(1) > camps.part(0)), now_s)

    def _take_turn(self, camp: int, now_s: float) -> None:
        assert self._split is not None
        self._turn, self._until_s = camp, now_s + self._settings.tide_period_s * self._split.part(camp)


def _wishes(hands: Sequence[Hand], pivot: Vector | None) -> dict[str, Vector]:
    """The direction in which each person who touches wishes to go, of length 1: the pull's, or, looked at from a pivot,
    that of the target."""
    wishes = {}
    for hand in hands:
        if hand.touches:
            x, y, least = hand.fx, hand.fy, LIGHT
            if pivot is not None and hand.goal is not None:
                x, y, least = hand.goal[0] - pivot[0], hand.goal[1] - pivot[1], SEEN_FROM
            length = math.hypot(x, y)
            if length >= least:
                wishes[hand.id] = x / length, y / length
    return wishes


def _main_axis(wishes: Iterable[Vector]) -> tuple[Vector, Vector]:
    """The direction in which wishes differ most from their mean, and its opposite."""
    vectors = list(wishes)
    mean_x, mean_y = _mean(vectors)
    xx = sum((x - mean_x) ** 2 for x, _ in vectors)
    yy = sum((y - mean_y) ** 2 for _, y in vectors)
    xy = sum((x - mean_x) * (y - mean_y) for x, y in vectors)
    angle = 0.5 * math.atan2(2.0 * xy, xx - yy)
    axis = math.cos(angle), math.sin(angle)
    return axis, (-axis[0], -axis[1])


def _mean(vectors: Sequence[Vector]) -> Vector:
    x, y = _sum(vectors)
    return x / len(vectors), y / len(vectors)


def _sum(vectors: Iterable[Vector]) -> Vector:
    found = list(vectors)
    return sum(x for x, _ in found), sum(y for _, y in found)


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1]
