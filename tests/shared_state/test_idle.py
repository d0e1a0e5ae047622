"""Wandering while nobody steers."""

from __future__ import annotations

import math
import random
from itertools import pairwise

from shared_state.idle import IdleWalk
from shared_state.messages import Enter, Release
from shared_state.room import Nearby, Room
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import NEAR, Playback, a_room, stick

GRID = [Nearby(f"work{n}", 0.1 + 0.2 * (n % 5), 0.1 + 0.2 * (n // 5), 0.08) for n in range(25)]


def wander(seed: int, seconds: float) -> tuple[list[str], list[tuple[float, float]]]:
    """What an empty room visits, and where it goes, on a map of 25 works of which it sees the nearest six."""
    room = Room("main", places=lambda _: None, rng=random.Random(seed))
    visits: list[str] = []
    points = []
    room.advance(0.0, ())
    for tick in range(1, round(seconds * 60)):
        x, y = room.point.x, room.point.y
        room.advance(tick / 60 + 1e-9, sorted(GRID, key=lambda work: work.distance(x, y))[:6])
        points.append((room.point.x, room.point.y))
        if room.bump is not None and visits[-1:] != [room.bump]:
            visits.append(room.bump)
    return visits, points


def test_an_empty_room_visits_all_works_within_twice_as_many_visits() -> None:
    for seed in range(3):
        visits, _ = wander(seed, 600.0)
        complete = next((n for n in range(len(visits) + 1) if len(set(visits[:n])) == len(GRID)), None)
        assert complete is not None
        assert complete <= 2 * len(GRID)


def test_the_least_seen_of_the_near_works_comes_next() -> None:
    """R18."""
    walk = IdleWalk(DEFAULTS, random.Random(0))
    seen = {work.id: 2 for work in GRID} | {"work7": 1}
    vx, vy = walk.step(0.1, 0.3, None, GRID, seen, 0.0)
    goal = next(work for work in GRID if work.id == "work7")
    assert math.atan2(vy, vx) == math.atan2(goal.y - 0.3, goal.x - 0.1)


def test_a_walk_leaves_a_cluster_that_knows_only_itself() -> None:
    clusters = [Nearby(f"{x}{n}", x + 0.02 * n, 0.5, 0.01) for x in (0.1, 0.9) for n in range(3)]
    room = Room("main", places=lambda _: None, rng=random.Random(1), start=(0.1, 0.5))
    seen = set()
    for tick in range(60 * 600):
        x, y = room.point.x, room.point.y
        room.advance(tick / 60, sorted(clusters, key=lambda work: work.distance(x, y))[:3])
        seen.add(room.bump)
    assert seen == {None, *(work.id for work in clusters)}


def test_a_walk_with_the_same_chances_takes_the_same_way() -> None:
    assert wander(4, 60.0) == wander(4, 60.0)
    assert wander(4, 60.0)[1] != wander(5, 60.0)[1]


def test_a_walk_is_a_stroll() -> None:
    """R18."""
    _, points = wander(2, 60.0)
    assert all(math.dist(*step) <= DEFAULTS.idle_speed / 60 + 1e-9 for step in pairwise(points))


def test_a_walk_rests_at_each_work_for_long_enough_to_read_its_label() -> None:
    """R18."""
    room = Room("main", places=lambda _: None, rng=random.Random(3), start=(0.45, 0.5))
    bumped = []
    for tick in range(60 * 25):
        room.advance(tick / 60 + 1e-9, NEAR)
        bumped.append(room.bump)
    first = next(bump for bump in bumped if bump)
    assert bumped.count(first) / 60 >= DEFAULTS.idle_rest_s


def test_a_room_without_artworks_still_wanders() -> None:
    scene = Playback(a_room())
    scene.run(30.0)
    assert math.dist((scene.room.point.x, scene.room.point.y), (0.5, 0.5)) > 0.01


def test_a_work_too_small_to_bump_does_not_stop_the_walk() -> None:
    room = Room("main", places=lambda _: None, rng=random.Random(3))
    places = []
    for tick in range(60 * 60):
        room.advance(tick / 60 + 1e-9, [Nearby("dot", 0.52, 0.5, 0.0)])
        places.append((room.point.x, room.point.y))
    assert max(math.dist(place, (0.52, 0.5)) for place in places) > 0.1


def test_a_room_wanders_only_after_a_while_without_a_touch() -> None:
    """R18."""
    scene = Playback(a_room("ann"))
    scene.hold("ann", stick(0.0, 0.0))
    scene.run(1.0)
    scene.once("ann", Release(0))
    scene.run(DEFAULTS.idle_after_s - 0.5)
    assert scene.mode == "together"
    scene.run(1.0)
    assert scene.mode == "ambient"


def test_a_touch_ends_the_walk_without_a_step_in_the_velocity() -> None:
    """R9, R18."""
    scene = Playback(a_room("ann"))
    scene.run(1.0)
    scene.room.apply(Enter("ann"), scene.now_s)
    before = scene.run(3.0)[-1]
    assert scene.mode == "ambient"
    scene.hold("ann", stick(-1.0, 0.0))
    after = scene.run(1 / 60)[0]
    assert scene.mode == "together"
    one_step = 1.0 - math.exp(-DEFAULTS.tick_s / DEFAULTS.tau_s)
    bound = one_step * (DEFAULTS.v_max + DEFAULTS.idle_speed)
    assert math.hypot(after.vx - before.vx, after.vy - before.vy) <= bound


def test_a_walk_after_a_touch_begins_with_what_is_near_now() -> None:
    left, right = Nearby("left", 0.05, 0.5, 0.08), Nearby("right", 0.95, 0.5, 0.08)
    scene = Playback(a_room("ann"), [left])
    assert scene.run(1.0)[-1].vx < 0.0
    scene.hold("ann", stick(0.0, 0.0))
    scene.near = [right]
    scene.run(0.3)
    scene.once("ann", Release(0))
    assert scene.run(DEFAULTS.idle_after_s + 2.0)[-1].vx > 0.0


def test_a_bump_that_nobody_steered_to_has_no_finders() -> None:
    scene = Playback(a_room("ann", start=(0.45, 0.5)), NEAR)
    scene.hold("ann", stick(0.3, 0.0))
    scene.run(0.3)
    scene.once("ann", Release(0))
    scene.run(DEFAULTS.idle_after_s + 8.0)
    assert scene.mode == "ambient"
    assert scene.room.bump is not None
    assert scene.room.people(scene.now_s, paused=False).finders == []
