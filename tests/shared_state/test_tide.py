"""Two camps that take turns: when, how long, and when no more."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.messages import Release, Tide
from shared_state.settings import DEFAULTS
from shared_state.tide import split
from tests.shared_state.crowds import Playback, a_room, place, stick


def divided(left: int, right: int, *, noise: float = 0.0, pads: bool = False) -> Playback:
    """Two camps that pull apart, with sticks or to places."""
    rng = random.Random(left * 100 + right)
    people = [f"left{n:02}" for n in range(left)] + [f"right{n:02}" for n in range(right)]
    scene = Playback(a_room(*people), held=people)
    for person in people:
        way = -1.0 if person.startswith("left") else 1.0
        dx, dy = rng.gauss(0.0, noise), rng.gauss(0.0, noise)
        scene.hold(person, place(0.5 + 0.3 * way + dx, 0.2 + dy) if pads else stick(way + dx, dy))
    return scene


def told(scene: Playback) -> Tide | None:
    return scene.people.tide


def times(scene: Playback, seconds: float) -> dict[str, float]:
    """For how long each camp had the turn, by the first letters of its people."""
    had = {"left": 0.0, "right": 0.0}
    for _ in range(round(seconds * 10)):
        scene.run(0.1)
        tide = told(scene)
        assert tide is not None
        had[tide.camps[tide.turn].people[0].rstrip("0123456789")] += 0.1
    return had


def test_two_camps_begin_to_take_turns_after_six_seconds() -> None:
    """R28."""
    scene = divided(3, 3)
    scene.run(DEFAULTS.tide_after_s - 0.5)
    assert told(scene) is None
    scene.run(1.0)
    tide = told(scene)
    assert tide is not None
    assert [camp.people for camp in sorted(tide.camps, key=lambda camp: camp.x)] == [
        ["left00", "left01", "left02"],
        ["right00", "right01", "right02"],
    ]
    assert {(camp.x, camp.part) for camp in tide.camps} == {(-1.0, 0.5), (1.0, 0.5)}
    assert tide.left_s in (7.5, 8.0)


def test_the_point_goes_with_the_camp_whose_turn_it_is_and_then_with_the_other() -> None:
    """R28."""
    scene = divided(5, 5, pads=True)
    scene.run(DEFAULTS.tide_after_s + 6.0)
    first = scene.room.point.x
    scene.run(8.0)
    assert sorted([first, scene.room.point.x]) == pytest.approx([0.2, 0.8], abs=0.02)


@settings(deadline=None, max_examples=6)
@given(st.integers(3, 8), st.booleans(), st.floats(0.0, 0.05))
def test_equal_camps_get_equal_time(people: int, pads: bool, noise: float) -> None:
    """R28: within a tenth."""
    scene = divided(people, people, noise=noise, pads=pads)
    scene.run(DEFAULTS.tide_after_s + 1.0)
    had = times(scene, 4 * DEFAULTS.tide_period_s)
    assert had["left"] == pytest.approx(had["right"], rel=0.1)


def test_a_camp_twice_as_large_gets_twice_the_time() -> None:
    """R28."""
    scene = divided(8, 4)
    scene.run(DEFAULTS.tide_after_s + 1.0)
    had = times(scene, 3 * DEFAULTS.tide_period_s)
    assert had["left"] == pytest.approx(2.0 * had["right"], rel=0.1)


@pytest.mark.parametrize(("left", "right"), [(2, 3), (9, 1), (12, 3), (8, 0)])
def test_few_people_a_small_minority_and_a_crowd_of_one_mind_have_no_turns(left: int, right: int) -> None:
    """R28."""
    scene = divided(left, right)
    scene.run(DEFAULTS.tide_after_s + 3.0)
    assert told(scene) is None


def test_a_crowd_that_pulls_every_way_has_no_turns() -> None:
    """R28."""
    people = [f"person{n:02}" for n in range(24)]
    scene = Playback(a_room(*people))
    for n, person in enumerate(people):
        scene.hold(person, stick(math.cos(n), math.sin(n)))
    scene.run(DEFAULTS.tide_after_s + 3.0)
    assert told(scene) is None


def test_turns_end_when_the_camps_agree_again() -> None:
    """R28."""
    scene = divided(3, 4)
    scene.run(DEFAULTS.tide_after_s + 2.0)
    assert told(scene) is not None
    for n in range(4):
        scene.hold(f"right{n:02}", stick(-1.0, 0.2))
    scene.run(DEFAULTS.tide_calm_s - 1.0)
    assert told(scene) is not None
    scene.run(2.0)
    assert told(scene) is None


def test_turns_end_when_everybody_lets_go() -> None:
    """R28."""
    scene = divided(3, 3)
    scene.run(DEFAULTS.tide_after_s + 1.0)
    for n in range(3):
        scene.once(f"left{n:02}", Release(0))
    scene.run(DEFAULTS.tide_calm_s + 1.0)
    assert told(scene) is None


def test_who_joins_a_camp_meanwhile_is_counted_with_it() -> None:
    """R28."""
    scene = divided(4, 4)
    scene.hold("left00", stick(0.0, 0.0))
    scene.run(DEFAULTS.tide_after_s + 1.0)
    scene.hold("left00", stick(1.0, 0.0))
    scene.run(1.0)
    tide = told(scene)
    assert tide is not None
    assert sorted(len(camp.people) for camp in tide.camps) == [3, 5]
    assert sum(camp.part for camp in tide.camps) == pytest.approx(1.0)


@given(st.floats(0.0, math.pi), st.floats(0.0, 0.3), st.integers(2, 10), st.integers(2, 10))
def test_camps_are_found_however_the_map_is_turned(angle: float, width: float, one: int, other: int) -> None:
    """R28."""
    rng = random.Random(1)
    wishes = {}
    for n in range(one + other):
        at = angle + (math.pi if n >= one else 0.0) + rng.uniform(-width, width)
        wishes[f"person{n:02}"] = math.cos(at), math.sin(at)
    found = split(wishes)
    assert found is not None
    assert found.sharp > 0.95
    assert {len(found.people(0)), len(found.people(1))} == {one, other}


def test_two_directions_less_than_a_right_angle_apart_are_one_mind() -> None:
    """R28."""
    wishes = {f"person{n}": (math.cos(0.6 * (n % 2)), math.sin(0.6 * (n % 2))) for n in range(8)}
    found = split(wishes)
    assert found is not None
    assert found.sharp == 0.0
    assert split({f"person{n}": (1.0, 0.0) for n in range(8)}) is None
