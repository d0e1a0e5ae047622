"""The Met's table and API: works in the public domain alone, each with its label, its licence and its picture."""

from __future__ import annotations

import csv
import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.sources.met import LICENSE, MetObject, Wish, search_items, table_ids, table_items, work_of
from models.works.folder import MAX_TEXT_CHARS, read_folder
from models.works.work import ID, CollectionError, check_ids
from tests.models.sources.adding import add, rows
from tests.models.sources.museum import Answer, Museum, bomb, jpeg

HEADINGS = ["Object Number", "Is Highlight", "Is Public Domain", "Object ID", "Department", "Title", "Classification"]


def table(folder: Path, *objects: dict[str, Any]) -> str:
    """MetObjects.csv as the Met has it: a mark at its beginning, and titles of several lines."""
    path = folder / "MetObjects.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.DictWriter(file, HEADINGS)
        lines.writeheader()
        for one in objects:
            plain = {"Is Public Domain": "True", "Department": "European Paintings", "Classification": "Paintings"}
            lines.writerow(plain | {"Title": 'Wheat Field\r\nwith "Cypresses"'} | one)
    return str(path)


def record(museum: Museum, id: int, **changes: Any) -> dict[str, Any]:
    """An object as the API tells of it, with more than we read, and its picture."""
    told = {
        "objectID": id,
        "isHighlight": True,
        "isPublicDomain": True,
        "primaryImage": museum.picture(f"/original/{id}.jpg", id, (120, 80)),
        "primaryImageSmall": museum.picture(f"/web-large/{id}.jpg", id, (60, 40)),
        "additionalImages": [],
        "constituents": [{"constituentID": 161947, "role": "Artist"}],
        "department": "European Paintings",
        "objectName": "Painting",
        "title": "Wheat Field with Cypresses",
        "culture": "",
        "artistDisplayName": "Vincent van Gogh",
        "artistDisplayBio": "Dutch, Zundert 1853–1890 Auvers-sur-Oise",
        "objectDate": "1889",
        "medium": "Oil on canvas",
        "creditLine": "Purchase, The Annenberg Foundation Gift, 1993",
        "objectURL": f"https://www.metmuseum.org/art/collection/search/{id}",
        "tags": None,
        "GalleryNumber": "822",
    } | changes
    museum.json(f"/objects/{id}", told)
    return told


async def test_a_work_comes_with_its_label_its_licence_and_its_picture(museum: Museum, tmp_path: Path) -> None:
    record(museum, 436535)
    source = partial(table_items, table(tmp_path, {"Object ID": 436535}), wish=Wish(), api=museum.at(""))
    tally = await add(tmp_path / "wall", source)
    assert (tally.added, tally.unlicensed) == (1, 0)
    (work,) = read_folder(tmp_path / "wall").works
    assert work.id == "met-436535" and work.title == "Wheat Field with Cypresses" and work.date == "1889"
    assert work.artist == "Vincent van Gogh (Dutch, Zundert 1853–1890 Auvers-sur-Oise)"
    assert work.license == LICENSE and work.credit == "Purchase, The Annenberg Foundation Gift, 1993"
    assert work.museum.startswith("The Metropolitan Museum") and work.link.endswith("/search/436535")
    assert work.image == museum.at("/web-large/436535.jpg") and (work.width, work.height) == (60, 40)
    assert rows(tmp_path / "wall")["met-436535"]["record"] == museum.at("/objects/436535")


async def test_both_the_table_and_the_api_must_call_it_public_domain(museum: Museum, tmp_path: Path) -> None:
    for id in (1, 2, 3):
        record(museum, id, isPublicDomain=id != 2)
    listing = table(tmp_path, {"Object ID": 1, "Is Public Domain": "False"}, {"Object ID": 2}, {"Object ID": 3})
    tally = await add(tmp_path / "wall", partial(table_items, listing, wish=Wish(), api=museum.at("")))
    assert list(rows(tmp_path / "wall")) == ["met-3"]
    assert tally.left_out == [("met-2", "is not in the public domain")]
    assert "/objects/1" not in museum.asked and "/web-large/2.jpg" not in museum.asked


async def test_a_run_goes_on_where_it_stopped(museum: Museum, tmp_path: Path) -> None:
    for id in range(6):
        record(museum, id)
    listing = table(tmp_path, *({"Object ID": id} for id in range(6)))
    source = partial(table_items, listing, wish=Wish(), api=museum.at(""))
    await add(tmp_path / "wall", source, limit=2)
    museum.asked.clear()
    tally = await add(tmp_path / "wall", source)
    assert (tally.added, tally.already) == (4, 2)
    assert len(museum.asked) == 8, "a record and a picture for each of the four, nothing for the two"


def test_rows_are_chosen_by_department_and_classification(tmp_path: Path) -> None:
    listing = table(
        tmp_path,
        {"Object ID": 1, "Department": "The American Wing"},
        {"Object ID": 2, "Classification": "Paintings-Fresco"},
        {"Object ID": 3, "Classification": "Prints"},
        {"Object ID": ""},
    )
    assert list(table_ids(Path(listing), Wish("european", "PAINTINGS"))) == [2]
    assert list(table_ids(Path(listing), Wish())) == [1, 2, 3]


