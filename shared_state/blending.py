"""How far a room's picture has turned from the map to the blend, and which work the blend looks like.

Turning takes seconds and ends gently, whoever chooses modes how often: no switch makes the picture jump.
Pure: a tick is a fixed step of time. Not here: who moves which slider (`blend.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from shared_state.blend import Palette
from shared_state.messages import Portion
from shared_state.settings import SteeringSettings


class Blending:
    """See the module."""

    def __init__(self, settings: SteeringSettings, palette: Palette, hangs: Callable[[str], bool]) -> None:
        """`hangs`: whether an id is a work of the collection, and no visitor's own picture."""
        self._settings, self._palette, self._hangs = settings, palette, hangs
        self._turned = 0.0
        """The part of the time that turning takes that has passed, in [0, 1]."""
        self._close: str | None = None
        self._close_s = 0.0
        self.bump: str | None = None
        """The work that the picture looks like, once it is the blend's picture."""
        self.moving = False
        """The last step changed what shows, or the next may."""

    @property
    def blended(self) -> float:
        """0 shows the map's place, 1 the blend; 3 t^2 - 2 t^3 of the time that has passed, so it ends gently."""
        return self._turned * self._turned * (3.0 - 2.0 * self._turned)

    @property
    def rules(self) -> bool:
        """The picture is more the blend's than the map's."""
        return self._turned > 0.5

    @property
    def portions(self) -> tuple[Portion, ...]:
        """The blend as it shows; () while the map is the whole picture."""
        return self._palette.shown if self._turned > 0.0 else ()

    def begin(self, blend: bool, bump: str | None = None) -> None:
        """Show the blend at once, or the map, as a renderer does that takes a room over; `bump`: what it is."""
        self._turned = 1.0 if blend and self._palette.durable() else 0.0
        self._close, self.bump = None, bump if self._turned else None

    def step(self, blend: bool, now_s: float) -> bool:
        """One tick of a room in mode blend, or not. True when a bump began."""
        settings, before = self._settings, self._turned
        self._palette.advance(settings.tick_s, now_s)
        step = settings.tick_s / settings.blend_fade_s
        self._turned = min(1.0, before + step) if blend and self._palette.durable() else max(0.0, before - step)
        began = self._settle()
        shows = self._turned > 0.0 and self._palette.moving
        self.moving = self._turned != before or shows or (self._close is not None and self.bump is None)
        return began

    def _settle(self) -> bool:
        """Notice when the picture has become one work's, with hysteresis in weight and in time. True when a bump
        began."""
        weights = {portion.id: portion.weight * self.blended for portion in self.portions}
        if self.bump is not None and weights.get(self.bump, 0.0) < self._settings.blend_leave:
            self.bump = None
        close = next((work for work, weight in weights.items() if weight >= self._settings.blend_enter), None)
        if close is None or self.bump is not None or not self._hangs(close):
            self._close, self._close_s = None, 0.0
            return False
        self._close_s = self._close_s + self._settings.tick_s if close == self._close else 0.0
        self._close = close
        if self._close_s < self._settings.enter_s:
            return False
        self.bump, self._close = close, None
        return True
