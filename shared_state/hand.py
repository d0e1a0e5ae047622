"""One person's hand on the room: their newest push, the target it slews to, and how much it counts.

These are steps 1 to 3 of the law (docs/design/steering.md). Pure: no clock, no chance, no sockets.
"""

from __future__ import annotations

import math
from typing import Self

from shared_state import kept
from shared_state.kept import moment, span
from shared_state.settings import SteeringSettings
from shared_state.steering import pull

FADED = 0.01
"""A released hand of less weight than this is at rest: after 2.7 s."""


class Hand:
    """See the module. After `sample`, (`fx`, `fy`) is the pull and `weight` its weight at that moment."""

    __slots__ = (
        "_aim_x", "_aim_y", "_aims", "_aiming", "_goal_x", "_goal_y", "_pushed_s", "_released_s",
        "_seq", "deed_seq", "faded", "fx", "fy", "id", "joined_s", "remote", "say", "touches", "weight",
    )  # fmt: skip

    def __init__(self, person: str, joined_s: float) -> None:
        self.id = person
        self.joined_s = joined_s
        self.remote = False
        """Not in the room of the wall."""
        self.weight = 0.0
        self.fx = 0.0
        self.fy = 0.0
        self.say = 0.0
        """What the pull counts in the room's force, as the mode and the groups have it; 0 until they say so."""
        self.faded = True
        """Nothing is left of the last push."""
        self.touches = False
        """A finger is down, as of the last `sample`."""
        self.deed_seq = -1
        """The number of the newest deed."""
        self._seq = -1
        self._pushed_s = -math.inf
        self._released_s = -math.inf
        self._aims = False
        """The newest push is a target, not a stick."""
        self._aiming = False
        """There is an aim to slew from."""
        self._goal_x = self._goal_y = self._aim_x = self._aim_y = 0.0

    @property
    def goal(self) -> tuple[float, float] | None:
        """Where the newest push pulls to; None for a stick."""
        return (self._goal_x, self._goal_y) if self._aims else None

    def is_news(self, seq: int) -> bool:
        """False for a duplicate, or a push that a newer one overtook."""
        return seq > self._seq

    def begin_again(self) -> None:
        """A new connection counts its pushes and deeds from anywhere."""
        self._seq = self.deed_seq = -1

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
        self.say = 0.0
        lifted_s = now_s - min(self._released_s, self._pushed_s + settings.stale_s)
        self.touches = lifted_s < 0.0
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

    def durable(self, now_s: float) -> kept.Hand | None:
        """What a snapshot of now keeps; None when nothing is left of the last push."""
        if self.faded:
            return None
        x, y = self.goal or (self.fx, self.fy)
        pushed_s, released_s = span(self._pushed_s, now_s), span(self._released_s, now_s)
        return kept.Hand(x, y, self._aims, self._aim, pushed_s, released_s)

    def restore(self, hand: kept.Hand, now_s: float) -> None:
        """Go on from a snapshot; any push is newer than the one in it."""
        if hand.aims:
            self._aims, self._goal_x, self._goal_y = True, hand.x, hand.y
        else:
            self.fx, self.fy = hand.x, hand.y
        if hand.aim is not None:
            self._aiming, (self._aim_x, self._aim_y) = True, hand.aim
        self._pushed_s, self._released_s = moment(hand.pushed_s, now_s, -math.inf), moment(hand.released_s, now_s)
        self.faded = False

    @property
    def _aim(self) -> tuple[float, float] | None:
        return (self._aim_x, self._aim_y) if self._aiming else None

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


class Lure(Hand):
    """A hand that is nobody's: it pulls to one place for as long as it is asked to, as a tour does, or a vote's winner.

    It begins with no weight and from the point, as a newcomer's hand does, so it makes no step in the velocity.
    """

    __slots__ = ("_part",)

    def __init__(self, place: tuple[float, float], joined_s: float, part: float = 1.0) -> None:
        """`part`: its full weight, in (0, 1]."""
        super().__init__("", joined_s)
        self._part = part
        self.target(0, *place, joined_s)

    @classmethod
    def restored(cls, lure: kept.Lure, now_s: float, part: float = 1.0) -> Self:
        """From a snapshot: as heavy, and pulling to the same aim, as it was."""
        restored = cls(lure.goal, moment(lure.joined_s, now_s), part)
        if lure.aim is not None:
            restored._aiming, (restored._aim_x, restored._aim_y) = True, lure.aim
        return restored

    def under_way(self, now_s: float) -> kept.Lure:
        """What a snapshot of now keeps."""
        return kept.Lure((self._goal_x, self._goal_y), self._aim, max(-kept.LONGEST_S, self.joined_s - now_s))

    def sample(self, px: float, py: float, now_s: float, settings: SteeringSettings) -> float:
        """As of a hand that never tires."""
        self._pushed_s = now_s
        self.weight = self._part * super().sample(px, py, now_s, settings)
        return self.weight
