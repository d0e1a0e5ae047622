"""A collection says by which recipe its features were made, is made anew for another one, and serves with any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from models import load_generator
from models.search.describers import Describer, Looks, default_describer
from models.search.similar import similar
from models.works.collection import Collection, load_collection
from models.works.prepare import prepare
from server.commands.cli import app
from tests.models.drawings import Paintbox, seeds_on_shell, write_folder
from tests.server.installed import small_collection, small_model


class Brightness:
    """A recipe that nobody else has; it counts the pictures that it saw."""

    name = "brightness-1:00ff"

    def __init__(self) -> None:
        self.seen = 0

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.seen += len(pictures)
        return pictures.reshape(len(pictures), 3, -1).mean(2).astype(np.float32)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four works, whose seeds are known to `tmp_path / "known"`."""
    works, ids = write_folder(tmp_path / "works", 4), [f"w{i}" for i in range(4)]
    seeds = seeds_on_shell(4, 12)
    prepare(works, Paintbox(), out=tmp_path / "known", seeds=seeds, ids=ids, describer=Looks(), report=lambda *_: None)
    return works


def made(folder: Path, describer: Describer | None = None) -> Collection:
    known = folder.parent / "known"
    return prepare(folder, Paintbox(), known=known, describer=describer, report=lambda *_: None)


def test_a_recipe_once_chosen_is_kept_until_another_is(folder: Path) -> None:
    made(folder, Looks())
    assert made(folder).manifest.features == "looks-1"
    made(folder, Brightness())  # whose weights nobody can find again
    assert made(folder).manifest.features == default_describer().name


def test_a_collection_names_the_recipe_that_made_its_features(folder: Path) -> None:
    assert made(folder).manifest.features == default_describer().name
    assert made(folder, Looks()).manifest.features == "looks-1"
    mine = made(folder, Brightness())
    assert mine.manifest.features == "brightness-1:00ff" and mine.manifest.shapes["features"] == [4, 3]


def test_the_same_recipe_describes_once_and_another_one_again(folder: Path) -> None:
    first, again = Brightness(), Brightness()
    made(folder, first)
    made(folder, again)
    assert (first.seen, again.seen) == (4, 0)
    made(folder, Looks())
    made(folder, again)
    assert again.seen == 4


def test_a_collection_of_another_recipe_still_serves_and_finds_its_own_works(folder: Path) -> None:
    made(folder, Brightness())
    found = load_collection(folder, model="paintbox")
    assert found.manifest.features == "brightness-1:00ff"
    assert len(similar("w1", 2, collection=found)) == 2
    assert similar(folder / "w1.png", 1, collection=found, describer=Brightness())[0].work.id == "w1"


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ("colour", "there are no features called 'colour'; there are looks, bundled, looks+bundled, resnet50:FILE."),
        (
            "resnet50:gone.pth",
            "there are no ResNet-50 weights at gone.pth; give torchvision's file, .pth or .safetensors.",
        ),
    ],
)
def test_features_that_cannot_be_had_are_refused_before_any_work(folder: Path, features: str, sentence: str) -> None:
    ended = CliRunner().invoke(app, ["collection", "prepare", str(folder), "--features", features])
    assert (ended.exit_code, ended.stderr) == (2, f"genstudio: {sentence}\n")


def test_the_command_prepares_with_the_features_that_were_chosen(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    known = small_collection(tmp_path, model)
    drawings = tmp_path / "drawings"
    prepare(drawings, load_generator(model), known=known, describer=Looks(), report=lambda *_: None)
    ended = CliRunner().invoke(
        app, ["collection", "prepare", str(drawings), "--model", str(model), "--features", "looks"]
    )
    assert ended.exit_code == 0 and "6 artworks are ready" in ended.stdout
    assert load_collection(drawings, model="small").manifest.features == "looks-1"


def test_both_indices_of_a_collection_are_built_ahead(folder: Path) -> None:
    ended = CliRunner().invoke(app, ["collection", "index", str(folder.parent / "known")])
    assert ended.exit_code == 0 and ended.stdout.count("of 4 works: searched exactly, work by work\n") == 2
    ended = CliRunner().invoke(app, ["collection", "index", "/no/such"])
    assert ended.exit_code == 2 and "/no/such" in ended.stderr
