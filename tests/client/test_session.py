"""The Python session, against a small real server that speaks the wire (rules C of docs/SPEC.md)."""

from __future__ import annotations

import asyncio
import json
import random
import socket as sockets
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from client import link
from client.session import Session, SessionError, SessionFrame
from shared_state import messages as wire
from tests.client.gallery import SESSION, gallery


class AtOnce(random.Random):
    """Comes back without waiting; remembers the bounds of the waits it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.bounds: list[float] = []
        self.six = asyncio.Event()

    def uniform(self, a: float, b: float) -> float:
        self.bounds.append(b)
        if len(self.bounds) == 6:
            self.six.set()
        return a


async def next_frame(session: Session) -> SessionFrame:
    async with asyncio.timeout(10), aclosing(session.frames()) as frames:
        return await anext(frames)


async def test_joining_says_hello_first_and_keeps_what_the_welcome_says() -> None:
    async with gallery() as g, Session(g.url, room="main", role="viewer") as s:
        await g.until(lambda: g.received)
        assert g.received == [wire.Hello(room="main", role="viewer", session=None)]
        assert g.sockets[0].subprotocol == wire.SUBPROTOCOL
        assert (s.you, s.welcome.resolution, s.welcome.session) == ("p1", 256, SESSION)


async def test_a_frame_carries_its_number_its_picture_and_the_state_of_the_room() -> None:
    async with gallery() as g, Session(g.url) as s:
        person = wire.Person("p1", "#ff8800", 0.5, True)
        await g.send(wire.People(people=[person], mode="ambient", paused=True, finders=[]))
        await g.show(7, x=0.75, bump="met-1")
        frame = await next_frame(s)
        assert (frame.seq, frame.jpeg) == (7, b"jpeg 7")
        state = frame.state
        assert (state.position, state.near, state.bump) == ((0.75, 0.25), (("met-1", 0.75),), "met-1")
        assert (state.visitors, state.mode, state.paused) == ((person,), "ambient", True)


async def test_a_notebook_is_not_in_the_room_unless_it_says_so_and_a_screen_is_nowhere() -> None:
    async with (
        gallery() as g,
        Session(g.url),
        Session(g.url, remote=False),
        Session(g.url, role="viewer"),
        Session(g.url, key="correct horse battery"),
    ):
        assert sorted(((h.role, h.remote, h.key) for h in g.of(wire.Hello)), key=str) == [
            ("viewer", False, None),
            ("visitor", False, None),
            ("visitor", True, "correct horse battery"),
            ("visitor", True, None),
        ]


async def test_a_frame_carries_what_the_room_does_beside_wandering() -> None:
    slider, ballot = wire.Slider("met-1", 1.0, False, "p1"), wire.Ballot([], 3.0, "met-1")
    turn, voyage = wire.Turn("p1", 2.0, None, 0.0), wire.Voyage(["met-1"], 0)
    tide = wire.Tide([wire.Camp(["p1"], 1.0, 0.0, 1.0)], 0, 5.0)
    people = wire.People(
        people=[],
        mode="ambient",
        paused=False,
        finders=[],
        chosen="blend",
        docent="p1",
        turn=turn,
        tide=tide,
        ballot=ballot,
        blend=[slider],
        voyage=voyage,
    )
    async with gallery() as g, Session(g.url) as s:
        await g.send(people)
        await g.show(1)
        state = (await next_frame(s)).state
    assert (state.chosen, state.docent, state.blend) == ("blend", "p1", (slider,))
    assert (state.turn, state.tide, state.ballot, state.voyage) == (turn, tide, ballot, voyage)


async def test_every_frame_is_acknowledged_even_when_nobody_reads() -> None:
    """C2."""
    async with gallery() as g, Session(g.url):
        for seq in range(5):
            await g.show(seq)
        await g.until(lambda: g.of(wire.Ack) == [wire.Ack(seq) for seq in range(5)])


async def test_a_slow_reader_sees_the_newest_frame_not_the_oldest() -> None:
    """C1."""
    async with gallery() as g, Session(g.url) as s, aclosing(s.frames()) as frames:
        await g.show(0)
        assert (await anext(frames)).seq == 0
        for seq in range(1, 6):
            await g.show(seq)
        await g.until(lambda: len(g.of(wire.Ack)) == 6)
        assert (await anext(frames)).seq == 5
        assert s.received == 6


async def test_whoever_asks_anew_for_each_frame_lets_everything_else_go_on() -> None:
    """C1."""
    async with gallery() as g, Session(g.url) as s:
        await g.show(0)
        await next_frame(s)
        later = asyncio.Event()
        asyncio.get_running_loop().call_soon(later.set)
        for _ in range(10):
            await next_frame(s)
        assert later.is_set()


async def test_a_frame_of_a_renderer_that_lost_the_room_is_not_shown() -> None:
    """C1."""
    async with gallery() as g, Session(g.url) as s:
        await g.show(5, token=2)
        await g.show(99, token=1)
        await g.until(lambda: len(g.of(wire.Ack)) == 2)
        assert (await next_frame(s)).seq == 5
        assert s.received == 1


@pytest.mark.parametrize(
    ("ask", "sent"),
    [
        (lambda s: s.steer(0.25, 1), wire.Place(1, 0.25, 1.0)),
        (lambda s: s.push(0.5, -0.5), wire.Stick(1, 0.5, -0.5)),
        (lambda s: s.push(30, -40), wire.Stick(1, 0.6, -0.8)),
        (lambda s: s.pull("met-1"), wire.Work(1, "met-1")),
        (lambda s: s.release(), wire.Release(1)),
    ],
)
async def test_each_way_to_steer_sends_its_message(ask: Callable[[Session], Awaitable[None]], sent: wire.Push) -> None:
    async with gallery() as g, Session(g.url) as s:
        await ask(s)
        await g.until(lambda: len(g.received) > 1)
        assert g.received[1] == sent


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.steer(1.01, 0.5),
        lambda s: s.steer(0.5, float("nan")),
        lambda s: s.push(float("inf"), 0),
        lambda s: s.push(0, float("nan")),
        lambda s: s.pull(""),
        lambda s: s.pull("i" * 65),
    ],
)
async def test_what_the_wire_does_not_allow_is_refused_before_it_is_sent(
    ask: Callable[[Session], Awaitable[None]],
) -> None:
    async with gallery() as g, Session(g.url) as s:
        with pytest.raises(ValueError, match="no place|no direction|no id"):
            await ask(s)
        await s.release()
        await g.until(lambda: len(g.received) > 1)
        assert g.received[1] == wire.Release(1)


async def test_a_push_that_stands_is_said_again_with_a_higher_seq(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3."""
    monkeypatch.setattr(link, "RESEND_S", 0.01)
    async with gallery() as g, Session(g.url) as s:
        await s.steer(0.5, 0.5)
        await g.until(lambda: len(g.of(wire.Place)) == 3)
        assert g.of(wire.Place) == [wire.Place(seq, 0.5, 0.5) for seq in (1, 2, 3)]


