"""A renderer dies, and another goes on from its snapshot: nobody in the room can tell from what the room does."""

from __future__ import annotations

import math
from dataclasses import replace

import msgpack
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.kept import LONGEST_S, moment, span
from shared_state.messages import (
    ChooseMode,
    Deed,
    Did,
    Enter,
    Mode,
    People,
    Place,
    Present,
    Push,
    Pushed,
    Release,
    Ride,
    Stick,
    Vote,
    Work,
)
from shared_state.room import Point, Room
from shared_state.settings import DEFAULTS
from shared_state.snapshot import read
from tests.shared_state.crowds import NEAR, WORKS, Playback, a_room, stick

QUICK = replace(
    DEFAULTS,
    tick_s=1 / 64,
    lead_slot_s=1.0,
    lead_turn_s=2.0,
    lead_told_s=0.5,
    lead_lifted_s=0.5,
    tide_after_s=0.5,
    tide_calm_s=1.0,
    tide_period_s=4.0,
    vote_round_s=1.0,
    idle_rest_s=1.0,
    enter_s=0.25,
    join_ramp_s=0.5,
)
"""Everything happens within seconds, and a double holds nearly every moment exactly, on any clock."""

STEP_S = 1 / 16
CROWD = [f"person{n}" for n in range(8)]

PUSHES: st.SearchStrategy[Push] = st.one_of(
    st.builds(Stick, st.just(0), st.sampled_from([-1.0, 1.0]), st.sampled_from([-0.25, 0.0, 0.25])),
    st.builds(Place, st.just(0), st.floats(0, 1), st.floats(0, 1)),
    st.builds(Work, st.just(0), st.sampled_from(sorted(WORKS))),
    st.builds(Release, st.just(0)),
)
DEEDS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Vote, st.just(0), st.sampled_from([None, *WORKS])),
    st.builds(Ride, st.just(0), st.lists(st.sampled_from(sorted(WORKS)), min_size=2, max_size=4)),
)
Doing = tuple[int, str, Push | Deed]
LOGS: st.SearchStrategy[list[Doing]] = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(CROWD), PUSHES | DEEDS), min_size=1, max_size=20
)
"""So many steps of STEP_S after the last: who does what."""
MODES: tuple[Mode, ...] = ("together", "lead", "vote", "docent")


class Life:
    """A room and its clock. Everybody's gateway vouches for them, and who holds a push repeats it twice a second."""

    def __init__(self, room: Room, now_s: float, held: dict[str, Push], steps: int = 0) -> None:
        self.room, self.now_s, self.held, self.steps = room, now_s, held, steps

    def do(self, person: str, what: Push | Deed) -> None:
        """Number it, and let it come in."""
        what = msgspec.structs.replace(what, seq=self.steps + 1)
        if isinstance(what, Stick | Place | Work | Release):
            self.held[person] = what
            self.room.apply(Pushed(person, what), self.now_s)
        else:
            self.room.apply(Did(person, what, guide=isinstance(what, ChooseMode)), self.now_s)

    def step(self, *, quiet: bool = False) -> tuple[Point, str | None, People]:
        """What is seen STEP_S later. `quiet`: nobody says anything."""
        self.steps += 1
        self.now_s += STEP_S
        if self.steps % 8 == 0 and not quiet:
            self.room.apply(Present("gate", CROWD, 1), self.now_s)
            for person, push in self.held.items():
                if not isinstance(push, Release):
                    self.do(person, push)
        self.room.advance(self.now_s, NEAR)
        return self.room.point, self.room.bump, self.room.people(self.now_s, paused=False)

    def restored(self, now_s: float) -> Life:
        """Another room goes on from this one's snapshot, on another clock."""
        room = a_room(settings=QUICK, start=(0.9, 0.9))
        room.restore(self.room.snapshot(self.now_s), now_s)
        room.advance(now_s, NEAR)
        return Life(room, now_s, dict(self.held), self.steps)


def begun(mode: Mode) -> Life:
    """A crowd in two halves that steers in this mode since a moment."""
    life = Life(a_room(settings=QUICK), 0.0, {})
    for number, person in enumerate(CROWD):
        life.room.apply(Enter(person, number % 3 == 0), -1.0)
        life.do(person, Stick(0, 1.0 if number % 2 else -1.0, 0.0))
    life.do("person1", ChooseMode(0, mode))
    life.room.advance(0.0, NEAR)
    return life


@settings(max_examples=60, deadline=None)
@given(LOGS, LOGS, st.sampled_from(MODES), st.integers(0, 40), st.sampled_from([0.0, 512.0]))
def test_a_room_goes_on_from_its_snapshot_exactly_as_without_the_interruption(
    before: list[Doing], after: list[Doing], mode: Mode, wait: int, clock_s: float
) -> None:
    """R21, R42."""
    one = begun(mode)
    for steps, person, what in before:
        one.do(person, what)
        for _ in range(steps):
            one.step()
    for _ in range(wait):
        one.step()
    told = one.room.snapshot(one.now_s)
    assert read(one.restored(one.now_s).room.snapshot(one.now_s)) == read(told)  # nothing is lost on the way
    other = one.restored(clock_s)
    assert one.step(quiet=True) == other.step(quiet=True)  # by then both know whether they are at rest
    for steps, person, what in [*after, (40, CROWD[0], Release(0))]:
        one.do(person, what)
        other.do(person, what)
        for _ in range(steps):
            assert one.step() == other.step()


