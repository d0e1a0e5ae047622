"""Settling on artworks: when a bump begins and ends, who escapes, and who found it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from shared_state.messages import Release, Work
from shared_state.settings import DEFAULTS
from shared_state.snapping import MAX_FINDERS, Credits, Nearby, Snap
from shared_state.steering import Fused
from tests.shared_state.crowds import NEAR, WORKS, Playback, a_room, place, stick

GOBLET = NEAR[0]
QUIET = Fused()


def rest(snap: Snap, x: float, seconds: float, *, speed: float = 0.0) -> bool:
    """Stay at (x, .5) for a time; whether a bump began."""
    return sum(snap.step(x, 0.5, speed, NEAR) for _ in range(round(seconds * 60))) > 0


def test_a_bump_begins_only_after_a_while_close_and_slow() -> None:
    """R15."""
    snap = Snap(DEFAULTS)
    assert not rest(snap, GOBLET.x + 0.04, 0.35)
    assert snap.undecided
    assert rest(snap, GOBLET.x + 0.04, 0.1)
    assert snap.bump == GOBLET
    assert not snap.undecided


def test_a_room_at_an_artwork_keeps_moving_until_the_bump_has_begun() -> None:
    scene = Playback(a_room("ann", start=WORKS["goblet"]), NEAR)
    scene.hold("ann", stick(0.0, 0.0))
    scene.run(0.3)
    assert (scene.room.moving, scene.room.bump) == (True, None)
    scene.run(0.5)
    assert (scene.room.moving, scene.room.bump) == (False, "goblet")


def test_passing_by_fast_is_no_bump() -> None:
    """R15."""
    assert not rest(Snap(DEFAULTS), GOBLET.x, 2.0, speed=DEFAULTS.slow)


def test_staying_outside_the_inner_radius_is_no_bump() -> None:
    snap = Snap(DEFAULTS)
    assert not rest(snap, GOBLET.x + 0.06, 2.0)
    assert not snap.undecided


def test_a_bump_ends_beyond_the_outer_radius_and_not_before() -> None:
    """R15."""
    snap = Snap(DEFAULTS)
    rest(snap, GOBLET.x, 0.5)
    rest(snap, GOBLET.x + 0.079, 0.1, speed=0.2)
    assert snap.bump == GOBLET
    rest(snap, GOBLET.x + 0.081, 0.1, speed=0.2)
    assert snap.bump is None


def test_the_time_close_to_one_work_does_not_count_for_another() -> None:
    twins = [Nearby("left", 0.30, 0.5, 0.05), Nearby("right", 0.34, 0.5, 0.05)]
    snap = Snap(DEFAULTS)
    for tick in range(120):
        snap.step(0.31 if tick // 15 % 2 else 0.33, 0.5, 0.0, twins)
    assert snap.bump is None


def test_of_two_works_in_reach_the_nearer_one_is_bumped() -> None:
    twins = [Nearby("far", 0.30, 0.5, 0.08), Nearby("near", 0.33, 0.5, 0.08)]
    snap = Snap(DEFAULTS)
    for _ in range(30):
        snap.step(0.32, 0.5, 0.0, twins)
    assert snap.bump == twins[1]


def test_a_work_with_a_small_reach_is_bumped_only_from_as_near() -> None:
    small = [Nearby("coin", 0.5, 0.5, 0.016)]
    for distance, expected in ((0.009, small[0]), (0.011, None)):
        snap = Snap(DEFAULTS)
        for _ in range(60):
            snap.step(0.5 + distance, 0.5, 0.0, small)
        assert snap.bump == expected


def test_an_artwork_pulls_a_slow_point_within_reach_and_no_other() -> None:
    """R14."""
    snap = Snap(DEFAULTS)
    fx, fy = snap.pull(GOBLET.x + 0.06, 0.5, 0.0, NEAR, QUIET)
    assert fx == pytest.approx(-DEFAULTS.snap_pull * 0.06 / DEFAULTS.huber_delta)
    assert fy == 0.0
    assert snap.pull(GOBLET.x + 0.081, 0.5, 0.0, NEAR, QUIET) == (0.0, 0.0)
    assert snap.pull(GOBLET.x + 0.06, 0.5, DEFAULTS.slow, NEAR, QUIET) == (0.0, 0.0)


@pytest.mark.parametrize("agreement", [0.35, 0.5, 1.0])
def test_an_artwork_never_holds_a_crowd_that_agrees(agreement: float) -> None:
    """R14."""
    crowd = Fused(fx=0.01 * agreement, fy=0.0, effort=0.01, weight=1.0)
    assert Snap(DEFAULTS).pull(GOBLET.x + 0.06, 0.5, 0.0, NEAR, crowd) == (0.0, 0.0)


def test_an_artwork_draws_a_point_whose_only_hand_is_letting_go() -> None:
    fading = Fused(fx=0.1, fy=0.0, effort=0.1, weight=0.1)
    fx, _ = Snap(DEFAULTS).pull(GOBLET.x + 0.06, 0.5, 0.0, NEAR, fading)
    assert fx < 0.0


@pytest.mark.parametrize("push", [stick(0.1, 0.0), stick(0.0, -1.0), place(0.45, 0.5), place(0.9, 0.9)])
def test_whoever_knows_where_to_go_escapes_from_an_artwork(push: object) -> None:
    """R14."""
    scene = Playback(a_room("ann", start=WORKS["goblet"]), NEAR)
    scene.hold("ann", Work(0, "goblet"))
    scene.run(1.0)
    assert scene.room.bump == "goblet"
    scene.hold("ann", push)  # type: ignore[arg-type]
    scene.run(6.0)
    assert scene.room.bump != "goblet"


def test_a_point_let_go_in_reach_of_an_artwork_settles_on_it() -> None:
    scene = Playback(a_room("ann", start=(0.36, 0.5)), NEAR)
    scene.hold("ann", stick(0.05, 0.0))
    scene.run(0.3)
    scene.once("ann", Release(0))
    scene.run(12.0)
    assert scene.room.bump == "goblet"
    assert math.dist((scene.room.point.x, scene.room.point.y), WORKS["goblet"]) < 0.01


def test_being_drawn_to_an_artwork_makes_no_step_in_the_velocity() -> None:
    """R9."""
    scene = Playback(a_room("ann", start=(0.40, 0.5)), NEAR)
    scene.hold("ann", stick(-0.3, 0.0))
    scene.run(0.2)
    scene.once("ann", Release(0))
    steps = [abs(b.vx - a.vx) for a, b in pairwise(scene.run(8.0))]
    assert max(steps) < 0.12 * DEFAULTS.snap_pull * DEFAULTS.v_max


def test_even_an_artwork_that_pulls_like_a_crowd_makes_the_point_no_faster_than_the_top_speed() -> None:
    """R8."""
    strong = replace(DEFAULTS, snap_pull=9.0, slow=1.0)
    scene = Playback(a_room("ann", settings=strong, start=(0.36, 0.5)), NEAR)
    scene.hold("ann", stick(0.0, 0.0))
    speeds = [math.hypot(point.vx, point.vy) for point in scene.run(3.0)]
    assert 0.1 < max(speeds) <= DEFAULTS.v_max


def test_the_finders_are_those_who_brought_the_point_there_largest_part_first() -> None:
    """R16."""
    scene = Playback(a_room("ann", "ben", "cyd", "dee"), NEAR)
    scene.hold("ann", Work(0, "helmet"))
    scene.hold("ben", stick(0.3, 0.0))
    scene.hold("cyd", stick(-0.1, 0.0))
    scene.run(5.0)
    assert scene.room.bump == "helmet"
    assert scene.room.people(scene.now_s, paused=False).finders == ["ann", "ben"]


def test_the_finders_go_when_the_bump_ends() -> None:
    scene = Playback(a_room("ann"), NEAR)
    scene.hold("ann", Work(0, "helmet"))
    scene.run(4.0)
    scene.hold("ann", stick(0.0, 1.0))
    scene.run(2.0)
    assert scene.room.bump is None
    assert scene.room.people(scene.now_s, paused=False).finders == []


def test_who_carried_the_point_long_ago_counts_less_than_who_did_just_now() -> None:
    """R16."""
    credits = Credits(DEFAULTS)
    credits.add({"early": 1.0}, 0.1, 1.0)
    credits.add({}, 0.0, 3 * DEFAULTS.finder_memory_s)
    credits.add({"late": 1.0}, 0.05, 1.0)
    assert credits.finders()[0] == "late"


def test_no_more_finders_are_named_than_fit_under_a_label() -> None:
    credits = Credits(DEFAULTS)
    credits.add({f"person{n}": 0.1 for n in range(10)}, 1.0, 0.1)
    assert len(credits.finders()) == MAX_FINDERS
    assert Credits(DEFAULTS).finders() == []
