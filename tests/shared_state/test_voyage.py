"""Tours that the point rides and the crowd bends."""

from __future__ import annotations

import math
import random

from shared_state.messages import ChooseMode, Release, Ride, Voyage
from shared_state.room import Nearby, Room
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import Playback, stick

STOPS = {"one": (0.3, 0.3), "two": (0.7, 0.3), "three": (0.7, 0.7), "four": (0.3, 0.7)}
HUNG = [Nearby(work, x, y, 0.05) for work, (x, y) in STOPS.items()]
PEOPLE = ["ann", "ben", "guide"]


def a_tour(*works: str) -> Playback:
    room = Room("main", places=STOPS.get, rng=random.Random(3), start=(0.3, 0.5))
    scene = Playback(room, HUNG, held=PEOPLE)
    scene.run(0.1)
    scene.did("ann", Ride(0, list(works)))
    return scene


def test_the_point_rides_a_tour_from_work_to_work_and_rests_at_each() -> None:
    """R38."""
    scene = a_tour("one", "two", "three")
    bumps: list[str | None] = []
    rests = dict.fromkeys(STOPS, 0.0)
    for _ in range(60 * 45):
        scene.run(1 / 60)
        if scene.people.voyage is None:
            break
        assert scene.mode == "together"
        bump = scene.room.bump
        if bump is not None:
            rests[bump] += 1 / 60
        if bumps[-1:] != [bump]:
            bumps.append(bump)
    assert [work for work in bumps if work] == ["one", "two", "three"]
    assert all(rests[work] >= DEFAULTS.idle_rest_s - 1.0 for work in ("one", "two", "three"))
    assert scene.people.voyage is None


def test_a_tour_is_told_with_the_stop_that_is_next() -> None:
    """R38."""
    scene = a_tour("one", "two")
    assert scene.people.voyage == Voyage(["one", "two"], 0)
    scene.run(4.0 + DEFAULTS.idle_rest_s)
    assert scene.people.voyage == Voyage(["one", "two"], 1)


def test_a_tour_is_slower_than_a_hand_and_begins_without_a_step() -> None:
    """R38, R9."""
    points = a_tour("three").run(6.0)
    speeds = [math.hypot(point.vx, point.vy) for point in points]
    assert 0.1 < max(speeds) < DEFAULTS.v_max / (1.0 + DEFAULTS.kappa)
    assert abs(speeds[1] - speeds[0]) < 0.01


def test_a_push_bends_the_way_and_the_tour_goes_on() -> None:
    """R38."""
    straight, bent = a_tour("two"), a_tour("two")
    bent.hold("ben", stick(0.0, 0.4))
    straight.run(1.5), bent.run(1.5)
    assert bent.room.point.y > straight.room.point.y + 0.02
    bent.once("ben", Release(0))
    bent.run(6.0)
    assert bent.room.bump == "two"


def test_a_stop_to_which_the_crowd_carries_the_point_is_next() -> None:
    """R38."""
    scene = a_tour("two", "one", "four")
    scene.hold("ben", stick(-1.0, 1.0))
    scene.run(3.0)
    assert scene.people.voyage == Voyage(["two", "one", "four"], 2)


def test_a_later_stop_that_lies_on_the_way_is_not_taken_first() -> None:
    """R38."""
    scene = a_tour("three", "two", "one")
    scene.run(3.0)
    assert scene.people.voyage == Voyage(["three", "two", "one"], 0)


def test_a_tour_ends_with_an_empty_one_and_with_another_mode() -> None:
    """R38."""
    scene = a_tour("three")
    scene.did("ben", Ride(0, []))
    assert scene.people.voyage is None
    scene.did("ben", Ride(0, ["three"]))
    scene.did("guide", ChooseMode(0, "lead"), guide=True)
    scene.run(0.1)
    assert scene.people.voyage is None
    scene.did("ben", Ride(0, ["three"]))
    assert scene.people.voyage is None
    assert scene.room.ignored["not in this mode"] == 1


def test_works_without_a_place_are_passed_by() -> None:
    """R38."""
    scene = a_tour("forgery", "two", "guest:0123456789abcdef")
    assert scene.people.voyage == Voyage(["two"], 0)
    scene.did("ann", Ride(0, ["forgery"]))
    assert scene.room.ignored["unknown work"] == 1
