"""What a room has found: from its durable state, rarest first, one read at a time (G45)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from server.web import found
from shared_state.hub import HubError
from shared_state.memory_hub import MemoryHub
from shared_state.snapshot import VERSION, Durable, write
from tests.server.gallery import Gallery, open_gallery, until


class ReadHub(MemoryHub):
    """Knows what its room has seen, and how often it was asked."""

    def __init__(self, seen: dict[str, int] | None = None) -> None:
        super().__init__()
        self.seen, self.reads, self.away, self.gate = seen, 0, False, asyncio.Event()
        self.gate.set()

    async def snapshot(self, room: str) -> bytes | None:
        self.reads += 1
        await self.gate.wait()
        if self.away:
            raise HubError("Nothing answers")
        return None if self.seen is None else stored(self.seen)


def stored(seen: dict[str, int]) -> bytes:
    """The durable state of a room that has bumped so often."""
    return write(Durable(VERSION, 0.5, 0.5, "together", seen, {}, []))


async def ask(gallery: Gallery) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(f"{gallery.url}/api/rooms/main/found")


async def test_what_was_found_least_comes_first_and_works_of_another_collection_do_not_come() -> None:
    """G45."""
    async with open_gallery(hub=ReadHub({"a": 5, "gone": 1, "b/é": 2})) as gallery:
        assert (await ask(gallery)).json() == {"found": [{"id": "b/é", "times": 2}, {"id": "a", "times": 5}]}


async def test_a_room_that_was_never_stored_has_found_nothing() -> None:
    async with open_gallery(hub=ReadHub()) as gallery:
        assert (await ask(gallery)).json() == {"found": []}


async def test_however_many_ask_the_hub_is_read_once_and_for_a_moment_not_again() -> None:
    """G45."""
    hub = ReadHub({"a": 1})
    async with open_gallery(hub=hub) as gallery:
        hub.gate.clear()
        asking = [asyncio.create_task(ask(gallery)) for _ in range(12)]
        await until(lambda: hub.reads)
        hub.gate.set()
        assert len({answer.text for answer in await asyncio.gather(*asking)}) == 1
        await ask(gallery)
        assert hub.reads == 1


async def test_what_is_found_next_is_told_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "FRESH_S", 0.0)
    hub = ReadHub({"a": 1})
    async with open_gallery(hub=hub) as gallery:
        assert (await ask(gallery)).json()["found"] == [{"id": "a", "times": 1}]
        hub.seen = {"a": 2}
        assert (await ask(gallery)).json()["found"] == [{"id": "a", "times": 2}]


@pytest.mark.parametrize("trouble", ["away", "unreadable"])
async def test_a_state_that_cannot_be_had_is_a_503_with_a_sentence(trouble: str, monkeypatch: Any) -> None:
    hub = ReadHub({"a": 1})
    hub.away = trouble == "away"
    if trouble == "unreadable":
        monkeypatch.setattr("tests.server.test_found.stored", lambda seen: b"\xc1")
    async with open_gallery(hub=hub) as gallery:
        answer = await ask(gallery)
    assert answer.status_code == 503 and answer.json()["error"].endswith(".")
