"""Walks stay on the map at their speed, and a jump shows as one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.quality.walks import changes, lines, smoothness, walk


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_walk_keeps_its_speed_and_stays_on_the_map() -> None:
    places = walk(300, 0.02, rng(), steps=40)
    assert places.shape == (300, 41, 2) and places.min() >= 0 and places.max() <= 1
    steps = np.linalg.norm(np.diff(places, axis=1), axis=-1)
    assert steps.max() <= 0.02 + 1e-9
    assert np.median(steps) == pytest.approx(0.02)  # only a step that meets the rim is folded shorter
    assert places[:, 0].min() < 0.05 and places[:, 0].max() > 0.95


def test_straight_lines_go_as_fast_as_they_are_told_and_do_not_overshoot() -> None:
    ways = lines(140, 50, 1.5, rng())
    steps = np.diff(ways, axis=1)
    np.testing.assert_allclose(np.linalg.norm(steps, axis=-1), 1.5, rtol=1e-4)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-4)
    assert np.linalg.norm(ways, axis=-1).max() < 15  # between two points near a shell of radius 11.8


def test_a_frozen_frame_does_not_change_and_a_uniform_step_is_its_own_size() -> None:
    grey = np.full((1, 3, 64, 64), 119, np.uint8)
    lighter = np.full((1, 3, 64, 64), 146, np.uint8)  # L* 50.0 and 60.4 under CIE's own formula
    found = changes(np.concatenate([grey, grey, lighter]))
    assert found[0] == 0
    assert found[1] == pytest.approx((60.4 - 50.0) / 3, abs=0.1)  # all of it in the last of three levels


def test_detail_and_colour_count_as_well_as_light() -> None:
    still = np.full((3, 64, 64), 119, np.uint8)
    textured, tinted = still.copy(), still.copy()
    textured[:, ::2, ::2] = 160
    tinted[0] += 25
    assert (changes(np.stack([still, textured, still, tinted])) > 1).all()


def test_a_jump_is_the_largest_step_in_units_of_the_usual_one() -> None:
    found = smoothness(np.array([[1.0, 1.0, 2.0], [1.0, 7.0, 1.0]]))
    assert (found.median, found.largest, found.jump) == (1, 7, 7)


def test_a_wall_that_mostly_stands_still_has_no_usual_step() -> None:
    assert math.isinf(smoothness(np.array([0.0, 0.0, 0.0, 5.0])).jump)
