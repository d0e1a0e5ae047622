"""`genstudio model directions`: found, named and drawn, and the names lead the wall's map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from models.generator import load_generator
from models.latent import LatentSpace
from models.maps.hang import MapChoice, hung, open_map
from models.maps.plane import Slice
from models.maps.sheet import COLUMNS, SIDE, moved
from models.works.collection import load_collection
from models.works.prepare import prepare
from server.commands.cli import app
from tests.models.drawings import write_folder
from tests.server.installed import any_gan, small_model


@pytest.fixture(autouse=True)
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("models.maps.directions.SAMPLES", 128)


def ask(*arguments: object) -> tuple[int, str]:
    ended = CliRunner().invoke(app, ["model", "directions", *map(str, arguments)])
    return ended.exit_code, ended.output


def test_directions_are_told_the_strongest_first_and_drawn(tmp_path: Path) -> None:
    code, told = ask(small_model(tmp_path), "--sheet", tmp_path / "sheet.png")
    assert code == 0
    shares = [float(line.split()[1].rstrip("%")) for line in told.splitlines()]
    assert len(shares) == 16 and shares == sorted(shares, reverse=True)
    with Image.open(tmp_path / "sheet.png") as drawn:
        assert drawn.size == (COLUMNS * SIDE, 16 * SIDE)


@pytest.mark.parametrize("family", ["biggan", "biggan_deep", "stylegan2", "stylegan3"])
def test_a_name_given_for_a_works_classes_steers_the_map_around_that_work(family: str, tmp_path: Path) -> None:
    model, drawings = any_gan(family, tmp_path), write_folder(tmp_path / "drawings", 3)
    generator = load_generator(model)
    space = LatentSpace(generator.z_dim, generator.n_classes)
    rng = np.random.default_rng(5)
    seeds = space.join(rng.normal(size=(3, space.z_dim)), rng.dirichlet(np.ones(space.n_classes), 3)).astype(np.float32)
    prepare(drawings, generator, seeds=seeds, ids=["w0", "w1", "w2"])
    prepared = next((tmp_path / "cache" / "collections").iterdir())

    code, told = ask(model, "--collection", prepared, "--work", "w1", "--name", "2=dark to light")
    assert code == 0 and told.splitlines()[1].endswith("dark to light")

    choice = MapChoice("slice", ("w1",), ("dark to light", "1"))
    hanging = hung(load_collection(prepared), choice)
    chart = open_map(hanging, choice, generator)
    assert isinstance(chart, Slice)
    assert np.array_equal(chart.decode(0.5, 0.5), seeds[1])
    z, y = space.split(chart.decode(0.9, 0.5)[None])
    assert y is not None and np.allclose(y, seeds[1, space.z_dim :], atol=1e-6), "classes stay the work's"
    assert np.abs(generator.generate(z, y).astype(int) - generator.generate(*space.split(seeds[1:2]))).max() > 0


def test_with_classes_the_work_must_be_said(tmp_path: Path) -> None:
    code, told = ask(any_gan("biggan", tmp_path))
    assert code == 2 and "--work" in told


@pytest.mark.parametrize("name", ["dark", "x=dark", "99=dark", "1=2"])
def test_a_name_that_names_nothing_is_refused(name: str, tmp_path: Path) -> None:
    code, told = ask(small_model(tmp_path), "--name", name)
    assert code == 2 and told.startswith("genstudio: ")


def test_a_row_of_the_sheet_goes_through_the_seed_at_its_own_length() -> None:
    seed = np.random.default_rng(1).normal(size=8).astype(np.float32)
    row = moved(seed, np.eye(8, dtype=np.float32)[0], LatentSpace(8))
    assert np.allclose(row[COLUMNS // 2], seed, atol=1e-6)
    assert np.allclose(np.linalg.norm(row, axis=1), np.linalg.norm(seed), atol=1e-4)
    assert row[0, 0] < seed[0] < row[-1, 0]
