"""Pictures of works are kept for walls without a network: fetched once, made small, and bounded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.sources.keep import MAX_SIDE
from models.sources.picture_cache import ABANDONED_S, FORGIVE_S, PictureCache
from models.works.images import open_image
from tests.models.sources.museum import Answer, Clock, Museum, bomb, jpeg, visitor


@pytest.fixture
async def cache(tmp_path: Path, clock: Clock) -> AsyncIterator[PictureCache]:
    async with visitor() as fetcher:
        cache = PictureCache(tmp_path / "pictures", fetcher, max_bytes=10**7, now_s=clock.now_s)
        yield cache
        await cache.aclose()


async def test_a_picture_is_fetched_once_and_kept_small(museum: Museum, cache: PictureCache) -> None:
    address = museum.picture("/a.jpg", 1, (3_000, 1_500))
    path = await cache.get(address)
    assert path is not None and open_image(path).size == (MAX_SIDE, MAX_SIDE // 2)
    assert await cache.get(address) == path == cache.held(address) and museum.asked == ["/a.jpg"]


async def test_those_who_ask_at_once_wait_for_one_fetch(museum: Museum, cache: PictureCache) -> None:
    address = museum.picture("/a.jpg")
    paths = await asyncio.gather(*(cache.get(address) for _ in range(20)))
    assert len(set(paths)) == 1 and museum.asked == ["/a.jpg"]


async def test_one_who_leaves_does_not_take_the_picture_from_the_others(museum: Museum, cache: PictureCache) -> None:
    address = museum.picture("/a.jpg")
    leaver, stayer = (asyncio.create_task(cache.get(address)) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    assert await stayer is not None


@pytest.mark.parametrize("body", [b"<html>", bomb(), jpeg()[:500]])
async def test_what_is_no_picture_is_not_kept_nor_asked_for_again_at_once(
    museum: Museum, cache: PictureCache, clock: Clock, tmp_path: Path, body: bytes
) -> None:
    museum.answers["/a.jpg"] = Answer(body)
    assert await cache.get(museum.at("/a.jpg")) is None and await cache.get(museum.at("/a.jpg")) is None
    assert museum.asked == ["/a.jpg"] and not list((tmp_path / "pictures").iterdir())
    museum.picture("/a.jpg")
    clock.now += FORGIVE_S
    assert await cache.get(museum.at("/a.jpg")) is not None, "a museum's bad minute is forgiven"


async def test_what_was_longest_unasked_for_goes_first(museum: Museum, tmp_path: Path, clock: Clock) -> None:
    async with visitor() as fetcher:
        room = PictureCache(tmp_path / "pictures", fetcher, max_bytes=10**7, now_s=clock.now_s)
        addresses = [museum.picture(f"/{name}.jpg", 1) for name in "abc"]
        first = await room.get(addresses[0])
        assert first is not None
        cache = PictureCache(tmp_path / "pictures", fetcher, max_bytes=2 * first.stat().st_size, now_s=clock.now_s)
        clock.now += 1
        await cache.get(addresses[1])
        clock.now += 1
        assert cache.held(addresses[0]), "asked for again, so b is now the oldest"
        clock.now += 1
        assert await cache.get(addresses[2])
    assert [cache.held(address) is not None for address in addresses] == [True, False, True]


async def test_a_picture_larger_than_the_whole_cache_is_shown_all_the_same(museum: Museum, tmp_path: Path) -> None:
    async with visitor() as fetcher:
        cache = PictureCache(tmp_path / "pictures", fetcher, max_bytes=1)
        path = await cache.get(museum.picture("/a.jpg"))
    assert path is not None and path.is_file()


async def test_parts_of_killed_processes_go_and_those_of_living_ones_stay(tmp_path: Path, clock: Clock) -> None:
    old, new = tmp_path / ".part-1-old", tmp_path / ".part-2-new"
    for path, age in ((old, ABANDONED_S + 1), (new, 1.0)):
        path.touch()
        os.utime(path, (clock.now - age, clock.now - age))
    async with visitor() as fetcher:
        PictureCache(tmp_path, fetcher, max_bytes=1, now_s=clock.now_s)
    assert not old.exists() and new.exists()
