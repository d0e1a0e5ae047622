"""Wandering while nobody steers: from artwork to artwork, least seen first, with a rest at each.

Pure: time and chance are passed in, so a walk can be replayed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from shared_state.settings import SteeringSettings
from shared_state.snapping import Nearby
from shared_state.steering import pull

ARRIVED = 0.004
"""Close enough to a goal, in widths: a tenth of the spacing of works on a full map, one pixel of a 256-pixel map."""

PAUSE_S = 1.0
"""Wait at a goal where no bump has begun: longer than a bump needs to begin, so that a work there gets its chance."""


class IdleWalk:
    """A stroll over the map. It begins anew each time that people have let go of the room.

    It knows only what is near. Where everything near has been seen at least as often as the work it stands on, it sets
    out for a random place: it would else never leave a cluster of works that have only each other near.
    """

    def __init__(self, settings: SteeringSettings, rng: random.Random) -> None:
        self._settings = settings
        self._rng = rng
        self.stop()

    def stop(self) -> None:
        """Somebody steers: forget where we were going."""
        self._goal: tuple[float, float] | None = None
        self._visited: str | None = None
        """The artwork we rest at, or left last."""
        self._leaves_s = math.inf
        """When to set out again; never, while on the way."""

    def step(
        self, x: float, y: float, bump: Nearby | None, nearby: Sequence[Nearby], seen: Mapping[str, int], now_s: float
    ) -> tuple[float, float]:
        """The velocity to stroll at, in widths a second, at most `idle_speed` long. `seen`: visits by work."""
        if bump is not None and bump.id != self._visited:
            self._rest_at(bump, now_s)
        elif self._goal is None or now_s >= self._leaves_s:
            self._set_out(x, y, bump, nearby, seen)
        elif math.isinf(self._leaves_s) and math.dist(self._goal, (x, y)) < ARRIVED:
            self._leaves_s = now_s + PAUSE_S
        goal_x, goal_y = self._goal or (x, y)
        fx, fy = pull(goal_x - x, goal_y - y, self._settings.idle_brake)
        return fx * self._settings.idle_speed, fy * self._settings.idle_speed

    def _rest_at(self, work: Nearby, now_s: float) -> None:
        """The walk has bumped into an artwork, be it the goal or on the way: let people read its label."""
        self._goal = work.x, work.y
        self._visited = work.id
        self._leaves_s = now_s + self._settings.idle_rest_s

    def _set_out(
        self, x: float, y: float, bump: Nearby | None, nearby: Sequence[Nearby], seen: Mapping[str, int]
    ) -> None:
        """Choose the next goal: the least seen work near, by lot among equals, or a random place."""
        self._visited = bump.id if bump else None
        self._leaves_s = math.inf
        others = [work for work in nearby if work.id != self._visited and work.distance(x, y) > ARRIVED]
        fewest = min((seen.get(work.id, 0) for work in others), default=0)
        if others and (bump is None or fewest < seen.get(bump.id, 0)):
            least = sorted((work.id, work.x, work.y) for work in others if seen.get(work.id, 0) == fewest)
            _, goal_x, goal_y = self._rng.choice(least)
            self._goal = goal_x, goal_y
        else:
            self._goal = self._rng.random(), self._rng.random()