async def test_a_release_is_said_once_and_ends_the_push(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: while somebody else's push is repeated five times, nothing more comes from the hand that was lifted."""
    monkeypatch.setattr(link, "RESEND_S", 0.01)
    monkeypatch.setattr(link, "PUSHES_PER_S", 1_000)
    async with gallery() as g, Session(g.url) as s, Session(g.url) as other:
        await s.steer(0.5, 0.5)
        await s.release()
        await g.until(lambda: g.of(wire.Release))
        places = len(g.of(wire.Place))
        await other.push(1, 0)
        await g.until(lambda: len(g.of(wire.Stick)) == 5)
        assert len(g.of(wire.Release)) == 1 and len(g.of(wire.Place)) == places


async def test_pushes_wait_their_turn_however_fast_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3."""
    monkeypatch.setattr(link, "PUSHES_PER_S", 0.001)
    async with gallery() as g, Session(g.url) as s:
        for seq in range(20):
            await s.steer(seq / 20, 0)
            await g.show(seq)
            await g.until(lambda seq=seq: len(g.of(wire.Ack)) > seq)
        assert g.of(wire.Place) == [wire.Place(1, 0.0, 0.0)]


async def test_of_pushes_that_wait_the_newest_is_sent() -> None:
    """C3."""
    async with gallery() as g, Session(g.url) as s:
        for step in range(1_000):
            await s.steer(step / 1_000, 0)
        await g.until(lambda: g.of(wire.Place) and g.of(wire.Place)[-1].x == 0.999)
        assert len(g.of(wire.Place)) <= 2


@pytest.mark.parametrize(
    ("ask", "sent"),
    [
        (lambda s: s.point(0.25, 1), wire.Cursor(1, 0.25, 1.0)),
        (lambda s: s.vote("met-1"), wire.Vote(1, "met-1")),
        (lambda s: s.vote(None), wire.Vote(1, None)),
        (lambda s: s.weigh("met-1", 0.5), wire.Edit(1, "weigh", "met-1", 0.5)),
        (lambda s: s.ride(["a", "b"]), wire.Ride(1, ["a", "b"])),
        (lambda s: s.ride([]), wire.Ride(1, [])),
        (
            lambda s: s.blend({"a": 1, "b": 3}),
            wire.Bring(1, [wire.Portion("a", 1.0), wire.Portion("b", 3.0)]),
        ),
    ],
)
async def test_each_deed_sends_its_message_once(ask: Callable[[Session], Awaitable[None]], sent: wire.Deed) -> None:
    async with gallery() as g, Session(g.url) as s:
        await ask(s)
        await s.push(0, 0)
        await g.until(lambda: g.of(wire.Stick))
        assert g.received[1:] == [sent, wire.Stick(1, 0.0, 0.0)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.point(-0.1, 0),
        lambda s: s.vote(""),
        lambda s: s.weigh("a", 1.01),
        lambda s: s.weigh("a", float("nan")),
        lambda s: s.weigh("x" * 65, 0.5),
        lambda s: s.blend({}),
        lambda s: s.blend({"a": 0.0}),
        lambda s: s.blend({"a": float("inf")}),
        lambda s: s.blend({str(number): 1 for number in range(9)}),
        lambda s: s.ride(["a"] * 33),
        lambda s: s.ride([""]),
    ],
)
async def test_a_deed_that_no_room_could_do_is_refused_before_it_is_sent(
    ask: Callable[[Session], Awaitable[None]],
) -> None:
    async with gallery() as g, Session(g.url) as s:
        with pytest.raises(ValueError, match=r"\d|id"):
            await ask(s)


async def test_deeds_are_said_in_order_and_counted_apart_from_pushes() -> None:
    async with gallery() as g, Session(g.url) as s:
        await s.steer(0.5, 0.5)
        for number in range(5):
            await s.weigh("a", number / 10)
        await g.until(lambda: len(g.of(wire.Edit)) == 5)
        assert [(edit.seq, edit.amount) for edit in g.of(wire.Edit)] == [(n + 1, n / 10) for n in range(5)]
        assert g.of(wire.Place)[0].seq == 1


async def test_deeds_do_not_make_a_standing_push_be_said_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3."""
    monkeypatch.setattr(link, "RESEND_S", 1_000)
    async with gallery() as g, Session(g.url) as s:
        await s.steer(0.5, 0.5)
        for number in range(5):
            await s.vote(str(number))
        await g.until(lambda: len(g.of(wire.Vote)) == 5)
        assert len(g.of(wire.Place)) == 1


async def test_what_is_done_while_the_line_is_cut_is_said_when_it_is_back_the_newest_at_least() -> None:
    async with gallery() as g, Session(g.url, rng=AtOnce()) as s:
        port = g.port
        await g.stop()
        for number in range(link.MAX_DEEDS + 5):
            await s.vote(str(number))
        g.port = port
        await g.start()
        await g.until(lambda: g.of(wire.Vote) and g.of(wire.Vote)[-1].id == str(link.MAX_DEEDS + 4))
        assert len(g.of(wire.Vote)) <= link.MAX_DEEDS


async def test_a_mode_that_is_not_ours_to_choose_is_refused_with_those_that_are() -> None:
    async with gallery() as g:
        g.answer = lambda hello: wire.Welcome("main", "visitor", SESSION, "p1", 256, "m", "c", ["together", "blend"])
        async with Session(g.url) as s:
            with pytest.raises(SessionError, match="together, blend"):
                await s.choose_mode("docent")
            await s.choose_mode("blend")
            await g.until(lambda: g.of(wire.ChooseMode))
            assert g.of(wire.ChooseMode) == [wire.ChooseMode(1, "blend")]


async def test_a_cut_line_is_joined_again_as_the_same_visitor_who_still_pushes(monkeypatch: pytest.MonkeyPatch) -> None:
    """C4: the push is said at once, not when its repetition is due."""
    monkeypatch.setattr(link, "RESEND_S", 1_000)
    async with gallery() as g, Session(g.url, rng=AtOnce()) as s:
        await s.steer(0.5, 0.5)
        await g.until(lambda: g.of(wire.Place))
        g.cut()
        await g.until(lambda: len(g.of(wire.Hello)) == 2)
        before = len(g.of(wire.Place))
        await g.until(lambda: len(g.of(wire.Place)) > before)
        await g.show(1)
        assert (await next_frame(s)).seq == 1
        assert g.of(wire.Hello)[1].session == SESSION
        assert g.of(wire.Place)[-1].seq > g.of(wire.Place)[0].seq
        assert s.reconnects == 1


async def test_a_server_that_is_away_is_sought_with_growing_jitter_until_it_is_back() -> None:
    """C4."""
    rng = AtOnce()
    async with gallery() as g, Session(g.url, rng=rng) as s:
        await g.stop()
        async with asyncio.timeout(10):
            await rng.six.wait()
        await g.start()
        await g.until(lambda: g.sockets)
        await g.show(1)
        assert (await next_frame(s)).seq == 1
        assert rng.bounds[:6] == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]


