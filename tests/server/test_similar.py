"""Search by look over HTTP: from works, blends, frames and strangers' pictures, hostile ones among them."""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import threading
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from structlog.testing import capture_logs

from models.search.describers import Looks
from models.search.similar import LookIndex
from models.works.collection import Collection
from models.works.images import square
from server.search import own_picture
from server.search.looking import Looking
from shared_state.messages import Enter, Frame, Guest, Portion, encode
from tests.models.drawings import drawing
from tests.models.test_similar import hung
from tests.server.gallery import Gallery, first, open_gallery

COUNT = 8


@cache
def works() -> Collection:
    """Drawings d0 ... by their looks, which need no torch."""
    return replace(hung(COUNT), digest="d1")


def as_file(number: int, form: str = "JPEG", **how: Any) -> bytes:
    """A drawing as the bytes of a file."""
    written = BytesIO()
    drawing(number).save(written, form, **how)
    return written.getvalue()


def png(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def animation() -> bytes:
    written = BytesIO()
    frames = [drawing(number) for number in range(3)]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


async def ask(gallery: Gallery, query: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(f"{gallery.url}/api/rooms/main/similar?{query}")


async def show(gallery: Gallery, picture: Any, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=30) as client:
        return await client.post(f"{gallery.url}/api/rooms/main/similar", content=picture, headers=headers)


def ids(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [work["id"] for work in answer.json()["works"]]


# -- from works


async def test_a_work_finds_those_that_look_like_it_nearest_first_and_never_itself() -> None:
    """G40."""
    async with open_gallery(works=works()) as gallery:
        answer = await ask(gallery, "to=d3&k=5")
    expected = [likeness.work.id for likeness in LookIndex(works()).similar("d3", 5)]
    assert ids(answer) == expected and "d3" not in expected
    distances = [work["distance"] for work in answer.json()["works"]]
    assert distances == sorted(distances) and distances[0] > 0


async def test_a_blend_of_one_work_finds_what_the_work_finds_and_order_does_not_matter() -> None:
    """G40."""
    async with open_gallery(works=works()) as gallery:
        assert (await ask(gallery, "works=d3*0.2")).json() == (await ask(gallery, "to=d3")).json()
        one, other = await ask(gallery, "works=d1*0.5,d2*0.5"), await ask(gallery, "works=d2*3,d1*3")
    assert ids(one) == ids(other) and not {"d1", "d2"} & set(ids(one))
    assert len(ids(one)) == COUNT - 2


def test_a_blend_leans_to_the_heavier_of_its_works() -> None:
    """G40: with nearly all the weight on one, the order is that one's."""
    looking = Looking()
    alone = [alike.id for alike in looking.like_work(works(), "d3", 7) if alike.id != "d5"]
    leaning = looking.like_blend(works(), [Portion("d3", 0.9999), Portion("d5", 0.0001)], {}, 7)
    assert [alike.id for alike in leaning] == alone


async def test_what_the_room_does_not_hold_counts_for_nothing_in_a_blend() -> None:
    """G40."""
    async with open_gallery(works=works()) as gallery:
        guest = f"guest:{'0' * 16}"
        assert ids(await ask(gallery, f"works=d3*0.5,{guest}*0.5")) == ids(await ask(gallery, "to=d3"))
        assert (await ask(gallery, f"works={guest}*1")).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("to=nobody", 404),
        ("works=d1*0.5,nobody*0.5&k=0", 400),
        ("to=d1&k=49", 400),
        ("to=d1&k=-1", 400),
        ("to=d1&k=1e1", 400),
        ("works=", 400),
        ("works=d1", 400),
        ("works=d1*nan", 400),
        ("works=d1*inf", 400),
        ("works=d1*-1", 400),
        ("works=d1*0", 400),
        ("works=" + ",".join(["d1*1"] * 9), 400),
        ("to=frame", 404),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_a_sentence(query: str, status: int) -> None:
    async with open_gallery(works=works()) as gallery:
        answer = await ask(gallery, query)
    assert answer.status_code == status and answer.json()["error"].endswith(".")


# -- from the frame


async def test_the_newest_frame_finds_the_work_that_it_shows() -> None:
    """G40."""
    async with open_gallery(works=works()) as gallery:
        wall = await gallery.enter("wall")
        await gallery.watched()
        for seq, number in enumerate((6, 2), start=1):
            frame = Frame(seq, 1, 0.5, 0.5, [], None, as_file(number, quality=95))
            await gallery.hub.publish("main", "frames", encode(frame), token=1, seq=seq)
            assert (await wall.next(Frame)).seq == seq
        assert ids(await ask(gallery, "to=frame&k=1")) == ["d2"]
        answers = await asyncio.gather(*(ask(gallery, "to=frame&k=3") for _ in range(12)))
        assert len({tuple(ids(answer)) for answer in answers}) == 1


# -- from a picture


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_finds_its_own_work_whatever_its_headers_say(form: str) -> None:
    """G41, G43: these works were made for no generator, and the answer says why there is no guest."""
    async with open_gallery(works=works()) as gallery:
        answer = await show(gallery, as_file(4, form), **{"Content-Type": "text/html"})
    assert ids(answer)[0] == "d4" and len(ids(answer)) == COUNT
    assert answer.json()["guest"] is None and "generator" in answer.json()["why"]
    assert answer.json()["code"] == "no_generator"
    assert answer.headers["cache-control"] == "no-store"


HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "zero bytes": (b"", 422, "No picture"),
    "a page": (b"<!doctype html><script>alert(1)</script>", 415, "JPEG, PNG or WebP"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 415, "JPEG, PNG or WebP"),
    "a PDF": (b"%PDF-1.7\n" + bytes(100), 415, "JPEG, PNG or WebP"),
    "noise": (bytes(range(256)) * 40, 415, "JPEG, PNG or WebP"),
    "a truncated JPEG": (as_file(1)[:-200], 422, "truncated"),
    "the head of a JPEG": (as_file(1)[:40], 422, "Truncated"),
    "a PNG that unfolds to 1.2 GB": (png(20_000, 20_000), 422, "at most 16,000,000"),
    "a PNG that unfolds to 430 MB": (png(12_000, 12_000), 422, "12000 x 12000 pixels"),
    "a PNG that unfolds to 51 MB": (png(4_100, 4_100), 422, "4100 x 4100 pixels"),
    "a PNG of 4 G columns": (png(2**32 - 1, 1), 422, "too many pixels"),
    "a PNG without pixels": (png(64, 64), 422, ""),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_hostile_picture_is_refused_in_a_sentence_and_nobody_else_notices(case: str) -> None:
    """G41."""
    picture, status, told = HOSTILE[case]
    async with open_gallery(works=works()) as gallery:
        control = await gallery.enter()
        await gallery.watched()
        answer = await show(gallery, picture, **{"Content-Type": "image/jpeg"})
        assert answer.status_code == status and told in answer.json()["error"], answer.text
        assert "0x" not in answer.text, "an address in memory is nobody's business"
        await gallery.show(1)
        assert (await control.next(Frame)).seq == 1


async def test_of_an_animation_the_first_picture_is_looked_at() -> None:
    async with open_gallery(works=works()) as gallery:
        assert ids(await show(gallery, animation()))[0] == "d0"


async def test_a_picture_above_the_limit_is_refused_though_it_does_not_say_its_size() -> None:
    """G41, G48: what comes in chunks names no length; the answer is read although the browser was still sending."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(2**20)

    async with open_gallery(works=works(), upload_max_mb=1) as gallery:
        for body in (chunks(), bytes(2**20 + 1)):
            answer = await show(gallery, body)
            told = answer.json()
            assert answer.status_code == 413 and "1 MB" in told["error"]
            assert (told["code"], told["n"]) == ("too_large", 1)
        assert ids(await show(gallery, as_file(1) + bytes(2**20 - len(as_file(1)))))[0] == "d1"


async def test_who_sends_without_end_is_cut_off() -> None:
    """G41."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 2**20
            yield bytes(2**20)

    async with open_gallery(works=works(), upload_max_mb=1) as gallery:
        with pytest.raises(httpx2.HTTPError):
            (await show(gallery, endless())).raise_for_status()
    assert sent < 100 * 2**20


async def test_a_picture_that_does_not_arrive_is_not_waited_for() -> None:
    """G41."""
    head = b"POST /api/rooms/main/similar HTTP/1.1\r\nHost: gallery\r\nContent-Length: 100\r\n\r\n"
    async with open_gallery(works=works(), upload_timeout_s=0.05) as gallery, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", gallery.port)
        writer.write(head + b"\xff\xd8")
        answer = await reader.read()  # to the end: the connection is closed
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408") and b"had not arrived" in answer


async def test_a_page_of_another_site_shows_no_picture() -> None:
    async with open_gallery(works=works()) as gallery:
        assert (await show(gallery, as_file(1), Origin="https://evil.example")).status_code == 403
        assert ids(await show(gallery, as_file(1), Origin=gallery.url))[0] == "d1"


async def test_too_many_from_one_address_are_told_to_come_again() -> None:
    """G42."""
    async with open_gallery(works=works(), uploads_per_minute=1, looks_per_minute=1) as gallery:
        assert (await show(gallery, as_file(1))).status_code == 200
        assert (await ask(gallery, "to=d1")).status_code == 200
        for refused in (await show(gallery, as_file(1)), await ask(gallery, "to=d1")):
            assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0


async def test_one_picture_is_looked_at_while_four_wait_and_the_wall_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """G42, G47."""
    gate, looking = threading.Event(), threading.Semaphore(0)
    seen = own_picture.seen

    def slow(picture: bytes) -> Any:
        looking.release()
        assert gate.wait(30)
        return seen(picture)

    monkeypatch.setattr(own_picture, "seen", slow)
    async with open_gallery(works=works()) as gallery:
        control = await gallery.enter()
        await gallery.watched()
        asking = [asyncio.create_task(show(gallery, as_file(2))) for _ in range(7)]
        try:
            done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            while len(done) < 2:
                done, _ = await asyncio.wait(asking, timeout=0.01)
            refused = [task.result() for task in done]
            assert [answer.status_code for answer in refused] == [503, 503]
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
            assert looking.acquire(timeout=10) and not looking.acquire(blocking=False)
            assert ids(await ask(gallery, "to=d1")), "artworks do not wait for pictures"
            await gallery.show(1)
            assert (await control.next(Frame)).seq == 1
        finally:
            gate.set()
        served = [answer for answer in await asyncio.gather(*asking) if answer.status_code == 200]
        assert len(served) >= 1


async def test_a_picture_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """G42: neither in the cache, nor among temporary files, nor in a log, nor on the hub."""
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    picture = as_file(4)
    with capture_logs() as lines:
        async with open_gallery(works=works()) as gallery, gallery.inputs() as inputs:
            assert (await show(gallery, picture)).status_code == 200
            assert (await show(gallery, picture[:-300])).status_code == 422
            await gallery.enter()
            assert not isinstance(await first(inputs, Guest | Enter), Guest)
    assert os.listdir(tmp_path) == []
    assert lines == []


async def test_without_torch_pictures_are_answered_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """G44."""
    monkeypatch.setitem(sys.modules, "models.perception", None)  # importing it fails
    monkeypatch.setattr("models.search.describers.bundled", _import_perception)
    trained = replace(works(), manifest=hung(COUNT, "bundled-1:0123456789ab").manifest)
    async with open_gallery(works=trained) as gallery:
        assert ids(await ask(gallery, "to=d3"))
        answer = await show(gallery, as_file(1))
    assert answer.status_code == 501 and "pip install" in answer.json()["error"]


def _import_perception() -> Any:
    import models.perception

    return models.perception


def test_what_looks_are_computed_by_is_what_the_works_have() -> None:
    picture = square(drawing(5), 256)
    assert np.allclose(Looks().describe(picture[None])[0], works().features[5])
    assert Looking().like_picture(works(), picture, 1)[0].distance == 0
