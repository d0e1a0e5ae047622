"""A tour that the point rides: from work to work, with a rest at each, bent by whoever pushes meanwhile.

Pure: time is passed in. Not here: which works make a good tour (`models/search`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from shared_state import kept, messages
from shared_state.hand import Lure
from shared_state.idle import ARRIVED
from shared_state.kept import moment, span
from shared_state.settings import SteeringSettings

Stop = tuple[str, float, float]
"""A work and its place."""

AGAINST: Final = -0.2
"""A crowd whose force along the way to the next stop is less than this carries the point off: it does not just bend."""


class Voyage:
    """Stops in their order. While it is on it pulls as a hand of weight `voyage_pull` in the room of the wall."""

    def __init__(self, settings: SteeringSettings) -> None:
        self._settings = settings
        self._stops: Sequence[Stop] = ()
        self._at = 0
        self._leaves_s = math.inf
        """When to set out again; never, while on the way."""
        self._lure: Lure | None = None

    @property
    def on(self) -> bool:
        """A tour is under way."""
        return bool(self._stops)

    def ride(self, stops: Sequence[Stop]) -> None:
        """Another tour in place of the present one; without stops, none."""
        self._stops = stops
        self._go_to(0)

    def step(self, x: float, y: float, crowd: tuple[float, float], now_s: float) -> Lure | None:
        """The hand that pulls to the next stop, sampled for a point at (x, y), or None when there is no tour.
        `crowd`: the force of the people before this step."""
        if not self._stops:
            return None
        self._carried(x, y, crowd)
        if now_s >= self._leaves_s:
            self._go_to(self._at + 1)
            if self._at == len(self._stops):
                self.ride(())
                return None
        _, stop_x, stop_y = self._stops[self._at]
        if math.isinf(self._leaves_s) and math.hypot(stop_x - x, stop_y - y) < ARRIVED:
            self._leaves_s = now_s + self._settings.idle_rest_s
        if self._lure is None:
            self._lure = Lure((stop_x, stop_y), now_s, self._settings.voyage_pull)
        self._lure.sample(x, y, now_s, self._settings)
        return self._lure

    def told(self) -> messages.Voyage | None:
        """For the wire; None when there is no tour."""
        return messages.Voyage([work for work, _, _ in self._stops], self._at) if self._stops else None

    def durable(self, now_s: float) -> kept.Voyage:
        """What a snapshot of now keeps: all of it."""
        lure = None if self._lure is None else self._lure.under_way(now_s)
        return kept.Voyage(list(self._stops), self._at, span(self._leaves_s, now_s), lure)

    def restore(self, voyage: kept.Voyage, now_s: float) -> None:
        """Go on from a snapshot."""
        self.ride(voyage.stops)
        if voyage.at < len(voyage.stops):
            self._at, self._leaves_s = voyage.at, moment(voyage.leaves_s, now_s)
            if voyage.lure is not None:
                self._lure = Lure.restored(voyage.lure, now_s, self._settings.voyage_pull)

    def _go_to(self, at: int) -> None:
        self._at, self._leaves_s, self._lure = at, math.inf, None

    def _carried(self, x: float, y: float, crowd: tuple[float, float]) -> None:
        """Skip to a later stop that the crowd has carried the point nearer to, against the tour's own pull."""
        ways = [math.hypot(stop_x - x, stop_y - y) for _, stop_x, stop_y in self._stops[self._at :]]
        nearest = min(range(len(ways)), key=ways.__getitem__)
        if nearest > 0:
            _, next_x, next_y = self._stops[self._at]
            along = (crowd[0] * (next_x - x) + crowd[1] * (next_y - y)) / ways[0]
            if along < AGAINST:
                self._go_to(self._at + nearest)
