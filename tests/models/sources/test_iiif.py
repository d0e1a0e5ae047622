"""Manifests and collections of both versions become works: label, licence, and a picture of fitting size."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from models.sources.iiif import iiif_items
from models.sources.iiif_image import request, services
from models.sources.iiif_record import plain, words, work_id, work_of
from models.works.folder import read_folder
from models.works.work import CollectionError
from tests.models.sources.adding import add, rows
from tests.models.sources.museum import Answer, Museum

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"


def service(museum: Museum, name: str, *, level: int = 2, size: tuple[int, int] = (4_000, 2_000)) -> str:
    """A IIIF image service, version 2, with its picture at the size that we should ask for."""
    base = f"/image/{name}"
    profile = [f"http://iiif.io/api/image/2/level{level}.json", {"formats": ["jpg"]}]
    context = "http://iiif.io/api/image/2/context.json"
    museum.json(
        f"{base}/info.json",
        {"@context": context, "@id": museum.at(base), "width": size[0], "height": size[1], "profile": profile},
    )
    museum.picture(f"{base}/full/1024,/0/default.jpg", len(name), (1_024, 1_024 * size[1] // size[0]))
    return museum.at(base)


def manifest2(museum: Museum, name: str, pages: int = 1, **changes: Any) -> str:
    """A manifest of Presentation 2, as the older servers give."""
    canvases = []
    for page in range(pages):
        at = service(museum, f"{name}-{page}")
        held = {"@id": at, "@context": "http://iiif.io/api/image/2/context.json", "profile": "level2"}
        resource = {"@id": f"{at}/full/full/0/default.jpg", "@type": "dctypes:Image", "service": held}
        canvases.append(
            {
                "@id": museum.at(f"/{name}/canvas/{page}"),
                "@type": "sc:Canvas",
                "label": f"p. {page + 1}",
                "images": [{"@type": "oa:Annotation", "motivation": "sc:painting", "resource": resource}],
            }
        )
    told = {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": museum.at(f"/{name}/manifest.json"),
        "@type": "sc:Manifest",
        "label": "The Night Watch",
        "attribution": "<span>Rijksmuseum, <a href='https://x.example'>Amsterdam</a></span>",
        "license": CC0,
        "related": {"@id": "https://museum.example/works/night-watch", "format": "text/html"},
        "metadata": [
            {"label": [{"@value": "Maker", "@language": "en"}], "value": "Rembrandt van Rijn"},
            {"label": "Date", "value": [{"@value": "1642", "@language": "en"}]},
            {"label": "Credit Line", "value": "On loan from the City of Amsterdam"},
        ],
        "sequences": [{"@type": "sc:Sequence", "canvases": canvases}],
    } | changes
    return museum.json(f"/{name}/manifest.json", told)


def manifest3(museum: Museum, name: str, **changes: Any) -> str:
    """A manifest of Presentation 3 with a plain picture, no service."""
    body = {"id": museum.picture(f"/files/{name}.jpg", 3), "type": "Image", "format": "image/jpeg"}
    annotation = {"id": "a", "type": "Annotation", "motivation": "painting", "body": body}
    canvas = {
        "id": museum.at(f"/{name}/1"),
        "type": "Canvas",
        "items": [{"id": "p", "type": "AnnotationPage", "items": [annotation]}],
    }
    told = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": museum.at(f"/{name}/manifest.json"),
        "type": "Manifest",
        "label": {"nl": ["De sterrennacht"], "en": ["The Starry Night"]},
        "metadata": [
            {"label": {"en": ["Artist"]}, "value": {"none": ["Vincent van Gogh"]}},
            {"label": {"en": ["Medium"]}, "value": {"en": ["Oil", "canvas"]}},
        ],
        "requiredStatement": {"label": {"en": ["Credit"]}, "value": {"en": ["<p>Bequest of L. Bliss</p>"]}},
        "rights": "https://creativecommons.org/licenses/by-sa/4.0/",
        "homepage": [{"id": "https://museum.example/starry", "type": "Text"}],
        "provider": [{"id": "https://moma.example", "type": "Agent", "label": {"en": ["MoMA"]}}],
        "items": [canvas],
    } | changes
    return museum.json(f"/{name}/manifest.json", told)


async def test_a_manifest_of_version_2_is_a_work(museum: Museum, tmp_path: Path) -> None:
    tally = await add(tmp_path / "wall", partial(iiif_items, manifest2(museum, "watch")))
    assert (tally.added, tally.left_out, tally.unlicensed) == (1, [], 0)
    (work,) = read_folder(tmp_path / "wall").works
    assert work.title == "The Night Watch" and work.artist == "Rembrandt van Rijn" and work.date == "1642"
    assert work.license == "CC0-1.0" and work.credit == "On loan from the City of Amsterdam. Rijksmuseum, Amsterdam"
    assert work.link == "https://museum.example/works/night-watch"
    assert work.image == museum.at("/image/watch-0/full/1024,/0/default.jpg")
    assert museum.at("/image/watch-0/full/full/0/default.jpg") not in museum.asked, "the small one was enough"
    assert rows(tmp_path / "wall")[work.id]["record"] == museum.at("/watch/manifest.json")


async def test_a_manifest_of_version_3_is_a_work(museum: Museum, tmp_path: Path) -> None:
    assert (await add(tmp_path / "wall", partial(iiif_items, manifest3(museum, "stars")))).added == 1
    (work,) = read_folder(tmp_path / "wall").works
    assert work.title == "The Starry Night" and work.artist == "Vincent van Gogh" and work.medium == "Oil; canvas"
    assert work.license == "CC-BY-SA-4.0" and work.credit == "Bequest of L. Bliss" and work.museum == "MoMA"
    assert work.link == "https://museum.example/starry" and work.image == museum.at("/files/stars.jpg")
    assert (work.width, work.height) == (96, 64)


async def test_each_page_can_be_a_work(museum: Museum, tmp_path: Path) -> None:
    address = manifest2(museum, "album", pages=3)
    source = partial(iiif_items, address, every_page=True)
    assert (await add(tmp_path / "wall", source)).added == 3
    titles = [work.title for work in read_folder(tmp_path / "wall").works]
    assert sorted(titles) == [f"The Night Watch, p. {page}" for page in (1, 2, 3)]
    assert (await add(tmp_path / "wall", source)).already == 3


async def test_collections_in_collections_are_walked_once(museum: Museum, tmp_path: Path) -> None:
    """Both versions in one tree, one in pages, one listing its parent, one gone: such trees grow over years."""
    inner = {
        "type": "Collection",
        "id": museum.at("/inner"),
        "items": [
            {"id": manifest3(museum, "c"), "type": "Manifest"},
            {"id": manifest3(museum, "a"), "type": "Manifest"},
            {"id": museum.at("/top"), "type": "Collection"},
        ],
    }
    museum.json("/inner", inner)
    museum.json("/page/2", {"@type": "sc:Collection", "manifests": [{"@id": manifest2(museum, "e")}]})
    museum.json("/paged", {"@type": "sc:Collection", "@id": museum.at("/paged"), "first": museum.at("/page/1")})
    museum.json(
        "/page/1",
        {"@type": "sc:Collection", "manifests": [{"@id": manifest2(museum, "d")}], "next": museum.at("/page/2")},
    )
    top = {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": museum.at("/top"),
        "@type": "sc:Collection",
        "collections": [{"@id": museum.at("/inner")}, {"@id": museum.at("/paged")}, {"@id": museum.at("/gone")}],
        "manifests": [{"@id": manifest2(museum, "a"), "@type": "sc:Manifest"}, {"@id": manifest2(museum, "b")}],
        "members": ["nonsense", {"@type": "sc:Manifest"}, 7],
    }
    tally = await add(tmp_path / "wall", partial(iiif_items, museum.json("/top", top)))
    assert {row["record"] for row in rows(tmp_path / "wall").values()} == {
        museum.at(f"/{name}/manifest.json") for name in "abcde"
    }
    assert tally.added == 5 and tally.left_out == [(museum.at("/gone"), "HTTP 404")]
    museum.asked.clear()
    assert (await add(tmp_path / "wall", partial(iiif_items, museum.at("/top")))).added == 0
    assert not [path for path in museum.asked if "manifest" in path], "what is there is not asked for again"


async def test_a_picture_whose_service_is_gone_is_taken_as_it_lies(museum: Museum, tmp_path: Path) -> None:
    address = manifest2(museum, "watch")
    del museum.answers["/image/watch-0/info.json"]
    museum.picture("/image/watch-0/full/full/0/default.jpg")
    assert (await add(tmp_path / "wall", partial(iiif_items, address))).added == 1


async def test_a_manifest_that_fails_leaves_the_others_alone(museum: Museum, tmp_path: Path) -> None:
    items = [manifest3(museum, "good"), museum.at("/gone"), manifest3(museum, "empty", items=[])]
    items += [manifest3(museum, "blind"), museum.at("/nonsense"), manifest3(museum, "strange", items="x", label=7)]
    del museum.answers["/files/blind.jpg"]
    museum.answers["/nonsense"] = Answer(b"\xff\xfe")
    listing = {"type": "Collection", "id": "x", "items": [{"id": at, "type": "Manifest"} for at in items]}
    tally = await add(tmp_path / "wall", partial(iiif_items, museum.json("/all", listing)))
    assert tally.added == 1
    assert sorted(why for _, why in tally.left_out) == [
        "HTTP 404",
        "HTTP 404",
        "is not a IIIF document",
        "shows no picture",
        "shows no picture",
    ]


@pytest.mark.parametrize("document", [{"type": "Canvas"}, [], 7, None])
async def test_what_is_neither_manifest_nor_collection_is_refused(
    museum: Museum, tmp_path: Path, document: Any
) -> None:
    with pytest.raises(CollectionError, match="manifest or collection"):
        await add(tmp_path / "wall", partial(iiif_items, museum.json("/x", document)))


async def test_an_address_with_nothing_behind_it_is_refused(museum: Museum, tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="HTTP 404"):
        await add(tmp_path / "wall", partial(iiif_items, museum.at("/x")))


SIZES = [{"width": 500, "height": 250}, {"width": 1_000, "height": 500}, {"width": 2_000, "height": 1_000}]
V2 = {"@context": "http://iiif.io/api/image/2/context.json", "width": 4_000, "height": 2_000}
V3 = {"@context": "http://iiif.io/api/image/3/context.json", "width": 2_000, "height": 4_000}


@pytest.mark.parametrize(
    ("info", "asked"),
    [
        (V2 | {"profile": ["http://iiif.io/api/image/2/level1.json"]}, "full/1024,/0/default.jpg"),
        (V3 | {"profile": "level2"}, "full/512,/0/default.jpg"),
        (V3 | {"profile": "level0", "extraFeatures": ["sizeByW"]}, "full/512,/0/default.jpg"),
        (V2 | {"profile": "level2", "width": 800, "height": 600}, "full/full/0/default.jpg"),
        (V3 | {"profile": "level2", "width": 800, "height": 600}, "full/max/0/default.jpg"),
        (V2 | {"profile": "level0", "sizes": SIZES}, "full/1000,/0/default.jpg"),
        (V3 | {"profile": "level0", "sizes": SIZES}, "full/1000,500/0/default.jpg"),
        (V2 | {"profile": "level0", "sizes": SIZES[2:]}, "full/2000,/0/default.jpg"),
        (V2 | {"profile": "level0"}, "full/full/0/default.jpg"),
        (V3 | {"profile": "level1", "maxWidth": 300}, "full/150,/0/default.jpg"),
        ({"@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json"}, "full/full/0/native.jpg"),
        ({"width": "wide", "height": -1, "sizes": [None], "profile": 7}, "full/full/0/default.jpg"),
        (None, "full/full/0/default.jpg"),
    ],
)
def test_a_service_is_asked_for_no_more_than_we_keep(info: Any, asked: str) -> None:
    assert request("https://x.example/i", info) == f"https://x.example/i/{asked}"


def test_services_are_told_from_other_services() -> None:
    kept = {"@id": "https://x.example/i/", "profile": "http://iiif.io/api/image/2/level1.json"}
    others = [{"@id": "https://x.example/login", "profile": "http://iiif.io/api/auth/1/login"}, 7, None, {"id": 3}]
    assert list(services({"service": [*others, kept]})) == ["https://x.example/i"]
    assert list(services({"service": {"id": "https://x.example/j", "type": "ImageService3"}})) == [
        "https://x.example/j"
    ]
    assert list(services({})) == list(services("x")) == []


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain", "plain"),
        ({"de": ["Deutsch"], "en": ["English", "twice"]}, "English; twice"),
        ({"de": ["nur Deutsch"]}, "nur Deutsch"),
        ([{"@value": "nl", "@language": "nl"}, {"@value": "en", "@language": "en"}], "en"),
        ({"@value": "<b>bold</b> &amp; <i>slanted</i>"}, "bold & slanted"),
        (1642, "1642"),
        (None, ""),
        ({"en": {"en": {"en": "deep"}}}, ""),
    ],
)
def test_texts_of_both_versions_become_a_line(value: Any, line: str) -> None:
    assert words(value) == line


def test_html_goes_and_its_words_stay() -> None:
    assert plain("<script>alert(1)</script>a &lt; b").replace("alert(1)", "").strip() == "a < b"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (CC0, "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "PDM-1.0"),
        ("http://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("http://rightsstatements.org/vocab/NoC-US/1.0/", "NoC-US (rightsstatements.org)"),
        ("https://museum.example/terms", "https://museum.example/terms"),
    ],
)
def test_a_licence_is_named_as_labels_name_it(address: str, name: str) -> None:
    assert work_of({"rights": address}, "x").license == name == work_of({"license": [address]}, "x").license


def test_a_work_has_one_id_over_http_and_https() -> None:
    assert work_id("http://x.example/m") == work_id("https://x.example/m") != work_id("https://x.example/n")
