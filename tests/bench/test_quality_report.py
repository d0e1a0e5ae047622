"""The whole bench on a wall of 32 px whose dreams are known, and the tables it prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bench.quality import judge, sheets, subject
from bench.quality.pictures import draw
from bench.quality.report import markdown, walks_table
from bench.quality.subject import Subject, load
from bench.quality.walks import smoothness
from models.generator import Generator
from models.maps.atlas import Atlas
from models.maps.layout import triangular_grid

WORKS = 24


class Waves:
    """A generator of 32 px: z (B, 12) are the strengths of four waves in three colours. Never flat, never grey."""

    z_dim, resolution = 12, 32

    def generate(self, z: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
        y, x = np.mgrid[: self.resolution, : self.resolution] / self.resolution * 2 * np.pi
        waves = np.stack([np.sin(x), np.sin(2 * y), np.sin(3 * (x + y)), np.sin(7 * x - 2 * y)])  # (4, 32, 32)
        return (np.tanh(np.einsum("bwc,wyx->byxc", z.reshape(-1, 4, 3), waves)) * 127 + 128).astype(np.uint8)


class Fog(Waves):
    """Draws next to nothing, in grey."""

    def generate(self, z: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
        return super().generate(z).mean(axis=-1, keepdims=True).repeat(3, axis=-1).astype(np.uint8) // 32 + 120


@pytest.fixture(scope="module")
def perfect() -> Subject:
    """Every seed draws exactly its work."""
    generator = cast(Generator, Waves())
    seeds = np.random.default_rng(0).standard_normal((WORKS, 12)).astype(np.float32)
    works = np.concatenate(list(draw(generator, seeds)))
    return Subject(generator, Atlas(triangular_grid(WORKS), seeds), seeds, works, works.copy())


def rows(table: str) -> dict[str, list[str]]:
    """A table in Markdown as its rows, by their first cell."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return {first: rest for first, *rest in lines}


@pytest.fixture(scope="module")
def tables(perfect: Subject) -> list[dict[str, list[str]]]:
    return [rows(table) for table in judge.samples(perfect, 60, np.random.default_rng(0))]


def test_seeds_that_draw_their_works_are_as_good_as_can_be(perfect: Subject) -> None:
    found = rows(judge.anchors(perfect))
    assert found["the works' own seeds"] == ["100.0", "1.000", "100.0%"]
    assert float(found["another work's seed"][0]) < 20 and found["another work's seed"][2] == "0.0%"
    assert found["the mean picture"][2] in ("4.2%", "0.0%")  # it stands for all, and is one work's at most


def test_blurred_dreams_lose_decibels(perfect: Subject) -> None:
    soft = perfect.dreams.reshape(WORKS, 3, 8, 4, 8, 4).mean((3, 5)).astype(np.uint8).repeat(4, 2).repeat(4, 3)
    assert float(rows(judge.anchors(replace(perfect, dreams=soft)))["the works' own seeds"][0]) < 30


def test_dreams_that_are_the_works_have_their_patches_and_their_strength(tables: list[dict[str, list[str]]]) -> None:
    apart, strong, *_ = tables
    own, floor = (float(apart[name][-1]) for name in (judge.OWN, "floor: half of the works, the other half"))
    assert own < floor, "other patches of the same pictures are nearer than other pictures"
    assert [float(value) for value in strong[judge.OWN]] == pytest.approx([1, 1], abs=0.05)
    assert all(len(values) == 3 for values in apart.values()), "32 px, 16 px and the mean of both"
    assert float(apart[judge.MAP][-1]) == pytest.approx(np.mean([float(v) for v in apart[judge.MAP][:-1]]), abs=0.1)


def test_near_a_work_the_wall_shows_it_and_says_so(tables: list[dict[str, list[str]]]) -> None:
    copies = tables[2]
    assert copies[f"{judge.OWN}: pixels"] == ["0.00", "100.0%", "100.0%"]
    near, elsewhere, prior = (
        float(copies[f"{name}: pixels"][0])
        for name in (f"{judge.MAP}, near a work", f"{judge.MAP}, elsewhere", judge.PRIOR)
    )
    assert near < elsewhere and near < prior


