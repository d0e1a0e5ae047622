"""The map called slice: a plane it is, through three seeds or along two steps."""

from __future__ import annotations

import numpy as np
import pytest

from models.latent import LatentSpace, length
from models.maps.plane import RIM_STEPS, TRIANGLE, Slice, barycentric
from tests.models.drawings import seeds_on_shell

SEEDS = seeds_on_shell(3)


def test_all_latents_point_into_the_plane_of_the_three_seeds_and_are_as_long_as_they() -> None:
    chart = Slice.through(SEEDS)
    latents = np.stack([chart.decode(x, y) for x, y in np.random.default_rng(0).uniform(0, 1, (50, 2))])
    np.testing.assert_allclose(length(latents), length(SEEDS[0]), rtol=1e-5)
    parts = np.linalg.lstsq(SEEDS.T.astype(np.float64), latents.T.astype(np.float64), rcond=None)[0]  # (3, 50)
    np.testing.assert_allclose(SEEDS.T @ parts, latents.T, atol=1e-4)
    met = (SEEDS.T @ (parts / parts.sum(axis=0))).T  # where their rays meet the plane
    away = np.linalg.svd(met - SEEDS[0], compute_uv=False)
    assert away[1] > 1 and away[2] < 1e-3


def test_between_two_works_lies_their_mean_as_long_as_they() -> None:
    chart = Slice.through(SEEDS)
    x, y = (chart.places[0] + chart.places[1]) / 2
    mean = (SEEDS[0] + SEEDS[1]) / 2
    np.testing.assert_allclose(chart.decode(x, y), mean * length(SEEDS[0]) / length(mean), atol=1e-4)


def test_a_longer_work_stays_longer() -> None:
    chart = Slice.through(SEEDS * np.array([1, 2, 3], np.float32)[:, None])
    x, y = chart.places.mean(axis=0)
    assert length(chart.decode(x, y)) == pytest.approx(2 * length(SEEDS[0]), rel=1e-5)


def test_a_plane_through_the_centre_is_refused() -> None:
    with pytest.raises(ValueError, match="meets the centre"):
        Slice.through(np.stack([SEEDS[0], -SEEDS[0], SEEDS[1]]))
    with pytest.raises(ValueError, match="meets the centre"):
        Slice.along(SEEDS[0], np.stack([SEEDS[0], SEEDS[1]]) / 10)


@pytest.mark.parametrize("corner", range(3))
def test_weights_at_a_corner_are_one_and_nothing_to_the_last_digit(corner: int) -> None:
    np.testing.assert_array_equal(barycentric(TRIANGLE[corner], np.array(TRIANGLE)), np.eye(3)[corner])


def test_weights_make_the_place_wherever_it_is() -> None:
    for x, y in np.random.default_rng(1).uniform(0, 1, (20, 2)):
        weights = barycentric((x, y), np.array(TRIANGLE))
        assert weights.sum() == pytest.approx(1)
        np.testing.assert_allclose(weights @ np.array(TRIANGLE), (x, y), atol=1e-12)


def test_along_directions_the_rim_is_three_steps_from_the_work() -> None:
    steps = np.random.default_rng(2).normal(size=(2, 140)).astype(np.float32) / 12
    chart = Slice.along(SEEDS[0], steps)
    assert len(chart.places) == 1
    for place, moved in (((1.0, 0.5), steps[0]), ((0.5, 0.0), steps[1]), ((0.0, 1.0), -steps.sum(axis=0))):
        wanted = SEEDS[0] + RIM_STEPS * moved
        np.testing.assert_allclose(chart.decode(*place), wanted * length(SEEDS[0]) / length(wanted), atol=1e-4)


def test_a_direction_moves_no_class() -> None:
    space = LatentSpace(6, 3)
    seed = np.array([1, 2, 3, 4, 5, 6, 0.2, 0.5, 0.3], np.float32)
    chart = Slice.along(seed, np.eye(2, 6), space)
    for x, y in np.random.default_rng(3).uniform(0, 1, (10, 2)):
        np.testing.assert_allclose(chart.decode(x, y)[6:], seed[6:], atol=1e-6)


def test_a_class_past_the_last_work_is_held_at_nothing() -> None:
    space = LatentSpace(3, 3)
    rows = np.concatenate([np.eye(3), np.eye(3)], axis=1).astype(np.float32)
    _, classes = space.split(Slice.through(rows, space).decode(0.5, 0.0))  # above the first work
    assert classes is not None
    np.testing.assert_allclose(classes, (1, 0, 0), atol=1e-6)


def test_rows_that_make_no_plane_of_the_map_are_refused() -> None:
    with pytest.raises(ValueError, match=r"not \(3, 2\) and \(3, width\)"):
        Slice.through(SEEDS[:2])
    with pytest.raises(ValueError, match=r"not \(2, z_dim\)"):
        Slice.along(SEEDS[0], np.ones((1, 140)))
