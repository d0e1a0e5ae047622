"""The invariants of joint steering, on a whole room: who is in it, what they do, and where its point goes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.messages import Enter, Input, Leave, Place, Present, Push, Pushed, Release, Stick, Work
from shared_state.room import Point, Room
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import NEAR, WORKS, Playback, a_room, path, place, stick

ONE_STEP = 1.0 - math.exp(-DEFAULTS.tick_s / DEFAULTS.tau_s)
"""How much of a change in what is wished reaches the velocity within one tick."""

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)
SEQ = st.integers(0, 40)
PEOPLE = st.sampled_from(["ann", "ben", "cyd", "dee", "eve"])
PUSHES: st.SearchStrategy[Push] = st.one_of(
    st.builds(Stick, SEQ, ANY_FLOAT, ANY_FLOAT),
    st.builds(Place, SEQ, ANY_FLOAT, ANY_FLOAT),
    st.builds(Place, SEQ, st.floats(0, 1), st.floats(0, 1)),
    st.builds(Work, SEQ, st.sampled_from([*WORKS, "forgery"])),
    st.builds(Release, SEQ),
)
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Pushed, PEOPLE, PUSHES),
    st.builds(Enter, PEOPLE),
    st.builds(Leave, PEOPLE),
    st.builds(Present, st.sampled_from(["gate1", "gate2"]), st.lists(PEOPLE, max_size=5), st.integers(0, 9)),
)
LOGS = st.lists(st.tuples(st.floats(0.0, 0.5), INPUTS), max_size=30)
PLAYED = settings(deadline=None, max_examples=60)


def play(room: Room, log: list[tuple[float, Input]]) -> list[Point]:
    """Apply each input after its pause, in real ticks; the point after each."""
    now_s, points = 0.0, []
    for pause_s, message in log:
        for _ in range(round(pause_s * 60)):
            now_s += 1 / 60
            room.advance(now_s, NEAR)
            points.append(room.point)
        room.apply(message, now_s)
    return points


def speed(point: Point) -> float:
    return math.hypot(point.vx, point.vy)


def jerk(before: Point, after: Point) -> float:
    return math.hypot(after.vx - before.vx, after.vy - before.vy)


# -- whatever people send


@PLAYED
@given(LOGS)
def test_whatever_is_sent_the_point_stays_on_the_map_and_under_the_top_speed(log: list[tuple[float, Input]]) -> None:
    """R1, R8."""
    for point in play(a_room("ann", "ben"), [*log, (1.0, Leave("nobody"))]):
        assert 0.0 <= point.x <= 1.0
        assert 0.0 <= point.y <= 1.0
        assert speed(point) <= DEFAULTS.v_max


@PLAYED
@given(LOGS)
def test_the_same_log_gives_the_same_path(log: list[tuple[float, Input]]) -> None:
    """R10."""
    log = [*log, (1.0, Leave("nobody"))]
    assert play(a_room("ann", "ben"), log) == play(a_room("ann", "ben"), log)


@PLAYED
@given(
    st.permutations(["ann", "ben", "cyd", "dee"]), st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=4)
)
def test_the_order_in_which_people_come_and_push_does_not_matter(
    order: list[str], sticks: list[tuple[float, float]]
) -> None:
    """R7."""
    held = dict(zip(["ann", "ben", "cyd", "dee"], sticks, strict=False))

    def walked(people: list[str]) -> list[Point]:
        room = a_room(*people)
        for person in people:
            room.apply(Pushed(person, Stick(1, *held[person])), 0.0)
        return [*play(room, [(0.5, Leave("nobody"))])]

    assert walked(order) == walked(sorted(order))


@PLAYED
@given(st.permutations([1, 2, 3, 4, 5]))
def test_only_the_newest_push_of_a_person_counts_however_they_arrive(order: list[int]) -> None:
    """R2."""
    room = a_room("ann")
    for seq in [*order, *order]:
        room.apply(Pushed("ann", Stick(seq, seq / 10, 0.0)), 0.0)
    room.advance(0.0, ())
    room.advance(0.2, ())
    newest = a_room("ann")
    newest.apply(Pushed("ann", Stick(5, 0.5, 0.0)), 0.0)
    newest.advance(0.0, ())
    newest.advance(0.2, ())
    assert room.point == newest.point


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [Stick, Place])
def test_a_push_that_is_not_finite_never_moves_the_point(kind: Callable[..., Any], bad: float) -> None:
    """R1."""
    room = a_room("ann")
    scene = Playback(room)
    scene.hold("ann", stick(0.5, 0.0))
    expected = Playback(a_room("ann"))
    expected.hold("ann", stick(0.5, 0.0))
    scene.run(0.2), expected.run(0.2)
    room.apply(Pushed("ann", kind(99, bad, 0.5)), scene.now_s)
    room.apply(Pushed("ann", kind(99, 0.5, bad)), scene.now_s)
    assert scene.run(0.2) == expected.run(0.2)
    assert room.ignored["not finite"] == 2


def test_numbers_as_large_as_floats_go_move_the_point_no_faster_than_a_full_stick() -> None:
    """R1, R8."""
    room = a_room("ann")
    room.apply(Pushed("ann", Stick(1, 1e308, 1e308)), 0.0)
    room.advance(0.0, ())
    room.advance(0.25, ())
    assert 0.0 < speed(room.point) <= DEFAULTS.v_max
    assert room.point.vx == pytest.approx(room.point.vy)


def test_a_repeated_or_late_push_is_counted_and_does_nothing() -> None:
    """R2."""
    room = a_room("ann")
    room.apply(Pushed("ann", Stick(5, 0.0, 0.0)), 0.0)
    room.apply(Pushed("ann", Stick(5, 1.0, 0.0)), 0.0)
    room.apply(Pushed("ann", Stick(4, 1.0, 0.0)), 0.0)
    room.advance(0.0, ())
    room.advance(0.25, ())
    assert room.point == Point(0.5, 0.5)
    assert room.ignored["late or repeated"] == 2


def test_an_unknown_artwork_counts_as_no_push() -> None:
    """R17."""
    scene = Playback(a_room("ann"))
    scene.once("ann", Work(0, "forgery"))
    scene.run(0.2)
    assert scene.room.ignored["unknown work"] == 1
    assert scene.mode == "ambient"


def test_somebody_who_is_not_in_the_room_moves_nothing() -> None:
    """R19."""
    scene = Playback(a_room())
    scene.once("stranger", stick(1.0, 0.0))
    assert scene.room.ignored["not in the room"] == 1
    assert scene.mode == "ambient"
    assert scene.room.people(0.0, paused=False).people == []


# -- one phone


def test_one_phone_goes_where_its_stick_points() -> None:
    """R11."""
    scene = Playback(a_room("ann"))
    scene.hold("ann", stick(0.6, -0.8))
    end = scene.run(1.5)[-1]
    top = DEFAULTS.v_max / (1.0 + DEFAULTS.kappa)
    assert (end.vx, end.vy) == pytest.approx((0.6 * top, -0.8 * top), rel=1e-3)


def test_a_point_that_is_pushed_beyond_the_map_rests_at_its_edge_and_comes_back_at_once() -> None:
    """R1, R8."""
    scene = Playback(a_room("ann"))
    scene.hold("ann", stick(1.0, -1.0))
    assert scene.run(6.0)[-1] == Point(1.0, 0.0)
    scene.hold("ann", stick(-1.0, 0.0))
    assert scene.run(1 / 60)[0].x < 1.0


@settings(deadline=None, max_examples=20)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_one_phone_arrives_at_the_place_it_asks_for_without_overshooting(x: float, y: float) -> None:
    """R11."""
    scene = Playback(a_room("ann"))
    scene.hold("ann", place(x, y))
    points = scene.run(8.0)
    assert math.dist(path(points)[-1], (x, y)) < 0.001
    way = math.dist((0.5, 0.5), (x, y))
    for point in points:
        along = (point.x - 0.5) * (x - 0.5) + (point.y - 0.5) * (y - 0.5)
        assert along <= way * (way + 0.002)


def test_one_phone_that_picks_an_artwork_is_carried_to_it_and_bumps() -> None:
    """R14, R15."""
    scene = Playback(a_room("ann"), NEAR)
    scene.hold("ann", Work(0, "helmet"))
    scene.run(4.0)
    assert scene.room.bump == "helmet"
    assert math.dist(path([scene.room.point])[0], WORKS["helmet"]) < 0.002


def test_a_phone_that_vanishes_lets_go_by_itself() -> None:
    """R4."""
    scene = Playback(a_room("ann"))
    scene.once("ann", stick(0.1, 0.0))
    scene.run(DEFAULTS.stale_s - 0.1)
    assert scene.room.people(scene.now_s, paused=False).people[0].active
    scene.run(0.2)
    assert not scene.room.people(scene.now_s, paused=False).people[0].active
    scene.run(5.0)
    assert speed(scene.room.point) == 0.0
    assert not scene.room.moving


def test_a_push_to_a_room_at_rest_works_from_now_on_and_not_over_the_time_it_rested() -> None:
    scene = Playback(a_room("ann"))
    scene.once("ann", stick(0.0, 0.0))
    scene.run(5.0)
    assert not scene.room.moving
    scene.now_s += 1.0
    before = scene.room.point
    scene.room.apply(Enter("ann"), scene.now_s)
    scene.hold("ann", stick(1.0, 0.0))
    assert jerk(before, scene.run(1 / 60)[0]) <= 2 * ONE_STEP * DEFAULTS.v_max


def test_the_point_rests_once_everybody_has_let_go() -> None:
    scene = Playback(a_room("ann"))
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(0.5)
    assert scene.room.moving
    scene.once("ann", Release(0))
    scene.run(6.0)
    assert not scene.room.moving
    assert speed(scene.room.point) == 0.0


# -- many phones


@pytest.mark.parametrize("others", [0, 1, 20])
def test_joining_and_pushing_makes_no_step_in_the_velocity(others: int) -> None:
    """R9."""
    people = [f"person{n}" for n in range(others)]
    scene, without = Playback(a_room(*people)), Playback(a_room(*people))
    for person in people:
        scene.hold(person, stick(0.5, 0.0))
        without.hold(person, stick(0.5, 0.0))
    scene.run(0.5), without.run(0.5)
    scene.room.apply(Enter("late"), scene.now_s)
    scene.hold("late", stick(-1.0, 0.0))
    before, after = scene.room.point, scene.run(1 / 60)[0]
    stroll = DEFAULTS.idle_speed if others == 0 else 0.0  # Where nobody steered, the walk ends too.
    allowed = ONE_STEP * (stroll + 0.1 * DEFAULTS.v_max)
    assert jerk(before, after) <= jerk(before, without.run(1 / 60)[0]) + allowed


@pytest.mark.parametrize("others", [0, 1, 20])
def test_leaving_makes_no_step_in_the_velocity(others: int) -> None:
    """R9."""
    people = [f"person{n}" for n in range(others)]
    scene = Playback(a_room("gone", *people))
    scene.hold("gone", stick(-1.0, 0.0))
    for person in people:
        scene.hold(person, stick(0.5, 0.0))
    before = scene.run(2.0)[-1]
    scene.room.apply(Leave("gone"), scene.now_s)
    assert "gone" not in {person.id for person in scene.room.people(scene.now_s, paused=False).people}
    assert jerk(before, scene.run(1 / 60)[0]) <= 0.1 * ONE_STEP * DEFAULTS.v_max


def test_who_leaves_fades_as_if_the_finger_were_lifted() -> None:
    """R6."""
    scenes = [Playback(a_room("ann")), Playback(a_room("ann"))]
    for scene in scenes:
        scene.hold("ann", stick(1.0, 0.0))
        scene.run(1.0)
    scenes[0].room.apply(Leave("ann"), scenes[0].now_s)
    scenes[1].once("ann", Release(0))
    assert scenes[0].run(1.0) == scenes[1].run(1.0)


def test_who_comes_back_after_having_faded_begins_with_no_weight() -> None:
    """R6."""
    scene = Playback(a_room("ann"))
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(0.5)
    scene.once("ann", Release(0))
    scene.room.apply(Leave("ann"), scene.now_s)
    scene.run(6.0)
    before = scene.room.point
    scene.room.apply(Enter("ann"), scene.now_s)
    scene.hold("ann", stick(1.0, 0.0))
    assert jerk(before, scene.run(1 / 60)[0]) <= 0.1 * ONE_STEP * DEFAULTS.v_max


@settings(deadline=None, max_examples=30)
@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 30))
def test_one_person_changes_the_velocity_of_a_decided_crowd_by_little(x: float, y: float, others: int) -> None:
    """R11."""
    ends = []
    for own in [(x, y), (1.0, 0.0)]:
        scene = Playback(a_room("one", *(f"person{n}" for n in range(others))))
        for n in range(others):
            scene.once(f"person{n}", stick(1.0, 0.0))
        scene.once("one", stick(*own))
        ends.append(scene.run(1.0)[-1])
    assert jerk(*ends) <= DEFAULTS.v_max * 2.5 / (others + 1)


def test_a_muted_visitor_equals_an_absent_one() -> None:
    """R12."""
    scenes = []
    for people in (["ann", "ben", "pest"], ["ann", "ben"]):
        scene = Playback(a_room(*people), NEAR)
        if "pest" in people:
            scene.hold("pest", stick(0.0, 1.0))
            scene.room.mute("pest")
        scene.hold("ann", place(0.9, 0.4))
        scene.hold("ben", stick(0.3, -0.2))
        scenes.append(scene)
    assert scenes[0].run(3.0) == scenes[1].run(3.0)
    pest = scenes[0].room.people(3.0, paused=False).people[-1]
    assert (pest.id, pest.active, pest.share) == ("pest", False, 0.0)


def test_a_muted_visitor_does_not_keep_the_room_from_wandering() -> None:
    """R12."""
    scene = Playback(a_room("pest"))
    scene.room.mute("pest")
    scene.hold("pest", stick(1.0, 0.0))
    scene.run(0.5)
    assert scene.mode == "ambient"


def test_a_visitor_who_is_no_longer_muted_steers_again() -> None:
    """R12."""
    scene = Playback(a_room("ann"))
    scene.room.mute("ann")
    scene.room.mute("ann", False)
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(0.5)
    assert scene.room.point.vx > 0.1


def test_a_hundred_visitors_steer_together_and_one_griefer_among_them_is_outvoted() -> None:
    """R8, R13."""
    people = [f"person{n:03}" for n in range(100)]
    scene, rng = Playback(a_room(*people)), random.Random(5)
    for person in people[1:]:
        scene.hold(person, place(0.8 + rng.gauss(0, 0.03), 0.3 + rng.gauss(0, 0.03)))
    scene.hold(people[0], stick(-1.0, 1.0))
    led = scene.run(6.0)[-1]  # the griefer's own turn to lead, who was not heard until then
    assert math.dist((led.x, led.y), (0.8, 0.3)) < DEFAULTS.huber_delta
    end = scene.run(4.0)[-1]
    assert math.dist((end.x, end.y), (0.8, 0.3)) < 0.05
    shown = scene.room.people(scene.now_s, paused=False)
    assert len(shown.people) == 100
    assert sum(person.share for person in shown.people) == pytest.approx(1.0, abs=1e-6)


def test_shares_tell_who_moves_the_point() -> None:
    """R13."""
    scene = Playback(a_room("ann", "ben", "cyd"))
    scene.hold("ann", stick(1.0, 0.0))
    scene.hold("ben", stick(0.5, 0.0))
    scene.hold("cyd", stick(-0.2, 0.0))
    scene.run(0.5)
    shares = {person.id: person.share for person in scene.room.people(scene.now_s, paused=False).people}
    assert shares == pytest.approx({"ann": 2 / 3, "ben": 1 / 3, "cyd": 0.0})


# -- coming and going


def test_a_full_room_admits_nobody_more_until_a_seat_is_free() -> None:
    """R19."""
    scene = Playback(a_room("ann", "ben", capacity=2))
    scene.room.apply(Enter("cyd"), 0.0)
    scene.once("cyd", stick(1.0, 0.0))
    scene.run(0.2)
    assert [person.id for person in scene.room.people(0.2, paused=False).people] == ["ann", "ben"]
    assert scene.room.ignored["room full"] == 1
    assert scene.mode == "ambient"
    scene.room.apply(Leave("ann"), 0.2)
    scene.room.apply(Present("gate", ["ben", "cyd"], 0), 0.2)
    assert [person.id for person in scene.room.people(0.2, paused=False).people] == ["ben", "cyd"]


def test_present_repairs_a_lost_enter() -> None:
    room = a_room()
    room.apply(Present("gate", ["ann"], 1), 0.0)
    assert [person.id for person in room.people(0.0, paused=False).people] == ["ann"]


def test_present_repairs_a_lost_leave() -> None:
    """R19."""
    scene = Playback(a_room("ann", "ben"))
    for _ in range(6):
        scene.room.apply(Present("gate", ["ann"], 1), scene.now_s)
        scene.run(1.0)
    assert [person.id for person in scene.room.people(scene.now_s, paused=False).people] == ["ann"]


def test_a_gateway_that_is_silent_loses_its_visitors_and_its_screens() -> None:
    """R19."""
    scene = Playback(a_room())
    scene.room.apply(Present("lost", ["ann"], 3), 0.0)
    for _ in range(6):
        scene.room.apply(Present("kept", ["ben"], 2), scene.now_s)
        scene.run(1.0)
    assert [person.id for person in scene.room.people(scene.now_s, paused=False).people] == ["ben"]
    assert scene.room.screens(scene.now_s) == 2


def test_a_visitor_whom_two_gateways_hold_stays_when_one_falls_silent() -> None:
    scene = Playback(a_room())
    scene.room.apply(Present("old", ["ann"], 0), 0.0)
    for _ in range(7):
        scene.room.apply(Present("new", ["ann"], 0), scene.now_s)
        scene.run(1.0)
    assert [person.id for person in scene.room.people(scene.now_s, paused=False).people] == ["ann"]


def test_people_are_told_in_one_order_whoever_came_first() -> None:
    room = a_room("cyd", "ann", "ben")
    assert [person.id for person in room.people(0.0, paused=False).people] == ["ann", "ben", "cyd"]


def test_a_second_connection_counts_its_pushes_from_anywhere_too() -> None:
    """R2."""
    scene = Playback(a_room("ann"))
    scene.room.apply(Pushed("ann", Stick(900, 0.0, 0.0)), 0.0)
    scene.room.apply(Enter("ann"), 0.0)
    scene.room.apply(Pushed("ann", Stick(1, 1.0, 0.0)), 0.0)
    scene.run(0.3)
    assert scene.room.point.vx > 0.05


def test_a_phone_whose_return_was_lost_counts_its_pushes_from_anywhere_too() -> None:
    """R2."""
    scene = Playback(a_room("ann"))
    scene.room.apply(Pushed("ann", Stick(900, 0.0, 0.0)), 0.0)
    scene.room.apply(Leave("ann"), 0.0)
    scene.room.apply(Present("gate", ["ann"], 0), 0.0)
    scene.room.apply(Pushed("ann", Stick(1, 1.0, 0.0)), 0.0)
    scene.run(0.3)
    assert scene.room.point.vx > 0.05


def test_a_returning_phone_counts_its_pushes_from_anywhere() -> None:
    """R2."""
    scene = Playback(a_room("ann"))
    scene.room.apply(Pushed("ann", Stick(900, 0.0, 0.0)), 0.0)
    scene.room.apply(Leave("ann"), 0.0)
    scene.room.apply(Enter("ann"), 0.0)
    scene.room.apply(Pushed("ann", Stick(1, 1.0, 0.0)), 0.0)
    scene.run(0.3)
    assert scene.room.point.vx > 0.05


def test_a_returning_phone_keeps_its_colour_for_two_minutes() -> None:
    """R20."""
    room = a_room("ann", "ben")
    colours = {person.id: person.colour for person in room.people(0.0, paused=False).people}
    room.apply(Leave("ann"), 0.0)
    room.apply(Enter("cyd"), 60.0)
    room.apply(Enter("ann"), 119.0)
    again = {person.id: person.colour for person in room.people(119.0, paused=False).people}
    assert again["ann"] == colours["ann"]
    assert again["cyd"] not in colours.values()


def test_people_who_come_and_go_by_the_thousand_leave_nothing_behind() -> None:
    room = a_room(capacity=10)
    for n in range(2_000):
        room.apply(Enter(f"person{n}"), n * 0.001)
        room.apply(Pushed(f"person{n}", Stick(1, 1.0, 0.0)), n * 0.001)
        room.apply(Leave(f"person{n}"), n * 0.001)
    fresh = a_room()
    room.advance(2.0, ())
    room.advance(200.0, ())
    room.advance(200.1, ())
    room.apply(Enter("ann"), 200.1)
    assert room.people(200.1, paused=False).people == a_room("ann").people(0.0, paused=False).people
    assert len(room.snapshot(200.1)) < len(fresh.snapshot(0.0)) + 10 * len("person1999" * 3)


# -- time


def test_a_long_pause_is_made_up_for_by_a_quarter_second_at_most() -> None:
    """R10."""
    room = a_room("ann")
    room.advance(0.0, ())
    room.apply(Pushed("ann", Stick(1, 1.0, 0.0)), 100.0)
    room.advance(100.0, ())
    assert room.point.x - 0.5 <= DEFAULTS.v_max * DEFAULTS.catch_up_s


def test_the_path_is_the_same_at_any_frame_rate() -> None:
    """R10."""
    ends = []
    for rate in (10, 60):
        room = a_room("ann")
        room.advance(0.0, ())
        room.apply(Pushed("ann", Stick(1, 1.0, 0.0)), 0.0)
        for frame in range(1, rate + 1):
            room.advance(frame / rate + 1e-9, ())
        ends.append(room.point)
    assert ends[0] == ends[1]


def test_time_that_runs_backwards_moves_nothing() -> None:
    scene = Playback(a_room("ann"))
    scene.hold("ann", stick(1.0, 0.0))
    before = scene.run(0.5)[-1]
    scene.room.advance(scene.now_s - 1.0, ())
    assert scene.room.point == before


def test_a_push_into_a_resting_room_shows_in_the_very_next_frame() -> None:
    """R10: else that frame would show none of it, and a renderer that rests would wait for its heartbeat."""
    room, now_s = a_room(), 0.25 / 60
    room.apply(Enter("ann"), now_s)
    room.apply(Pushed("ann", Stick(1, 0.1, 0.0)), now_s)
    for tick in range(4 * 60):
        if tick == 9:
            room.apply(Pushed("ann", Release(2)), now_s)
        now_s += 1 / 60
        room.advance(now_s, [])
    rested = room.point
    assert not room.moving
    room.advance(now_s + 0.4 / 60, [])
    room.apply(Pushed("ann", Stick(3, 1.0, 0.0)), now_s + 0.4 / 60)
    room.advance(now_s + 0.5 / 60, [])
    assert room.moving and room.point.x > rested.x
