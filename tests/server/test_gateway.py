"""One connection from hello to goodbye, against the real server on loopback."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import msgpack
import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

from server.gateway import faults
from server.gateway.lobby import new_session, public_id
from shared_state.hub import HubError, RoomCard
from shared_state.memory_hub import MemoryHub
from shared_state.messages import (
    SUBPROTOCOL,
    Ack,
    Enter,
    Fault,
    Frame,
    Hello,
    Leave,
    People,
    Place,
    Present,
    Pushed,
    Stick,
    decode_from_client,
    encode,
)
from tests.server.gallery import a_frame, announce, first, open_gallery, some_people, until

SESSION = "A" * 22


async def test_a_visitor_is_welcomed_and_their_push_reaches_the_renderer() -> None:
    async with open_gallery() as gallery, gallery.inputs() as inputs:
        visitor = await gallery.enter()
        assert visitor.welcome is not None
        assert (visitor.welcome.room, visitor.welcome.model, visitor.welcome.resolution) == ("main", "bundled", 256)
        you = visitor.welcome.you
        assert await first(inputs, Enter) == Enter(you)
        await visitor.send(Stick(1, 0.5, -0.5))
        assert await first(inputs, Pushed) == Pushed(you, Stick(1, 0.5, -0.5))
        await visitor.connection.close()
        assert await first(inputs, Leave) == Leave(you)


async def test_a_session_is_22_safe_characters_and_its_public_id_does_not_give_it_away() -> None:
    """G10."""
    async with open_gallery() as gallery:
        visitor = await gallery.enter()
        assert visitor.welcome is not None
        session = visitor.welcome.session
        assert decode_from_client(encode(Hello("main", "visitor", session))) == Hello("main", "visitor", session)
        assert visitor.welcome.you == public_id(session)
        assert visitor.welcome.you not in session and session not in visitor.welcome.you


async def test_who_comes_back_with_a_session_is_the_same_person() -> None:
    """G10."""
    async with open_gallery() as gallery:
        before = await gallery.enter(session=SESSION)
        await before.connection.close()
        after = await gallery.enter(session=SESSION)
        assert before.welcome == after.welcome


async def test_the_newest_connection_of_a_session_goes_on_and_the_older_one_ends() -> None:
    """G9."""
    async with open_gallery(capacity=1) as gallery, gallery.inputs() as inputs:
        older = await gallery.enter(session=SESSION)
        newer = await gallery.enter(session=SESSION)
        fault, code = await older.goodbye()
        assert code == faults.ELSEWHERE and fault is not None and "again" in fault.message
        await newer.send(Stick(1, 1.0, 0.0))
        assert await first(inputs, Pushed) == Pushed(public_id(SESSION), Stick(1, 1.0, 0.0))


async def test_a_page_that_reloads_is_announced_anew_so_that_its_pushes_count_from_the_start() -> None:
    async with open_gallery() as gallery, gallery.inputs() as inputs:
        await gallery.enter(session=SESSION)
        assert await first(inputs, Enter) == Enter(public_id(SESSION))
        await gallery.enter(session=SESSION)
        assert await first(inputs, Leave) == Leave(public_id(SESSION))
        assert await first(inputs, Enter) == Enter(public_id(SESSION))


async def test_a_wall_and_a_phone_in_one_browser_do_not_end_each_other() -> None:
    async with open_gallery() as gallery:
        wall = await gallery.enter("wall", session=SESSION)
        await gallery.enter("visitor", session=SESSION)
        await gallery.watched()
        await gallery.show(1)
        assert (await wall.next(Frame)).seq == 1


async def test_an_unknown_room_gets_one_uniform_answer() -> None:
    """G6."""
    async with open_gallery() as gallery:
        fault, code = await gallery.refused(room="mian")
        assert (code, fault.code) == (4504, 4504)
        assert "'mian'" in fault.message
        assert not gallery.lobby._feeds


async def test_a_full_room_says_how_many_steer_and_lets_people_watch() -> None:
    """G8."""
    async with open_gallery(capacity=2) as gallery:
        await gallery.enter()
        await gallery.enter()
        fault, code = await gallery.refused()
        assert code == 4409 and "2 people" in fault.message and "Watch" in fault.message
        await gallery.enter("viewer")
        await gallery.enter("wall")


async def test_a_room_that_is_full_on_another_gateway_is_full_here() -> None:
    """G8."""
    async with open_gallery(capacity=2) as gallery:
        wall = await gallery.enter("wall")
        await gallery.watched()
        await gallery.tell(some_people("ann", "bob"))
        await wall.next(People)
        assert (await gallery.refused())[1] == 4409


async def test_walls_keep_their_seats_when_viewers_are_many() -> None:
    """G3."""
    async with open_gallery(viewers=5) as gallery:
        for _ in range(4):
            await gallery.enter("viewer")
        assert (await gallery.refused("viewer"))[1] == 4409
        await gallery.enter("wall")


async def test_walls_still_come_in_when_the_crowd_has_taken_all_open_connections() -> None:
    """G3."""
    async with open_gallery(connections=5) as gallery:
        for _ in range(4):
            await gallery.enter()
        fault, code = await gallery.refused()
        assert code == 4409 and "4 people" in fault.message
        await gallery.enter("wall")


@pytest.mark.parametrize("role", ["viewer", "wall"])
async def test_those_who_watch_cannot_steer(role: Any) -> None:
    """G14."""
    async with open_gallery() as gallery:
        watcher = await gallery.enter(role)
        await watcher.send(Place(1, 0.5, 0.5))
        fault, code = await watcher.goodbye()
        assert code == 4503 and fault is not None and role in fault.message


async def test_a_client_that_speaks_no_or_another_protocol_is_told_which_one_we_speak() -> None:
    """G4."""
    async with open_gallery() as gallery:
        for offered in (None, ["genstudio.v0", "chat"]):
            client = await gallery.raw(subprotocols=offered)
            assert client.connection.subprotocol == (offered[0] if offered else None)
            fault, code = await client.goodbye()
            assert code == 4526 and fault is not None and SUBPROTOCOL in fault.message


async def test_silence_instead_of_a_hello_ends_the_connection() -> None:
    """G5."""
    async with open_gallery(hello_timeout_s=0.05) as gallery:
        fault, code = await (await gallery.raw()).goodbye()
        assert code == 4408 and fault is not None and "hello" in fault.message
        assert gallery.lobby.door.pending == 0


HELLO = encode(Hello("main", "visitor"))

BEFORE_HELLO = {
    "a push": (encode(Stick(1, 0, 0)), 4500),
    "an ack": (encode(Ack(1)), 4500),
    "nothing": (b"", 4500),
    "noise": (b"\xc1\xff\x00", 4500),
    "an unknown message": (msgpack.packb({"t": "dance"}), 4500),
    "a bomb of nested arrays": (b"\x91" * 1_000, 4500),
    "a bomb of maps": (b"\xdf\xff\xff\xff\xff" * 100, 4500),
    "bad UTF-8 in a name": (b"\x83\xa1t\xa5hello\xa4room\xa2\xc3\x28\xa4role\xa6viewer", 4500),
    "a name too long": (msgpack.packb({"t": "hello", "room": "x" * 65, "role": "wall"}), 4500),
    "a role we do not have": (msgpack.packb({"t": "hello", "room": "main", "role": "king"}), 4500),
    "a session that is none": (msgpack.packb({"t": "hello", "room": "main", "role": "wall", "session": "x"}), 4500),
    "a hello above 1 KiB": (msgpack.packb({"t": "hello", "room": "main", "role": "wall", "pad": "x" * 1_024}), 1009),
}


@pytest.mark.parametrize("case", BEFORE_HELLO)
async def test_what_is_no_hello_is_closed_with_its_code_and_one_line(case: str) -> None:
    """G5, G25."""
    data, expected = BEFORE_HELLO[case]
    async with open_gallery() as gallery:
        with capture_logs() as lines:
            client = await gallery.raw()
            await client.connection.send(data)
            fault, code = await client.goodbye()
        assert code == expected and fault is not None and fault.code == expected
        assert [line["code"] for line in lines] == [expected]
        await gallery.enter()


AFTER_HELLO = {
    "a text message": ("hello", 4500),
    "a second hello": (HELLO, 4500),
    "a message above 4,096 bytes": (b"\x91" * 4_097, 1009),
    "a message above what is read at all": (b"\x00" * 65_537, 1009),
    "a megabyte": (b"\x00" * (1 << 20), 1009),
    "sixteen megabytes": (b"\x00" * (16 << 20), 1009),
}


@pytest.mark.parametrize("case", AFTER_HELLO)
async def test_what_breaks_the_rules_is_closed_at_once(case: str) -> None:
    """G5, G12, G15."""
    data, expected = AFTER_HELLO[case]
    async with open_gallery() as gallery:
        client, control = await gallery.enter(), await gallery.enter()
        await gallery.watched()

        async def send() -> None:
            with suppress(ConnectionClosed):  # while we were still at it
                await client.connection.send(data)

        sending = asyncio.create_task(send())
        _, code = await client.goodbye()
        assert code == expected
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await gallery.show(1)
        assert (await control.next(Frame)).seq == 1


async def test_trap_a_text_frame_is_refused_and_not_a_key_error(caplog: pytest.LogCaptureFixture) -> None:
    """G12: Starlette's `receive_bytes()` on a text frame is an uncaught KeyError."""
    async with open_gallery() as gallery:
        for text in (b"hello", b"\xc3\x28 is not UTF-8"):
            client = await gallery.raw()
            client.connection.protocol.send_frame(WireFrame(Opcode.TEXT, text))
            client.connection.transport.write(b"".join(client.connection.protocol.data_to_send()))
            fault, code = await client.goodbye()
            assert code == 4500 and fault is not None and "text" in fault.message
    assert not [record for record in caplog.records if record.exc_info]


