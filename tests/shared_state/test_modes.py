"""Which mode a room is in, who may choose, and what each lets people do."""

from __future__ import annotations

import math

import pytest

from shared_state.messages import ChooseMode, Cursor, Edit, Mode, Person, Place, Ride, Spot, Vote
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import NEAR, WORKS, Playback, a_room, path, place, stick

PEOPLE = ["ann", "ben", "guide"]


def a_scene(*, near: bool = False) -> Playback:
    return Playback(a_room(*PEOPLE), NEAR if near else (), held=PEOPLE)


def choose(scene: Playback, person: str, mode: Mode) -> Mode:
    """Somebody wants a mode; what is chosen after it. Whoever is called guide has the key."""
    scene.did(person, ChooseMode(0, mode), guide=person == "guide")
    scene.run(0.1)
    return scene.people.chosen


def person(scene: Playback, name: str) -> Person:
    return next(person for person in scene.people.people if person.id == name)


# -- who may choose


@pytest.mark.parametrize(("mode", "allowed"), [("blend", True), ("lead", False), ("vote", False), ("docent", False)])
def test_a_visitor_may_choose_what_is_open_and_no_more(mode: Mode, allowed: bool) -> None:
    """R32."""
    scene = a_scene()
    assert choose(scene, "ann", mode) == (mode if allowed else "together")
    assert scene.room.ignored["not theirs to choose"] == (not allowed)


@pytest.mark.parametrize("mode", ["together", "lead", "vote", "docent", "blend", "ambient"])
def test_a_guide_may_choose_any_mode(mode: Mode) -> None:
    """R32."""
    scene = a_scene()
    assert choose(scene, "guide", mode) == mode
    assert scene.mode == mode


def test_what_a_guide_chose_holds_against_visitors_while_the_guide_is_here() -> None:
    """R32."""
    scene = a_scene()
    choose(scene, "guide", "together")
    scene.now_s += DEFAULTS.guide_hold_s + 60.0
    scene.run(1.0)
    assert choose(scene, "ann", "blend") == "together"
    scene.leave("guide")
    assert choose(scene, "ann", "blend") == "blend"


def test_what_a_guide_chose_holds_for_ten_minutes_after_a_tablet_fell_asleep() -> None:
    """R32."""
    scene = a_scene()
    choose(scene, "guide", "together")
    scene.leave("guide")
    assert choose(scene, "ann", "blend") == "together"
    scene.now_s += DEFAULTS.guide_hold_s
    assert choose(scene, "ann", "blend") == "blend"


def test_what_a_visitor_chose_holds_against_others_for_a_while_and_not_against_a_guide() -> None:
    """R32."""
    scene = a_scene()
    assert choose(scene, "ann", "blend") == "blend"
    assert choose(scene, "ben", "together") == "blend"
    assert choose(scene, "ann", "together") == "together"
    scene.run(DEFAULTS.mode_hold_s)
    assert choose(scene, "ben", "blend") == "blend"
    assert choose(scene, "guide", "lead") == "lead"


def test_asking_for_the_present_mode_again_does_not_hold_it_any_longer() -> None:
    """R32."""
    scene = a_scene()
    choose(scene, "ann", "blend")
    scene.run(DEFAULTS.mode_hold_s - 1.0)
    choose(scene, "ann", "blend")
    scene.run(1.0)
    assert choose(scene, "ben", "together") == "together"


# -- ambient


@pytest.mark.parametrize(
    ("mode", "idle_s"), [("together", 20.0), ("lead", 20.0), ("vote", 20.0), ("docent", 90.0), ("blend", 90.0)]
)
def test_ambient_comes_by_itself_and_a_touch_returns_to_what_was_chosen(mode: Mode, idle_s: float) -> None:
    """R33."""
    scene = a_scene()
    choose(scene, "guide", mode)
    scene.run(idle_s - 1.0)
    assert scene.mode == mode
    scene.run(2.0)
    assert (scene.mode, scene.people.chosen) == ("ambient", mode)
    scene.hold("guide", stick(0.1, 0.0))
    scene.run(0.1)
    assert scene.mode == mode


def test_ambient_that_was_chosen_stays_whoever_touches() -> None:
    """R33."""
    scene = a_scene()
    choose(scene, "guide", "ambient")
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(1.0)
    assert scene.mode == "ambient"
    assert math.hypot(scene.room.point.vx, scene.room.point.vy) <= DEFAULTS.idle_speed + 1e-9
    assert choose(scene, "guide", "together") == "together"


@pytest.mark.parametrize("deed", [Edit(0, "add", "goblet"), Ride(0, ["goblet"])])
def test_deeds_are_touches(deed: Edit | Ride) -> None:
    """R33, R37."""
    scene = a_scene()
    scene.did("ann", deed)
    scene.run(1.0)
    assert scene.mode == "together"


def test_pointing_is_no_touch() -> None:
    """R33, R37."""
    scene = a_scene()
    scene.did("ann", Cursor(0, 0.2, 0.2))
    scene.run(1.0)
    assert scene.mode == "ambient"