@pytest.mark.parametrize(("room", "code"), [("attic", 4504), ("main", 4529)])
async def test_an_unknown_or_full_room_is_an_error_with_the_servers_own_sentence(room: str, code: int) -> None:
    """C5."""
    async with gallery() as g:
        g.answer = lambda hello: wire.Fault(code, f"The room {hello.room!r} has no place for you.")
        with pytest.raises(SessionError, match=f"The room '{room}' has no place for you") as caught:
            async with Session(g.url, room=room):
                pytest.fail("let in")
        assert caught.value.code == code


async def test_a_refusal_before_the_socket_opens_is_an_error_that_names_it() -> None:
    """C5."""
    async with gallery() as g:
        g.pages["/ws"] = (403, b"no")
        with pytest.raises(SessionError, match="closed the door to room 'main'.*403") as caught:
            async with Session(g.url):
                pytest.fail("let in")
        assert caught.value.code == 403


async def test_an_address_where_nothing_answers_is_an_error_that_says_what_to_start() -> None:
    """C5."""
    with sockets.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SessionError, match=f"nothing answers at ws://127.0.0.1:{port}/ws.*genstudio serve"):
        async with Session(f"http://127.0.0.1:{port}"):
            pytest.fail("let in")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://gallery", "http://", ""])
async def test_an_address_of_another_kind_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="one looks like http://127.0.0.1:8000"):
        Session(url)


