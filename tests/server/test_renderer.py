"""A renderer and its rooms, end to end over a hub in memory; only the generator is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.renderer import hiccups
from server.renderer.hiccups import DEGRADED_AFTER
from server.renderer.room_loop import GRACE_S
from shared_state.hub import Subscription
from shared_state.messages import ChooseMode, Did, Enter, Frame, Place, Present, Pushed, Vote
from shared_state.snapshot import VERSION, Durable, read
from tests.server.stand_ins import Studio, hearing, next_envelope, next_frame, next_people, until

WATCHED = Present("g", ["ada"], 1)
FAR_S = 100.0
"""Past every deadline that a room knows."""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path)
    yield studio
    studio.close()


async def test_a_room_shows_its_first_frame_unasked_and_is_announced(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        frame = await next_frame(values)
        card = await studio.hub.card("main")
    assert frame.seq == 1 and frame.jpeg.startswith(b"\xff\xd8")
    assert card is not None
    assert (card.model, card.resolution, card.collection, card.capacity) == ("stand-in", 16, "d1ge57", 100)


async def test_frames_are_numbered_one_by_one_under_the_token_of_the_lease(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        first = await next_frame(values)
        for expected in range(2, 6):
            envelope = await next_envelope(values, "frames")
            assert (envelope.seq, envelope.token) == (expected, first.token)


async def test_a_push_moves_the_point_and_the_picture_follows(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        before = await next_frame(values)
        await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, 1.0, before.y)))
        frame = before
        for step in range(2, 200):
            studio.clock.now_s += 1 / 60
            if step % 30 == 0:
                await studio.say(WATCHED, Pushed("ada", Place(step, 1.0, before.y)))
            frame = await next_frame(values)
    assert frame.x > before.x + 0.2
    assert frame.jpeg != before.jpeg


async def test_a_push_wakes_a_room_at_rest(tmp_path: Path) -> None:
    studio = Studio(tmp_path, heartbeat_s=1_000, people_rate=0.01)  # nothing else wakes it
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        await next_frame(values)
        await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, 0.5, 0.5)))
        before = await studio.at_rest(renderer.loops[0].room)
        await studio.say(Pushed("ada", Place(2, 1.0, 0.5)))
        await until(lambda: studio.hub.newest["main"] > before)
    studio.close()


async def test_a_push_is_timed_from_its_arrival_to_the_frame_that_shows_it(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, 1.0, 0.5)))
        await next_frame(values)
        await next_frame(values)
    assert b"genstudio_input_to_frame_seconds_count 1.0" in studio.metrics.text()


async def test_with_no_screen_anywhere_a_room_rests_until_one_comes(tmp_path: Path) -> None:
    studio = Studio(tmp_path, rooms=("quiet", "busy"))
    async with (
        hearing(studio.hub, "frames", room="quiet") as quiet,
        hearing(studio.hub, "frames", room="busy") as busy,
        studio.drawing(),
    ):
        await next_frame(quiet)
        studio.clock.now_s += GRACE_S + 1
        await studio.say(Present("g", [], 1), room="busy")
        for _ in range(3):  # the quiet room draws what it had begun
            await next_frame(busy)
        last = studio.hub.newest["quiet"]
        for _ in range(20):
            await next_frame(busy)
        assert studio.hub.newest["quiet"] == last
        await studio.say(Present("g", [], 1), room="quiet")
        await until(lambda: studio.hub.newest["quiet"] > last)
    studio.close()


async def test_a_generator_that_fails_costs_frames_but_never_the_room(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiccups, "RETRY_S", 0.0)
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        before = await next_frame(values)
        studio.painter.failures = DEGRADED_AFTER + 2
        after = await next_frame(values)
        while studio.painter.failures:
            after = await next_frame(values)
        after = await next_frame(values)
    assert after.seq > before.seq
    figures = studio.metrics.text()
    assert f"genstudio_draw_failures_total {DEGRADED_AFTER + 2:.1f}".encode() in figures
    assert b"genstudio_rooms_degraded 0.0" in figures


async def test_a_generator_that_keeps_failing_is_told_and_tried_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiccups, "RETRY_S", 0.0)
    async with hearing(studio.hub, "frames", "people") as values, studio.drawing():
        await next_frame(values)
        tried = len(studio.painter.batches)
        studio.painter.failures = 1_000_000
        await until(lambda: len(studio.painter.batches) > tried + DEGRADED_AFTER + 3)
        assert b"genstudio_rooms_degraded 1.0" in studio.metrics.text()
        await studio.say(Enter("ada"), WATCHED)
        while not (await next_people(values)).people:  # people are told although nothing can be drawn
            pass
        studio.painter.failures = 0
        await next_frame(values)
    assert b"genstudio_rooms_degraded 0.0" in studio.metrics.text()


async def test_people_are_told_when_somebody_comes_not_when_a_clock_strikes(tmp_path: Path) -> None:
    studio = Studio(tmp_path, people_rate=0.01)
    async with hearing(studio.hub, "people") as values, studio.drawing():
        await next_people(values)
        await studio.say(Enter("ada"), WATCHED)
        people = await next_people(values)
        while not people.people:
            people = await next_people(values)
    assert [person.id for person in people.people] == ["ada"]
    assert not people.paused
    studio.close()


async def test_the_number_of_visitors_is_measured_without_their_names(studio: Studio) -> None:
    async with hearing(studio.hub, "people") as values, studio.drawing():
        await next_people(values)
        await studio.say(Enter("ada"), Enter("bob"), Present("g", ["ada", "bob"], 1))
        while len((await next_people(values)).people) < 2:
            pass
        figures = studio.metrics.text()
    assert b"genstudio_room_people 2.0" in figures
    assert b"ada" not in figures


async def test_while_the_hub_is_away_the_room_goes_on_and_says_paused(studio: Studio) -> None:
    async with hearing(studio.hub, "frames", "people") as values, studio.drawing():
        await next_frame(values)
        studio.hub.reachable = False
        await studio.hub.next_renewal("unreachable")
        studio.clock.now_s += FAR_S
        while not (await next_people(values)).paused:
            pass
        await next_frame(values)
        await next_frame(values)


async def test_a_renderer_that_cannot_know_whether_the_room_is_still_its_own_is_silent(tmp_path: Path) -> None:
    """As after a long stop of the process: the hub answers, but the lease was not renewed in time."""
    studio = Studio(tmp_path, renew_ms=30_000)
    async with hearing(studio.hub, "frames", "people") as values, studio.drawing():
        await next_frame(values)
        await studio.say(Present("g", [], 1))
        studio.clock.now_s += FAR_S
        await studio.say(Present("g", [], 1))
        drawn = len(studio.painter.batches)
        await until(lambda: len(studio.painter.batches) > drawn + 5)
        published = studio.hub.newest["main"]
        await until(lambda: len(studio.painter.batches) > drawn + 10)
        assert studio.hub.newest["main"] == published
    studio.close()


async def test_a_room_that_was_lost_is_taken_again_where_it_stood(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, 1.0, 0.5)))
        for _ in range(30):
            studio.clock.now_s += 1 / 60
            before = await next_frame(values)
        lease = await studio.hub.acquire(
            "main", "first", 60_000
        )  # a ghost of ourselves: the old token is worth nothing
        assert lease is not None
        await studio.hub.release(lease)
        after = await next_frame(values)
        while after.token == before.token:
            after = await next_frame(values)
    assert after.token > before.token and after.seq <= 2
    assert after.x >= before.x > 0.52
    assert b"genstudio_leases_lost_total 1.0" in studio.metrics.text()


async def steered_for_a_second(studio: Studio, values: Subscription) -> Frame:
    """Ada comes and pulls to the right edge; the last frame of that second."""
    frame = await next_frame(values)
    await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, 1.0, 0.5)))
    for _ in range(60):
        studio.clock.now_s += 1 / 60
        frame = await next_frame(values)
    return frame


async def test_a_standby_takes_over_with_what_the_last_renderer_left(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values:
        async with studio.drawing("first"):
            before = await steered_for_a_second(studio, values)
        assert before.x > 0.55
        async with studio.drawing("second"):
            after = await next_frame(values)
            while after.token == before.token:
                after = await next_frame(values)
    assert after.x == pytest.approx(before.x, abs=0.02)


async def test_a_room_is_given_back_at_once_when_its_renderer_closes(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing("first"):
        await next_frame(values)
    assert await studio.hub.acquire("main", "second", 1_000) is not None


async def test_a_message_that_cannot_be_read_is_ignored(studio: Studio) -> None:
    async with hearing(studio.hub, "people") as values, studio.drawing():
        await next_people(values)
        await studio.hub.publish("main", "inputs", b"\xc1 not a message")
        await studio.say(Enter("ada"), WATCHED)
        while not (await next_people(values)).people:
            pass


async def test_a_stored_state_that_cannot_be_read_does_not_keep_the_room_shut(studio: Studio) -> None:
    lease = await studio.hub.acquire("main", "old", 60_000)
    assert lease is not None
    await studio.hub.commit(lease, b"torn")
    await studio.hub.release(lease)
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        assert (await next_frame(values)).seq == 1
    assert studio.hub.acquired == 2  # the old renderer's and ours


async def test_a_state_that_could_not_be_read_this_once_is_not_overwritten(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values:
        async with studio.drawing("first"):
            before = await steered_for_a_second(studio, values)
        studio.hub.unreadable = 1
        async with studio.drawing("second"):
            after = await next_frame(values)
            while after.token == before.token:
                after = await next_frame(values)
    assert after.x == pytest.approx(before.x, abs=0.02)


async def test_several_rooms_are_drawn_in_one_pass(tmp_path: Path) -> None:
    rooms = ("a", "b", "c")
    studio = Studio(tmp_path, rooms=rooms)
    async with hearing(studio.hub, "frames", room="c") as values, studio.drawing():
        while max(studio.painter.batches, default=0) < len(rooms):
            await next_frame(values)
    studio.close()


async def test_a_generator_that_hangs_does_not_keep_a_room_from_closing(studio: Studio) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        studio.painter.gate.clear()
        drawn = len(studio.painter.batches)
        await until(lambda: len(studio.painter.batches) > drawn)
    assert await studio.hub.acquire("main", "second", 1_000) is not None


async def test_a_deed_is_stored_at_once(tmp_path: Path) -> None:
    """R43: a crash at any later moment does not take the vote with it."""
    studio = Studio(tmp_path, snapshot_s=1_000)
    async with hearing(studio.hub, "people") as values, studio.drawing():
        await next_people(values)
        await studio.say(Enter("ada"), WATCHED, Did("ada", ChooseMode(1, "vote"), guide=True))
        await studio.say(Did("ada", Vote(2, "work-1"), guide=False))
        while not (ballot := (await stored(studio)).movers.vote.ballot).votes:
            await next_people(values)
    assert ballot.votes["ada"].work == "work-1"
    studio.close()


async def stored(studio: Studio) -> Durable:
    """The room as the next renderer will find it; as it began, before anything was stored."""
    data = await studio.hub.snapshot("main")
    return read(data) if data is not None else Durable(VERSION, 0.5, 0.5, "ambient", {}, {}, [])
