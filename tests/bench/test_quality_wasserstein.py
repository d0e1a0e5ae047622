"""The sliced distance where the answer is known: identical sets, shifted and wider Gaussians, one blurred level."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from bench.quality.patches import PER_PICTURE, WIDTH, Descriptors, doubled, laplacian
from bench.quality.wasserstein import (
    between_halves,
    distance,
    distances,
    gaussian_like,
    sliced,
    strengths,
    to_gaussian,
)


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def gaussian(count: int, *, seed: int, width: int = WIDTH) -> NDArray[np.float32]:
    return chance(seed).standard_normal((count, width), dtype=np.float32)


def noise(count: int, *, seed: int) -> torch.Tensor:
    """Pictures (count, 3, 64, 64) with something of every scale: mostly quiet, a few loud spots, as in paintings."""
    chance = torch.Generator().manual_seed(seed)
    return rebuilt([0.03 * torch.randn(count, 3, side, side, generator=chance) ** 3 for side in (64, 32, 16)])


def rebuilt(bands: list[torch.Tensor]) -> torch.Tensor:
    *fine, picture = bands
    for band in reversed(fine):
        picture = doubled(picture) + band
    return picture


def blurred_at(level: int, pictures: torch.Tensor) -> torch.Tensor:
    """The same pictures with one band of the pyramid smeared sideways, as strong as before."""
    bands = laplacian(pictures)
    smeared = sum((bands[level].roll(k, dims=-1) for k in range(-2, 3)), start=torch.zeros(()))
    bands[level] = smeared * (bands[level].std() / smeared.std())
    return rebuilt(bands)


def levels_of(pictures: torch.Tensor) -> list[NDArray[np.float16]]:
    """Their patches, at the same places on every call."""
    descriptors = Descriptors(64, len(pictures), PER_PICTURE * len(pictures), chance())
    descriptors.add(((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().numpy())
    return descriptors.levels


def test_a_set_is_at_no_distance_from_itself_in_any_order() -> None:
    one = gaussian(500, seed=1)
    assert distance(one, one, chance()) == 0
    assert distance(one, chance().permutation(one), chance()) < 1e-3


def test_a_shift_counts_as_its_mean_shadow() -> None:
    """On a random direction a shift of length s casts a shadow of s E|u|, u a coordinate on the unit sphere."""
    width, shift = 147, 3.0
    one = gaussian(400, seed=2, width=width)
    shadow = math.exp(math.lgamma(width / 2) - math.lgamma((width + 1) / 2)) / math.sqrt(math.pi)
    moved = one.copy()
    moved[:, 5] += shift
    assert sliced(one, moved, chance()) == pytest.approx(shift * shadow, rel=0.1)


def test_a_wider_gaussian_is_as_far_as_its_deviation_says() -> None:
    """Wasserstein-1 between N(0, 1) and N(0, s^2) is |s - 1| sqrt(2 / pi), the same in every direction."""
    one, other = gaussian(20_000, seed=3, width=20), 1.5 * gaussian(20_000, seed=4, width=20)
    assert sliced(one, other, chance()) == pytest.approx(0.5 * math.sqrt(2 / math.pi), rel=0.03)


def test_sets_of_unlike_size_are_not_compared_one_to_one() -> None:
    with pytest.raises(ValueError, match="draw as many"):
        sliced(gaussian(10, seed=1), gaussian(11, seed=1), chance())


def test_the_larger_set_is_drawn_down_from_all_of_itself() -> None:
    """Its first half alone would be another distribution."""
    narrow, wide = gaussian(2000, seed=1), 3 * gaussian(2000, seed=2)
    mixed = np.concatenate([narrow, wide])
    fair = chance(9).permutation(np.concatenate([gaussian(1000, seed=3), 3 * gaussian(1000, seed=4)]))
    found = distance(mixed, fair, chance())
    assert found < distance(narrow, fair, chance()) / 3
    assert found == pytest.approx(distance(fair, mixed, chance()), rel=0.5)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_blurred_level_shows_at_that_level(level: int) -> None:
    """Little at the others: neighbouring bands of a Laplacian pyramid overlap."""
    pictures = noise(40, seed=5)
    found = distances(levels_of(blurred_at(level, pictures)), levels_of(pictures), chance())
    assert found[level] > 2 * max(value for i, value in enumerate(found) if i != level), found


def test_softer_pictures_keep_their_distance_and_lose_their_strength() -> None:
    """Why strength stands beside the distance: each set is brought to deviation 1 before it is compared."""
    pictures = levels_of(noise(40, seed=7))
    softer = [level * np.float16(0.25) for level in pictures]
    assert max(distances(softer, pictures, chance())) < 0.01
    assert strengths(softer, pictures) == pytest.approx([0.25] * 3, rel=1e-3)


def test_halves_part_between_pictures_and_never_within_one() -> None:
    """Two pictures, one striped across and one down: halves of whole pictures are as far apart as can be."""
    y, x = np.mgrid[:64, :64]
    stripes = torch.from_numpy(np.stack([np.sin(x / 2), np.sin(y / 2)]).astype(np.float32))[:, None].repeat(1, 3, 1, 1)
    apart = between_halves(levels_of(stripes), chance())
    same = between_halves(levels_of(stripes[:1].repeat(2, 1, 1, 1)), chance())
    assert min(a / b for a, b in zip(apart, same, strict=True)) > 2, (apart, same)


def test_the_fitted_gaussian_has_the_mean_and_the_covariance_of_its_patches() -> None:
    mixed = gaussian(30_000, seed=8, width=6) @ chance(9).normal(size=(6, 6)).astype(np.float32) + np.float32(2)
    drawn = gaussian_like(mixed, chance())
    np.testing.assert_allclose(drawn.mean(0), mixed.mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(mixed.T), atol=0.25)


def test_the_gaussian_floor_is_low_for_gaussian_patches_and_high_for_sparse_ones() -> None:
    plain = gaussian(4000, seed=10)
    sparse = plain * (chance(11).random((4000, 1)) < 0.1).astype(np.float32)  # most patches are empty, as paper is
    assert to_gaussian([sparse], chance())[0] > 5 * to_gaussian([plain], chance())[0]
