"""Turns to lead: whose it is, when it is told, what it is worth."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from shared_state.messages import ChooseMode, Enter, Release, Turn
from shared_state.rota import lead_say
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import Playback, a_room, path, stick
from tests.shared_state.test_room import ONE_STEP, jerk

EIGHT = [f"person{n}" for n in range(8)]


def scattered(*people: str, strength: float = 1.0) -> Playback:
    """People who all pull another way: nobody is heard."""
    scene = Playback(a_room(*people))
    for n, person in enumerate(people):
        angle = 2.0 * math.pi * n / len(people)
        scene.hold(person, stick(strength * math.cos(angle), strength * math.sin(angle)))
    return scene


def in_mode_lead(*people: str) -> Playback:
    """A room whose guide has chosen the mode."""
    scene = Playback(a_room(*people, "guide"), held=[*people, "guide"])
    scene.did("guide", ChooseMode(0, "lead"), guide=True)
    return scene


def told(scene: Playback) -> Turn | None:
    return scene.people.turn


def turns(scene: Playback, seconds: float) -> list[tuple[float, Turn | None]]:
    """What is told at each tick."""
    found = []
    for _ in range(round(seconds * 60)):
        scene.run(1 / 60)
        found.append((scene.now_s, told(scene)))
    return found


@pytest.mark.parametrize(("people", "say"), [(1, 0.0), (3, 0.0), (4, 0.4 / 12), (9, 0.2), (15, 0.4), (100, 0.4)])
def test_the_more_people_the_larger_the_leads_part_up_to_a_limit(people: int, say: float) -> None:
    """R25."""
    assert lead_say(people, DEFAULTS) == pytest.approx(say)


def test_among_three_nobody_leads() -> None:
    """R25."""
    scene = scattered("ann", "ben", "cyd")
    scene.run(10.0)
    assert told(scene) is None


def test_a_lead_is_felt_in_a_crowd_that_pulls_every_way() -> None:
    """R25: the others cancel out, and the point goes the lead's way."""
    people = [f"person{n:02}" for n in range(15)]
    scene = scattered(*people)
    scene.run(DEFAULTS.lead_told_s + 1.5)
    turn = told(scene)
    assert turn is not None and turn.lead is not None
    angle = 2.0 * math.pi * people.index(turn.lead) / 15
    point = scene.room.point
    assert point.vx * math.cos(angle) + point.vy * math.sin(angle) > 0.3 * DEFAULTS.v_max


def test_every_turn_is_announced_three_seconds_ahead() -> None:
    """R26."""
    scene = scattered(*EIGHT)
    since_s: dict[str, float] = {}
    begun, lead = 0, None
    for now_s, turn in turns(scene, 40.0):
        assert turn is not None
        if turn.lead != lead:
            lead = turn.lead
            assert lead is not None
            assert now_s - since_s.pop(lead) == pytest.approx(DEFAULTS.lead_told_s, abs=0.02)
            begun += 1
        if turn.next is not None:
            since_s.setdefault(turn.next, now_s)
    assert begun == 10


def test_everybody_gets_their_turn_before_anybody_gets_a_second() -> None:
    """R26."""
    leads = [turn.lead for _, turn in turns(scattered(*EIGHT), DEFAULTS.lead_told_s + 8 * DEFAULTS.lead_slot_s) if turn]
    ended = [before for before, after in pairwise([*leads, None]) if before != after and before is not None]
    assert sorted(ended[:8]) == EIGHT


def test_whoever_has_steered_longest_since_their_last_turn_is_next() -> None:
    """R26: not who asks loudest, or pulls against all others."""
    scene = Playback(a_room(*EIGHT))
    for person in reversed(EIGHT[1:]):
        scene.hold(person, stick(1.0, 0.0))
        scene.run(0.1)
    scene.hold("person0", stick(-1.0, 0.0))
    leads = [turn.lead for _, turn in turns(scene, 3 * DEFAULTS.lead_slot_s) if turn and turn.lead]
    assert list(dict.fromkeys(leads)) == ["person4", "person5", "person6"]  # with the fourth hand turns begin


def test_who_comes_later_waits_no_longer_than_one_round() -> None:
    """R26."""
    scene = scattered(*EIGHT[:7])
    scene.run(40.0)
    scene.room.apply(Enter("late"), scene.now_s)
    scene.hold("late", stick(1.0, 0.0))
    leads = [turn.lead for _, turn in turns(scene, 8 * DEFAULTS.lead_slot_s + DEFAULTS.lead_told_s) if turn]
    assert "late" in leads


def test_a_change_of_turn_makes_no_step_in_the_velocity() -> None:
    """R26, R9."""
    scene = scattered(*EIGHT, strength=0.2)
    points = scene.run(20.0)
    assert all(0.0 < point.x < 1.0 and 0.0 < point.y < 1.0 for point in points)
    turned_about = 2.0 * lead_say(8, DEFAULTS) * 0.2
    most = ONE_STEP * turned_about * DEFAULTS.v_max * (1.0 + DEFAULTS.gain_b) / DEFAULTS.gain_b
    assert max(jerk(before, after) for before, after in pairwise(points)) <= most


