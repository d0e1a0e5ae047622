"""A visitor's own picture in the room: guessed at once, refined behind that, and searched by later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from models.works.collection import load_collection
from models.works.images import square
from server.search import guests, own_picture, similar
from server.search.guests import NoSeed
from server.search.looking import Looking
from server.settings import ServerSettings
from shared_state import snapshot
from shared_state.messages import Guest
from tests.models.drawings import drawing
from tests.server.gallery import Gallery, first, open_gallery
from tests.server.test_similar import as_file, ask, ids, works

ID = "guest:0123456789abcdef"

STARTS_S = 120.0
"""Longest wait for a process that imports torch on a machine with much else to do."""


@cache
def seeds() -> guests.GuestSeeds:
    """With the weights that ship, loaded once."""
    return guests.GuestSeeds(ServerSettings())


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "GuestSeeds", lambda settings: seeds())


class Refining:
    """One that is under way until it is told what comes of it."""

    def __init__(self) -> None:
        self.begun, self.stopped = asyncio.Event(), asyncio.Event()
        self.outcome: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def latent(self, name: str, sha256: str, picture: Any) -> bytes:
        self.begun.set()
        try:
            return await self.outcome
        except asyncio.CancelledError:
            self.stopped.set()
            raise

    async def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
async def refining(monkeypatch: pytest.MonkeyPatch) -> Refining:
    made = Refining()
    monkeypatch.setattr(own_picture, "Refining", lambda: made)
    return made


@asynccontextmanager
async def showing(gallery: Gallery, picture: bytes) -> AsyncIterator[AsyncIterator[Any]]:
    """The lines of the answer, as they come."""
    async with (
        httpx2.AsyncClient(timeout=STARTS_S) as client,
        client.stream("POST", f"{gallery.url}/api/rooms/main/similar", content=picture) as answer,
    ):

        async def each() -> AsyncIterator[Any]:
            async for line in answer.aiter_lines():
                yield json.loads(line)

        yield each()


def of_latent(row: np.ndarray[Any, Any]) -> bytes:
    return row.astype("<f4").tobytes()


def drawn(latent: bytes) -> np.ndarray[Any, Any]:
    """uint8 (3, 256, 256)"""
    return seeds().drawn(load_collection(), "bundled", latent)


def apart(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> float:
    return float(np.sqrt(np.square(a.astype(float) - b).mean()))


# -- found at once, and more exactly


async def test_a_picture_is_a_guest_at_once_and_more_exactly_behind_that() -> None:
    """G43, G49: from the POST to the hub, with the process that refines."""
    wanted = drawn(of_latent(load_collection().seeds[0]))
    written = BytesIO()
    Image.fromarray(wanted.transpose(1, 2, 0)).save(written, "PNG")
    async with open_gallery(works=load_collection()) as gallery, gallery.inputs() as inputs:
        async with showing(gallery, written.getvalue()) as lines:
            answer = await anext(lines)
            guess = await first(inputs, Guest)
            assert answer["why"] is None and len(answer["works"]) == similar.K
            assert await anext(lines) == {"refined": True, "why": None, "code": None}
        better = await first(inputs, Guest)
    assert guess.id == answer["guest"] == better.id and better.model == "bundled"
    latent = np.frombuffer(better.latent, "<f4")
    assert np.linalg.norm(latent) == pytest.approx(len(latent) ** 0.5)
    blind = apart(drawn(of_latent(-load_collection().seeds[0])), wanted)
    assert apart(drawn(better.latent), wanted) < apart(drawn(guess.latent), wanted) < 0.6 * blind


async def test_a_visitor_who_leaves_stops_the_refinement_and_the_guess_stays(refining: Refining) -> None:
    """G50."""
    async with open_gallery(works=load_collection()) as gallery, gallery.inputs() as inputs:
        async with showing(gallery, as_file(1)) as lines:
            answer = await anext(lines)
            await asyncio.wait_for(refining.begun.wait(), STARTS_S)
        await asyncio.wait_for(refining.stopped.wait(), STARTS_S)
        assert (await first(inputs, Guest)).id == answer["guest"]


async def test_why_a_picture_stays_as_it_was_guessed_is_told_in_a_sentence(refining: Refining) -> None:
    """G50."""
    refining.outcome.set_exception(NoSeed("many_seeds"))
    async with open_gallery(works=load_collection()) as gallery, showing(gallery, as_file(1)) as lines:
        assert (await anext(lines))["guest"]
        told = await anext(lines)
    assert (told["refined"], told["code"]) == (False, "many_seeds") and told["why"].endswith(".")


def test_a_search_that_is_not_wanted_any_more_or_takes_too_long_ends_at_its_next_step() -> None:
    """G43, G50: and the best so far stands."""
    seeds().guess(load_collection(), "bundled", square(drawing(1), 256))
    opened = seeds()._open_now
    assert opened is not None
    unwanted = iter([False, True])
    picture = square(drawing(1), 256)
    guests.refined(opened[1], picture, lambda: next(unwanted))
    assert next(unwanted, None) is None, "asked after each step, and not again"
    clock = iter(range(0, 1_000, 100))
    late = guests.refined(opened[1], picture, lambda: False, now_s=lambda: float(next(clock)))
    assert next(clock) == 200 and np.isfinite(np.frombuffer(late, "<f4")).all()


@pytest.mark.parametrize("model", ["another", "small"])
def test_where_nothing_sees_for_the_generator_the_reason_is_told(model: str, tmp_path: Path) -> None:
    """G43: not known here, or nothing trained beside it."""
    unseeing = guests.GuestSeeds(ServerSettings(models=(str(tmp_path / "small.safetensors"),)))
    with pytest.raises(NoSeed, match="no place"):
        unseeing.guess(works(), model, square(drawing(1), 256))


# -- searched by, later


async def keeps(gallery: Gallery, id: str, latent: bytes, model: str = "bundled") -> None:
    """The room holds a guest that another gateway brought."""
    lease = await gallery.hub.acquire("main", "test", 60_000)
    assert lease is not None
    await gallery.hub.commit(
        lease, snapshot.write(snapshot.Durable(1, 0.5, 0.5, "together", {}, {}, [], guests={id: latent}, model=model))
    )


async def test_a_guest_finds_what_its_drawing_finds_from_any_gateway() -> None:
    """G51: and so does a blend of nothing else."""
    collection = load_collection()
    latent = of_latent(collection.seeds[5])
    async with open_gallery(works=collection) as gallery:
        await keeps(gallery, ID, latent)
        found = await ask(gallery, f"to={ID}&k=8")
        assert (await ask(gallery, f"works={ID}*0.3&k=8")).json() == found.json()
    expected = Looking().like_picture(collection, drawn(latent), 8)
    assert ids(found) == [alike.id for alike in expected]


async def test_a_guest_that_was_brought_here_can_be_searched_by_before_the_room_has_stored_it(
    refining: Refining,
) -> None:
    """G51: and as it draws since it was refined."""
    collection = load_collection()
    refined = of_latent(collection.seeds[7])
    refining.outcome.set_result(refined)
    async with open_gallery(works=collection) as gallery:
        async with showing(gallery, as_file(1)) as lines:
            guest = (await anext(lines))["guest"]
            assert (await anext(lines))["refined"]
        expected = Looking().like_picture(collection, drawn(refined), 4)
        assert ids(await ask(gallery, f"to={guest}&k=4")) == [alike.id for alike in expected]


async def test_a_guest_draws_a_blends_search_towards_itself() -> None:
    """G40, G51."""
    collection = load_collection()
    async with open_gallery(works=collection) as gallery:
        await keeps(gallery, ID, of_latent(collection.seeds[5]))
        work, alone = collection.works[300].id, ids(await ask(gallery, f"to={ID}&k=5"))
        leaning = ids(await ask(gallery, f"works={work}*0.0001,{ID}*0.9999&k=5"))
        assert leaning == [id for id in alone if id != work]
        assert ids(await ask(gallery, f"works={work}*0.5,{ID}*0.5&k=5")) != ids(await ask(gallery, f"to={work}&k=5"))


@pytest.mark.parametrize(("id", "model"), [("guest:ffffffffffffffff", "bundled"), (ID, "another")])
async def test_a_guest_that_the_room_does_not_show_is_not_found(id: str, model: str) -> None:
    """G51: crowded out, or of another model; in a blend it counts for nothing."""
    collection = load_collection()
    async with open_gallery(works=collection) as gallery:
        await keeps(gallery, ID, of_latent(collection.seeds[5]), model)
        answer = await ask(gallery, f"to={id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_guest")
        work = collection.works[3].id
        assert ids(await ask(gallery, f"works={work}*0.5,{id}*0.5")) == ids(await ask(gallery, f"to={work}"))


async def test_a_latent_of_a_length_that_the_model_does_not_know_is_told_politely() -> None:
    """G51: a room's durable state may have been written by others."""
    async with open_gallery(works=load_collection()) as gallery:
        await keeps(gallery, ID, bytes(8))
        assert (await ask(gallery, f"to={ID}")).status_code == 501
