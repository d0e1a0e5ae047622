"""One room's frames, people and pushes in one gateway, with screens made by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.gateway.faults import Refusal
from server.gateway.feed import RoomFeed
from server.gateway.screen import Screen
from server.gateway.sockets import Framed, Hear
from server.metrics import Metrics
from server.settings import ServerSettings
from shared_state.hub import Envelope, HubError, RoomCard
from shared_state.memory_hub import MemoryHub
from shared_state.messages import (
    Enter,
    Frame,
    Leave,
    People,
    Present,
    Pushed,
    Stick,
    decode_from_server,
    decode_inputs,
    encode,
)
from tests.server.gallery import PATIENCE_S, a_frame, some_people, until


class Glass:
    """A socket that takes everything, until it is told to be full."""

    def __init__(self) -> None:
        self.full = False
        self.taken: list[Framed] = []

    def write(self, message: Framed) -> bool:
        if not self.full:
            self.taken.append(message)
        return not self.full

    def attend(self, hear: Hear) -> None: ...

    def abort(self) -> None: ...

    @property
    def shown(self) -> list[int]:
        """Numbers of the frames written."""
        messages = [decode_from_server(message.payload) for message in self.taken]
        return [message.seq for message in messages if isinstance(message, Frame)]

    @property
    def told(self) -> list[People]:
        """Lists of people written."""
        messages = [decode_from_server(message.payload) for message in self.taken]
        return [message for message in messages if isinstance(message, People)]


def nobody_ends(refusal: Refusal) -> None:
    raise AssertionError(refusal)


def a_screen(
    glass: Glass, *, role: Any = "viewer", window: int = 2, end: Callable[[Refusal], None] = nobody_ends
) -> Screen:
    return Screen(glass, role, window, end)


def framed(seq: int) -> Framed:
    return Framed(encode(a_frame(seq)), seq)


# -- one screen


def test_only_a_window_of_frames_is_on_its_way() -> None:
    """G18."""
    glass = Glass()
    screen = a_screen(glass)
    for seq in range(1, 6):
        screen.show(framed(seq), 0.0)
    assert glass.shown == [1, 2]


def test_a_slow_wall_sees_the_newest_frame_not_the_oldest() -> None:
    """G18."""
    glass = Glass()
    screen = a_screen(glass, role="wall", window=3)
    for seq in range(1, 101):
        screen.show(framed(seq), 0.0)
    screen.acknowledge(1, 0.0)
    assert glass.shown == [1, 2, 3, 100]
    assert screen.dropped == 96


def test_an_acknowledgement_covers_all_frames_before_it() -> None:
    """G19."""
    glass = Glass()
    screen = a_screen(glass)
    for seq in (1, 2):
        screen.show(framed(seq), 0.0)
    assert screen.acknowledge(2, 0.0) == (True, 0)
    for seq in (3, 4):
        screen.show(framed(seq), 0.0)
    assert glass.shown == [1, 2, 3, 4]


def test_acknowledging_what_is_not_on_its_way_opens_nothing() -> None:
    glass = Glass()
    screen = a_screen(glass)
    for seq in (1, 2, 3):
        screen.show(framed(seq), 0.0)
    assert screen.acknowledge(3, 0.0) == (False, 0)
    screen.acknowledge(1, 0.0)
    assert screen.acknowledge(1, 0.0) == (False, 0)
    assert glass.shown == [1, 2, 3]


def test_a_new_renderer_that_counts_from_one_again_is_shown() -> None:
    glass = Glass()
    screen = a_screen(glass)
    for seq in (1_000, 1_001, 1):
        screen.show(framed(seq), 0.0)
    screen.acknowledge(1_001, 0.0)
    screen.acknowledge(1, 0.0)
    screen.show(framed(2), 0.0)
    assert glass.shown == [1_000, 1_001, 1, 2]


def test_a_screen_that_acknowledges_without_reading_fills_nothing() -> None:
    """Else a client that guesses the numbers would have us buffer without end."""
    glass = Glass()
    screen = a_screen(glass)
    glass.full = True
    for seq in range(1, 1_000):
        screen.show(framed(seq), 0.0)
        screen.acknowledge(seq, 0.0)
    assert not glass.taken
    glass.full = False
    screen.show(framed(1_000), 0.0)
    assert glass.shown == [1_000]


def test_a_full_socket_gets_the_newest_people_once_it_takes_again() -> None:
    glass = Glass()
    screen = a_screen(glass)
    glass.full = True
    for name in ("ann", "bob"):
        screen.tell(Framed(encode(some_people(name))))
    glass.full = False
    screen.show(framed(1), 0.0)
    assert [people.people[0].id for people in glass.told] == ["bob"]


def test_only_a_screen_with_frames_on_their_way_can_be_overdue() -> None:
    """G21."""
    screen = a_screen(Glass())
    assert not screen.is_overdue(1_000.0, 30.0)
    screen.show(framed(1), 1_000.0)
    assert not screen.is_overdue(1_030.0, 30.0)
    assert screen.is_overdue(1_031.0, 30.0)
    screen.acknowledge(1, 1_031.0)
    assert not screen.is_overdue(2_000.0, 30.0)


# -- one room

CARD = RoomCard("main", "bundled", 256, "d1", 100, 200)


@asynccontextmanager
async def a_feed(hub: MemoryHub | None = None, **settings: Any) -> AsyncIterator[RoomFeed]:
    hub = hub or MemoryHub()
    feed = RoomFeed(
        hub, CARD, ServerSettings(**({"input_tick_s": 0.001} | settings)), Metrics(), gateway="g1", now_s=lambda: 0.0
    )
    feed.start()
    await until(lambda: ("main", "frames") in hub._readers)
    yield feed
    await feed.close()


async def publish(feed: RoomFeed, seq: int, token: int = 1) -> None:
    await feed._hub.publish("main", "frames", encode(a_frame(seq, token=token)), token=token, seq=seq)


async def test_every_screen_gets_the_very_same_bytes() -> None:
    async with a_feed() as feed:
        glasses = [Glass() for _ in range(3)]
        for glass in glasses:
            feed.join(a_screen(glass))
        await publish(feed, 1)
        await until(lambda: all(glass.taken for glass in glasses))
        assert len({id(glass.taken[0].wire) for glass in glasses}) == 1


async def test_a_stalled_screen_costs_the_others_no_frame() -> None:
    """G20."""
    async with a_feed() as feed:
        healthy, stalled = Glass(), Glass()
        screen = a_screen(healthy)
        feed.join(screen)
        feed.join(a_screen(stalled))
        stalled.full = True
        for seq in range(1, 241):
            await publish(feed, seq)
            await until(lambda seq=seq: healthy.shown[-1:] == [seq])
            assert feed.acknowledge(screen, seq)
        assert healthy.shown == list(range(1, 241))


async def test_a_new_screen_gets_the_last_frame_and_the_last_people_at_once() -> None:
    """G23."""
    async with a_feed() as feed:
        early, late = Glass(), Glass()
        feed.join(a_screen(early))
        await feed._hub.publish("main", "people", encode(some_people("ann")), token=1)
        await publish(feed, 7)
        await until(lambda: len(early.taken) == 2)
        feed.join(a_screen(late))
        assert late.shown == [7]
        assert [people.people[0].id for people in late.told] == ["ann"]


async def test_a_frame_with_an_old_token_is_shown_nowhere() -> None:
    """G22."""
    async with a_feed() as feed:
        glass = Glass()
        feed.join(a_screen(glass))
        feed._deliver(Envelope("frames", 5, 1, encode(a_frame(1, token=5))))
        # From a subscription made anew, which does not know the newest token:
        feed._deliver(Envelope("frames", 4, 99, encode(a_frame(99, token=4))))
        feed._deliver(Envelope("people", 4, 99, encode(some_people("ghost"))))
        assert glass.shown == [1] and not glass.told


async def test_people_we_cannot_read_are_skipped_and_the_feed_goes_on() -> None:
    async with a_feed() as feed:
        glass = Glass()
        feed.join(a_screen(glass))
        await feed._hub.publish("main", "people", b"\xc1", token=1)
        await feed._hub.publish("main", "people", encode(a_frame(1)), token=1, seq=2)
        await publish(feed, 2)
        await until(lambda: glass.shown == [2])
        assert not glass.told


async def test_a_screen_that_reads_but_never_acknowledges_is_ended_after_30_s() -> None:
    """G21."""
    ended: list[Refusal] = []
    async with a_feed() as feed:
        glass = Glass()
        feed.join(a_screen(glass, end=ended.append))
        for seq in range(1, 10):
            feed._deliver(Envelope("frames", 1, seq, encode(a_frame(seq))))
        assert glass.shown == [1, 2]
        feed.tick(30.0)
        assert not ended
        feed.tick(30.1)
        assert [refusal.code for refusal in ended] == [4408]


async def test_drops_are_counted_by_role() -> None:
    """G18."""
    async with a_feed() as feed:
        feed.join(a_screen(Glass(), role="wall"))
        for seq in range(1, 10):
            feed._deliver(Envelope("frames", 1, seq, encode(a_frame(seq))))
        feed.tick(1.0)
        feed.tick(2.0)
        text = feed._metrics.text().decode()
        assert 'genstudio_frames_dropped_total{slot="wall"} 6.0' in text
        assert "genstudio_frames_sent_total 2.0" in text


class LameHub(MemoryHub):
    """Can be out of reach."""

    lame = False

    @property
    def healthy(self) -> bool:
        return not self.lame

    async def publish(self, *args: Any, **options: Any) -> None:
        if self.lame:
            raise HubError("redis://nowhere does not answer")
        await super().publish(*args, **options)


async def test_screens_are_told_when_sharing_is_interrupted() -> None:
    """G24."""
    hub = LameHub()
    async with a_feed(hub) as feed:
        glass = Glass()
        feed.join(a_screen(glass))
        await hub.publish("main", "people", encode(some_people("ann")), token=1)
        await until(lambda: len(glass.told) == 1)
        hub.lame = True
        feed.tick(1.0)
        feed.tick(2.0)
        assert [people.paused for people in glass.told] == [False, True]
        hub.lame = False
        await hub.publish("main", "people", encode(some_people("ann")), token=1)
        await until(lambda: [people.paused for people in glass.told] == [False, True, False])


async def test_inputs_go_on_after_the_hub_was_away() -> None:
    hub = LameHub()
    async with a_feed(hub) as feed, hub.subscribe("main", "inputs") as subscription:
        hub.lame = True
        feed.push("ann", Stick(1, 0, 0))
        await until(lambda: not feed._inputs)
        hub.lame = False
        feed.push("ann", Stick(2, 0, 0))
        assert decode_inputs((await anext(subscription)).payload) == [Pushed("ann", Stick(2, 0, 0))]


async def test_pushes_within_a_tick_leave_as_one_message() -> None:
    """G16."""
    hub = MemoryHub()
    async with a_feed(hub) as feed, hub.subscribe("main", "inputs") as subscription:
        feed.enter("ann")
        for seq in range(50):
            feed.push("ann", Stick(seq, 0, 0))
            feed.push("bob", Stick(seq, 0, 0))
        inputs = decode_inputs((await anext(subscription)).payload)
        assert inputs == [Enter("ann"), Pushed("ann", Stick(49, 0, 0)), Pushed("bob", Stick(49, 0, 0))]


async def test_a_goodbye_is_published_even_when_the_feed_closes_at_once() -> None:
    hub = MemoryHub()
    async with hub.subscribe("main", "inputs") as subscription:
        async with a_feed(hub, input_tick_s=1_000.0) as feed:
            screen = a_screen(Glass())
            feed.join(screen)
            await anext(subscription)
            feed.depart("ann")
            feed.leave(screen)
        async with asyncio.timeout(PATIENCE_S):
            assert decode_inputs((await anext(subscription)).payload) == [Leave("ann"), Present("g1", [], 0)]


async def test_a_subscription_that_breaks_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class FlakyHub(MemoryHub):
        tries = 0

        def subscribe(self, room: str, *channels: Any) -> Any:
            self.tries += 1
            if self.tries == 1:
                raise HubError("cut")
            return super().subscribe(room, *channels)

    monkeypatch.setattr("server.gateway.feed.RETRY_S", 0.001)
    async with a_feed(FlakyHub()) as feed:
        glass = Glass()
        feed.join(a_screen(glass))
        await publish(feed, 1)
        await until(lambda: glass.shown == [1])


async def test_a_feed_knows_how_long_nobody_has_been_here() -> None:
    async with a_feed() as feed:
        assert feed.empty_for_s(12.0) == 12.0
        screen = a_screen(Glass())
        feed.join(screen)
        assert feed.empty_for_s(100.0) == 0.0
        feed.leave(screen)
        assert feed.empty_for_s(5.0) == 5.0
        feed.seats.take("wall", "about to join")
        assert feed.empty_for_s(100.0) == 0.0
