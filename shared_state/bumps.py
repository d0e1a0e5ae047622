"""What the wall bumps into, who brought it there, and how often each work has been seen.

Pure: time is passed in. Not here: when a point settles (`snapping.py`), when a blend is one work (`blending.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shared_state import kept, snapshot
from shared_state.drift import Drift
from shared_state.messages import Slider
from shared_state.settings import SteeringSettings
from shared_state.snapping import MAX_FINDERS, Credits, Nearby, Snap


class Bumps:
    """See the module."""

    def __init__(self, settings: SteeringSettings, seen: Mapping[str, int] | None = None) -> None:
        self.snap = Snap(settings)
        self.finders: list[str] = []
        """Of the present bump, largest part first."""
        self.seen = dict(seen or {})
        """Bumps by artwork, the longest known first."""
        self._credits = Credits(settings)

    @property
    def work(self) -> str | None:
        """The artwork that the point has settled on."""
        return self.snap.bump.id if self.snap.bump else None

    @property
    def undecided(self) -> bool:
        """A bump may begin by itself."""
        return self.snap.undecided

    def carried(self, shares: Mapping[str, float], way: float, dt_s: float) -> None:
        """The point has moved by `way` widths in `dt_s` seconds, and these people had these shares in it."""
        self._credits.add(shares, way, dt_s)

    def carriers(self) -> list[str]:
        """Who has moved the point to where it is."""
        return self._credits.finders()

    def step(self, drift: Drift, nearby: Sequence[Nearby], finders: Callable[[], list[str]]) -> None:
        """One tick of a point that moves on the map; `finders` tells whom a bump that begins now is owed to."""
        if self.snap.step(drift.x, drift.y, drift.speed, nearby):
            self._begin(self.work, finders())
        elif self.snap.bump is None:
            self.finders = []

    def blended(self, work: str | None, begins: bool, sliders: Sequence[Slider]) -> None:
        """One tick in which the picture is the blend's, and `work` what it is like: found by the hand on its slider."""
        self.snap.leave()
        if begins:
            self._begin(work, [slider.hand for slider in sliders if slider.id == work and slider.hand])
        elif work is None:
            self.finders = []

    def durable(self) -> kept.Found:
        """What a snapshot keeps beside `seen`."""
        return kept.Found(self.snap.durable(), self.finders, self._credits.ways)

    def restore(self, found: kept.Found) -> None:
        """Go on from a snapshot: a bump that is there is not counted again."""
        self.snap.restore(found.snap)
        self.finders = list(found.finders)
        self._credits.restore(found.carried)

    def _begin(self, work: str | None, finders: list[str]) -> None:
        self.finders = finders[:MAX_FINDERS]
        if work is not None:
            self.seen[work] = self.seen.get(work, 0) + 1
            if len(self.seen) > snapshot.MAX_SEEN:
                del self.seen[next(iter(self.seen))]