def test_a_wall_in_fog_is_reported_dead_grey(perfect: Subject, tables: list[dict[str, list[str]]]) -> None:
    assert tables[3]["the works"] == tables[3][judge.OWN] != ["100.0%"] * 3
    foggy = replace(perfect, generator=cast(Generator, Fog()))
    flat = rows(list(judge.samples(foggy, 20, np.random.default_rng(0)))[3])
    assert flat[judge.MAP] == flat[judge.PRIOR] == ["100.0%"] * 3


def test_seeds_that_draw_their_works_have_their_colour(tables: list[dict[str, list[str]]]) -> None:
    assert tables[4][judge.OWN] == tables[4]["the works"] and tables[4][judge.OWN][-1] == "0.0"
    assert float(tables[4][judge.PRIOR][-1]) > 0


def test_blending_is_smoother_than_switching(perfect: Subject) -> None:
    found = rows(judge.walks(perfect, 20, np.random.default_rng(0)))
    wall, stroll, switching, _ = [values for name, values in found.items() if ":" in name or "wall" in name]
    assert float(switching[-1]) > 2 * float(wall[-1])
    assert float(stroll[0]) < float(wall[0]), "a stroll changes less a frame"
    assert switching[0] == "0.00" and switching[3] == "-"


def test_the_same_seed_gives_the_same_figures(perfect: Subject) -> None:
    def figures() -> Iterator[str]:
        rng = np.random.default_rng(3)
        yield from judge.samples(perfect, 20, rng)
        yield judge.walks(perfect, 3, rng)

    assert list(figures()) == list(figures())


def test_a_folder_without_the_works_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pictures of 0 works"):
        load(tmp_path, "cpu")


def test_seeds_of_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = SimpleNamespace(sha256="0" * 64, resolution=32)
    monkeypatch.setattr(subject, "load_generator", lambda device: other)
    with pytest.raises(ValueError, match="other weights"):
        load(tmp_path, "cpu")


def test_all_sheets_are_written(perfect: Subject, tmp_path: Path) -> None:
    sheets.write(perfect, tmp_path / "sheets", np.random.default_rng(0))
    made = {}
    for path in (tmp_path / "sheets").iterdir():
        with Image.open(path) as image:
            made[path.stem] = image.size
    side = 8 * (32 + sheets.GAP) + sheets.GAP
    assert made == {
        "samples_map": (side, side),
        "samples_prior": (side, side),
        "interpolations": (side, 16 * (32 + sheets.GAP) + sheets.GAP),
        "anchors": (side, 6 * (32 + sheets.GAP) + sheets.GAP),  # 24 works twice; a full sheet has 32
        "map": (24 * 64, 24 * 64),
    }
    assert all(f"{name}" in sheets.CONTENTS for name in made)


def test_the_sheets_with_works_go_where_git_does_not_look(perfect: Subject) -> None:
    root = Path(__file__).parents[2]
    assert "/runs/" in (root / ".gitignore").read_text().splitlines()
    assert 'default=Path("runs/quality")' in (root / "bench" / "quality" / "__main__.py").read_text()


def test_a_table_is_aligned_markdown() -> None:
    table = markdown("what", ["a", "longer"], {"first": ["1", "2"], "second one": ["33", "4"]}).splitlines()
    assert len({len(line) for line in table}) == 1
    assert table[1].strip("| ").split(" | ") == ["-" * 10, "-:", "-----:"]
    assert rows("\n".join(table))["second one"] == ["33", "4"]


def test_jumps_of_a_wall_that_stands_still_are_given_in_steps_of_the_first_row() -> None:
    moving, switching = smoothness(np.array([1.0, 1.0, 2.0])), smoothness(np.array([0.0, 0.0, 8.0]))
    assert rows(walks_table({"ours": moving, "peer": switching}))["peer"][-2:] == ["-", "8.0"]
