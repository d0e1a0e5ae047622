"""The map: no jump anywhere, each work exactly at its place, neighbours that look alike, evenly spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.manifold import trustworthiness

from models.latent import length
from models.maps.atlas import MAX_REACH, NEIGHBOURS, Atlas
from models.maps.layout import MARGIN, layout, spread, thumbnail_side, triangular_grid
from models.works.collection import load_collection
from tests.models.drawings import seeds_on_shell

SHELL = np.sqrt(140)


def even_atlas(works: int) -> Atlas:
    return Atlas(triangular_grid(works), seeds_on_shell(works))


def scattered_atlas(works: int, seed: int = 0) -> Atlas:
    """As uneven as chance makes it; real layouts are far evener."""
    return Atlas(np.random.default_rng(seed).uniform(0, 1, (works, 2)), seeds_on_shell(works))


def walk(rng: np.random.Generator, steps: int, stride: float) -> NDArray[np.float64]:
    """A wandering path (steps, 2) in [0, 1]^2."""
    headings = rng.uniform(0, 2 * np.pi) + rng.normal(scale=0.1, size=steps).cumsum()
    path = rng.uniform(0, 1, 2) + stride * np.stack([np.cos(headings), np.sin(headings)], 1).cumsum(0)
    return np.abs((path + 1) % 2 - 1)  # mirrored at the rims: never a stride longer than `stride`


def largest_step(atlas: Atlas, path: NDArray[np.float64]) -> float:
    latents = np.stack([atlas.decode(x, y) for x, y in path])
    return float(length(np.diff(latents, axis=0)).max())


@pytest.mark.parametrize("works", [1, 2, 3, NEIGHBOURS, NEIGHBOURS + 1, 40, 850])
def test_at_a_works_place_the_latent_is_its_seed_exactly(works: int) -> None:
    atlas = even_atlas(works)
    for (x, y), seed in zip(atlas.places, atlas.seeds, strict=True):
        np.testing.assert_array_equal(atlas.decode(x, y), seed)


@pytest.mark.parametrize("works", [2, 3, NEIGHBOURS, NEIGHBOURS + 1, 40, 850])
def test_a_thousandth_of_the_spacing_moves_the_latent_by_a_hundredth_of_its_length_at_most(works: int) -> None:
    atlas = even_atlas(works)
    spacing = 2 * float(atlas.reach.min()) if atlas.reach.min() < MAX_REACH else 0.1
    rng = np.random.default_rng(works)
    for _ in range(20):
        assert largest_step(atlas, walk(rng, 400, spacing / 1000)) < SHELL / 100


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_half_the_step_is_half_the_change_even_on_a_scattered_map(seed: int) -> None:
    rng = np.random.default_rng(seed)
    atlas = scattered_atlas(60, seed)
    start, end = rng.uniform(0, 1, (2, 2))
    end = start + (end - start) * 0.02
    coarse, fine = (largest_step(atlas, start + (end - start) * np.linspace(0, 1, n)[:, None]) for n in (301, 601))
    assert fine < 0.75 * coarse + 1e-4  # a jump would stay as large as it is


def test_a_work_enters_the_blend_unheard() -> None:
    """At the place where two works are equally far and trade the last seat, both sides decode alike."""
    atlas = even_atlas(200)
    tree = cKDTree(atlas.places)
    rng, crossed = np.random.default_rng(3), 0
    for start in rng.uniform(0.1, 0.9, (300, 2)):
        here = start
        there = start + 1e-6 * rng.normal(size=2)
        if set(tree.query(here, NEIGHBOURS)[1]) != set(tree.query(there, NEIGHBOURS)[1]):
            crossed += 1
        assert length(atlas.decode(*here) - atlas.decode(*there)) < 1e-3 * SHELL
    lines = np.linspace((0.1, 0.31), (0.9, 0.33), 20_001)
    seats = [frozenset(works) for works in tree.query(lines, NEIGHBOURS)[1]]
    swaps = [i for i in range(len(seats) - 1) if seats[i] != seats[i + 1]]
    assert len(swaps) > 20
    for i in swaps:
        assert length(atlas.decode(*lines[i]) - atlas.decode(*lines[i + 1])) < 0.01 * SHELL


@pytest.mark.parametrize("works", [1, 2, 9, 300])
def test_every_place_decodes_onto_the_shell_of_the_seeds(works: int) -> None:
    atlas = scattered_atlas(works)
    for x, y in np.random.default_rng(1).uniform(0, 1, (300, 2)):
        assert length(atlas.decode(x, y)) == pytest.approx(SHELL, rel=1e-3)


def test_discs_never_overlap_and_are_never_too_wide() -> None:
    atlas = scattered_atlas(300)
    apart = np.linalg.norm(atlas.places[:, None] - atlas.places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (atlas.reach[:, None] + atlas.reach[None] <= apart + 1e-12).all()
    assert atlas.reach.max() <= MAX_REACH


def test_beyond_the_rim_the_map_goes_on_as_at_the_rim() -> None:
    atlas = even_atlas(40)
    np.testing.assert_array_equal(atlas.decode(-3.0, 0.4), atlas.decode(0.0, 0.4))
    np.testing.assert_array_equal(atlas.decode(0.4, 7.0), atlas.decode(0.4, 1.0))


def test_in_the_middle_of_a_circle_of_equals_all_speak() -> None:
    angles = np.arange(12) * np.pi / 6
    atlas = Atlas(0.5 + 0.3 * np.stack([np.cos(angles), np.sin(angles)], 1), seeds_on_shell(12))
    assert length(atlas.decode(0.5, 0.5)) == pytest.approx(SHELL, rel=1e-3)


@pytest.mark.parametrize("x", [float("nan"), float("inf")])
def test_what_is_not_a_place_is_refused(x: float) -> None:
    with pytest.raises(ValueError, match="not a place"):
        even_atlas(10).decode(x, 0.5)


def test_two_works_at_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="same place"):
        Atlas([[0.5, 0.5], [0.1, 0.2], [0.5, 0.5]], seeds_on_shell(3))


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"not \(N, 2\) and \(N, width\)"):
        Atlas([[0.5, 0.5]], seeds_on_shell(2))
    with pytest.raises(ValueError, match="NaN"):
        Atlas([[0.5, 0.5]], np.full((1, 140), np.nan, np.float32))


# -- layout ---------------------------------------------------------------------------------------------------------


def clusters(groups: int, each: int) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    """Features (groups * each, 12) in clumps, and the clump of each."""
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(groups), each)
    return (rng.normal(size=(groups, 12))[group] * 3 + rng.normal(size=(len(group), 12))).astype(np.float32), group


def test_neighbours_on_the_map_share_looks() -> None:
    features, group = clusters(6, 20)
    places = layout(features)
    near = cKDTree(places).query(places, 5)[1][:, 1:]
    assert (group[near] == group[:, None]).mean() > 0.7
    assert trustworthiness(features, places, n_neighbors=10) > 0.85  # chance is 0.5


@pytest.mark.parametrize("works", [1, 2, 3, 5, 31, 120])
def test_every_work_has_a_place_of_its_own_within_the_margin(works: int) -> None:
    places = layout(clusters(6, 20)[0][:works])
    assert places.shape == (works, 2) and places.dtype == np.float32
    assert places.min() >= MARGIN and places.max() <= 1 - MARGIN
    assert len(np.unique(places, axis=0)) == works


def test_identical_works_still_part() -> None:
    assert len(np.unique(layout(np.zeros((40, 6), np.float32)), axis=0)) == 40


def test_the_same_features_give_the_same_map() -> None:
    features = clusters(4, 10)[0]
    np.testing.assert_array_equal(layout(features), layout(features))


@pytest.mark.parametrize("works", [7, 100, 850, 1234])
def test_the_grid_is_even(works: int) -> None:
    grid = triangular_grid(works)
    to_next = cKDTree(grid).query(grid, 2)[0][:, 1]
    assert len(grid) == works and to_next.max() / to_next.min() < 1.6


def overlaps(places: NDArray[np.float64], side: float) -> int:
    """Pairs of squares of this side, centred on the places, that share more than an edge."""
    apart = np.abs(places[:, None] - places[None]).max(axis=2)  # squares part in x or in y
    return int((np.triu(apart < side, k=1)).sum())


@pytest.mark.parametrize("works", [2, 3, 7, 120, 854])
def test_thumbnails_of_the_maps_own_size_never_overlap_and_any_larger_do(works: int) -> None:
    places = layout(np.random.default_rng(works).normal(size=(works, 12)).astype(np.float32)).astype(np.float64)
    side = thumbnail_side(places)
    assert overlaps(places, side) == 0
    assert overlaps(places, side * 1.001) > 0


def test_the_starter_collections_thumbnails_are_most_of_its_cells() -> None:
    places = load_collection().places.astype(np.float64)
    side = thumbnail_side(places)
    assert overlaps(places, side) == 0
    assert len(places) * side**2 > 0.5, "thumbnails cover most of the map"


def test_the_thumbnail_of_a_work_alone_is_the_map() -> None:
    assert thumbnail_side(np.array([[0.5, 0.5]])) == 1.0


def test_a_collection_of_several_blocks_keeps_its_neighbourhoods(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = np.random.default_rng(0).normal(size=(300, 2))
    whole = spread(flat)
    monkeypatch.setattr("models.maps.layout.BLOCK", 64)
    pieces = spread(flat)
    assert len(np.unique(pieces, axis=0)) == 300
    assert trustworthiness(flat, pieces, n_neighbors=10) > trustworthiness(flat, whole, n_neighbors=10) - 0.05
