"""What of a room outlives its renderer."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.guests import Guests
from shared_state.messages import ChooseMode, Edit, Enter, Guest, Leave, Release, Slider, Work
from shared_state.settings import DEFAULTS
from shared_state.snapshot import MAX_SEEN, MAX_SNAPSHOT_BYTES, VERSION, Durable, SnapshotError, read, write
from tests.shared_state.crowds import MODEL, NEAR, Playback, a_room, stick

DURABLE = {
    "version", "x", "y", "mode", "seen", "colours", "muted", "chosen", "blend", "guests", "model",
    "velocity", "found", "blend_bump", "choice", "people", "movers",
}  # fmt: skip
OLDER = {"version", "x", "y", "mode", "seen", "colours", "muted", "chosen", "blend", "guests", "model"}
"""What an older renderer writes."""
GUEST = "guest:0123456789abcdef"
GOOD = Durable(
    VERSION,
    0.25,
    0.75,
    "ambient",
    {"goblet": 2},
    {"ann": 0, "ben": 3},
    ["pest"],
    "blend",
    [Slider("goblet", 0.25, True, None), Slider(GUEST, 0.75, False, None)],
    {GUEST: b"\x00\x01" * 280},
)


def altered(**fields: object) -> bytes:
    """A snapshot with some fields replaced by anything."""
    packed: bytes = msgpack.packb(msgpack.unpackb(write(GOOD)) | fields)
    return packed


def test_a_snapshot_reads_back_as_it_was_written() -> None:
    """R21."""
    assert read(write(GOOD)) == GOOD


def test_a_snapshot_of_version_1_is_read_and_its_room_has_no_blend() -> None:
    """R21: what a renderer of before modes and blends wrote."""
    before = {"version": 1, "x": 0.25, "y": 0.75, "mode": "together", "seen": {"goblet": 2}}
    room = a_room()
    room.restore(msgpack.packb(before | {"colours": {"ann": 3}, "muted": ["pest"]}), 0.0)
    people = room.people(0.0, paused=False)
    assert (room.point.x, room.mode, people.chosen, people.blend) == (0.25, "together", "together", [])
    assert room.guests == Guests()


def test_a_restored_room_has_the_blend_its_guests_and_the_chosen_mode() -> None:
    """R21, R34: the very picture that was shown."""
    first = Playback(a_room("ann", "guide"))
    first.room.apply(Guest(GUEST, b"latent", MODEL), 0.0)
    first.did("ann", Edit(0, "add", GUEST))
    first.did("ann", Edit(0, "add", "helmet"))
    first.did("ann", ChooseMode(0, "blend"))
    first.run(DEFAULTS.blend_fade_s + 3.0)
    second = Playback(a_room())
    second.room.restore(first.room.snapshot(0.0), 0.0)
    assert second.room.scene == first.room.scene
    assert (second.mode, second.people.chosen) == ("blend", "blend")
    assert second.room.guests == Guests(MODEL, {GUEST: b"latent"})
    assert second.people.blend == first.room.people(first.now_s + 9.0, paused=False).blend
    second.run(1.0)
    assert second.room.scene == first.room.scene


def test_what_was_added_since_may_be_missing_and_what_will_be_added_is_passed_over() -> None:
    """R21: renderers of before and after share a room while an installation is brought up to date."""
    older = {name: value for name, value in msgpack.unpackb(write(GOOD)).items() if name in OLDER}
    room = a_room()
    room.restore(msgpack.packb(older | {"weather": "rain", "movers": {"weather": {"rain": 1}}}), 0.0)
    assert (room.point.x, room.mode) == (0.25, "ambient")


def test_a_docent_of_whom_a_snapshot_does_not_tell_is_gone_and_everybody_steers() -> None:
    """R21, R31: as an older renderer wrote it."""
    room = a_room()
    room.restore(altered(mode="docent", chosen="docent"), 0.0)
    assert room.people(0.0, paused=False).chosen == "together"


def test_a_docent_who_does_not_come_back_to_the_next_renderer_gives_the_room_to_everybody() -> None:
    """R31, R42."""
    first = Playback(a_room("guide"))
    first.did("guide", ChooseMode(0, "docent"), guide=True)
    first.run(0.1)
    second = Playback(a_room())
    second.room.restore(first.room.snapshot(first.now_s), 0.0)
    assert (second.people.chosen, second.people.docent) == ("docent", "guide")
    second.run(DEFAULTS.silence_s + DEFAULTS.docent_away_s + 1.0)
    assert (second.people.chosen, second.people.docent) == ("together", None)


def test_a_restored_room_goes_on_where_the_other_was() -> None:
    """R21."""
    first = Playback(a_room("ann", "ben", "cyd"), NEAR)
    first.room.mute("cyd")
    first.hold("ben", Work(0, "helmet"))
    first.run(5.0)
    second = Playback(a_room(), NEAR)
    second.room.restore(first.room.snapshot(first.now_s), 0.0)
    assert second.mode == "together"
    assert (second.room.point.x, second.room.point.y) == (first.room.point.x, first.room.point.y)
    assert second.room.snapshot(second.now_s) == first.room.snapshot(first.now_s)


def test_a_restored_room_gives_returning_people_their_colours() -> None:
    first = a_room("ann", "ben")
    colours = {person.id: person.colour for person in first.people(0.0, paused=False).people}
    second = a_room()
    second.restore(first.snapshot(0.0), 0.0)
    scene = Playback(second)
    for person in ("new", "ben", "ann"):
        scene.room.apply(Enter(person), 1.0)
    again = {person.id: person.colour for person in second.people(1.0, paused=False).people}
    assert {person: again[person] for person in colours} == colours


def test_a_room_that_is_restored_with_people_in_it_keeps_them_and_lets_go_of_its_bump() -> None:
    scene = Playback(a_room("ann", "ben"), NEAR)
    scene.room.mute("ben")
    scene.hold("ann", Work(0, "helmet"))
    scene.run(2.8)
    assert scene.room.people(scene.now_s, paused=False).finders == ["ann"]
    scene.room.restore(write(Durable(1, 0.1, 0.1, "together", {}, {"zoe": 0}, [])), 0.0)
    people = scene.room.people(scene.now_s, paused=False)
    assert {person.id for person in people.people} == {"ann", "ben"}
    assert people.finders == []
    assert scene.room.bump is None
    assert (scene.room.point.vx, scene.room.point.vy) == (0.0, 0.0)
    scene.once("ann", Release(0))
    scene.hold("ben", stick(0.0, -1.0))
    scene.run(0.5)
    assert [person.active for person in scene.room.people(scene.now_s, paused=False).people] == [False, True]


def test_a_restored_mute_still_holds() -> None:
    first = a_room("pest")
    first.mute("pest")
    second = a_room("pest")
    second.restore(first.snapshot(0.0), 0.0)
    scene = Playback(second)
    scene.hold("pest", stick(1.0, 0.0))
    scene.run(0.5)
    assert not scene.room.people(scene.now_s, paused=False).people[0].active


def test_a_restored_room_waits_for_its_people_before_it_wanders() -> None:
    first = Playback(a_room("ann"))
    first.hold("ann", stick(0.0, 0.0))
    first.run(1.0)
    second = Playback(a_room())
    second.room.restore(first.room.snapshot(first.now_s), 0.0)
    second.run(DEFAULTS.idle_after_s - 1.0)
    assert second.mode == "together"
    second.run(DEFAULTS.stale_s + 2.0)
    assert second.mode == "ambient"


def test_nothing_else_is_in_a_snapshot_and_no_secret() -> None:
    """R21."""
    scene = Playback(a_room("ann"), NEAR)
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(1.0)
    assert set(msgpack.unpackb(scene.room.snapshot(0.0))) == DURABLE


def test_visits_are_remembered_of_so_many_works_and_no_more() -> None:
    room = a_room()
    room.restore(write(Durable(1, 0.7, 0.5, "ambient", {f"work{n}": 1 for n in range(MAX_SEEN)}, {}, [])), 0.0)
    scene = Playback(room, NEAR)
    scene.run(6.0)
    seen = read(room.snapshot(0.0)).seen
    assert room.bump in seen
    assert "work0" not in seen
    assert len(seen) == MAX_SEEN


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        write(GOOD)[:-3],
        b"\x91" * 4_000,
        b"\xdd\xff\xff\xff\xff",
        b"x" * (MAX_SNAPSHOT_BYTES + 1),
        altered(version=3),
        altered(x=float("nan")),
        altered(y=float("inf")),
        altered(y="middle"),
        altered(mode="dream"),
        altered(seen={"goblet": -1}),
        altered(colours={"ann": 2**60}),
        altered(seen={"x" * 65: 1}),
        altered(muted="pest"),
        altered(chosen="dream"),
        altered(blend=[{"id": "goblet", "weight": float("nan"), "locked": False, "hand": None}]),
        altered(blend=[{"id": f"work{n}", "weight": 0.1, "locked": False, "hand": None} for n in range(9)]),
        altered(guests={"goblet": b""}),
        altered(guests={GUEST: b"x" * 8_193}),
        altered(guests={f"guest:{n:016x}": b"" for n in range(9)}),
        altered(muted=[b"pest"]),
        altered(velocity=[float("nan"), 0.0]),
        altered(velocity=[0.0]),
        altered(people={"ann": {"hand": {}}}),
        altered(people={"ann": {"joined_s": float("inf")}}),
        altered(choice={"touched_s": 1e300}),
        altered(movers={"lead": {"lead": "ann", "next_s": float("nan")}}),
        altered(movers={"vote": {"ballot": {"votes": {"ann": ["goblet"]}}}}),
        altered(movers={"together": {"voyage": {"stops": [["goblet", 0.5, float("nan")]]}}}),
        altered(movers={"together": {"tide": {"split": {"camps": {}, "directions": [[1, 0], [0, 1]], "sharp": 1}}}}),
        altered(found={"carried": {"ann": -1.0}}),
    ],
)
def test_a_snapshot_that_no_room_wrote_is_refused_and_changes_nothing(data: bytes) -> None:
    """R21."""
    room = a_room("ann")
    before = room.snapshot(0.0)
    with pytest.raises(SnapshotError):
        room.restore(data, 0.0)
    assert room.snapshot(0.0) == before


def test_a_snapshot_that_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(SnapshotError, match="the most we read"):
        read(b"x" * (MAX_SNAPSHOT_BYTES + 1))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_a_snapshot_error(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        read(data)


def test_somebody_who_left_while_fading_is_in_no_snapshot_after_two_minutes() -> None:
    scene = Playback(a_room("ann", "ben"))
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(0.5)
    scene.once("ann", Release(0))
    scene.room.apply(Leave("ann"), scene.now_s)
    scene.run(1.0)
    scene.room.apply(Leave("ben"), scene.now_s + DEFAULTS.colour_kept_s)
    assert set(read(scene.room.snapshot(0.0)).colours) == {"ben"}