async def test_some_unreadable_messages_are_answered_and_the_fifth_in_ten_seconds_ends_it() -> None:
    """G11."""
    async with open_gallery() as gallery:
        client = await gallery.enter()
        for _ in range(4):
            await client.connection.send(b"\xc1")
            assert (await client.next(Fault)).code == 4500
        await client.send(Stick(1, 0.1, 0.1))
        await client.connection.send(b"\xc1")
        fault, code = await client.goodbye()
        assert code == 4500 and fault is not None


async def test_numbers_that_are_not_finite_never_reach_the_hub() -> None:
    async with open_gallery() as gallery, gallery.inputs() as inputs:
        client = await gallery.enter()
        for x in (float("nan"), float("inf"), float("-inf")):
            await client.send(Place(1, x, 0.5))
            assert "finite" in (await client.next(Fault)).message
        await client.send(Place(2, 1e308, 0.5))  # finite, and the room's to clamp
        assert (await first(inputs, Pushed)).push == Place(2, 1e308, 0.5)


async def test_a_message_in_fragments_is_one_message() -> None:
    async with open_gallery() as gallery, gallery.inputs() as inputs:
        client = await gallery.enter()
        data = encode(Stick(7, 0.25, 0.75))
        await client.connection.send([data[:3], data[3:9], data[9:]])
        assert (await first(inputs, Pushed)).push == Stick(7, 0.25, 0.75)


