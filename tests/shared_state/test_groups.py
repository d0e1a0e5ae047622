"""The people in the room and those elsewhere: what each group counts for."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_state.groups import common_goal, mix, shares
from shared_state.hand import Hand
from shared_state.messages import Enter, Present
from shared_state.settings import DEFAULTS
from shared_state.steering import Fused, wish
from tests.shared_state.crowds import Playback, a_room, stick

STICK = st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
STICKS = st.lists(STICK, min_size=1, max_size=20)


def group(sticks: list[tuple[float, float]], *, remote: bool, at_s: float = 0.1) -> list[Hand]:
    """People with full weight who hold these sticks, in the room or elsewhere."""
    hands = []
    for n, (x, y) in enumerate(sticks):
        hand = Hand(f"{'remote' if remote else 'room'}{n:02}", joined_s=-10.0)
        hand.remote = remote
        hand.stick(1, x, y, 0.0)
        hand.sample(0.5, 0.5, at_s, DEFAULTS)
        hands.append(hand)
    return hands


def plain_mean(hands: list[Hand]) -> Fused:
    """The law without groups, written out."""
    weight = sum(hand.weight for hand in hands)
    scale = 1.0 / (weight + DEFAULTS.kappa)
    return Fused(
        sum(hand.weight * hand.fx for hand in hands) * scale,
        sum(hand.weight * hand.fy for hand in hands) * scale,
        sum(hand.weight * math.hypot(hand.fx, hand.fy) for hand in hands) * scale,
        weight,
    )


@given(STICKS, st.booleans())
def test_one_group_alone_is_the_whole_crowd(sticks: list[tuple[float, float]], remote: bool) -> None:
    """R24, R7: to the last bit."""
    hands = group(sticks, remote=remote)
    assert mix(hands, DEFAULTS) == plain_mean(hands)


@given(STICKS, STICKS)
def test_whoever_pulls_from_wherever_the_wish_keeps_to_the_top_speed(
    room: list[tuple[float, float]], remote: list[tuple[float, float]]
) -> None:
    """R24, R8."""
    fused = mix([*group(remote, remote=True), *group(room, remote=False)], DEFAULTS)
    assert math.hypot(fused.fx, fused.fy) <= fused.effort + 1e-12 < 1.0
    assert math.hypot(*wish(fused, DEFAULTS)) <= DEFAULTS.v_max


def test_more_at_home_outweigh_those_in_the_room_by_the_root_of_their_number() -> None:
    """R24."""
    fused = mix([*group([(1.0, 0.0)] * 36, remote=True), *group([(0.0, 1.0)] * 25, remote=False)], DEFAULTS)
    remote, room = fused.fx * (36.25 / 36), fused.fy * (25.25 / 25)
    assert (remote, room) == pytest.approx((6 / 11, 5 / 11))


def test_one_person_in_the_room_keeps_a_third_of_the_say_against_a_hundred_elsewhere() -> None:
    """R24."""
    fused = mix([*group([(1.0, 0.0)] * 100, remote=True), *group([(0.0, 1.0)], remote=False)], DEFAULTS)
    assert fused.fy == pytest.approx(DEFAULTS.room_floor / (1.0 + DEFAULTS.kappa))


def test_the_last_hand_in_the_room_fades_out_without_a_step() -> None:
    """R24, R9."""
    remote, said = group([(1.0, 0.0)] * 50, remote=True), []
    for tick in range(300):
        hand = group([(0.0, 1.0)], remote=False, at_s=0.1)[0]
        hand.release(2, 0.1)
        hand.sample(0.5, 0.5, 0.1 + tick / 60, DEFAULTS)
        said.append(mix([*remote, hand], DEFAULTS).fx)
    assert said[-1] == pytest.approx(50 / 50.25)
    assert max(abs(after - before) for before, after in zip(said, said[1:], strict=False)) < 0.03


@given(STICKS, STICKS)
def test_shares_are_parts_of_what_each_counts_in_the_mixture(
    room: list[tuple[float, float]], remote: list[tuple[float, float]]
) -> None:
    """R13, R24."""
    hands = [*group(remote, remote=True), *group(room, remote=False)]
    fused = mix(hands, DEFAULTS)
    assert sum(hand.say * hand.fx for hand in hands) == pytest.approx(fused.fx, abs=1e-12)
    parts = shares(hands, fused)
    assert sum(parts.values()) == pytest.approx(1.0) or not any(parts.values())


def test_a_stick_and_a_place_are_not_one_place() -> None:
    """R40."""
    stick_hand, pad_hand = group([(0.0, 0.0), (0.0, 0.0)], remote=False)
    pad_hand.target(2, 0.3, 0.4, 0.0)
    assert common_goal([pad_hand]) == (0.3, 0.4)
    assert common_goal([stick_hand, pad_hand]) is common_goal([pad_hand, stick_hand]) is common_goal([]) is None


def test_a_gateway_tells_who_is_elsewhere_and_everybody_is_told() -> None:
    """R24."""
    room = a_room("ann")
    room.apply(Enter("ben", remote=True), 0.0)
    room.apply(Present("gate", ["ann", "cyd"], 1, ["cyd"]), 0.0)
    told = {person.id: person.remote for person in room.people(0.0, paused=False).people}
    assert told == {"ann": False, "ben": True, "cyd": True}


def test_one_in_the_room_is_felt_by_thirty_elsewhere() -> None:
    """R24."""
    scene = Playback(a_room("ann"))
    for n in range(30):
        scene.room.apply(Enter(f"far{n:02}", remote=True), 0.0)
        scene.hold(f"far{n:02}", stick(1.0, 0.0))
    scene.hold("ann", stick(0.0, 1.0))
    end = scene.run(1.5)[-1]
    assert end.vy > 0.4 * end.vx > 0.0
