"""Settling on artworks: the pull of a near one, when a bump begins and ends, and who brought the point there.

Pure: no clock, no chance, no index. The server asks its index what is near and passes it in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared_state import kept
from shared_state.settings import SteeringSettings
from shared_state.steering import Fused, pull

MAX_FINDERS = 5
"""Names that fit under a label on the wall."""

LEAST_FINDER = 0.05
"""A smaller part in the last stretch does not make a finder."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """An artwork that the index found near the point.

    `reach`: its own snap radius in widths, at most .08 and half the way to its nearest neighbour on the map, so that no
    two artworks claim the same place.
    """

    id: str
    x: float
    y: float
    reach: float

    def distance(self, x: float, y: float) -> float:
        """How far (x, y) is from this work, in widths."""
        return math.hypot(self.x - x, self.y - y)


class Snap:
    """On which artwork the point rests, if any: hysteresis in space (`enter_ratio`) and in time (`enter_s`)."""

    def __init__(self, settings: SteeringSettings) -> None:
        self._settings = settings
        self._close: Nearby | None = None
        self._close_s = 0.0
        self.bump: Nearby | None = None

    def durable(self) -> kept.Snap:
        """What a snapshot keeps: all of it."""
        return kept.Snap(_kept(self.bump), _kept(self._close), self._close_s)

    def restore(self, snap: kept.Snap) -> None:
        """Go on from a snapshot: a bump that is there has begun already."""
        self.bump, self._close, self._close_s = _nearby(snap.bump), _nearby(snap.close), snap.close_s

    @property
    def undecided(self) -> bool:
        """The point is close to an artwork and slow, but not yet long enough: keep stepping."""
        return self._close is not None and self.bump is None

    def leave(self) -> None:
        """The picture is no longer the point's: no bump, and none in the making."""
        self.bump = self._close = None

    def pull(self, x: float, y: float, speed: float, nearby: Sequence[Nearby], fused: Fused) -> tuple[float, float]:
        """The pull of the artwork in whose reach a slow point is, at most `snap_pull` long, else (0, 0).

        It yields to a crowd that agrees, so that whoever knows where to go always escapes; and it is Huber's, as a
        person's is, so that it ends gently. While hands fade, the crowd's agreement counts for as little as they weigh.
        """
        work = _nearest(nearby, x, y, 1.0) if speed < self._settings.slow else None
        decided = fused.agreement * min(1.0, fused.weight) / self._settings.escape_agreement
        if work is None or decided >= 1.0:
            return 0.0, 0.0
        strength = self._settings.snap_pull * (1.0 - decided)
        fx, fy = pull(work.x - x, work.y - y, self._settings.huber_delta)
        return strength * fx, strength * fy

    def step(self, x: float, y: float, speed: float, nearby: Sequence[Nearby]) -> bool:
        """One tick at (x, y). True when a bump began."""
        if self.bump is not None and self.bump.distance(x, y) > self.bump.reach:
            self.bump = None
        slow = speed < self._settings.slow
        close = _nearest(nearby, x, y, self._settings.enter_ratio) if slow and self.bump is None else None
        same = close is not None and self._close is not None and close.id == self._close.id
        self._close_s = self._close_s + self._settings.tick_s if same else 0.0
        self._close = close
        if close is None or self._close_s < self._settings.enter_s:
            return False
        self.bump, self._close = close, None
        return True


class Credits:
    """How far each person has carried the point lately: shares times way, fading over `finder_memory_s`."""

    def __init__(self, settings: SteeringSettings) -> None:
        self._memory_s = settings.finder_memory_s
        self._ways: dict[str, float] = {}

    def add(self, shares: Mapping[str, float], way: float, dt_s: float) -> None:
        """The point has moved by `way` widths in `dt_s` seconds, and these people had these shares in it."""
        kept = math.exp(-dt_s / self._memory_s)
        self._ways = {person: old * kept for person, old in self._ways.items() if old > 1e-9}
        for person, share in shares.items():
            if share > 0.0:
                self._ways[person] = self._ways.get(person, 0.0) + share * way

    @property
    def ways(self) -> dict[str, float]:
        """How far each person has carried it, in widths: what a snapshot keeps."""
        return dict(self._ways)

    def restore(self, ways: Mapping[str, float]) -> None:
        """Go on from a snapshot."""
        self._ways = dict(ways)

    def finders(self) -> list[str]:
        """Who brought the point to where it is, largest part first, at most MAX_FINDERS."""
        total = sum(self._ways.values())
        ranked = sorted(self._ways.items(), key=lambda item: (-item[1], item[0]))
        return [person for person, way in ranked[:MAX_FINDERS] if way >= LEAST_FINDER * total > 0.0]


def _kept(work: Nearby | None) -> kept.Near | None:
    return None if work is None else kept.Near(work.id, work.x, work.y, work.reach)


def _nearby(work: kept.Near | None) -> Nearby | None:
    return None if work is None else Nearby(work.id, work.x, work.y, work.reach)


def _nearest(nearby: Sequence[Nearby], x: float, y: float, ratio: float) -> Nearby | None:
    """The nearest work that has (x, y) within `ratio` of its reach; equal distances go by id."""
    found = [(distance, work.id, work) for work in nearby if (distance := work.distance(x, y)) <= ratio * work.reach]
    return min(found)[2] if found else None
