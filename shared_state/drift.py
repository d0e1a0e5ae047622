"""The point of a room and its velocity: it follows what is wished, and stays on the map (step 8 of the law).

Pure: no clock. Lengths are in widths of the map, speeds in widths a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared_state.settings import SteeringSettings
from shared_state.steering import follow


@dataclass(frozen=True, slots=True)
class Point:
    """Where the room is on the map, each in [0, 1], and its velocity in widths a second."""

    x: float
    y: float
    vx: float = 0.0
    vy: float = 0.0


class Drift:
    """See the module."""

    def __init__(self, settings: SteeringSettings, x: float, y: float) -> None:
        self._settings = settings
        self.put(x, y)

    @property
    def point(self) -> Point:
        """As a value."""
        return Point(self.x, self.y, self._vx, self._vy)

    @property
    def speed(self) -> float:
        """In widths a second."""
        return math.hypot(self._vx, self._vy)

    def put(self, x: float, y: float) -> None:
        """Be at a place, cut to the map, at rest."""
        self.x, self.y = min(1.0, max(0.0, x)), min(1.0, max(0.0, y))
        self._vx = self._vy = 0.0

    def restore(self, x: float, y: float, velocity: tuple[float, float]) -> None:
        """Go on from a snapshot, no faster than the law goes."""
        self.put(x, y)
        over = max(1.0, math.hypot(*velocity) / self._settings.v_max)
        self._vx, self._vy = velocity[0] / over, velocity[1] / over

    def step(self, wish_x: float, wish_y: float) -> None:
        """One tick towards a wished velocity."""
        settings = self._settings
        vx, vy = follow(self._vx, wish_x, settings), follow(self._vy, wish_y, settings)
        if max(math.hypot(vx, vy), math.hypot(wish_x, wish_y)) < settings.still:
            vx = vy = 0.0
        self.x, self._vx = _move(self.x, vx, settings.tick_s)
        self.y, self._vy = _move(self.y, vy, settings.tick_s)

    def land(self, goal_x: float, goal_y: float) -> None:
        """Be exactly there, if that is no further than `landing`."""
        if math.hypot(goal_x - self.x, goal_y - self.y) <= self._settings.landing:
            self.put(goal_x, goal_y)


def _move(place: float, velocity: float, dt_s: float) -> tuple[float, float]:
    """One component of p += h v, and the velocity after it: the map's edge takes away what would lead beyond."""
    moved = place + dt_s * velocity
    return (moved, velocity) if 0.0 <= moved <= 1.0 else (min(1.0, max(0.0, moved)), 0.0)
