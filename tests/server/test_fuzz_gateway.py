"""100,000 hostile messages through real sockets into the real gateway, with somebody honest in the same room.

What the gateway must answer is predicted message by message by the decoder alone, which tests/shared_state/test_fuzz.py
holds; so a message that is lost, answered twice or answered otherwise fails here. The seed is printed; give it back as
FUZZ_SEED to replay.
"""

from __future__ import annotations

import asyncio
import os
import random

from shared_state.messages import (
    MAX_MESSAGE_BYTES,
    Ack,
    ChooseMode,
    Did,
    Fault,
    Frame,
    Hello,
    Mode,
    ProtocolError,
    Pushed,
    Stick,
    Vote,
    decode_from_client,
)
from tests.server.gallery import Client, Gallery, first, open_gallery
from tests.shared_state.hostile import draw

ROUNDS = 100_000
BATCH = 100
"""So many are sent before their answers are read: 30 KB of faults, less than a socket's buffer holds."""

MOST_SECOND_HELLOS = 100
"""A hello in a hello's place ends the connection. After so many there is no news in it, only time."""

OPEN: tuple[Mode, ...] = ("together", "vote")
"""Modes that a visitor may choose here."""

NO_LIMITS = {"bad_messages": 10**9, "input_rate": 1e9, "input_burst": 10**9, "connects_per_minute": 10**6}
"""Here every message is to be read; that too many end the connection is the business of test_gateway.py."""


def masked(data: bytes, *, first_byte: int = 0x82) -> bytes:
    """A client's whole binary frame. The mask of zeros is as good as any, and leaves the bytes readable here."""
    if len(data) < 126:
        length = bytes([0x80 | len(data)])
    elif len(data) < 65_536:
        length = b"\xfe" + len(data).to_bytes(2)
    else:
        length = b"\xff" + len(data).to_bytes(8)
    return bytes([first_byte]) + length + bytes(4) + data


def predicted(data: bytes) -> int | str:
    """What the gateway must do with a visitor's message: the code it closes with, "fault" (that it could not be read),
    "refused" (a mode that is the guide's), or "nothing" visible."""
    try:
        message = decode_from_client(data)
    except ProtocolError as error:
        return 1009 if len(data) > MAX_MESSAGE_BYTES else "fault" if error.code == 4500 else error.code
    if isinstance(message, ChooseMode) and message.mode not in OPEN:
        return "refused"
    return 4500 if isinstance(message, Hello) else "nothing"


async def throw(client: Client, batch: list[bytes]) -> int | None:
    """Send it all in one write, and read every answer. Returns the close code when the last message brings one."""
    client.connection.transport.write(b"".join(map(masked, batch)))
    for data in batch:
        answer = predicted(data)
        if answer in ("fault", "refused"):
            assert (await client.next(Fault)).code == (4500 if answer == "fault" else 4503)
        elif isinstance(answer, int):
            fault, code = await client.goodbye()
            assert fault is not None and fault.code == code == answer, data.hex()
            return code
    return None


async def still_served(gallery: Gallery, control: Client, seq: int) -> None:
    """Somebody who did nothing wrong gets the next frame."""
    await gallery.show(seq)
    assert (await control.next(Frame)).seq == seq
    await control.send(Ack(seq))


def batches(rng: random.Random) -> list[list[bytes]]:
    """ROUNDS messages; one that ends its connection is the last of its batch."""
    made: list[list[bytes]] = [[]]
    count = hellos = 0
    while count < ROUNDS:
        _, data = draw(rng)
        answer = predicted(data)
        hellos += answer == 4500
        if answer == 4500 and hellos > MOST_SECOND_HELLOS:
            continue
        count += 1
        made[-1].append(data)
        if isinstance(answer, int) or len(made[-1]) == BATCH:
            made.append([])
    return made


async def test_each_of_100_000_messages_gets_its_documented_answer_and_the_room_goes_on() -> None:
    """G5, G11, G12, G15: faults for what cannot be read, a code for what ends it, and nobody else notices."""
    seed = int(os.environ.get("FUZZ_SEED", random.SystemRandom().randrange(2**32)))
    print(f"FUZZ_SEED={seed}")
    ended: set[int] = set()
    async with open_gallery(**NO_LIMITS, open_modes=OPEN) as gallery, gallery.inputs() as inputs:
        control, stranger = await gallery.enter(), await gallery.enter()
        await gallery.watched()
        for seq, batch in enumerate(batches(random.Random(seed)), start=1):
            code = await throw(stranger, batch)
            if code is not None:
                ended.add(code)
                stranger = await gallery.enter()
            await still_served(gallery, control, seq)
        assert control.welcome is not None
        await control.send(Stick(1, 0.25, 0.75))
        while (pushed := await first(inputs, Pushed)).id != control.welcome.you:
            pass
        assert pushed.push == Stick(1, 0.25, 0.75)
        await control.send(Vote(1, "a"))
        while (did := await first(inputs, Did)).id != control.welcome.you:
            pass
        assert did.deed == Vote(1, "a")
    assert ended == {4500, 1009}


NO_WEBSOCKET = {
    "a frame without a mask": b"\x82\x01\xc0",
    "a reserved bit, as compression sets it": masked(b"\xc0", first_byte=0xC2),
    "an unknown opcode": masked(b"\xc0", first_byte=0x83),
    "a continuation of nothing": masked(b"\xc0", first_byte=0x80),
    "a ping of 126 bytes": masked(bytes(126), first_byte=0x89),
    "a ping in fragments": masked(b"", first_byte=0x09),
    "a new message within another": masked(b"\x81", first_byte=0x02) + masked(b"\xc0"),
    "a close of one byte": masked(b"\x03", first_byte=0x88),
}


async def test_bytes_that_are_no_websocket_end_their_own_connection_only() -> None:
    """G15."""
    async with open_gallery() as gallery:
        control = await gallery.enter()
        await gallery.watched()

        async def closed(data: bytes) -> int:
            stranger = await gallery.enter()
            stranger.connection.transport.write(data)
            return (await stranger.goodbye())[1]

        codes = await asyncio.gather(*map(closed, NO_WEBSOCKET.values()))
        assert dict(zip(NO_WEBSOCKET, codes, strict=True)) == dict.fromkeys(NO_WEBSOCKET, 1002)
        await still_served(gallery, control, 1)
