"""A renderer is killed in the midst of something, and another goes on: real processes, a real Redis, real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from shared_state.messages import (
    SUBPROTOCOL,
    Ack,
    ChooseMode,
    Deed,
    Frame,
    Hello,
    People,
    Push,
    Ride,
    Stick,
    Vote,
    Welcome,
    decode_from_server,
    encode,
)
from tests.server.installed import COMMAND, small_collection, small_model
from tests.support.ports import free_port
from tests.support.program import Program
from tests.support.redis_process import RedisProcess

KEY = "the-guide-of-these-tests"
TOUR = ["w1", "w2", "w3", "w4", "w5", "w0"]
PATIENCE_S = 60.0
"""Longest wait for anything that must happen: a machine that is busy with everything else must not fail a test."""


class Phone:
    """A guide's phone in one room: keeps what it was told, and repeats a push twice a second."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._news = asyncio.Condition()
        self._seq = 0
        self.frames: list[Frame] = []
        self.told: list[People] = []

    async def listen(self) -> None:
        """For ever."""
        async for data in self._connection:
            assert isinstance(data, bytes)
            message = decode_from_server(data)
            async with self._news:
                if isinstance(message, Frame):
                    self.frames.append(message)
                    await self._connection.send(encode(Ack(message.seq)))
                elif isinstance(message, People):
                    self.told.append(message)
                self._news.notify_all()

    async def hold(self, push: Callable[[int], Push]) -> None:
        """For ever."""
        while True:
            await self.send(push)
            await asyncio.sleep(0.5)

    async def send(self, what: Callable[[int], Push | Deed]) -> None:
        """A push or a deed, with its number."""
        self._seq += 1
        await self._connection.send(encode(what(self._seq)))

    async def until(self, holds: Callable[[People], bool]) -> People:
        """What is told once it holds."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: bool(self.told) and holds(self.told[-1]))
            return self.told[-1]

    async def until_told_after(self, token: int) -> None:
        """Until a later renderer has drawn, and told something after that."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self.frames[-1].token > token)
            known = len(self.told)
            await self._news.wait_for(lambda: len(self.told) > known)


@asynccontextmanager
async def in_hand(port: int, room: str) -> AsyncIterator[Phone]:
    """The guide's phone in a room, once there is one."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            connection = await connect(f"ws://127.0.0.1:{port}/ws", subprotocols=[SUBPROTOCOL], compression=None)  # type: ignore[list-item]
            await connection.send(encode(Hello(room, "visitor", key=KEY)))
            if isinstance(decode_from_server(await connection.recv(decode=False)), Welcome):
                break
            await connection.close()
    phone = Phone(connection)
    listening = asyncio.create_task(phone.listen())
    try:
        yield phone
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await connection.close()


async def test_a_vote_a_tour_and_a_leads_turn_outlive_their_renderer(
    redis_process: RedisProcess, tmp_path: Path
) -> None:
    """R42: killed with -9 in the midst of all three, and nothing that anybody is told from then on lacks them."""
    port = free_port()
    renderers, gateway = parts(tmp_path, redis_process.url, port)
    with renderers[0], renderers[1], gateway:  # the second stands by
        async with in_hand(port, "vote") as vote, in_hand(port, "tour") as tour, in_hand(port, "lead") as lead:
            phones = (vote, tour, lead)
            await lead.send(lambda seq: ChooseMode(seq, "lead"))
            await vote.send(lambda seq: ChooseMode(seq, "vote"))
            await tour.send(lambda seq: Ride(seq, TOUR))
            holding = asyncio.create_task(lead.hold(lambda seq: Stick(seq, 0.0, 0.0)))
            leads = await lead.until(lambda told: told.turn is not None and told.turn.lead is not None)
            await tour.until(lambda told: told.voyage is not None)
            await vote.send(lambda seq: Vote(seq, "w3"))
            voted = await vote.until(lambda told: votes(told) != {})
            await vote.until(lambda told: left_s(told) < left_s(voted))  # stored by then
            known = [len(phone.told) for phone in phones]
            tokens = [phone.frames[-1].token for phone in phones]
            renderers[0].kill()
            for phone, token in zip(phones, tokens, strict=True):
                await phone.until_told_after(token)
            holding.cancel()
    for phone, since in zip(phones, known, strict=True):
        phone.told = phone.told[since:]
    assert all(told.mode == "vote" and votes(told) == votes(voted) for told in vote.told)
    assert all(told.voyage is not None and told.voyage.works == TOUR for told in tour.told)
    assert leads.turn is not None
    assert {told.turn.lead for told in lead.told if told.turn is not None} == {leads.turn.lead}
    assert all(told.turn is not None and told.people for told in lead.told)


def parts(folder: Path, redis_url: str, port: int) -> tuple[list[Program], Program]:
    """Two renderers and a gateway, of three rooms."""
    model = small_model(folder)
    common = ["--model", str(model), "--collection", str(small_collection(folder, model)), "--redis", redis_url]
    for room in ("vote", "tour", "lead"):
        common += ["--room", room]
    environment = {"GENSTUDIO_CACHE": str(folder / "cache"), "GENSTUDIO_THREADS": "1", "GENSTUDIO_GUIDE_KEY": KEY}
    renderers = [Program([*COMMAND, "renderer", *common], "waiting for a room", environment) for _ in range(2)]
    web = [*COMMAND, "gateway", *common, "--host", "127.0.0.1", "--port", str(port)]
    return renderers, Program(web, "Ctrl-C closes", environment)


def votes(told: People) -> dict[str, list[str]]:
    """Who votes for what."""
    return {tally.id: tally.people for tally in told.ballot.tallies if tally.people} if told.ballot else {}


def left_s(told: People) -> float:
    """Until the round is counted."""
    return told.ballot.left_s if told.ballot else 0.0