async def test_being_sent_away_for_good_ends_the_frames_with_the_servers_sentence() -> None:
    """C5."""
    async with gallery() as g, Session(g.url, rng=AtOnce()) as s:
        await g.send(wire.Fault(4503, "The gallery closes."))
        await g.sockets[0].close(4503)
        with pytest.raises(SessionError, match="The gallery closes"):
            await next_frame(s)
        with pytest.raises(SessionError, match="The gallery closes"):
            await s.steer(0.5, 0.5)
        assert len(g.of(wire.Hello)) == 1


async def test_a_server_that_speaks_something_else_is_named_as_such() -> None:
    async with gallery() as g, Session(g.url) as s:
        await g.sockets[0].send("text")
        with pytest.raises(SessionError, match="does not speak genstudio.v1: a text message"):
            await next_frame(s)


async def test_leaving_ends_the_frames_and_says_goodbye() -> None:
    async with gallery() as g:
        async with Session(g.url) as s:
            reader = asyncio.create_task(next_frame(s))
            await g.until(lambda: g.sockets)
        with pytest.raises(StopAsyncIteration):
            await reader
        await g.sockets[0].wait_closed()
        assert g.sockets[0].close_code == 1000
        with pytest.raises(SessionError, match="has been left"):
            await s.release()


async def test_a_viewer_cannot_steer() -> None:
    async with gallery() as g, Session(g.url, role="viewer") as s:
        with pytest.raises(SessionError, match="a viewer only watches"):
            await s.push(1, 0)


async def test_a_session_that_was_not_entered_says_how() -> None:
    with pytest.raises(SessionError, match="async with"):
        await Session("http://127.0.0.1:8000").release()


async def test_the_works_of_the_room_are_read_over_http() -> None:
    async with gallery() as g:
        work = {
            "id": "met-1",
            "title": "Goblet",
            "artist": "unknown",
            "x": 0.25,
            "y": 1,
            "thumbhash": "",
            "future": [1],
        }
        g.pages["/api/rooms/main/works"] = (200, json.dumps({"digest": "c0ffee", "works": [work]}).encode())
        async with Session(g.url) as s:
            [found] = await s.works()
        assert (found.id, found.title, found.x, found.y, found.museum) == ("met-1", "Goblet", 0.25, 1.0, "")


@pytest.mark.parametrize(("status", "body", "says"), [(404, b"", "answers 404"), (200, b"<html>", "no list of works")])
async def test_a_list_of_works_that_cannot_be_read_is_an_error(status: int, body: bytes, says: str) -> None:
    async with gallery() as g:
        g.pages["/api/rooms/main/works"] = (status, body)
        async with Session(g.url) as s:
            with pytest.raises(SessionError, match=says):
                await s.works()
