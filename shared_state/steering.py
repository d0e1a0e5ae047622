"""The law of joint steering: from what every hand asks for to one velocity (docs/design/steering.md).

`Fused` is what a crowd asks for (steps 4 and 5 make it, in `groups` and `rota`), `wish` and `follow` are speed and
smoothing (7 and 8). Pure: no clock, no chance, no sockets.

Words: a *pull* is a vector of length at most 1, what one person asks for now; its *weight* in [0, 1] is how much it
counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared_state.settings import SteeringSettings


def pull(dx: float, dy: float, delta: float) -> tuple[float, float]:
    """Pull over a distance (dx, dy): 1 long from `delta` on, in proportion inside it (Huber's influence function)."""
    scale = max(delta, math.hypot(dx, dy))
    return dx / scale, dy / scale


@dataclass(frozen=True, slots=True)
class Fused:
    """What a crowd asks for together.

    `fx`, `fy`: F, the weighted mean pull, sum(w f) / (W + kappa). The mean, not the sum: forty phones must not be forty
    times faster than one.
    `effort`: sum(w |f|) / (W + kappa), how hard people pull wherever it goes; |F| <= effort < 1.
    `weight`: W, about the number of people touching.
    `goal`: the one place to which all who touch pull; None when they differ, or somebody holds a stick.
    """

    fx: float = 0.0
    fy: float = 0.0
    effort: float = 0.0
    weight: float = 0.0
    goal: tuple[float, float] | None = None

    @property
    def agreement(self) -> float:
        """R = |F| / effort, in [0, 1]: 1 when all pull the same way, about 1 / sqrt(N) when each wants something else.

        Measured against the effort and not by |F| itself: so one person always has R = 1, however light the touch, and
        a gentle crowd of one mind is told from a fierce one in dispute.
        """
        return min(1.0, math.hypot(self.fx, self.fy) / self.effort) if self.effort > 0.0 else 0.0


def gain(agreement: float, b: float) -> float:
    """g(R) = R (1 + b) / (R + b): 1 at R = 1, steep near 0, so that an undecided crowd still moves."""
    return agreement * (1.0 + b) / (agreement + b)


def wish(fused: Fused, settings: SteeringSettings) -> tuple[float, float]:
    """The velocity a crowd asks for, v* = v_max g(R) F / R, in widths a second; |v*| <= v_max g(R) effort < v_max.

    One person has R = 1, so v* is v_max / (1 + kappa) times their own pull: direct control, in proportion.
    (F / R is written out as F (1 + b) / (R + b), which has no division by zero.)
    """
    scale = settings.v_max * (1.0 + settings.gain_b) / (fused.agreement + settings.gain_b)
    return fused.fx * scale, fused.fy * scale


def follow(velocity: float, wished: float, settings: SteeringSettings) -> float:
    """One step of one component of the velocity towards what is wished: no input makes a step in it."""
    return velocity + (1.0 - math.exp(-settings.tick_s / settings.tau_s)) * (wished - velocity)
