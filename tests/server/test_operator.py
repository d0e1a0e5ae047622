"""The operator's door: who may ask for another model, and how. G31."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from msgspec import structs

from shared_state.hub import Lease, RoomCard, SwitchReport
from shared_state.memory_hub import MemoryHub
from shared_state.messages import Switch, Welcome
from tests.server.gallery import Gallery, first, open_gallery

TOKEN = "correct horse battery staple"
CARD = RoomCard("main", "bundled", 256, "d1", 100, 200, truncation=0.5, truncation_means="scales z")


async def ask(gallery: Gallery, method: str = "POST", token: str | None = TOKEN, **more: Any) -> httpx2.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    headers |= more.pop("headers", {})
    async with httpx2.AsyncClient() as client:
        address = f"{gallery.url}/api/operator/rooms/{more.pop('room', 'main')}/model"
        return await client.request(method, address, headers=headers, **more)


async def announce(gallery: Gallery, card: RoomCard) -> None:
    hub = gallery.hub
    assert isinstance(hub, MemoryHub)
    await hub.announce(Lease("main", "test", hub._fences["main"]), card)


async def test_without_a_token_in_the_settings_there_is_no_such_door() -> None:
    async with open_gallery() as gallery:
        assert (await ask(gallery, json={"model": "biggan"})).status_code in (404, 405)
        assert (await ask(gallery, "GET")).status_code == 404


@pytest.mark.parametrize("token", [None, "wrong horse", TOKEN + "x", TOKEN[:-1], "Bearer"])
async def test_who_does_not_show_the_token_is_told_nothing(token: str | None) -> None:
    async with open_gallery(operator_token=TOKEN) as gallery, gallery.inputs() as inputs:
        for method, more in (("POST", {"json": {"model": "biggan"}}), ("GET", {})):
            answered = await ask(gallery, method, token, **more)
            assert answered.status_code == 401 and "bundled" not in answered.text
        assert (await ask(gallery, json={"model": "honest"})).status_code == 202
        assert (await first(inputs, Switch)).model == "honest", "nothing came before it"


async def test_a_page_of_another_site_is_refused_even_with_the_token() -> None:
    async with open_gallery(operator_token=TOKEN) as gallery:
        answered = await ask(gallery, json={"model": "biggan"}, headers={"Origin": "https://evil.example"})
        assert answered.status_code == 403


async def test_a_wish_reaches_the_renderer_by_name_under_the_id_that_was_answered() -> None:
    async with open_gallery(operator_token=TOKEN) as gallery, gallery.inputs() as inputs:
        answered = await ask(gallery, json={"model": "biggan"})
        assert answered.status_code == 202
        assert await first(inputs, Switch) == Switch(answered.json()["id"], "biggan")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"model": 3}', b'{"model": ""}', b'{"model": "a", "file": "/etc"}', b"\xff", b'"' * 5_000]
)
async def test_what_is_no_wish_is_refused_in_a_sentence(body: bytes) -> None:
    async with open_gallery(operator_token=TOKEN) as gallery:
        answered = await ask(gallery, content=body)
        assert answered.status_code == 400 and answered.json()["error"].startswith("A wish is")


async def test_a_room_that_there_is_not_is_told_so() -> None:
    async with open_gallery(operator_token=TOKEN) as gallery:
        assert (await ask(gallery, json={"model": "biggan"}, room="attic")).status_code == 404


async def test_a_second_wish_waits_for_the_first() -> None:
    async with open_gallery(operator_token=TOKEN) as gallery:
        await announce(gallery, replace(CARD, switch=SwitchReport("a", "biggan", "loading", "biggan is being loaded.")))
        assert (await ask(gallery, json={"model": "stylegan2"})).status_code == 409
        await announce(gallery, replace(CARD, switch=SwitchReport("a", "biggan", "failed", "There is no memory.")))
        assert (await ask(gallery, json={"model": "stylegan2"})).status_code == 202
        told = (await ask(gallery, "GET")).json()
    assert told["model"] == "bundled"
    assert told["switch"] == {"id": "a", "model": "biggan", "stage": "failed", "told": "There is no memory."}


async def test_everybody_says_what_truncation_means_and_only_the_operator_reads_of_failures() -> None:
    async with open_gallery(operator_token=TOKEN) as gallery:
        await announce(gallery, replace(CARD, switch=SwitchReport("a", "biggan", "failed", "no /srv/secret/biggan")))
        async with httpx2.AsyncClient() as client:
            told = await client.get(f"{gallery.url}/api/rooms/main")
    assert (told.json()["truncation"], told.json()["truncation_means"]) == (0.5, "scales z")
    assert "secret" not in told.text


async def test_everybody_in_a_room_is_welcomed_again_when_its_model_has_changed() -> None:
    """G32."""
    async with open_gallery(present_s=0.01) as gallery:
        people = [await gallery.enter(role) for role in ("visitor", "wall", "viewer")]
        await announce(gallery, replace(CARD, model="biggan", resolution=128, collection="d2"))
        for one in people:
            again = await one.next(Welcome)
            assert one.welcome is not None
            assert again == structs.replace(one.welcome, resolution=128, model="biggan", collection="d2")
        late = await gallery.enter("viewer")
        assert late.welcome is not None and late.welcome.model == "biggan"
