"""A curator's pictures come into a folder once, with all that is said of them, and nothing that was there is lost."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from models.sources.folder import folder_items
from models.sources.gather import Tally
from models.sources.keep import MAX_SIDE
from models.sources.store import ROWS_AT_ONCE, open_store
from models.works.folder import read_folder
from models.works.images import open_image
from models.works.work import CollectionError
from tests.models.drawings import drawing, write_folder, write_table
from tests.models.sources.adding import add, rows
from tests.models.sources.museum import bomb


async def add_folder(folder: Path, into: Path, metadata: Path | None = None, **more: int) -> Tally:
    return await add(into, lambda _: folder_items(folder, metadata, into), at_once=1, **more)


async def test_a_folder_with_a_table_comes_in_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    source = write_folder(
        tmp_path / "source", 3, artist="Hokusai", license="CC0-1.0", credit="Gift of Oiwa", shelf="B4"
    )
    tally = await add_folder(source, tmp_path / "wall")
    assert (tally.added, tally.already, tally.left_out, tally.unlicensed) == (3, 0, [], 0)
    works = read_folder(tmp_path / "wall").works
    assert [work.id for work in works] == ["w0", "w1", "w2"]
    assert works[0].artist == "Hokusai" and works[0].license == "CC0-1.0" and works[0].credit == "Gift of Oiwa"
    assert (works[0].width, works[0].height) == (96, 64)
    assert rows(tmp_path / "wall")["w1"]["shelf"] == "B4", "a column that only the curator knows"
    assert all(work.sha256 for work in works)


async def test_a_table_may_lie_elsewhere_than_its_pictures(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 2)
    lists = tmp_path / "lists"
    lists.mkdir()
    (source / "metadata.csv").rename(lists / "all.csv")
    assert (await add_folder(source, tmp_path / "wall", lists / "all.csv")).added == 2


async def test_adding_twice_adds_once(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 3)
    await add_folder(source, tmp_path / "wall")
    before = (tmp_path / "wall" / "metadata.csv").read_bytes()
    tally = await add_folder(source, tmp_path / "wall")
    assert (tally.added, tally.already) == (0, 3)
    assert (tmp_path / "wall" / "metadata.csv").read_bytes() == before


async def test_pictures_without_a_table_are_told_apart_by_what_they_show(tmp_path: Path) -> None:
    for name, number in (("monday", 1), ("tuesday", 2), ("monday again", 1)):
        (tmp_path / name).mkdir()
        drawing(number).save(tmp_path / name / "img_0001.png")
        await add_folder(tmp_path / name, tmp_path / "wall")
    works = read_folder(tmp_path / "wall").works
    assert len(works) == 2 and works[0].id != works[1].id
    assert [work.title for work in works] == ["img 0001", "img 0001"]


async def test_what_a_curator_wrote_stays(tmp_path: Path) -> None:
    wall = tmp_path / "wall"
    wall.mkdir()
    drawing(9).save(wall / "mine.png")
    text = '\ufeffshelf,id,title,file,note\r\nA1,mine,"Two\nlines, a ""quote""",mine.png,see Ana\r\n'
    text += "A2,lost,Lost,no.png,,stray\r\n"
    (wall / "metadata.csv").write_bytes(text.encode())
    await add_folder(write_folder(tmp_path / "source", 2, artist="Hokusai"), wall)
    after = (wall / "metadata.csv").read_bytes().decode()
    assert after.startswith("\ufeffshelf,id,title,file,note,"), "mark and order of the columns"
    held = rows(wall)
    assert held["mine"]["title"] == 'Two\nlines, a "quote"' and held["mine"]["shelf"] == "A1"
    assert not held["mine"]["artist"] and held["w0"]["artist"] == "Hokusai"
    with (wall / "metadata.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines))[2] == ["A2", "lost", "Lost", "no.png", "", "stray"], "a stray cell stays astray"
    assert not held["lost"]["artist"]


async def test_pictures_that_had_no_table_are_in_the_new_one(tmp_path: Path) -> None:
    wall = tmp_path / "wall"
    wall.mkdir()
    drawing(9).save(wall / "mine.png")
    await add_folder(write_folder(tmp_path / "source", 1), wall)
    assert [work.id for work in read_folder(wall).works] == ["mine", "w0"]


async def test_a_curators_picture_is_never_overwritten(tmp_path: Path) -> None:
    wall = tmp_path / "wall"
    (wall / "images").mkdir(parents=True)
    drawing(9).save(wall / "images" / "w0.jpg")
    write_table(wall, [{"id": "mine", "file": "./images/w0.jpg", "title": "Mine"}])
    before = (wall / "images" / "w0.jpg").read_bytes()
    await add_folder(write_folder(tmp_path / "source", 1), wall)
    assert (wall / "images" / "w0.jpg").read_bytes() == before
    assert rows(wall)["w0"]["file"] == "images/w0-2.jpg"


async def test_a_row_that_is_changed_during_a_run_stays_changed(tmp_path: Path) -> None:
    wall = tmp_path / "wall"
    write_folder(wall, 1)

    def edit(tally: Tally) -> None:
        if tally.added > ROWS_AT_ONCE:  # the table has been written once
            table = wall / "metadata.csv"
            table.write_text(table.read_text().replace("Disc 0", "Renamed"))

    source = write_folder(tmp_path / "source", ROWS_AT_ONCE + 1)
    write_table(source, [{"id": f"new{i}", "file": f"w{i}.png", "title": "New"} for i in range(ROWS_AT_ONCE + 1)])
    await add(wall, lambda _: folder_items(source, None, wall), tell=edit)
    assert rows(wall)["w0"]["title"] == "Renamed" and len(rows(wall)) == ROWS_AT_ONCE + 2


async def test_pictures_are_kept_upright_small_and_without_what_else_was_in_the_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # turned by a quarter; a description
    drawing(1, (1_500, 1_000)).save(source / "big.jpg", exif=exif)
    await add_folder(source, tmp_path / "wall")
    (work,) = read_folder(tmp_path / "wall").works
    assert (work.width, work.height) == (1_000, 1_500)
    kept = tmp_path / "wall" / work.file
    assert open_image(kept).size == (683, MAX_SIDE) and b"taken at home" not in kept.read_bytes()


async def test_a_bomb_a_torn_and_a_missing_picture_are_left_out_and_the_rest_comes_in(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 4)
    (source / "w0.png").write_bytes(bomb())
    (source / "w1.png").write_bytes((source / "w1.png").read_bytes()[:200])
    (source / "w2.png").unlink()
    tally = await add_folder(source, tmp_path / "wall")
    assert tally.added == 1 and [name for name, _ in sorted(tally.left_out)] == ["w0", "w1", "w2"]
    assert "10000 x 5000" in dict(tally.left_out)["w0"]
    assert [work.id for work in read_folder(tmp_path / "wall").works] == ["w3"]


async def test_a_folder_inside_of_its_source_is_not_its_own_source(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    drawing(1).save(source / "a.png")
    assert (await add_folder(source, source / "wall")).added == 1
    assert (await add_folder(source, source / "wall")).added == 0


async def test_a_table_that_points_outside_of_its_folder_adds_nothing(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 2)
    write_table(source, [{"id": "a", "file": "../secret.png", "title": "A"}])
    with pytest.raises(CollectionError, match="outside"):
        await add_folder(source, tmp_path / "wall")


async def test_a_prepared_collection_is_not_added_to(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").touch()
    with pytest.raises(CollectionError, match="prepared"), open_store(tmp_path):
        pass


async def test_one_run_at_a_time(tmp_path: Path) -> None:
    with open_store(tmp_path / "wall"), pytest.raises(CollectionError, match="another"), open_store(tmp_path / "wall"):
        pass


async def test_a_limit_counts_what_is_there_already(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 9)
    (source / "w1.png").unlink()  # another one takes its place
    assert (await add_folder(source, tmp_path / "wall", limit=4)).added == 4
    again = await add_folder(source, tmp_path / "wall", limit=6)
    assert (again.added, again.already) == (2, 4)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from models.sources import store
from models.sources.folder import folder_items
from tests.models.sources.adding import add
source, into, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
def tell(tally):
    if tally.added == last:
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(add(into, lambda _: folder_items(source, None, into), tell=tell))
"""


@pytest.mark.parametrize("after", [1, ROWS_AT_ONCE + 2])
def test_a_killed_run_leaves_a_sound_folder_and_the_next_one_goes_on(tmp_path: Path, after: int) -> None:
    source, wall = write_folder(tmp_path / "source", ROWS_AT_ONCE + 4), tmp_path / "wall"
    command = [sys.executable, "-c", KILLED, str(source), str(wall), str(after)]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    kept = len(rows(wall))
    assert kept == (ROWS_AT_ONCE if after > ROWS_AT_ONCE else 0)
    if kept:
        assert all(open_image(wall / work.file) for work in read_folder(wall).works)
    (wall / "images" / ".part-left").touch()
    tally = asyncio.run(add_folder(source, wall))
    assert (tally.added, tally.already) == (ROWS_AT_ONCE + 4 - kept, kept)
    assert len(read_folder(wall).works) == ROWS_AT_ONCE + 4
    assert len(os.listdir(wall / "images")) == ROWS_AT_ONCE + 4, "no part is left"
