"""Small pictures: made once from what is at hand, bounded on disk, and no museum is asked (G46)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from server.web import thumbs
from server.web.thumbs import Kept, name_of, thumbnail
from tests.server.gallery import Gallery, collection, open_gallery
from tests.support.museum import Museum, drawing


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "thumbs"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder with a picture of work `a`."""
    (tmp_path / "images").mkdir()
    Image.new("RGB", (800, 400), "teal").save(tmp_path / "images" / "a.png")
    return tmp_path / "images"


@pytest.fixture
def museum() -> Iterator[Museum]:
    with Museum() as museum:
        yield museum


def files(folder: Path) -> list[Path]:
    return list(folder.glob("*"))


def open_to_all(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)


async def ask(gallery: Gallery, path: str = "/thumbs/a", **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(gallery.url + path, headers=headers)


async def test_a_thumbnail_is_a_jpeg_of_192_pixels_made_once(images: Path, cache: Path) -> None:
    """G46."""
    async with open_gallery(works=collection(images)) as gallery:
        answer = await ask(gallery)
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
        with Image.open(BytesIO(answer.content)) as picture:
            assert picture.format == "JPEG" and picture.size == (192, 96)
        kept = files(cache)
        assert [file.read_bytes() for file in kept] == [answer.content]
        kept[0].write_bytes(b"kept")
        assert (await ask(gallery)).content == b"kept"
    async with open_gallery(works=collection(images)) as gallery:
        assert (await ask(gallery)).content == b"kept", "a restart finds it"


async def test_who_has_it_is_sent_nothing_until_the_picture_changes(images: Path) -> None:
    async with open_gallery(works=collection(images)) as gallery:
        etag = (await ask(gallery)).headers["etag"]
        again = await ask(gallery, **{"If-None-Match": f'"x", {etag}'})
        assert again.status_code == 304 and not again.content and "max-age=86400" in again.headers["cache-control"]
        Image.new("RGB", (40, 80), "red").save(images / "a.png")
        changed = await ask(gallery, **{"If-None-Match": etag})
        assert changed.status_code == 200
        with Image.open(BytesIO(changed.content)) as picture:
            assert picture.size == (40, 80), "never larger than the picture"


async def test_a_museum_is_never_asked_for_a_thumbnail_but_what_was_kept_of_it_is_shown(museum: Museum) -> None:
    """G46."""
    museum.hang("a.jpg", drawing(300, 400))
    works = collection(museum=museum.url.rstrip("/"))
    async with open_gallery(works=works, museum_pictures=True, museums_nearby=True) as gallery:
        assert (await ask(gallery)).status_code == 404 and museum.asked == []
        assert (await ask(gallery, "/images/a")).status_code == 200
        small = await ask(gallery)
        with Image.open(BytesIO(small.content)) as picture:
            assert picture.size == (144, 192)
    async with open_gallery(works=works, museum_pictures=False) as gallery:
        listed = (await ask(gallery, "/api/rooms/main/works")).json()["works"]
        assert [work["thumb"] for work in listed] == ["/thumbs/a", ""]
    assert museum.asked == ["a.jpg"]


@pytest.mark.parametrize("path", ["/thumbs/b%2F%C3%A9", "/thumbs/none", "/thumbs/..%2f..%2fsecret.txt", "/thumbs/"])
async def test_a_picture_that_is_not_here_has_no_thumbnail(images: Path, path: str) -> None:
    """G46."""
    async with open_gallery(works=collection(images)) as gallery:
        assert (await ask(gallery, path)).status_code == 404


async def test_a_picture_that_is_broken_has_no_thumbnail_and_leaves_nothing_behind(images: Path, cache: Path) -> None:
    (images / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    async with open_gallery(works=collection(images)) as gallery:
        assert (await ask(gallery)).status_code == 404
    assert files(cache) == []


async def test_without_a_folder_to_keep_them_in_thumbnails_are_made_each_time(images: Path, cache: Path) -> None:
    open_to_all(cache)
    async with open_gallery(works=collection(images)) as gallery:
        assert (await ask(gallery)).status_code == (await ask(gallery)).status_code == 200
    assert files(cache) == []


def test_what_was_longest_unasked_for_goes_first(tmp_path: Path) -> None:
    """G46."""
    files = [tmp_path / f"{number}.png" for number in range(5)]
    for file in files:
        Image.new("RGB", (192, 192), "teal").save(file)
    folder, size = tmp_path / "kept", len(thumbnail(files[0]))
    kept = Kept(folder, 4 * size)
    for file in files[:3]:
        kept.get(name_of(file), file)
    for file in folder.iterdir():
        os.utime(file, (1, 1))
    for file in (files[0], *files[3:]):  # the first is asked for again
        kept.get(name_of(file), file)
    assert {file.stem for file in folder.iterdir()} == {name_of(files[number]) for number in (0, 3, 4)}


def test_a_process_counts_what_others_left_in_the_folder(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.effect_noise((192, 192), 20).save(picture)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "old.jpg").write_bytes(bytes(100_000))
    os.utime(kept / "old.jpg", (1, 1))
    Kept(kept, 50_000).get(name_of(picture), picture)
    assert [file.stem for file in kept.iterdir()] == [name_of(picture)]


def test_a_large_jpeg_is_opened_small_and_one_beyond_our_limits_not_at_all(tmp_path: Path) -> None:
    big = tmp_path / "big.jpg"
    big.write_bytes(drawing(6_000, 4_000))
    with Image.open(BytesIO(thumbnail(big))) as picture:
        assert picture.size == (192, 128)
    big.write_bytes(drawing(9_000, 5_000))
    with pytest.raises(thumbs.UnreadableImage):
        thumbnail(big)