async def test_a_flood_is_dropped_and_then_closed_while_others_are_unmoved() -> None:
    """G13, G15."""
    async with open_gallery(input_rate=1, input_burst=3, flood_grace_s=0.2) as gallery, gallery.inputs() as inputs:
        flooding, control = await gallery.enter(), await gallery.enter()
        assert control.welcome is not None

        async def flood() -> None:
            for seq in range(1_000_000):
                await flooding.send(Stick(seq, 1, 1))
                await asyncio.sleep(0)

        task = asyncio.create_task(flood())
        fault, code = await flooding.goodbye()
        await asyncio.gather(task, return_exceptions=True)
        assert code == 4429 and fault is not None
        await control.send(Stick(1, 0.5, 0.5))
        passed = 0
        while (await first(inputs, Pushed)).id != control.welcome.you:
            passed += 1
        assert passed < 20  # of tens of thousands: the burst, and one a second


async def test_acknowledging_what_was_never_sent_counts_as_input() -> None:
    """G13."""
    async with open_gallery(input_rate=1, input_burst=3, flood_grace_s=1e-9) as gallery:
        client = await gallery.enter()
        for _ in range(5):
            await client.send(Ack(1))
        assert (await client.goodbye())[1] == 4429


async def test_a_page_of_another_site_is_refused_before_it_is_accepted() -> None:
    """G1: CORSMiddleware does not look at WebSockets."""
    async with open_gallery(allowed_origins=("https://gallery.example",)) as gallery:
        ours = f"http://127.0.0.1:{gallery.port}"
        for origin in (None, ours, "https://gallery.example"):
            await (await gallery.raw(origin=origin)).connection.close()
        evil = [
            "null",
            "https://evil.example",
            "file://",
            f"{ours}.evil.example",
            "https://gallery.example.evil.example",
        ]
        for origin in [*evil, "https://notgallery.example", f"http://127.0.0.1:{gallery.port + 1}"]:
            with pytest.raises(InvalidStatus) as refused:
                await gallery.raw(origin=origin)
            assert refused.value.response.status_code == 403
        await until(lambda: gallery.lobby.door.connections == 0)


