"""The law of joint steering: from what every hand asks for to one velocity (docs/design/steering.md).

Steps 1 to 3 live in `Hand`, the mean and its agreement in `fuse`, speed and smoothing in `wish` and `follow`.
Pure: no clock, no chance, no sockets. Groups of people, a lead's turn and camps that take turns (steps 4 to 6 of the
design) will stand between `fuse` and `wish`.

Words: a *pull* is a vector of length at most 1, what one person asks for now; its *weight* in [0, 1] is how much it
counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared_state.settings import SteeringSettings

FADED = 0.01
"""A released hand of less weight than this is at rest: after 2.7 s."""


class Hand:
    """One person's hand on the room: their newest push, the target it slews to, and how much it counts.

    After `sample`, (`fx`, `fy`) is the pull and `weight` its weight at that moment.
    """

    __slots__ = (
        "_aim_x", "_aim_y", "_aims", "_aiming", "_goal_x", "_goal_y", "_pushed_s", "_released_s",
        "_seq", "faded", "fx", "fy", "id", "joined_s", "weight",
    )  # fmt: skip

    def __init__(self, person: str, joined_s: float) -> None:
        self.id = person
        self.joined_s = joined_s
        self.weight = 0.0
        self.fx = 0.0
        self.fy = 0.0
        self.faded = True
        """Nothing is left of the last push."""
        self._seq = -1
        self._pushed_s = -math.inf
        self._released_s = -math.inf
        self._aims = False
        """The newest push is a target, not a stick."""
        self._aiming = False
        """There is an aim to slew from."""
        self._goal_x = self._goal_y = self._aim_x = self._aim_y = 0.0

    def is_news(self, seq: int) -> bool:
        """False for a duplicate, or a push that a newer one overtook."""
        return seq > self._seq

    def begin_again(self) -> None:
        """A new connection counts its pushes from anywhere."""
        self._seq = -1

    def stick(self, seq: int, x: float, y: float, now_s: float) -> None:
        """Push in a direction, cut to the unit disc. `x` and `y` are finite."""
        size = max(1.0, abs(x), abs(y))
        length = max(1.0, math.hypot(x / size, y / size) * size)
        self._aims = self._aiming = False
        self.fx, self.fy = x / length, y / length
        self._touch(seq, now_s)

    def target(self, seq: int, x: float, y: float, now_s: float) -> None:
        """Pull towards a place, cut to the map. `x` and `y` are finite."""
        self._aims = True
        self._goal_x, self._goal_y = min(1.0, max(0.0, x)), min(1.0, max(0.0, y))
        self._touch(seq, now_s)

    def release(self, seq: int, now_s: float) -> None:
        """The finger is lifted: what it asked for last fades out."""
        self._seq = seq
        self.let_go(now_s)

    def let_go(self, now_s: float) -> None:
        """Fade out from now, unless already fading."""
        self._released_s = min(self._released_s, now_s)

    def touching(self, now_s: float, settings: SteeringSettings) -> bool:
        """A finger is down: pushed lately, and not released since."""
        return now_s < min(self._released_s, self._pushed_s + settings.stale_s)

    def sample(self, px: float, py: float, now_s: float, settings: SteeringSettings) -> float:
        """One step: slew the aim, and set pull and weight for a room whose point is at (px, py). Returns the weight."""
        lifted_s = now_s - min(self._released_s, self._pushed_s + settings.stale_s)
        activity = 1.0 if lifted_s <= 0.0 else 0.5 ** (lifted_s / settings.release_half_life_s)
        if activity < FADED:
            self.weight = 0.0
            self.faded, self._aiming = True, False
            return 0.0
        self.weight = activity * min(1.0, max(0.0, (now_s - self.joined_s) / settings.join_ramp_s))
        if self._aims:
            self._slew(px, py, settings.slew * settings.tick_s)
            self.fx, self.fy = pull(self._aim_x - px, self._aim_y - py, settings.huber_delta)
        return self.weight

    def _touch(self, seq: int, now_s: float) -> None:
        self._seq = seq
        self._pushed_s = now_s
        self._released_s = math.inf
        self.faded = False

    def _slew(self, px: float, py: float, step: float) -> None:
        """Move the aim towards the goal by at most `step`; a fresh hand starts from the point, asking for nothing."""
        if not self._aiming:
            self._aiming, self._aim_x, self._aim_y = True, px, py
        dx, dy = self._goal_x - self._aim_x, self._goal_y - self._aim_y
        distance = math.hypot(dx, dy)
        if distance <= step:
            self._aim_x, self._aim_y = self._goal_x, self._goal_y
        else:
            self._aim_x += dx * step / distance
            self._aim_y += dy * step / distance


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
    """

    fx: float = 0.0
    fy: float = 0.0
    effort: float = 0.0
    weight: float = 0.0

    @property
    def agreement(self) -> float:
        """R = |F| / effort, in [0, 1]: 1 when all pull the same way, about 1 / sqrt(N) when each wants something else.

        Measured against the effort and not by |F| itself: so one person always has R = 1, however light the touch, and
        a gentle crowd of one mind is told from a fierce one in dispute.
        """
        return min(1.0, math.hypot(self.fx, self.fy) / self.effort) if self.effort > 0.0 else 0.0

    def shares(self, hands: Sequence[Hand]) -> list[float]:
        """Each hand's share of the movement, w max(0, f . F) over the sum of all: in [0, 1], summing to 1 or to 0."""
        along = [hand.weight * max(0.0, hand.fx * self.fx + hand.fy * self.fy) for hand in hands]
        total = sum(along)
        return [part / total if total > 0.0 else 0.0 for part in along]


def fuse(hands: Sequence[Hand], px: float, py: float, now_s: float, settings: SteeringSettings) -> Fused:
    """Sample every hand and take the mean. The caller keeps `hands` in one order, so that sums round the same way."""
    sum_x = sum_y = sum_length = weight = 0.0
    for hand in hands:
        w = hand.sample(px, py, now_s, settings)
        if w > 0.0:
            weight += w
            sum_x += w * hand.fx
            sum_y += w * hand.fy
            sum_length += w * math.hypot(hand.fx, hand.fy)
    scale = 1.0 / (weight + settings.kappa)
    return Fused(sum_x * scale, sum_y * scale, sum_length * scale, weight)


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
