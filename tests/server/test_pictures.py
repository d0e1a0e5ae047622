"""Where the picture of a work is looked for, in which order, and who is asked (G29, G30). The museum is on loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from server.settings import ServerSettings
from server.web.pictures import Pictures
from tests.server.gallery import until
from tests.support.museum import Museum, drawing


@pytest.fixture
def museum() -> Iterator[Museum]:
    with Museum() as museum:
        yield museum


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))


def works(images: Path | None = None, **addresses: str) -> Any:
    """A collection of works by id, each with its address; `images` may hold a `<id>.png` or `<id>.tiff`."""
    ids = list(addresses)

    def image_path(id: str) -> Path | None:
        if images is None or id not in ids:
            return None
        return next(iter(images.glob(f"{id}.*")), None)

    return SimpleNamespace(
        works=[SimpleNamespace(id=id, image=address) for id, address in addresses.items()],
        image_path=image_path,
        index_of=lambda id: ids.index(id) if id in ids else None,
    )


@asynccontextmanager
async def opened(collection: Any, *, patience_s: float = 20.0, **settings: Any) -> AsyncIterator[Pictures]:
    options = ServerSettings(**({"museum_pictures": True, "museums_nearby": True} | settings))
    async with Pictures(collection, options, patience_s=patience_s) as pictures:
        yield pictures


async def test_a_picture_of_the_collections_own_folder_asks_no_museum(tmp_path: Path, museum: Museum) -> None:
    Image.new("RGB", (3, 4)).save(tmp_path / "a.png")
    async with opened(works(tmp_path, a=museum.hang("a", drawing(30, 40)))) as pictures:
        assert await pictures.find("a") == tmp_path / "a.png"
    assert museum.asked == []


async def test_without_one_the_museum_is_asked_once_and_what_it_gave_is_kept(museum: Museum) -> None:
    collection = works(a=museum.hang("a", drawing(30, 40)))
    async with opened(collection) as pictures:
        found = await asyncio.gather(*(pictures.find("a") for _ in range(20)))
    assert len(set(found)) == 1 and museum.asked == ["a"]
    kept = found[0]
    assert kept is not None
    with Image.open(kept) as picture:
        assert picture.format == "JPEG" and picture.size == (30, 40)
    async with opened(collection) as pictures:
        assert await pictures.find("a") == kept
    assert museum.asked == ["a"], "a restart finds what was kept"


async def test_offline_what_was_kept_is_shown_and_nobody_is_asked(museum: Museum) -> None:
    collection = works(a=museum.hang("a", drawing(30, 40)), b=museum.hang("b", drawing(30, 40)))
    async with opened(collection) as pictures:
        assert await pictures.find("a") is not None
    async with opened(collection, museum_pictures=False) as pictures:
        assert await pictures.find("a") is not None
        assert await pictures.find("b") is None
    assert museum.asked == ["a"]


@pytest.mark.parametrize("broken", [b"", b"<html>", drawing(300, 400)[:-900]], ids=["empty", "page", "truncated"])
async def test_a_picture_that_is_broken_is_no_picture(museum: Museum, broken: bytes) -> None:
    async with opened(works(a=museum.hang("a", broken))) as pictures:
        assert await pictures.find("a") is None


async def test_a_picture_that_would_not_fit_into_memory_is_no_picture(museum: Museum) -> None:
    async with opened(works(a=museum.hang("a", drawing(9_000, 5_000)))) as pictures:
        assert await pictures.find("a") is None


async def test_a_museum_that_said_no_is_left_alone_for_a_while(museum: Museum) -> None:
    async with opened(works(a=museum.url + "gone")) as pictures:
        assert await pictures.find("a") is None
        assert await pictures.find("a") is None
    assert museum.asked == ["gone"]


async def test_a_slow_museum_holds_no_page_for_long_and_its_picture_is_there_the_next_time(museum: Museum) -> None:
    museum.slow.add("a")
    async with opened(works(a=museum.hang("a", drawing(30, 40))), patience_s=0.01) as pictures:
        assert await pictures.find("a") is None
        await until(lambda: museum.asked)
        museum.hurry()
        found = None
        async with asyncio.timeout(20):
            while found is None:
                found = await pictures.find("a")
    assert museum.asked == ["a"], "those who came back waited for the same fetch"


async def test_addresses_come_from_the_collection_and_never_from_a_request(museum: Museum) -> None:
    async with opened(works(a=museum.hang("a", drawing(30, 40)))) as pictures:
        for name in ("b", museum.url + "a", "..%2fa", ""):
            assert await pictures.find(name) is None
    assert museum.asked == []


async def test_our_own_network_is_asked_only_where_the_operator_says_so(museum: Museum) -> None:
    async with opened(works(a=museum.hang("a", drawing(30, 40))), museums_nearby=False) as pictures:
        assert await pictures.find("a") is None
    assert museum.asked == []


async def test_without_a_folder_to_keep_them_in_there_are_no_pictures_and_no_harm(
    museum: Museum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "file"))
    async with opened(works(a=museum.hang("a", drawing(30, 40)))) as pictures:
        assert await pictures.find("a") is None


async def test_leaving_while_a_museum_keeps_us_waiting_ends_at_once(museum: Museum) -> None:
    museum.slow.add("a")
    async with asyncio.timeout(20):  # far less than the museum would take
        async with opened(works(a=museum.hang("a", drawing(30, 40))), patience_s=0.01) as pictures:
            await pictures.find("a")
            await until(lambda: museum.asked)


def test_a_file_that_browsers_do_not_show_is_looked_for_at_the_museum(tmp_path: Path) -> None:
    Image.new("RGB", (3, 4)).save(tmp_path / "a.tiff")
    collection = works(tmp_path, a="", b="https://museum.example/b.jpg")
    pictures = Pictures(collection, ServerSettings())
    assert [pictures.address(work) for work in collection.works] == ["", "/images/b"]
    Image.new("RGB", (3, 4)).save(tmp_path / "b.webp")
    assert pictures.at_hand("b") == tmp_path / "b.webp"