async def test_too_many_connections_at_the_door_are_turned_away_and_those_inside_stay() -> None:
    """G2."""
    async with open_gallery(pending_hellos=3) as gallery:
        inside = await gallery.enter("wall")
        for _ in range(3):
            await gallery.raw()
        with pytest.raises(InvalidStatus) as refused:
            await gallery.raw()
        assert refused.value.response.status_code == 503
        await gallery.watched()
        await gallery.show(1)
        assert (await inside.next(Frame)).seq == 1


async def test_one_network_may_not_connect_without_end() -> None:
    """G2."""
    async with open_gallery(connects_per_minute=5) as gallery:
        for _ in range(5):
            await (await gallery.raw()).connection.close()
        with pytest.raises(InvalidStatus) as refused:
            await gallery.raw()
        assert refused.value.response.status_code == 429


async def test_every_seat_and_connection_is_given_back() -> None:
    """G26."""
    async with open_gallery() as gallery:
        clients = [await gallery.enter(role) for role in ("visitor", "wall", "viewer")]
        await gallery.refused(room="nowhere")
        for client in clients:
            client.connection.transport.abort()
        door = gallery.lobby.door
        await until(lambda: door.connections == 0)
        assert door.pending == 0
        assert not gallery.lobby._visits
        feed = gallery.lobby._feeds["main"]
        assert not feed.seats.visitors and not feed.seats.watching and not feed._screens


async def test_the_gateway_says_whom_it_holds() -> None:
    """G17."""
    async with open_gallery(present_s=0.01) as gallery, gallery.inputs() as inputs:
        visitor = await gallery.enter()
        wall = await gallery.enter("wall")
        assert visitor.welcome is not None
        async for message in inputs:
            if isinstance(message, Present) and message.screens == 2:
                assert message.visitors == [visitor.welcome.you]
                break
        await visitor.connection.close()
        await wall.connection.close()
        async for message in inputs:
            if isinstance(message, Present) and message.screens == 0:
                assert message.visitors == []
                break


async def test_a_room_nobody_looks_at_is_let_go_and_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.lobby.LINGER_S", 0.0)
    async with open_gallery(present_s=0.01) as gallery:
        for seq in (1, 2):
            wall = await gallery.enter("wall")
            await gallery.watched()
            await gallery.show(seq)
            assert (await wall.next(Frame)).seq == seq
            await wall.connection.close()
            await until(lambda: not gallery.lobby._feeds)


class DeafHub(MemoryHub):
    """Out of reach."""

    deaf = False

    async def card(self, room: str) -> RoomCard | None:
        if self.deaf:
            raise HubError("redis://nowhere does not answer")
        return await super().card(room)


async def test_without_a_hub_nobody_is_let_in_but_everybody_is_told_to_come_back() -> None:
    """G7."""
    hub = DeafHub()
    async with open_gallery(hub=hub) as gallery:
        hub.deaf = True
        fault, code = await gallery.refused()
        assert code == faults.UNREADY < 4500 and "again" in fault.message


async def test_no_address_no_session_and_no_query_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """G28."""
    with caplog.at_level(logging.DEBUG), capture_logs() as lines:
        async with open_gallery() as gallery:
            session = new_session()
            client = await gallery.enter(session=session)
            await client.connection.send(b"\xc1")
            await client.next(Fault)
            await client.send(Hello("main", "visitor", session))
            await client.goodbye()
            await gallery.refused(room="nowhere", session=session)
            port = client.connection.local_address[1]
    libraries = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.client")]
    ours = [*map(str, lines), *libraries]
    assert any("second hello" in line for line in ours)
    assert not [line for line in ours if "127.0.0.1" in line or str(port) in line or session in line]


async def test_several_rooms_do_not_mix() -> None:
    async with open_gallery() as gallery:
        await announce(gallery.hub, "annex")
        here, there = await gallery.enter("wall"), await gallery.enter("wall", room="annex")
        await gallery.watched()
        await until(lambda: ("annex", "frames") in gallery.hub._readers)  # type: ignore[attr-defined]
        await gallery.hub.publish("annex", "frames", encode(a_frame(9)), token=1, seq=9)
        assert (await there.next(Frame)).seq == 9
        await gallery.show(1)
        assert (await here.next(Frame)).seq == 1