@pytest.mark.parametrize("leaves", [True, False])
def test_a_lead_who_goes_gives_the_turn_to_the_next_early(leaves: bool) -> None:
    """R26."""
    scene = in_mode_lead("ann", "ben", "cyd")
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(1.0)
    scene.hold("ben", stick(0.0, 1.0))
    scene.run(0.1)
    scene.hold("cyd", stick(0.0, 1.0))
    scene.run(1.9)
    assert told(scene) == Turn("ann", 12.0, None, 0.0)
    if leaves:
        scene.leave("ann")
    else:
        scene.once("ann", Release(0))
    scene.run(DEFAULTS.lead_lifted_s + 0.1)
    assert told(scene) == Turn(None, 0.0, "ben", 3.0)
    scene.run(DEFAULTS.lead_told_s)
    assert told(scene) == Turn("ben", 15.0, None, 0.0)


def test_a_finger_set_down_elsewhere_keeps_the_turn() -> None:
    """R26."""
    scene = in_mode_lead("ann", "ben")
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(1.0)
    scene.hold("ben", stick(0.0, 1.0))
    scene.once("ann", Release(0))
    scene.run(0.6)
    scene.hold("ann", stick(0.0, 1.0))
    scene.run(2.0)
    turn = told(scene)
    assert turn is not None
    assert turn.lead == "ann"


def test_whoever_is_told_and_gone_loses_the_turn_to_another_who_is_told_as_early() -> None:
    """R26."""
    scene = in_mode_lead("ann", "ben", "cyd")
    for person in ("ann", "ben"):
        scene.hold(person, stick(1.0, 0.0))
    scene.run(1.0)
    assert told(scene) == Turn(None, 0.0, "ann", 2.0)
    scene.leave("ann")
    scene.run(0.1)
    assert told(scene) == Turn("ben", 15.0, None, 0.0)  # who is alone now, and waits for nobody


def test_a_promised_turn_does_not_begin_without_a_finger_down() -> None:
    """R26: another is told, as early as everybody."""
    scene = in_mode_lead("ann", "ben", "cyd")
    for person in ("ann", "ben", "cyd"):
        scene.hold(person, stick(1.0, 0.0))
    scene.run(2.0)
    scene.once("ann", Release(0))
    scene.run(1.5)
    assert told(scene) == Turn(None, 0.0, "ben", 2.5)
    scene.run(2.7)
    assert told(scene) == Turn("ben", 15.0, None, 0.0)


def test_in_mode_lead_nobody_else_moves_the_point() -> None:
    """R27."""
    scene, alone = in_mode_lead("ann", "ben", "cyd"), Playback(a_room("ann"))
    for one in (scene, alone):
        one.hold("ann", stick(0.5, 0.1))
        one.run(0.2)
    scene.hold("ben", stick(-1.0, 0.0))
    scene.hold("cyd", stick(-1.0, 0.0))
    assert path(scene.run(5.0)) == path(alone.run(5.0))
    shares = {person.id: person.share for person in scene.people.people}
    assert shares == {"ann": 1.0, "ben": 0.0, "cyd": 0.0, "guide": 0.0}


def test_whoever_touches_alone_leads_at_once_and_for_as_long_as_nobody_else_waits() -> None:
    """R26, R27."""
    scene = in_mode_lead("ann", "ben")
    scene.hold("ann", stick(0.1, 0.0))
    scene.run(0.1)
    assert told(scene) == Turn("ann", 15.0, None, 0.0)
    scene.run(DEFAULTS.lead_turn_s + 5.0)
    assert told(scene) == Turn("ann", 0.0, None, 0.0)
    scene.hold("ben", stick(-0.1, 0.0))
    scene.run(0.1)
    assert told(scene) == Turn("ann", 3.0, "ben", 3.0)
    scene.run(DEFAULTS.lead_told_s)
    assert told(scene) == Turn("ben", 15.0, None, 0.0)


def test_a_turn_in_mode_lead_is_long() -> None:
    """R27."""
    scene = in_mode_lead("ann", "ben")
    scene.hold("ann", stick(0.1, 0.0))
    scene.run(0.1)
    scene.hold("ben", stick(-0.1, 0.0))
    leads = [turn.lead for _, turn in turns(scene, 2 * DEFAULTS.lead_turn_s) if turn]
    assert leads.count("ben") == pytest.approx(15 * 60, abs=10)


def test_who_leaves_is_forgotten_with_their_waiting() -> None:
    scene = scattered(*EIGHT)
    scene.run(2.0)
    assert told(scene) == Turn(None, 0.0, "person0", 1.0)
    scene.leave("person0")
    scene.room.apply(Enter("person0"), scene.now_s)
    scene.run(1.0)
    turn = told(scene)
    assert turn is not None
    assert turn.next == "person1"
