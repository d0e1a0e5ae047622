"""The notebook's view without a browser: what is built, what is sent to the page, and what its controls do."""

from __future__ import annotations

import ast
import asyncio
import base64
import dataclasses
import inspect
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from client.atlas import CELL, UNKNOWN, make_atlas
from client.session import Session, SessionFrame, State
from client.thumbhash import read_thumbhash
from client.works import Artwork
from shared_state import messages as wire
from tests.client.gallery import gallery

ipywidgets = pytest.importorskip("ipywidgets", reason="the extra `notebook` is not installed")
notebook = pytest.importorskip("client.notebook", reason="the extra `notebook` is not installed")


def thumbhash(*, mean: tuple[int, int, int], first_wave: int = 8, light_scale: int = 0) -> str:
    """A ThumbHash written by hand, field by field: landscape, every wave but the first almost still."""
    head = mean[0] | mean[1] << 6 | mean[2] << 12 | light_scale << 18
    tail = 3 | 1 << 15  # landscape, 3 waves on the short side; 7 on the long one
    places = sum(cx * 3 < 7 * (3 - cy) for cy in range(3) for cx in range(0 if cy else 1, 7))
    nibbles = [first_wave] + [8] * (places - 1 + 5 + 5)
    nibbles += [0] * (len(nibbles) % 2)
    waves = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(head.to_bytes(3, "little") + tail.to_bytes(2, "little") + waves).decode()


GREY = thumbhash(mean=(32, 32, 32))
WORKS = [
    Artwork(id="met-1", x=0.0, y=0.0, title="Goblet <b>", width=200, height=100, thumbhash=GREY),
    Artwork(id="met-2", x=1.0, y=0.25, title="Helmet", width=100, height=400, thumbhash=GREY),
    Artwork(id="met-3", x=0.5, y=1.0),
]


def frame(seq: int = 1, *, x: float = 0.25, y: float = 0.75, bump: str | None = None) -> SessionFrame:
    near = (("met-1", 0.9), ("unknown-7", 0.5))
    return SessionFrame(seq, b"jpeg %d" % seq, State((x, y), near, bump, (), "together", False))


def session() -> Session:
    return Session("http://127.0.0.1:1")


# -- the small pictures


def test_a_thumbhash_of_one_colour_gives_that_colour() -> None:
    pixels = read_thumbhash(GREY, 8)
    assert pixels.shape == (8, 8, 3)
    assert np.ptp(pixels.reshape(-1, 3), axis=0).max() <= 2
    assert abs(int(pixels[0, 0, 1]) - 130) <= 6


def test_a_thumbhash_wave_across_brightens_one_side_darkens_the_other_and_is_level_downward() -> None:
    risen, fallen = (
        read_thumbhash(thumbhash(mean=(32, 32, 32), first_wave=wave, light_scale=4), 8).astype(int) for wave in (15, 0)
    )
    change = risen - fallen  # the waves that both share cancel
    half_cosine = np.cos((np.arange(8) + 0.5) * np.pi / 8) * 4 / 31 * 2 * 2 * 255
    assert np.abs(change - half_cosine[None, :, None]).max() <= 1


@pytest.mark.parametrize("text", ["", "%%%", "AAAA", GREY[:12]])
def test_what_is_no_thumbhash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ThumbHash|base64"):
        read_thumbhash(text, 8)