def test_people_who_do_not_come_back_are_gone_with_their_votes_and_turns() -> None:
    """R19, R42."""
    life = begun("vote")
    life.do("person3", Vote(0, "helmet"))
    life.step()
    other = Playback(a_room(settings=replace(QUICK, vote_round_s=60.0)), NEAR, held=["person0"])
    other.room.restore(life.room.snapshot(life.now_s), 0.0)
    assert len(other.people.people) == len(CROWD) and other.people.ballot is not None
    assert other.people.ballot.tallies[0].people == ["person3"]
    other.run(QUICK.silence_s + 1.0)
    assert [person.id for person in other.people.people] == ["person0"]
    assert all(tally.people == [] for tally in other.people.ballot.tallies)


def test_a_deed_that_no_step_has_seen_yet_is_not_lost() -> None:
    """R42, R43: it is stored at once, and a room at rest steps later."""
    first = Playback(a_room("ann"))
    first.did("ann", ChooseMode(0, "vote"), guide=True)
    assert first.mode == "ambient"
    second = Playback(a_room())
    second.room.restore(first.room.snapshot(first.now_s), 0.0)
    second.run(0.1)
    assert (second.mode, second.people.by) == ("vote", "ann")


def test_a_push_that_is_not_repeated_to_the_next_renderer_counts_as_released() -> None:
    """R4, R42."""
    first = Playback(a_room("ann"), held=["ann"])
    first.hold("ann", stick(1.0, 0.0))
    first.run(1.0)
    second = Playback(a_room(start=(0.1, 0.1)), held=["ann"])
    second.room.restore(first.room.snapshot(first.now_s), 0.0)
    second.run(0.1)
    assert second.people.people[0].share == 1.0 and second.room.point.vx > 0.0
    second.run(DEFAULTS.stale_s)
    assert not second.people.people[0].active


def test_somebody_whom_the_next_renderer_does_not_seat_takes_no_part() -> None:
    """R19, R42: a smaller room, or one that others have filled meanwhile."""
    life = begun("vote")
    life.do("person7", Vote(0, "helmet"))
    life.step()
    other = a_room("zoe", settings=QUICK, capacity=3)
    other.restore(life.room.snapshot(life.now_s), 0.0)
    other.advance(0.0, NEAR)
    people = other.people(0.0, paused=False)
    assert [person.id for person in people.people] == ["person0", "person1", "zoe"]
    assert people.ballot is not None and all(tally.people == [] for tally in people.ballot.tallies)


def test_a_mute_holds_for_a_hand_that_was_down() -> None:
    """R12, R42."""
    first = Playback(a_room("pest"), held=["pest"])
    first.hold("pest", stick(1.0, 0.0))
    first.run(1.0)
    first.room.mute("pest")
    second = Playback(a_room(), held=["pest"])
    second.room.restore(first.room.snapshot(first.now_s), 0.0)
    assert not second.people.people[0].active


@pytest.mark.parametrize("mode", ["together", "lead", "vote"])
@pytest.mark.parametrize(
    "movers",
    [
        {"vote": {"ballot": {"votes": {"ann": ["goblet", 3.0], "eve": ["forgery", -1e7]}}}},
        {"vote": {"ballot": {"counts_s": -1.0, "votes": {"eve": ["forgery", 0.0]}}}},
        {"vote": {"rests_until_s": -5.0, "lure": {"goal": [2.0, -2.0], "aim": [0.0, 2.0], "joined_s": 1e7}}},
        {"lead": {"lead": "ann", "next": "eve"}},
        {"lead": {"lead": "eve", "next_s": -1e7, "lifted_s": -1e7, "waited": {"eve": 1e7}}},
        {"together": {"voyage": {"stops": [["goblet", 0.3, 0.5]], "at": 7}}},
        {"together": {"voyage": {"stops": [["forgery", 2.0, -2.0]], "leaves_s": -1.0}}},
        {"together": {"tide": {"split": {"camps": {"eve": 1}, "directions": [[0, 0], [2, 2]], "sharp": 2}}}},
        {
            "together": {
                "tide": {"split": {"camps": {"eve": 1}, "directions": [[0, 0], [2, 2]], "sharp": 2}, "until_s": -1e7}
            }
        },
    ],
)
def test_nothing_that_a_snapshot_within_its_limits_says_breaks_a_room(mode: Mode, movers: object) -> None:
    """R21, R42: it may come from a store that others write to."""
    told = msgpack.unpackb(a_room().snapshot(0.0)) | {"mode": mode, "chosen": mode, "movers": movers}
    scene = Playback(a_room("ann", "ben"), NEAR, held=["ann", "ben"])
    scene.room.restore(msgpack.packb(told), 0.0)
    scene.hold("ann", stick(1.0, 0.0))
    for _ in range(100):
        scene.run(0.1)
        assert 0.0 <= scene.room.point.x <= 1.0 and scene.people.mode == mode


@given(st.floats(allow_nan=False, min_value=0.0, max_value=1e9), st.floats(allow_nan=False))
def test_a_moment_is_the_same_as_far_as_a_snapshot_tells_of_it(now_s: float, at_s: float) -> None:
    """R42."""
    told = span(at_s, now_s)
    assert told is None or abs(told) <= LONGEST_S
    if abs(at_s) <= LONGEST_S / 2 and now_s <= LONGEST_S / 2:
        assert moment(told, now_s) == pytest.approx(at_s, abs=1e-6)
    assert moment(span(math.inf, now_s), now_s) == math.inf


def test_a_lead_whose_finger_was_up_already_gives_the_turn_as_early_as_before() -> None:
    """R26, R42."""
    life = begun("lead")
    while (turn := life.step()[2].turn) is None or turn.lead is None:
        pass
    life.do(turn.lead, Release(0))
    for _ in range(4):
        life.step()
    other = life.restored(0.0)
    for _ in range(8):
        told, again = life.step()[2].turn, other.step()[2].turn
        assert told == again
    assert told is not None and told.lead != turn.lead
