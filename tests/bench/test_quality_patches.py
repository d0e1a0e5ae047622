"""The pyramid parts a picture without losing any of it, and patches come evenly from all pictures."""

from __future__ import annotations

import numpy as np
import torch

from bench.quality.patches import PATCH, Descriptors, doubled, laplacian, sides


def test_levels_halve_down_to_sixteen_pixels() -> None:
    assert sides(256) == [256, 128, 64, 32, 16] and sides(16) == [16]
    assert [level.shape[-1] for level in laplacian(torch.zeros(1, 3, 64, 64))] == sides(64)


def test_the_levels_add_up_to_the_picture_again() -> None:
    picture = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    *bands, rebuilt = laplacian(picture)
    for band in reversed(bands):
        rebuilt = doubled(rebuilt) + band
    torch.testing.assert_close(rebuilt, picture)


def test_a_plain_picture_has_no_detail_up_to_its_edges() -> None:
    *bands, rest = laplacian(torch.full((1, 3, 64, 64), 0.7))
    assert all(band.abs().max() < 1e-6 for band in bands)
    torch.testing.assert_close(rest, torch.full((1, 3, 16, 16), 0.7))


def test_a_pattern_shows_at_the_level_of_its_own_scale() -> None:
    x = torch.arange(64)
    for level, period in enumerate((3, 8, 32)):
        stripes = torch.cos(2 * torch.pi * (x + 0.5) / period + 0.1).expand(1, 1, 64, 64)
        energy = [float(found.square().mean()) for found in laplacian(stripes)]
        assert energy.index(max(energy)) == level, f"period {period}: {energy}"


def test_every_picture_gives_its_share_of_patches() -> None:
    shades = np.array([10, 100, 200], np.uint8)
    pictures = np.broadcast_to(shades[:, None, None, None], (3, 3, 32, 32)).copy()
    descriptors = Descriptors(32, 3, 10, np.random.default_rng(0))
    descriptors.add(pictures[:2])  # in two goes, as pictures are drawn
    descriptors.add(pictures[2:])
    fine, coarse = descriptors.levels
    assert fine.shape == coarse.shape == (10, 3 * PATCH * PATCH)
    shown = np.round((coarse[:, 0] + 1) * 127.5)
    assert {int(shade): int((shown == shade).sum()) for shade in shades} == {10: 3, 100: 3, 200: 4}


def test_patches_keep_their_colours_apart_and_their_pixels_in_order() -> None:
    picture = np.zeros((1, 3, 16, 16), np.uint8)
    picture[0, 1] = np.arange(16) * 10  # green rises to the right
    descriptors = Descriptors(16, 1, 5, np.random.default_rng(0))
    descriptors.add(picture)
    red, green, blue = descriptors.levels[0].reshape(5, 3, PATCH, PATCH).transpose(1, 0, 2, 3)
    assert (red == -1).all() and (blue == -1).all()
    np.testing.assert_allclose(np.diff(green, axis=2), 10 / 127.5, atol=1e-3)
    np.testing.assert_allclose(np.diff(green, axis=1), 0, atol=1e-6)
