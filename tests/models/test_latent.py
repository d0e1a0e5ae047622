"""Mixing and turning latents: identities, lengths, and the cases where no direction is right."""

from __future__ import annotations

import numpy as np
import pytest

from models.latent import LatentSpace, length, mix, slerp
from tests.models.drawings import seeds_on_shell

SEEDS = seeds_on_shell(6)


def test_a_mix_of_one_work_is_exactly_its_seed() -> None:
    for work in range(len(SEEDS)):
        alone = np.eye(len(SEEDS), dtype=np.float32)[work]
        np.testing.assert_array_equal(mix(SEEDS, alone), SEEDS[work])


def test_a_mix_is_as_long_as_its_parts_in_the_mean() -> None:
    scaled = SEEDS * np.array([1, 2, 3, 1, 2, 3], np.float32)[:, None]
    weights = np.array([0.1, 0.3, 0.2, 0.1, 0.2, 0.1], np.float32)
    assert length(mix(scaled, weights)) == pytest.approx((weights * length(scaled)).sum(), rel=1e-5)


def test_the_order_of_works_does_not_change_a_mix() -> None:
    weights = np.array([0.1, 0.3, 0.2, 0.1, 0.2, 0.1], np.float32)
    np.testing.assert_allclose(mix(SEEDS, weights), mix(SEEDS[::-1], weights[::-1]), atol=1e-5)


def test_when_opposite_seeds_cancel_the_heaviest_speaks() -> None:
    pair = np.stack([SEEDS[0], -SEEDS[0]])
    np.testing.assert_allclose(mix(pair, np.array([0.5, 0.5], np.float32)), SEEDS[0], rtol=1e-5)


def test_mixes_come_in_batches() -> None:
    weights = np.random.default_rng(1).dirichlet(np.ones(6), 4).astype(np.float32)
    batch = mix(np.broadcast_to(SEEDS, (4, *SEEDS.shape)), weights)
    for row, one in zip(batch, weights, strict=True):
        np.testing.assert_allclose(row, mix(SEEDS, one), atol=1e-5)


def test_slerp_begins_and_ends_exactly() -> None:
    np.testing.assert_array_equal(slerp(SEEDS[0], SEEDS[1], 0.0), SEEDS[0])
    np.testing.assert_array_equal(slerp(SEEDS[0], SEEDS[1], 1.0), SEEDS[1])


def test_slerp_keeps_the_length_and_turns_evenly() -> None:
    steps = slerp(np.broadcast_to(SEEDS[0], (101, 140)), np.broadcast_to(SEEDS[1], (101, 140)), np.linspace(0, 1, 101))
    np.testing.assert_allclose(length(steps), np.sqrt(140), rtol=1e-5)
    strides = length(np.diff(steps, axis=0))
    assert strides.max() / strides.min() < 1.001


@pytest.mark.parametrize("nudge", [0.0, 1e-7, 1e-5, 1e-3])
def test_slerp_between_nearly_equal_latents_stays_between_them(nudge: float) -> None:
    near = SEEDS[0] + nudge * SEEDS[1]
    middle = slerp(SEEDS[0], near, 0.5)
    np.testing.assert_allclose(middle, (SEEDS[0] + near) / 2, atol=1e-4)


@pytest.mark.parametrize("nudge", [0.0, 1e-7, 1e-5, 1e-3])
def test_slerp_between_opposite_latents_goes_round_not_through_nothing(nudge: float) -> None:
    other = -SEEDS[0] + nudge * SEEDS[1]
    steps = np.stack([slerp(SEEDS[0], other, t) for t in np.linspace(0, 1, 101)])
    np.testing.assert_allclose(length(steps), np.sqrt(140), rtol=2e-3)
    assert length(np.diff(steps, axis=0)).max() < 1.1 * np.pi * np.sqrt(140) / 100


def test_slerp_from_the_centre_goes_straight() -> None:
    np.testing.assert_allclose(slerp(np.zeros(140, np.float32), SEEDS[0], 0.25), 0.25 * SEEDS[0], rtol=1e-6)


def test_slerp_of_a_batch_takes_each_case_on_its_own() -> None:
    a = np.stack([SEEDS[0], SEEDS[0], SEEDS[0], np.zeros(140, np.float32)])
    b = np.stack([SEEDS[1], SEEDS[0], -SEEDS[0], SEEDS[1]])
    t = np.array([0.3, 0.3, 0.3, 0.3])
    for row, (x, y) in zip(slerp(a, b, t), zip(a, b, strict=True), strict=True):
        np.testing.assert_allclose(row, slerp(x, y, 0.3), atol=1e-5)


# -- latents with classes -------------------------------------------------------------------------------------------

SPACE = LatentSpace(z_dim=140, n_classes=5)
CLASSES = np.random.default_rng(3).dirichlet(np.ones(5), 6).astype(np.float32)
ROWS = np.concatenate([SEEDS, CLASSES], axis=1)  # (6, 145)


def test_a_space_without_classes_mixes_as_mix_does() -> None:
    weights = np.array([0.1, 0.3, 0.2, 0.1, 0.2, 0.1], np.float32)
    plain = LatentSpace(140)
    assert plain.width == 140 and plain.split(SEEDS)[1] is None
    np.testing.assert_array_equal(plain.mix(SEEDS, weights), mix(SEEDS, weights))
    np.testing.assert_array_equal(plain.slerp(SEEDS[0], SEEDS[1], 0.3), slerp(SEEDS[0], SEEDS[1], 0.3))


def test_a_row_taken_apart_and_joined_is_the_row() -> None:
    np.testing.assert_array_equal(SPACE.join(*SPACE.split(ROWS)), ROWS)


def test_classes_are_mixed_straight_while_z_keeps_its_length() -> None:
    weights = np.array([0.1, 0.3, 0.2, 0.1, 0.2, 0.1], np.float32)
    z, y = SPACE.split(SPACE.mix(ROWS, weights))
    assert length(z) == pytest.approx(np.sqrt(140), rel=1e-5)
    assert y is not None
    np.testing.assert_allclose(y, weights @ CLASSES, rtol=1e-6)
    assert y.sum() == pytest.approx(1, rel=1e-6) and y.min() >= 0


@pytest.mark.parametrize("work", range(6))
def test_one_work_alone_is_exactly_its_row(work: int) -> None:
    np.testing.assert_array_equal(SPACE.mix(ROWS, np.eye(6, dtype=np.float32)[work]), ROWS[work])


def test_classes_go_straight_while_z_turns() -> None:
    z, y = SPACE.split(SPACE.slerp(ROWS[0], ROWS[1], 0.25))
    assert y is not None
    np.testing.assert_allclose(z, slerp(SEEDS[0], SEEDS[1], 0.25))
    np.testing.assert_allclose(y, 0.75 * CLASSES[0] + 0.25 * CLASSES[1], rtol=1e-6)
    for t, end in ((0.0, ROWS[0]), (1.0, ROWS[1])):
        np.testing.assert_array_equal(SPACE.slerp(ROWS[0], ROWS[1], t), end)


def test_a_batch_of_rows_turns_each_by_its_own_part() -> None:
    parts = np.array([0.0, 0.4, 1.0])
    batch = SPACE.slerp(ROWS[:3], ROWS[3:], parts)
    for row, a, b, t in zip(batch, ROWS[:3], ROWS[3:], parts, strict=True):
        np.testing.assert_allclose(row, SPACE.slerp(a, b, t), atol=1e-6)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="do not end in 145 numbers"):
        SPACE.mix(SEEDS, np.full(6, 1 / 6, np.float32))
