"""What a room shows, as numbers: a place on the map, a blend of works, and how far the picture has turned to the blend.

A value, made anew for every frame. Not here: how it becomes a latent (`server/renderer/latents.py`), who moves it
(`room.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared_state.messages import Portion


@dataclass(frozen=True, slots=True)
class Scene:
    """See the module. Without portions, or at `blended` 0, the map's place is the whole picture."""

    x: float
    """The point, in [0, 1]^2."""
    y: float
    portions: tuple[Portion, ...] = ()
    """The blend as it is shown: sorted by id, weights above 0 that sum to 1."""
    blended: float = 0.0
    """0 shows the map's place, 1 the blend, and what is between turns from one to the other."""