async def test_the_table_is_fetched_once_from_an_address(museum: Museum, tmp_path: Path) -> None:
    record(museum, 7)
    museum.file("/MetObjects.csv", table(tmp_path, {"Object ID": 7}))
    source = partial(table_items, museum.at("/MetObjects.csv"), wish=Wish(), api=museum.at(""))
    assert (await add(tmp_path / "wall", source)).added == 1
    assert (await add(tmp_path / "wall", source)).already == 1
    assert museum.asked.count("/MetObjects.csv") == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 317000000\n", "points to"),
        ("id,title\n1,A\n", "lacks the column 'Object ID'"),
        ("", "not the Met's table"),
        (b"Object ID,Is Public Domain,Department,Classification\n1,True,\xff,x\n", "cannot be read"),
    ],
)
async def test_another_table_is_refused_with_what_it_is(tmp_path: Path, text: str | bytes, found: str) -> None:
    path = tmp_path / "MetObjects.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(CollectionError, match=found):
        await add(tmp_path / "wall", partial(table_items, str(path), wish=Wish()))


async def test_a_search_gives_works_too(museum: Museum, tmp_path: Path) -> None:
    record(museum, 1)
    record(museum, 2, isPublicDomain=False)
    museum.json("/search?hasImages=true&q=wheat%20%26%20field", {"total": 2, "objectIDs": [1, 2]})
    museum.json("/search?hasImages=true&q=nothing", {"total": 0, "objectIDs": None})
    tally = await add(tmp_path / "wall", partial(search_items, "wheat & field", api=museum.at("")))
    assert tally.added == 1 and tally.left_out == [("met-2", "is not in the public domain")]
    assert (await add(tmp_path / "wall", partial(search_items, "nothing", api=museum.at("")))).done == 0


async def test_whatever_befalls_one_work_the_others_come_in(museum: Museum, tmp_path: Path) -> None:
    """A wild afternoon: each of these was seen at some museum."""
    for id in range(1, 12):
        record(museum, id)
    del museum.answers["/objects/1"]
    museum.answers["/objects/2"] = [Answer(status=429, headers={"Retry-After": "2"}), museum.answers["/objects/2"]]
    museum.answers["/objects/3"] = Answer(status=500)
    museum.answers["/objects/4"] = Answer(b"<html>Request unsuccessful", kind="text/html")
    museum.answers["/objects/5"] = Answer(b'{"objectID": "five"}', kind="application/json")
    museum.answers["/web-large/6.jpg"] = museum.answers["/original/6.jpg"] = Answer(jpeg(6)[:600], kind="image/jpeg")
    museum.answers["/web-large/7.jpg"] = museum.answers["/original/7.jpg"] = Answer(bomb(), kind="image/png")
    museum.answers["/web-large/8.jpg"] = Answer(status=404)  # the original is still there
    record(museum, 9, primaryImage="", primaryImageSmall="")
    record(museum, 10, primaryImage="javascript:alert(1)", primaryImageSmall=None)
    listing = table(tmp_path, *({"Object ID": id} for id in range(1, 12)))
    tally = await add(tmp_path / "wall", partial(table_items, listing, wish=Wish(), api=museum.at("")))
    assert set(rows(tmp_path / "wall")) == {"met-2", "met-8", "met-11"}
    why = dict(tally.left_out)
    assert why["met-1"] == "HTTP 404" and why["met-3"] == "HTTP 500" and "web page" in why["met-4"]
    assert why["met-5"] == "its record is not one of the Met's API"
    assert why["met-6"].startswith("its picture is not a picture we can read")
    assert why["met-7"].startswith("its picture has 10000 x 5000 pixels")
    assert why["met-9"] == why["met-10"] == "has no picture"
    assert len(read_folder(tmp_path / "wall").works) == 3


async def test_the_original_is_taken_where_it_is_asked_for(museum: Museum, tmp_path: Path) -> None:
    record(museum, 1)
    listing = table(tmp_path, {"Object ID": 1})
    await add(tmp_path / "wall", partial(table_items, listing, wish=Wish(), original=True, api=museum.at("")))
    assert read_folder(tmp_path / "wall").works[0].width == 120


def test_texts_come_as_plain_lines() -> None:
    found = MetObject(
        id=1, is_public_domain=True, title=" A\nB\x1b[2J ", artist_display_name="X" * 5_000, object_url="javascript:x"
    )
    work = work_of(found)
    assert work.title == "A B [2J" and len(work.artist) == MAX_TEXT_CHARS and work.link == ""
    assert work_of(msgspec.structs.replace(found, title=" ", object_name=None)).title == "Untitled"


def test_every_real_record_makes_a_sound_work(shared: Path) -> None:
    """The Met's own values: empty and blank ones, notes in brackets, several artists to a field."""
    api = {"object_id": "objectID", "artist": "artistDisplayName", "artist_bio": "artistDisplayBio"}
    api |= {"is_public_domain": "isPublicDomain", "credit_line": "creditLine", "link": "objectURL"}
    api |= {"date": "objectDate", "image": "primaryImage"}
    works = []
    with gzip.open(shared / "collection" / "met_paintings.jsonl.gz") as lines:
        for line in lines:
            told = {api.get(name, name): value for name, value in json.loads(line).items()}
            works.append(work_of(msgspec.convert(told, MetObject)))
    assert len(works) > 8_000
    check_ids(Path("met_paintings"), works)
    for work in works:
        assert ID.fullmatch(work.id) and work.title.strip() and work.license == LICENSE and work.link
        for value in (work.title, work.artist, work.date, work.medium, work.credit):
            assert value.isprintable() and value == value.strip() and len(value) <= MAX_TEXT_CHARS