def test_the_atlas_holds_one_cell_for_each_work_in_their_order() -> None:
    red = thumbhash(mean=(20, 32, 63))
    atlas = make_atlas(
        [Artwork(id=str(n), x=0, y=0, thumbhash=text) for n, text in enumerate([GREY, red, "", GREY, red])]
    )
    assert (atlas.columns, atlas.rows, atlas.pixels.shape) == (3, 2, (2 * CELL, 3 * CELL, 3))
    corners = atlas.corners(5)
    assert corners.dtype == np.float32 and corners.max() < 1
    middles = [atlas.pixels[int(v * 2 * CELL) + CELL // 2, int(u * 3 * CELL) + CELL // 2].tolist() for u, v in corners]
    assert middles[2] == list(UNKNOWN)
    assert middles[0] == middles[3] and middles[1] == middles[4] and middles[0] != middles[1]


def test_the_atlas_is_a_picture_inside_its_own_address() -> None:
    head, data = make_atlas(WORKS).data_uri().split(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (2 * CELL, 2 * CELL)


# -- the scene


def test_places_on_the_map_and_in_the_scene_lead_to_each_other() -> None:
    assert notebook.to_scene(0, 0) == (-0.5, 0.5, 0)
    assert notebook.to_scene(1, 1) == (0.5, -0.5, 0)
    for place in [(0.0, 0.0), (0.25, 1.0), (1.0, 0.5)]:
        assert notebook.from_scene(notebook.to_scene(*place)) == place
    assert notebook.from_scene((-3, -3, 0)) == (0.0, 1.0)


def test_all_works_are_one_object_with_one_place_cell_and_shape_each() -> None:
    attributes = notebook.make_constellation(WORKS).geometry.attributes
    np.testing.assert_array_equal(attributes["position"].array, [[-0.5, 0.5, 0], [0.5, 0.25, 0], [0, -0.5, 0]])
    np.testing.assert_array_equal(attributes["cell"].array, [[0, 0], [0.5, 0], [0, 0.5]])
    np.testing.assert_array_equal(attributes["extent"].array, [[1, 0.5], [0.25, 1], [1, 1]])
    assert all(attribute.array.dtype == np.float32 for attribute in attributes.values())


def test_the_only_texture_is_the_last_uniform() -> None:
    """pythreejs writes a texture into the last uniform, whichever it was given for."""
    uniforms = notebook.make_constellation(WORKS).material.uniforms
    holds = [isinstance(uniform["value"], ipywidgets.Widget) for uniform in uniforms.values()]
    assert holds == [False] * (len(holds) - 1) + [True]


def test_every_uniform_and_attribute_that_the_shaders_name_is_given() -> None:
    points = notebook.make_constellation(WORKS)
    shaders = notebook.VERTEX_SHADER + notebook.FRAGMENT_SHADER
    named = {part.split()[2] for part in shaders.replace("\n", ";").split(";") if part.strip().startswith("uniform ")}
    assert named == set(points.material.uniforms)
    given = {part.split()[2] for part in shaders.replace("\n", ";").split(";") if part.strip().startswith("attribute ")}
    assert given | {"position"} == set(points.geometry.attributes)


def test_a_room_without_works_still_has_a_map() -> None:
    assert notebook.make_constellation([]).geometry.attributes["position"].array.shape == (0, 3)


# -- what a frame changes, and what the controls do


def test_a_frame_moves_the_point_and_changes_picture_and_words() -> None:
    view = notebook.View(session(), WORKS)
    view.update(frame())
    assert view.picture.value == b"jpeg 1"
    assert view.point.position == (-0.25, -0.25, 0.01)
    assert view.caption.value == "Near Goblet &lt;b&gt;, unknown-7. <i>0 here, together</i>"
    view.update(frame(2, bump="met-2"))
    assert view.caption.value.startswith("<b>Helmet</b>. Near")


async def seen(change: Any, name: str) -> None:
    """Wait until the trait changes."""
    arrived = asyncio.Event()
    change.observe(lambda _: arrived.set(), names=name)
    async with asyncio.timeout(10):
        await arrived.wait()


async def test_sliders_clicks_and_the_button_steer_the_room() -> None:
    async with gallery() as g, Session(g.url) as s:
        view = notebook.View(s, WORKS)
        view.across.value = 0.25
        await g.until(lambda: [(m.x, m.y) for m in g.of(wire.Place)] == [(0.25, 0.5)])
        view.clicks.point = (0.5, -0.5, 0)
        await g.until(lambda: any((m.x, m.y) == (1.0, 1.0) for m in g.of(wire.Place)))
        view.lift.click()
        await g.until(lambda: g.of(wire.Release))


async def test_a_view_follows_its_session_until_it_is_closed() -> None:
    async with gallery() as g:
        g.pages["/api/rooms/main/works"] = (200, b'{"works": [{"id": "met-1", "x": 0, "y": 1, "title": "Goblet"}]}')
        async with Session(g.url) as s:
            view = await notebook.view(s)
            await g.show(1, x=0.75)
            await seen(view.picture, "value")
            assert view.picture.value == b"jpeg 1"
            assert "Near Goblet" in view.caption.value
            view.close()
            assert view.widget.comm is None


async def test_what_ends_the_session_is_said_in_the_view() -> None:
    async with gallery() as g, Session(g.url) as s:
        view = notebook.View(s, WORKS)
        view.start()
        await g.send(wire.Fault(4503, "The <gallery> closes."))
        await g.sockets[0].close(4503)
        await seen(view.caption, "value")
        assert view.caption.value == "<b>The &lt;gallery&gt; closes.</b>"


# -- the page that tells of it

PAGE = (Path(__file__).parents[2] / "docs" / "notebook.md").read_text(encoding="utf-8")


def test_every_python_cell_of_the_page_can_be_run_by_a_notebook() -> None:
    cells = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(cells) == 3
    for cell in cells:
        compile(cell, "docs/notebook.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_the_page_tells_of_every_call_of_a_session_with_its_arguments() -> None:
    calls = {
        f"{name}({', '.join(list(inspect.signature(call).parameters)[1:])})"
        for name, call in inspect.getmembers(Session, inspect.isfunction)
        if not name.startswith("_") and name not in ("open", "close")
    }
    assert set(re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)) == calls
    assert all(f"`{field.name}`" in PAGE for field in dataclasses.fields(State))
