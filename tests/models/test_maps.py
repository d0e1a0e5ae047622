"""What every map promises: no jump anywhere, each work exactly at its place, discs that never overlap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.latent import LatentSpace, length
from models.maps import Map
from models.maps.atlas import Atlas
from models.maps.layout import triangular_grid
from models.maps.plane import Slice
from models.maps.ring import Ring
from tests.models.drawings import seeds_on_shell

Z, CLASSES = 24, 5
PLAIN, CONDITIONAL = LatentSpace(Z), LatentSpace(Z, CLASSES)


def rows(works: int, space: LatentSpace) -> NDArray[np.float32]:
    """Seeds (works, width): z on its shell, and a mixture of classes where the space has them."""
    y = np.random.default_rng(4).dirichlet(np.ones(CLASSES) / 2, works).astype(np.float32)
    z = seeds_on_shell(works, Z)
    return np.concatenate([z, y], axis=1) if space.n_classes else z


def along(space: LatentSpace) -> Slice:
    return Slice.along(rows(1, space)[0], np.random.default_rng(5).normal(size=(2, Z)) / np.sqrt(Z), space)


MAPS: dict[str, Callable[[LatentSpace], Map]] = {
    "atlas": lambda space: Atlas(triangular_grid(40), rows(40, space), space),
    "atlas of three": lambda space: Atlas(triangular_grid(3), rows(3, space), space),
    "ring": lambda space: Ring(rows(6, space), space),
    "slice through three": lambda space: Slice.through(rows(3, space), space),
    "slice along directions": along,
}


@pytest.fixture(params=[PLAIN, CONDITIONAL], ids=["z", "z and classes"])
def space(request: pytest.FixtureRequest) -> LatentSpace:
    found: LatentSpace = request.param
    return found


@pytest.fixture(params=MAPS)
def chart(request: pytest.FixtureRequest, space: LatentSpace) -> Map:
    return MAPS[request.param](space)


def steps(chart: Map, path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Change of the latent from each place of a path (P, 2) to the next, (P - 1,)."""
    latents = np.stack([chart.decode(x, y) for x, y in path]).astype(np.float64)
    return np.asarray(length(np.diff(latents, axis=0)))


def test_at_a_works_place_the_latent_is_its_seed_exactly(chart: Map, space: LatentSpace) -> None:
    seeds = rows(len(chart.works), space)
    for work, (x, y) in zip(chart.works, chart.places, strict=True):
        np.testing.assert_array_equal(chart.decode(x, y), seeds[work])


def test_a_place_is_the_same_number_once_a_collection_has_kept_it(chart: Map) -> None:
    """Collections keep float32: a visitor who flies to a work must meet it, not its neighbour in the last digit."""
    if chart.name != "atlas":  # which takes its places from there
        np.testing.assert_array_equal(chart.places.astype(np.float32).astype(np.float64), chart.places)


@pytest.mark.parametrize("name", MAPS)
@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 2**32 - 1))
def test_half_the_step_is_half_the_change(name: str, seed: int) -> None:
    """A jump would stay as large as it is, however small the step. Through works and rims too."""
    chart, rng = MAPS[name](CONDITIONAL), np.random.default_rng(seed)
    work = chart.places[rng.integers(len(chart.places))]
    for start in (rng.uniform(-0.1, 1.1, 2), work - rng.uniform(-0.05, 0.05, 2)):
        towards = work if start is not work else rng.uniform(0, 1, 2)
        end = start + (towards - start) * min(1.0, 0.1 / np.linalg.norm(towards - start))
        coarse, fine = (
            steps(chart, start + (end - start) * np.linspace(0, 1, parts + 1)[:, None]).max() for parts in (150, 300)
        )
        assert fine < 0.75 * coarse + 1e-5


def test_a_walk_over_the_whole_map_makes_only_small_steps(chart: Map) -> None:
    """A thousandth of the width changes the latent by a tenth of its length at most: 250 such steps make a second."""
    rng = np.random.default_rng(6)
    for _ in range(4):
        start, end = rng.uniform(0, 1, (2, 2))
        parts = int(np.linalg.norm(end - start) * 1000) + 2
        assert steps(chart, np.linspace(start, end, parts)).max() < 0.1 * np.sqrt(Z)


def test_every_place_decodes_to_a_finite_latent_and_a_mixture_of_classes(chart: Map, space: LatentSpace) -> None:
    for x, y in np.random.default_rng(7).uniform(0, 1, (100, 2)):
        row = chart.decode(x, y)
        assert row.dtype == np.float32 and row.shape == (space.width,) and np.isfinite(row).all()
        _, classes = space.split(row)
        if classes is not None:
            assert classes.min() >= 0 and classes.sum() == pytest.approx(1, abs=1e-5)


def test_beyond_the_rim_a_map_goes_on_as_at_the_rim(chart: Map) -> None:
    np.testing.assert_array_equal(chart.decode(-3.0, 0.4), chart.decode(0.0, 0.4))
    np.testing.assert_array_equal(chart.decode(0.4, 7.0), chart.decode(0.4, 1.0))


@pytest.mark.parametrize("x", [float("nan"), float("inf")])
def test_what_is_not_a_place_is_refused(chart: Map, x: float) -> None:
    with pytest.raises(ValueError, match="not a place"):
        chart.decode(x, 0.5)


def test_discs_never_overlap(chart: Map) -> None:
    apart = np.linalg.norm(chart.places[:, None] - chart.places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (chart.reach[:, None] + chart.reach[None] <= apart + 1e-12).all()
    assert chart.places.min() >= 0 and chart.places.max() <= 1


def test_seeds_that_are_no_latents_of_the_space_are_refused() -> None:
    for make in (lambda seeds: Ring(seeds, PLAIN), lambda seeds: Slice.through(seeds[:3], PLAIN)):
        with pytest.raises(ValueError, match="do not end in 24 numbers"):
            make(rows(6, CONDITIONAL))
        with pytest.raises(ValueError, match="NaN"):
            make(np.full((6, Z), np.nan, np.float32))
