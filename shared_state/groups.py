"""From many hands to one force: the mean of each group's pulls, and the mixture of the groups (step 4 of the law).

Two groups: those in the room of the wall, and those elsewhere. Pure: nothing depends on who came first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from shared_state.hand import Hand
from shared_state.settings import SteeringSettings
from shared_state.steering import Fused


def mix(hands: Sequence[Hand], settings: SteeringSettings) -> Fused:
    """What these hands, sampled before, ask for together; tells each its `say` in it.

    A group's force is its mean, sum(w f) / (W + kappa). Groups are mixed by sqrt(W): a hundred at home outweigh ten in
    the room, but not ten times; the room keeps `room_floor`, in proportion while the weight of its first hand grows
    or fades, so that nobody's coming or going makes a step. With one group it is that group's mean.
    The caller keeps `hands` in one order, so that sums round the same way.
    """
    room, remote = _Sum(), _Sum()
    for hand in hands:
        if hand.weight > 0.0:
            (remote if hand.remote else room).add(hand)
    part = _room_part(room.weight, remote.weight, settings.room_floor)
    room_scale = part / (room.weight + settings.kappa)
    remote_scale = (1.0 - part) / (remote.weight + settings.kappa)
    for hand in hands:
        hand.say = hand.weight * (remote_scale if hand.remote else room_scale)
    return Fused(
        room.x * room_scale + remote.x * remote_scale,
        room.y * room_scale + remote.y * remote_scale,
        room.length * room_scale + remote.length * remote_scale,
        room.weight + remote.weight,
        common_goal(hands),
    )


def shares(hands: Sequence[Hand], fused: Fused) -> dict[str, float]:
    """Each person's share of the movement, say max(0, f . F) over the sum of all: in [0, 1], summing to 1 or to 0."""
    along = {hand.id: hand.say * max(0.0, hand.fx * fused.fx + hand.fy * fused.fy) for hand in hands}
    total = sum(along.values())
    return {person: part / total if total > 0.0 else 0.0 for person, part in along.items()}


def common_goal(hands: Sequence[Hand]) -> tuple[float, float] | None:
    """The one place to which all of them pull who touch, if there is one."""
    goal = None
    for hand in hands:
        if hand.touches:
            if hand.goal is None or (goal is not None and hand.goal != goal):
                return None
            goal = hand.goal
    return goal


class _Sum:
    """Sums over the hands of a group: of weights, of weighted pulls, and of their lengths."""

    __slots__ = ("length", "weight", "x", "y")

    def __init__(self) -> None:
        self.weight = self.x = self.y = self.length = 0.0

    def add(self, hand: Hand) -> None:
        weight = hand.weight
        self.weight += weight
        self.x += weight * hand.fx
        self.y += weight * hand.fy
        self.length += weight * math.hypot(hand.fx, hand.fy)


def _room_part(room: float, remote: float, floor: float) -> float:
    """The room's part in the mixture, for the weights of both groups."""
    if remote == 0.0:
        return 1.0
    if room == 0.0:
        return 0.0
    return max(math.sqrt(room) / (math.sqrt(room) + math.sqrt(remote)), floor * min(1.0, room))
