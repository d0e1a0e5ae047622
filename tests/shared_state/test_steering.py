"""The law of joint steering by itself: pulls, weights, their mean, and the speed that comes of it."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.groups import mix, shares
from shared_state.hand import Hand
from shared_state.settings import DEFAULTS
from shared_state.steering import Fused, follow, gain, pull, wish

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
UNIT = st.floats(0.0, 1.0)
SMALL = st.floats(-3.0, 3.0)
STICKS = st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=30)


def hands(sticks: list[tuple[float, float]]) -> list[Hand]:
    """People with full weight who hold these sticks."""
    crowd = [Hand(f"person{n:02}", joined_s=-10.0) for n in range(len(sticks))]
    for hand, (x, y) in zip(crowd, sticks, strict=True):
        hand.stick(1, x, y, now_s=0.0)
    return crowd


def fused(crowd: list[Hand], now_s: float = 0.1) -> Fused:
    for hand in crowd:
        hand.sample(0.5, 0.5, now_s, DEFAULTS)
    return mix(crowd, DEFAULTS)


@given(NUMBER, NUMBER)
def test_a_stick_is_cut_to_the_unit_disc_and_keeps_its_direction(x: float, y: float) -> None:
    """R1."""
    hand = hands([(x, y)])[0]
    assert math.hypot(hand.fx, hand.fy) <= 1.0 + 1e-12
    if math.hypot(x, y) > 1.0 and math.isfinite(math.hypot(x, y)):
        assert math.hypot(hand.fx, hand.fy) == pytest.approx(1.0)
        assert math.atan2(hand.fy, hand.fx) == pytest.approx(math.atan2(y, x), abs=1e-9)
    elif math.hypot(x, y) <= 1.0:
        assert (hand.fx, hand.fy) == (x, y)


@given(SMALL, SMALL)
def test_no_pull_is_longer_than_one_however_far_its_target(dx: float, dy: float) -> None:
    """R5."""
    fx, fy = pull(dx, dy, DEFAULTS.huber_delta)
    assert math.hypot(fx, fy) == pytest.approx(min(1.0, math.hypot(dx, dy) / DEFAULTS.huber_delta))


def test_a_pull_over_no_distance_is_none() -> None:
    assert pull(0.0, 0.0, DEFAULTS.huber_delta) == (0.0, 0.0)


@settings(deadline=None)
@given(SMALL, SMALL, UNIT, UNIT)
def test_a_target_slews_no_faster_than_the_limit(x: float, y: float, px: float, py: float) -> None:
    """R3."""
    hand = Hand("a", joined_s=-10.0)
    hand.target(1, x, y, now_s=0.0)
    slow_room = replace(DEFAULTS, huber_delta=10.0)  # So that f * 10 tells where the aim is.
    aim = px, py
    for tick in range(60):
        hand.sample(px, py, tick / 60, slow_room)
        moved = px + 10 * hand.fx, py + 10 * hand.fy
        assert math.dist(aim, moved) <= DEFAULTS.slew / 60 + 1e-9
        aim = moved


def test_a_target_beyond_the_map_is_cut_to_its_edge() -> None:
    """R1."""
    hand = Hand("a", joined_s=-10.0)
    hand.target(1, 7.0, 0.5, now_s=0.0)
    for tick in range(120):
        hand.sample(0.95, 0.5, tick / 120, DEFAULTS)
    assert hand.fx == pytest.approx((1.0 - 0.95) / DEFAULTS.huber_delta)


def test_a_newcomer_weighs_nothing_at_first_and_everything_after_the_ramp() -> None:
    """R6."""
    hand = Hand("a", joined_s=0.0)
    hand.stick(1, 1.0, 0.0, now_s=0.0)
    weights = [hand.sample(0.5, 0.5, now_s, DEFAULTS) for now_s in (0.0, 0.5, 1.0, 1.4)]
    assert weights == [0.0, 0.5, 1.0, 1.0]


def test_a_released_hand_halves_its_weight_every_half_life_until_it_has_faded() -> None:
    """R6."""
    hand = hands([(1.0, 0.0)])[0]
    hand.release(2, now_s=1.0)
    half = DEFAULTS.release_half_life_s
    assert hand.sample(0.5, 0.5, 1.0 + half, DEFAULTS) == pytest.approx(0.5)
    assert hand.sample(0.5, 0.5, 1.0 + 2 * half, DEFAULTS) == pytest.approx(0.25)
    assert not hand.faded
    assert hand.sample(0.5, 0.5, 1.0 + 8 * half, DEFAULTS) == 0.0
    assert hand.faded


def test_a_push_that_is_not_repeated_fades_as_if_released_when_it_is_stale() -> None:
    """R4."""
    hand = hands([(1.0, 0.0)])[0]
    assert hand.sample(0.5, 0.5, DEFAULTS.stale_s, DEFAULTS) == 1.0
    assert hand.sample(0.5, 0.5, DEFAULTS.stale_s + 0.4, DEFAULTS) == pytest.approx(0.5)
    assert not hand.touching(DEFAULTS.stale_s, DEFAULTS)


def test_letting_go_twice_counts_from_the_first_time() -> None:
    hand = hands([(1.0, 0.0)])[0]
    hand.release(2, now_s=1.0)
    hand.let_go(now_s=1.4)
    assert hand.sample(0.5, 0.5, 1.8, DEFAULTS) == pytest.approx(0.25)


def test_a_late_release_does_not_bring_a_stale_hand_back() -> None:
    hand = hands([(1.0, 0.0)])[0]
    hand.release(2, now_s=4.0)
    assert hand.sample(0.5, 0.5, 4.0, DEFAULTS) < 0.02


@given(STICKS)
def test_the_mean_never_exceeds_the_effort_nor_the_effort_one(sticks: list[tuple[float, float]]) -> None:
    """R7."""
    crowd = fused(hands(sticks))
    assert math.hypot(crowd.fx, crowd.fy) <= crowd.effort + 1e-12
    assert crowd.effort < 1.0
    assert 0.0 <= crowd.agreement <= 1.0


@given(STICKS, STICKS)
def test_what_a_crowd_wishes_is_never_faster_than_the_top_speed(
    sticks: list[tuple[float, float]], others: list[tuple[float, float]]
) -> None:
    """R8."""
    assert math.hypot(*wish(fused(hands(sticks + others)), DEFAULTS)) <= DEFAULTS.v_max


@given(st.floats(0.0, 1.0), st.floats(0.0, 2 * math.pi))
def test_one_phone_is_direct_control_in_direction_and_proportion(length: float, angle: float) -> None:
    """R11."""
    x, y = length * math.cos(angle), length * math.sin(angle)
    top = DEFAULTS.v_max / (1.0 + DEFAULTS.kappa)
    assert wish(fused(hands([(x, y)])), DEFAULTS) == pytest.approx((top * x, top * y), abs=1e-12)


def test_a_crowd_of_one_mind_goes_nearly_at_the_top_speed_and_no_faster_for_being_many() -> None:
    """R7, R8."""
    speeds = [math.hypot(*wish(fused(hands([(0.0, 1.0)] * people)), DEFAULTS)) for people in (1, 10, 100)]
    assert speeds == sorted(speeds)
    assert speeds[0] == pytest.approx(0.8 * DEFAULTS.v_max)
    assert 0.99 * DEFAULTS.v_max < speeds[-1] < DEFAULTS.v_max


def test_an_undecided_crowd_still_moves() -> None:
    """R8."""
    rng = random.Random(3)
    angles = [rng.uniform(0, 2 * math.pi) for _ in range(50)]
    crowd = fused(hands([(math.cos(angle), math.sin(angle)) for angle in angles]))
    plain_mean = math.hypot(crowd.fx, crowd.fy)
    assert crowd.agreement < 0.3
    assert math.hypot(*wish(crowd, DEFAULTS)) > 2 * DEFAULTS.v_max * plain_mean


def test_two_equal_and_opposite_hands_stand_still() -> None:
    assert wish(fused(hands([(1.0, 0.0), (-1.0, 0.0)])), DEFAULTS) == (0.0, 0.0)


def test_the_wish_of_nobody_is_none() -> None:
    assert wish(fused([]), DEFAULTS) == (0.0, 0.0)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.01, 2.0))
def test_the_gain_grows_with_agreement_up_to_one(low: float, high: float, b: float) -> None:
    low, high = sorted((low, high))
    assert 0.0 <= gain(low, b) <= gain(high, b) + 1e-12
    assert gain(1.0, b) == pytest.approx(1.0)
    assert gain(0.0, b) == 0.0


@given(STICKS)
def test_the_wish_is_the_gain_along_the_mean_pull(sticks: list[tuple[float, float]]) -> None:
    crowd = fused(hands(sticks))
    speed = DEFAULTS.v_max * gain(crowd.agreement, DEFAULTS.gain_b) * crowd.effort
    assert math.hypot(*wish(crowd, DEFAULTS)) == pytest.approx(speed, abs=1e-12)


@given(STICKS, st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL))
def test_one_person_changes_the_mean_by_no_more_than_their_weight_allows(
    sticks: list[tuple[float, float]], before: tuple[float, float], after: tuple[float, float]
) -> None:
    """R11."""
    one, other = fused(hands([*sticks, before])), fused(hands([*sticks, after]))
    change = math.hypot(one.fx - other.fx, one.fy - other.fy)
    assert change <= 2.0 / (len(sticks) + 1 + DEFAULTS.kappa) + 1e-12


@given(STICKS)
def test_shares_are_parts_of_one_and_go_to_those_who_pull_along(sticks: list[tuple[float, float]]) -> None:
    """R13."""
    crowd = hands(sticks)
    together = fused(crowd)
    parts = shares(crowd, together)
    assert all(0.0 <= share <= 1.0 for share in parts.values())
    assert sum(parts.values()) == pytest.approx(1.0) or sum(parts.values()) == 0.0
    for hand, share in zip(crowd, parts.values(), strict=True):
        if hand.fx * together.fx + hand.fy * together.fy <= 0.0:
            assert share == 0.0


def test_a_velocity_follows_a_wish_by_its_time_constant() -> None:
    """R9."""
    velocity = 0.0
    for _ in range(round(DEFAULTS.tau_s / DEFAULTS.tick_s)):
        velocity = follow(velocity, 1.0, DEFAULTS)
    assert velocity == pytest.approx(1.0 - math.exp(-1.0))
