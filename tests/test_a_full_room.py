"""A full gallery: a hundred people in one room on one process, the real server, real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing

import pytest

from client.session import Session, SessionError, SessionFrame
from tests.support.program import Installation

CROWD = 100
"""As many as may steer one room."""


async def until(session: Session, condition: Callable[[SessionFrame], bool]) -> SessionFrame:
    """The first frame for which `condition` holds."""
    async with asyncio.timeout(60), aclosing(session.frames()) as frames:
        async for frame in frames:
            if condition(frame):
                return frame
    raise AssertionError("the room ended")


@pytest.fixture
async def crowd() -> AsyncIterator[tuple[str, list[Session]]]:
    installation = Installation()
    await asyncio.to_thread(installation.start)
    try:
        async with AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(Session(installation.url)) for _ in range(CROWD)]
            yield installation.url, sessions
    finally:
        await asyncio.to_thread(installation.stop)


async def test_a_hundred_people_steer_one_point_and_all_see_it_move(crowd: tuple[str, list[Session]]) -> None:
    url, sessions = crowd
    async with Session(url, role="wall") as wall:
        here = await until(wall, lambda frame: len(frame.state.visitors) == CROWD)
        assert len({person.id for person in here.state.visitors}) == CROWD

        await asyncio.gather(*(session.steer(0.9, 0.1) for session in sessions))
        moved = await until(wall, lambda frame: frame.state.position[0] > 0.8 and frame.state.position[1] < 0.2)
        assert sum(person.active for person in moved.state.visitors) > CROWD / 2
        for session in sessions:
            await until(session, lambda frame: frame.state.position[0] > 0.7)

        with pytest.raises(SessionError, match=f"{CROWD} people are steering"):
            await Session(url).open()

        # Three in four pull away: the point follows the many, not the middle.
        await asyncio.gather(*(session.steer(0.1, 0.9) for session in sessions[CROWD // 4 :]))
        await until(wall, lambda frame: frame.state.position[0] < 0.4 and frame.state.position[1] > 0.6)
