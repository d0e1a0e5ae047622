"""The invariants of the law in every mode: whatever people send, in whatever order, the picture never jumps."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.groups import mix
from shared_state.messages import (
    Bring,
    ChooseMode,
    Cursor,
    Deed,
    Did,
    Edit,
    Enter,
    Guest,
    Input,
    Leave,
    Mode,
    Portion,
    Present,
    Pushed,
    Ride,
    Stick,
    Vote,
)
from shared_state.room import Point, Room
from shared_state.rota import lean
from shared_state.scene import Scene
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import NEAR, WORKS, a_room
from tests.shared_state.test_groups import STICK, STICKS, group
from tests.shared_state.test_room import ANY_FLOAT, PEOPLE, PUSHES, SEQ

MODES: tuple[Mode, ...] = ("together", "lead", "vote", "docent", "blend", "ambient")
IDS = st.sampled_from([*WORKS, "forgery", "guest:0123456789abcdef"])
PORTIONS = st.lists(st.builds(Portion, IDS, ANY_FLOAT), min_size=1, max_size=8)
HANDLINGS = st.sampled_from(["add", "remove", "weigh", "nudge", "lock", "unlock", "let_go", "equal", "clear", "undo"])
DEEDS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Cursor, SEQ, ANY_FLOAT, ANY_FLOAT),
    st.builds(Vote, SEQ, st.none() | IDS),
    st.builds(Edit, SEQ, HANDLINGS, st.none() | IDS, st.none() | ANY_FLOAT),
    st.builds(Bring, SEQ, PORTIONS),
    st.builds(Ride, SEQ, st.lists(IDS, max_size=4)),
    st.builds(ChooseMode, SEQ, st.sampled_from(MODES)),
)
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Pushed, PEOPLE, PUSHES),
    st.builds(Did, PEOPLE, DEEDS, st.booleans()),
    st.builds(Did, PEOPLE, DEEDS, st.just(True)),
    st.builds(Enter, PEOPLE, st.booleans()),
    st.builds(Leave, PEOPLE),
    st.builds(Guest, st.just("guest:0123456789abcdef"), st.binary(max_size=8)),
    st.builds(Present, st.just("gate"), st.lists(PEOPLE, max_size=5), st.integers(0, 9), st.lists(PEOPLE, max_size=5)),
)
LOGS = st.lists(st.tuples(st.floats(0.0, 0.6), INPUTS), max_size=30)
PLAYED = settings(deadline=None, max_examples=80)
TURN = 1.5 * DEFAULTS.tick_s / DEFAULTS.blend_fade_s


def play(room: Room, log: list[tuple[float, Input]]) -> list[tuple[Point, Scene]]:
    """Apply each input after its pause, in real ticks; point and scene after each."""
    now_s, found = 0.0, []
    for pause_s, message in [*log, (1.0, Leave("nobody"))]:
        for _ in range(round(pause_s * 60)):
            now_s += 1 / 60
            room.advance(now_s, NEAR)
            room.people(now_s, paused=False)
            found.append((room.point, room.scene))
        room.apply(message, now_s)
    return found


def mode_at(room: Room, mode: Mode) -> Room:
    room.apply(Did("guide", ChooseMode(1, mode), True), 0.0)
    return room


@PLAYED
@given(LOGS)
def test_whatever_is_sent_no_tick_moves_the_picture_by_more_than_its_part(log: list[tuple[float, Input]]) -> None:
    """R1, R8, R34."""
    shown = play(a_room("ann", "ben"), log)
    for point, scene in shown:
        assert 0.0 <= point.x <= 1.0 and 0.0 <= point.y <= 1.0
        assert math.hypot(point.vx, point.vy) <= DEFAULTS.v_max
        assert 0.0 <= scene.blended <= 1.0
        assert (scene.portions != ()) == (scene.blended > 0.0)
        assert scene.portions == () or math.isclose(sum(part.weight for part in scene.portions), 1.0)
    for (_, before), (_, after) in pairwise(shown):
        way = math.hypot(after.x - before.x, after.y - before.y)
        assert way <= max(DEFAULTS.v_max * DEFAULTS.tick_s, DEFAULTS.landing) + 1e-12
        assert abs(after.blended - before.blended) <= TURN


@PLAYED
@given(LOGS)
def test_the_same_log_gives_the_same_pictures_and_the_same_words(log: list[tuple[float, Input]]) -> None:
    """R10."""
    one, other = a_room("ann", "ben"), a_room("ann", "ben")
    assert play(one, log) == play(other, log)
    assert one.people(20.0, paused=False) == other.people(20.0, paused=False)
    assert one.snapshot(20.0) == other.snapshot(20.0)


@PLAYED
@given(LOGS)
def test_a_room_goes_on_from_its_snapshot_whatever_was_sent(log: list[tuple[float, Input]]) -> None:
    """R21."""
    room = a_room("ann", "ben")
    play(room, log)
    again = a_room()
    again.restore(room.snapshot(20.0), 20.0)
    assert (again.point.x, again.point.y) == (room.point.x, room.point.y)
    play(again, log)


@PLAYED
@given(LOGS, st.sampled_from(MODES))
def test_a_muted_visitor_equals_an_absent_one_in_every_mode(log: list[tuple[float, Input]], mode: Mode) -> None:
    """R12."""
    with_pest, without = (mode_at(a_room("ann", "guide", *more), mode) for more in (["ben"], []))
    with_pest.mute("ben")
    others = [(pause_s, message) for pause_s, message in log if getattr(message, "id", "") in ("ann", "ben")]
    heard = [
        (pause_s, message if getattr(message, "id", "") != "ben" else Leave("nobody")) for pause_s, message in others
    ]
    assert play(with_pest, others) == play(without, heard)


@pytest.mark.parametrize("mode", MODES)
@PLAYED
@given(
    order=st.permutations(["ann", "ben", "cyd", "dee", "eve"]), xs=st.lists(st.floats(-1, 1), min_size=5, max_size=5)
)
def test_the_order_in_which_people_come_and_push_does_not_matter_in_any_mode(
    mode: Mode, order: list[str], xs: list[float]
) -> None:
    """R7."""
    held = dict(zip(["ann", "ben", "cyd", "dee", "eve"], xs, strict=True))

    def walked(people: list[str]) -> list[tuple[Point, Scene]]:
        room = mode_at(a_room("guide", *people), mode)
        for person in people:
            room.apply(Pushed(person, Stick(1, held[person], 0.3)), 0.0)
        return play(room, [(0.5, Leave("nobody"))])

    assert walked(order) == walked(sorted(order))


@PLAYED
@given(STICKS, STICK, STICK, st.booleans(), st.booleans())
def test_one_persons_effect_on_the_force_is_bounded_with_groups_and_a_lead(
    others: list[tuple[float, float]],
    before: tuple[float, float],
    after: tuple[float, float],
    remote: bool,
    leads: bool,
) -> None:
    """R11, R24, R25: never more than their part of a group, and a lead's part."""
    forces = []
    for own in (before, after):
        hands = [*group([own], remote=remote), *group([*others, (0.0, 0.0)], remote=False)]
        hands[0].id = "one"
        force = lean(mix(hands, DEFAULTS), hands, "one" if leads else "room00", DEFAULTS)
        assert sum(hand.say * hand.fx for hand in hands) == pytest.approx(force.fx, abs=1e-12)
        forces.append((force.fx, force.fy))
    alone = 1.0 / (1.0 + DEFAULTS.kappa)
    part = (alone if remote else 1.0 / (len(hands) + DEFAULTS.kappa)) + leads * DEFAULTS.lead_say * alone
    assert math.dist(*forces) <= 2.0 * part + 1e-9