def test_a_vote_under_way_is_counted_before_anything_else_happens() -> None:
    """R33, R29."""
    scene = a_scene(near=True)
    choose(scene, "guide", "vote")
    scene.run(DEFAULTS.idle_after_s - 1.0)
    scene.did("ann", Vote(0, "helmet"))
    scene.run(DEFAULTS.vote_round_s + 4.0)
    assert (scene.mode, scene.room.bump) == ("vote", "helmet")


# -- docent


def test_only_the_docent_steers() -> None:
    """R31."""
    scene, alone = a_scene(), Playback(a_room("guide"))
    choose(scene, "guide", "docent")
    alone.hold("guide", stick(0.0, 0.0))  # or it would wander
    alone.run(0.1)
    for one in (scene, alone):
        one.hold("guide", stick(0.2, 0.1))
        one.run(0.1)
    scene.hold("ann", stick(-1.0, -1.0))
    assert [(p.vx, p.vy) for p in scene.run(1.0)] == [(p.vx, p.vy) for p in alone.run(1.0)]
    assert (scene.people.docent, person(scene, "ann").share, person(scene, "guide").share) == ("guide", 0.0, 1.0)


def test_beside_a_docent_a_push_is_no_touch() -> None:
    """R31, R33."""
    scene = a_scene()
    choose(scene, "guide", "docent")
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(DEFAULTS.idle_after_long_s + 1.0)
    assert scene.mode == "ambient"


def test_when_the_docent_has_been_gone_for_a_while_everybody_steers() -> None:
    """R31."""
    scene = a_scene()
    choose(scene, "guide", "docent")
    scene.leave("guide")
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(DEFAULTS.docent_away_s - 1.0)
    assert (scene.mode, scene.room.point.x) == ("docent", 0.5)
    scene.run(2.0)
    assert (scene.mode, scene.people.docent) == ("together", None)
    assert scene.room.point.x > 0.5


def test_a_docent_who_comes_back_soon_is_still_the_docent() -> None:
    """R31."""
    scene = a_scene()
    choose(scene, "guide", "docent")
    scene.leave("guide")
    scene.run(10.0)
    scene.present.append("guide")
    scene.run(DEFAULTS.docent_away_s)
    assert scene.people.docent == "guide"


# -- deeds


def test_a_deed_counts_once_and_for_whoever_is_here_and_not_muted() -> None:
    """R37, R2, R12."""
    scene = a_scene()
    scene.room.mute("ben")
    scene.did("ann", Edit(0, "add", "goblet"))
    scene.did("ben", Edit(0, "add", "helmet"))
    scene.did("stranger", Edit(0, "add", "helmet"))
    scene._seq = 0
    scene.did("ann", Edit(0, "add", "helmet"))
    assert [slider.id for slider in scene.people.blend] == ["goblet"]
    ignored = scene.room.ignored
    assert (ignored["muted"], ignored["not in the room"], ignored["late or repeated"]) == (1, 1, 1)


def test_a_person_is_shown_where_they_pull_to_or_else_where_they_pointed_lately() -> None:
    """R39."""
    scene = a_scene()
    assert person(scene, "ann").at is None
    scene.did("ann", Cursor(0, 0.123456, 7.0))
    assert person(scene, "ann").at == Spot(0.1235, 1.0)
    scene.hold("ann", Place(0, 0.75, 0.25))
    assert person(scene, "ann").at == Spot(0.75, 0.25)
    scene.hold("ann", stick(1.0, 0.0))
    assert person(scene, "ann").at == Spot(0.1235, 1.0)
    scene.run(DEFAULTS.cursor_s + 0.1)
    assert person(scene, "ann").at is None


def test_a_cursor_that_is_not_finite_is_nowhere() -> None:
    """R1, R39."""
    scene = a_scene()
    scene.did("ann", Cursor(0, math.nan, 0.5))
    assert person(scene, "ann").at is None
    assert scene.room.ignored["not finite"] == 1


# -- landing


@pytest.mark.parametrize("goal", [(0.123456, 0.654321), WORKS["helmet"], (0.305, 0.504)])
def test_whoever_pulls_to_a_place_ends_exactly_there(goal: tuple[float, float]) -> None:
    """R40: in the reach of an artwork too."""
    scene = a_scene(near=True)
    scene.hold("ann", place(*goal))
    points = path(scene.run(8.0))
    assert points[-1] == goal
    assert points[-60:] == [goal] * 60
    assert not scene.room.moving


def test_landing_is_no_visible_step() -> None:
    """R40."""
    scene = a_scene()
    scene.hold("ann", place(0.6, 0.5))
    scene.hold("ben", place(0.6, 0.5))
    before = scene.run(1.0)[-1]
    for point in scene.run(5.0):
        assert math.dist((before.x, before.y), (point.x, point.y)) <= max(
            DEFAULTS.landing, DEFAULTS.v_max * DEFAULTS.tick_s
        )
        before = point
    assert (before.x, before.y) == (0.6, 0.5)


def test_people_who_want_different_places_land_on_neither() -> None:
    """R40."""
    scene = a_scene()
    scene.hold("ann", place(0.5, 0.5))
    scene.hold("ben", place(0.501, 0.5))
    end = scene.run(5.0)[-1]
    assert end.x not in (0.5, 0.501)
