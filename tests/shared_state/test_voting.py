"""Votes for the next artwork: rounds, the winner, and the way there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from shared_state.messages import ChooseMode, Tally, Vote
from shared_state.room import Nearby
from shared_state.settings import DEFAULTS, SteeringSettings
from shared_state.snapping import MAX_FINDERS
from tests.shared_state.crowds import NEAR, WORKS, Playback, a_room, stick

MANY = [Nearby(f"work{n}", 0.5, 0.5 + 0.01 * n, 0.005) for n in range(8)]
PEOPLE = ["ann", "ben", "cyd", "dee", "eve", "fay", "guide"]


def a_vote(near: list[Nearby] = NEAR, settings: SteeringSettings = DEFAULTS) -> Playback:
    """A room whose guide has chosen the mode."""
    scene = Playback(a_room(*PEOPLE, settings=settings), near, held=PEOPLE)
    scene.did("guide", ChooseMode(0, "vote"), guide=True)
    scene.run(0.1)
    return scene


def votes(scene: Playback, *cast: tuple[str, str | None], apart_s: float = 0.1) -> None:
    for person, work in cast:
        scene.did(person, Vote(0, work))
        scene.run(apart_s)


def tallies(scene: Playback) -> dict[str, list[str]]:
    ballot = scene.people.ballot
    assert ballot is not None
    return {tally.id: tally.people for tally in ballot.tallies}


def going(scene: Playback) -> str | None:
    ballot = scene.people.ballot
    assert ballot is not None
    return ballot.going


def test_the_point_travels_to_the_work_with_the_most_votes_and_rests_there() -> None:
    """R29."""
    scene = a_vote()
    votes(scene, ("ann", "goblet"), ("ben", "helmet"), ("cyd", "helmet"))
    scene.run(DEFAULTS.vote_round_s - 1.0)
    assert (scene.room.point.x, going(scene)) == (0.5, None)
    scene.run(5.0)
    assert (scene.room.bump, going(scene)) == ("helmet", "helmet")
    assert (scene.room.point.x, scene.room.point.y) == WORKS["helmet"]
    scene.run(DEFAULTS.idle_rest_s)
    assert scene.room.bump == "helmet"


def test_the_way_to_the_winner_is_no_faster_than_one_hand_would_go() -> None:
    """R29, R8."""
    scene = a_vote()
    votes(scene, *((person, "helmet") for person in PEOPLE))
    points = scene.run(DEFAULTS.vote_round_s + 5.0)
    fastest = max(math.hypot(point.vx, point.vy) for point in points)
    assert 0.1 < fastest <= DEFAULTS.v_max / (1.0 + DEFAULTS.kappa)


def test_of_equals_the_one_that_reached_its_number_first_wins() -> None:
    """R29."""
    scene = a_vote()
    votes(scene, ("ann", "goblet"), ("ben", "helmet"), ("cyd", "helmet"), ("dee", "goblet"))
    scene.run(DEFAULTS.vote_round_s)
    assert going(scene) == "helmet"


def test_a_vote_taken_back_counts_from_when_the_rest_was_reached() -> None:
    """R29."""
    scene = a_vote()
    votes(scene, ("ben", "helmet"), ("ann", "goblet"), ("cyd", "helmet"), ("ben", None))
    assert tallies(scene) == {"goblet": ["ann"], "helmet": ["cyd"]}
    scene.run(DEFAULTS.vote_round_s)
    assert going(scene) == "helmet"


def test_pushes_do_not_move_the_point_in_a_vote() -> None:
    """R29."""
    scene = a_vote([])
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(2.0)
    assert (scene.room.point.x, scene.room.point.y) == (0.5, 0.5)


def test_everybody_sees_who_votes_for_what_and_the_latest_vote_of_each_counts() -> None:
    """R30."""
    scene = a_vote()
    votes(scene, ("ann", "goblet"), ("ben", "helmet"), ("cyd", "helmet"), ("ann", "helmet"))
    ballot = scene.people.ballot
    assert ballot is not None
    assert ballot.tallies == [Tally("helmet", ["ann", "ben", "cyd"]), Tally("goblet", [])]
    assert ballot.left_s == DEFAULTS.vote_round_s - 0.5


@pytest.mark.parametrize("muted", [True, False])
def test_a_vote_ends_with_the_visit(muted: bool) -> None:
    """R30, R12."""
    scene = a_vote()
    votes(scene, ("ann", "goblet"))
    if muted:
        scene.room.mute("ann")
        scene.did("ann", Vote(0, "helmet"))
    else:
        scene.leave("ann")
    assert tallies(scene) == {"goblet": [], "helmet": []}
    scene.run(DEFAULTS.vote_round_s)
    assert going(scene) is None


def test_a_vote_for_a_work_that_does_not_hang_here_is_ignored() -> None:
    """R30."""
    scene = a_vote()
    votes(scene, ("ann", "forgery"))
    assert scene.room.ignored["unknown work"] == 1
    assert tallies(scene) == {"goblet": [], "helmet": []}


def test_votes_count_in_no_other_mode() -> None:
    """R30."""
    scene = Playback(a_room("ann"))
    scene.did("ann", Vote(0, "goblet"))
    assert scene.room.ignored["not in this mode"] == 1
    assert scene.mode == "ambient"


def test_up_to_four_works_near_the_point_are_suggested_and_stay_during_a_round() -> None:
    """R30."""
    scene = a_vote(MANY)
    assert list(tallies(scene)) == ["work0", "work1", "work2", "work3"]
    scene.near = MANY[4:]
    votes(scene, ("ann", "goblet"))
    assert list(tallies(scene)) == ["goblet", "work0", "work1", "work2", "work3"]


def test_arriving_at_the_winner_suggests_what_is_near_it_unless_a_round_is_under_way() -> None:
    """R30."""
    scene = a_vote(MANY)
    votes(scene, ("ann", "helmet"))
    scene.run(DEFAULTS.vote_round_s)
    votes(scene, ("ann", "goblet"))
    scene.near = MANY[4:]
    scene.run(6.0)
    assert list(tallies(scene)) == ["goblet", "work0", "work1", "work2", "work3"]
    votes(scene, ("ann", None))
    scene.run(DEFAULTS.vote_round_s)
    assert set(tallies(scene)) == {"work4", "work5", "work6", "work7"}


def test_what_has_been_seen_least_is_suggested_first() -> None:
    """R30."""
    scene = Playback(a_room(*PEOPLE, start=(0.5, 0.5)), MANY, held=PEOPLE)
    scene.hold("ann", stick(0.0, 0.0))
    scene.run(1.0)
    assert scene.room.bump == "work0"
    scene.did("guide", ChooseMode(0, "vote"), guide=True)
    scene.run(0.1)
    assert list(tallies(scene)) == ["work1", "work2", "work3", "work4"]


def test_those_who_voted_for_it_found_it() -> None:
    """R16, R30."""
    scene = a_vote()
    votes(scene, ("fay", "goblet"), *((person, "helmet") for person in ["eve", "dee", "cyd", "ben", "ann"]))
    votes(scene, ("guide", "helmet"))
    scene.run(DEFAULTS.vote_round_s + 4.0)
    assert scene.people.finders == ["eve", "dee", "cyd", "ben", "ann"][:MAX_FINDERS]


def test_a_round_goes_on_to_the_next() -> None:
    """R29."""
    scene = a_vote()
    votes(scene, ("ann", "helmet"))
    scene.run(DEFAULTS.vote_round_s + 5.0)
    assert tallies(scene) == {"goblet": []}
    votes(scene, ("ann", "goblet"))
    scene.run(DEFAULTS.vote_round_s + 5.0)
    assert scene.room.bump == "goblet"


def test_a_winner_is_not_left_before_its_label_can_be_read() -> None:
    """R29: however short a round is."""
    scene = a_vote(settings=replace(DEFAULTS, vote_round_s=3.0))
    votes(scene, ("ann", "helmet"))
    scene.run(3.1)
    votes(scene, ("ann", "goblet"))
    arrived_s = left_s = 0.0
    for _ in range(60 * 20):
        scene.run(1 / 60)
        at_helmet = math.dist((scene.room.point.x, scene.room.point.y), WORKS["helmet"]) < 0.004
        arrived_s = arrived_s or at_helmet * scene.now_s
        left_s = left_s or (arrived_s > 0.0 and not at_helmet) * scene.now_s
    assert left_s - arrived_s > DEFAULTS.idle_rest_s
