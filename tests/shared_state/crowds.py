"""What the steering tests share: a room on a small map, and people who do as they are told. Time is counted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from shared_state.messages import Deed, Did, Enter, Leave, People, Place, Present, Push, Pushed, Stick
from shared_state.room import Nearby, Point, Room
from shared_state.settings import DEFAULTS, SteeringSettings

WORKS = {"goblet": (0.3, 0.5), "helmet": (0.7, 0.5)}
"""Two artworks on a map of their own."""

NEAR = [Nearby(work, x, y, 0.08) for work, (x, y) in WORKS.items()]


MODEL = "bundled"
"""What the room shows."""


def a_room(
    *people: str, settings: SteeringSettings = DEFAULTS, capacity: int = 100, start: tuple[float, float] = (0.5, 0.5)
) -> Room:
    """A room that these people entered 2 s ago: their weights have grown to 1."""
    room = Room("main", settings, capacity=capacity, places=WORKS.get, rng=random.Random(7), start=start)
    room.show(MODEL)
    for person in people:
        room.apply(Enter(person), -2.0)
    return room


class Playback:
    """Runs a room tick by tick. Whoever holds a push repeats it twice a second, as phones do."""

    def __init__(self, room: Room, near: Sequence[Nearby] = (), *, held: Sequence[str] = ()) -> None:
        """`held`: people for whom a gateway vouches, push or no push."""
        self.room = room
        self.present = list(held)
        self.near = near
        self.now_s = 0.0
        self._held: dict[str, Push] = {}
        self._seq = 0
        room.advance(0.0, near)

    @property
    def mode(self) -> str:
        """The room's mode, as a word of its own: it changes while it is looked at."""
        return str(self.room.mode)

    def hold(self, person: str, push: Push) -> None:
        """Touch and keep touching."""
        self._held[person] = push
        self._send(person, push)

    def once(self, person: str, push: Push) -> None:
        """One push, never repeated; a held one is held no more."""
        self._held.pop(person, None)
        self._send(person, push)

    def run(self, seconds: float) -> list[Point]:
        """Advance in ticks of 1/60 s; the point after each."""
        points = []
        for tick in range(round(seconds * 60)):
            if tick % 30 == 0:
                if self.present:
                    self.room.apply(Present("gate", self.present, 1), self.now_s)
                for person, push in self._held.items():
                    self._send(person, push)
            self.now_s += 1 / 60
            self.room.advance(self.now_s + 1e-9, self.near)
            points.append(self.room.point)
        return points

    def leave(self, person: str) -> None:
        """Somebody goes, finger down or not."""
        self._held.pop(person, None)
        self.present = [other for other in self.present if other != person]
        self.room.apply(Leave(person), self.now_s)

    def did(self, person: str, deed: Deed, *, guide: bool = False) -> None:
        """A deed, numbered anew."""
        self._seq += 1
        self.room.apply(Did(person, replace(deed, seq=self._seq), guide), self.now_s)

    @property
    def people(self) -> People:
        """What is told of everybody now."""
        return self.room.people(self.now_s, paused=False)

    def _send(self, person: str, push: Push) -> None:
        self._seq += 1
        self.room.apply(Pushed(person, replace(push, seq=self._seq)), self.now_s)


def stick(x: float, y: float) -> Stick:
    """A stick push whose number does not matter."""
    return Stick(0, x, y)


def place(x: float, y: float) -> Place:
    """A pull to a place whose number does not matter."""
    return Place(0, x, y)


def path(points: Iterable[Point]) -> list[tuple[float, float]]:
    """Only where the points are."""
    return [(point.x, point.y) for point in points]
