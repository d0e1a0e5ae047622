"""The map of the settings: its works alone hang in a room, which draws between them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.exits import CannotStart
from server.hanging import map_choice, on_the_map
from server.installation import read_collection
from server.metrics import Metrics
from server.renderer.easel import Easel
from server.settings import ServerSettings
from shared_state.scene import Scene
from tests.server.installed import genstudio, small_collection, small_model


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("parts")
    model = small_model(folder)
    return {"model": model, "collection": small_collection(folder, model)}


def settings(parts: dict[str, Path], **chosen: object) -> ServerSettings:
    return ServerSettings(model=str(parts["model"]), collection=parts["collection"], threads=1, **chosen)  # type: ignore[arg-type]


def test_ids_and_directions_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_MAP", "slice")
    monkeypatch.setenv("GENSTUDIO_MAP_WORKS", "w1")
    monkeypatch.setenv("GENSTUDIO_MAP_DIRECTIONS", "1, dark to light")
    choice = map_choice(ServerSettings())
    assert (choice.name, choice.works, choice.directions) == ("slice", ("w1",), ("1", "dark to light"))


def test_a_map_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="atlas"):
        ServerSettings(map="globe")  # type: ignore[arg-type]


def test_works_without_a_place_on_the_map_do_not_hang_in_its_rooms(parts: dict[str, Path]) -> None:
    chosen = settings(parts, map="slice", map_works=("w4", "w0", "w2"))
    hanging = on_the_map(read_collection(chosen, prepares=False), chosen)
    assert [work.id for work in hanging.works] == ["w4", "w0", "w2"]
    assert hanging.places.tolist() == [[0.5, 0.125], [0.875, 0.75], [0.125, 0.75]]


def test_works_that_do_not_fit_the_map_are_refused_before_anything_starts(parts: dict[str, Path]) -> None:
    chosen = settings(parts, map="ring", map_works=("w0", "w1"))
    with pytest.raises(CannotStart, match="takes 6 different works"):
        on_the_map(read_collection(chosen, prepares=False), chosen)


@pytest.mark.parametrize(
    "chosen", [{}, {"map": "ring"}, {"map": "slice"}, {"map": "slice", "map_directions": ("1", "2")}], ids=str
)
async def test_a_room_draws_on_every_map_and_finds_each_work_at_its_place(
    parts: dict[str, Path], chosen: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.maps.directions.SAMPLES", 128)
    told = settings(parts, **chosen)
    hanging = on_the_map(read_collection(told, prepares=False), told)
    easel = await Easel.set_up(hanging, told, Metrics())
    try:
        for work, (x, y) in zip(hanging.works, hanging.places, strict=True):
            drawing = await easel.draw(Scene(float(x), float(y)))
            assert drawing.near[0].id == work.id and drawing.near[0].closeness == pytest.approx(1, abs=1e-3)
            assert (drawing.nearby[0].x, drawing.nearby[0].y) == pytest.approx((x, y))
    finally:
        easel.close()


async def test_a_direction_that_there_is_not_keeps_the_doors_shut(
    parts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.maps.directions.SAMPLES", 128)
    told = settings(parts, map="slice", map_directions=("1", "sunset"))
    hanging = on_the_map(read_collection(told, prepares=False), told)
    with pytest.raises(CannotStart, match="no direction 'sunset'"):
        await Easel.set_up(hanging, told, Metrics())


def test_the_command_says_which_works_a_map_takes(parts: dict[str, Path], tmp_path: Path) -> None:
    arguments = ["serve", "--model", str(parts["model"]), "--collection", str(parts["collection"])]
    arguments += ["--map", "ring", "--map-works", "w0,w1"]
    ended = genstudio(*arguments, environment=os.environ | {"GENSTUDIO_CACHE": str(tmp_path)})
    assert ended.returncode == 2
    assert "this `ring` takes 6 different works, not w0, w1" in ended.stderr


def test_a_gateway_hangs_a_ring_without_torch_or_scipy(parts: dict[str, Path]) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['scipy'] = None\n"
        "from server.hanging import on_the_map; from server.installation import read_collection\n"
        "from server.settings import ServerSettings\n"
        f"told = ServerSettings(model={str(parts['model'])!r}, collection={str(parts['collection'])!r}, map='ring')\n"
        "assert len(on_the_map(read_collection(told, prepares=False), told).works) == 6"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
