"""Rooms on disk: whole or not at all, whatever happens to the disk or to the process that writes."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from server.lasting_hub import LastingHub
from server.room_files import KEPT_DAYS, PART_S, RoomFiles, Stored
from shared_state.hub import RoomCard
from tests.server.gallery import until

CARD = RoomCard("main", "bundled", 256, "d1", 100, 200)


def files(folder: Path, installation: str = "8000 d1") -> RoomFiles:
    return RoomFiles(folder, installation)


async def left(folder: Path, *rooms: str) -> LastingHub:
    """The hub of a later run."""
    hub = LastingHub(files(folder), rooms or ("main",))
    await hub.start()
    return hub


async def used(hub: LastingHub, *snapshots: bytes, room: str = "main") -> None:
    """A renderer announces the room and stores these, one after the other."""
    lease = await hub.acquire(room, "test", 60_000)
    assert lease is not None
    await hub.announce(lease, CARD)
    for snapshot in snapshots:
        await hub.commit(lease, snapshot)


async def test_the_next_run_finds_the_last_state_and_the_card(tmp_path: Path) -> None:
    """S22."""
    first = await left(tmp_path)
    assert (await first.snapshot("main"), await first.card("main")) == (None, None)
    await used(first, b"one", b"two")
    await first.close()
    second = await left(tmp_path, "main", "other")
    assert (await second.snapshot("main"), await second.card("main")) == (b"two", CARD)
    assert await second.snapshot("other") is None
    await second.close()


async def test_it_is_written_while_the_room_runs_for_a_kill_comes_unannounced(tmp_path: Path) -> None:
    """S22."""
    hub = await left(tmp_path)
    await used(hub, b"one")
    await until(lambda: files(tmp_path).read("main").snapshot == b"one")
    await hub.close()


def test_another_room_or_another_installation_finds_nothing(tmp_path: Path) -> None:
    """S22: another port, or other works."""
    files(tmp_path).write(Stored("main", b"one"))
    assert files(tmp_path).read("../main") == Stored("../main")
    assert files(tmp_path, "8001 d1").read("main") == Stored("main")


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "gone", "another room's", "endless"])
def test_a_file_that_is_torn_leaves_the_one_before(tmp_path: Path, damage: str) -> None:
    """S22."""
    rooms = files(tmp_path)
    rooms.write(Stored("main", b"old", CARD))
    rooms.write(Stored("main", b"new", CARD))
    (newest,) = tmp_path.glob("*.room")
    data = newest.read_bytes()
    match damage:
        case "gone":
            newest.unlink()
        case "another room's":
            rooms.write(Stored("other", b"stray"))
            next(path for path in tmp_path.glob("*.room") if path != newest).replace(newest)
        case "endless":
            with newest.open("wb") as file:
                file.truncate(1 << 30)
        case _:
            newest.write_bytes({"cut": data[:-1], "empty": b"", "flipped": data[:-1] + bytes([data[-1] ^ 1])}[damage])
    assert files(tmp_path).read("main") == Stored("main", b"old", CARD)


def test_a_disk_with_nothing_whole_on_it_is_as_good_as_an_empty_one(tmp_path: Path) -> None:
    """S22."""
    rooms = files(tmp_path)
    for snapshot in (b"old", b"new"):
        rooms.write(Stored("main", snapshot))
    for path in tmp_path.iterdir():
        path.write_bytes(b"torn")
    assert rooms.read("main") == Stored("main")


async def test_a_full_disk_costs_the_file_and_not_the_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S22: the old one stays, and the newest is written once there is room again."""
    hub = await left(tmp_path)
    await used(hub, b"old")
    await until(lambda: files(tmp_path).read("main").snapshot == b"old")
    with monkeypatch.context() as full:
        full.setattr("server.room_files.write_atomically", no_space)
        await used(hub, b"new")
        await hub.close()
    assert await hub.snapshot("main") == b"new"
    assert files(tmp_path).read("main").snapshot == b"old"
    await hub.close()
    assert files(tmp_path).read("main").snapshot == b"new"


def no_space(path: Path, data: bytes) -> None:
    raise OSError(28, "No space left on device", str(path))


def test_a_kill_in_the_midst_of_writing_leaves_a_whole_file_two_hundred_times(tmp_path: Path) -> None:
    """S22: and never an older one than the last that was finished but one."""
    rng = random.Random(22)
    rooms = files(tmp_path)
    rooms.write(Stored("main", b"0" * 40_000))
    for number in range(1, 201):
        written, writes = os.pipe()
        child = os.fork()
        if child == 0:
            while True:
                rooms.write(Stored("main", str(number % 10).encode() * 40_000))
                os.write(writes, b".")
        os.read(written, 1)  # it is at it
        time.sleep(rng.uniform(0.0, 0.003))  # any moment of a write, which takes about so long
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(written)
        os.close(writes)
        assert rooms.read("main").snapshot == str(number % 10).encode() * 40_000


def test_what_a_kill_left_half_written_and_what_nobody_opened_for_long_is_cleared_away(tmp_path: Path) -> None:
    """S22."""
    files(tmp_path).write(Stored("main", b"one"))
    (old,) = tmp_path.iterdir()
    (half := tmp_path / ".half.room-x").write_bytes(b"")
    for path, age_s in ((old, (KEPT_DAYS + 1) * 86_400), (half, PART_S + 60)):
        os.utime(path, (time.time() - age_s, time.time() - age_s))
    assert files(tmp_path).read("main") == Stored("main")
    assert list(tmp_path.iterdir()) == []
