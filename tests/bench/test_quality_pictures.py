"""Copies, dead grey, likeness and sheets: each figure at its identity case and where it must speak."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from bench.quality.copies import between_works, nearness, to_nearest
from bench.quality.flatness import flatness
from bench.quality.likeness import likeness, recognised
from bench.quality.pictures import nearest_works, resized
from bench.quality.sample import Sample, colours, thumbnails
from bench.quality.sheets import beside, grid, paths, sheet
from models.maps.atlas import Atlas


def random_pictures(count: int, side: int = 32, *, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 3, side, side), dtype=np.uint8)


def plain(*colours: tuple[int, int, int], side: int = 32) -> NDArray[np.uint8]:
    return np.broadcast_to(np.array(colours, np.uint8)[:, :, None, None], (len(colours), 3, side, side)).copy()


def sample(pictures: NDArray[np.uint8]) -> Sample:
    return Sample([], thumbnails(pictures), thumbnails(pictures), *colours(pictures))


# -- copies


def test_copies_of_works_are_at_no_distance_and_counted() -> None:
    works = thumbnails(random_pictures(50))
    found = nearness(works[:10], works)
    assert (found.ratio, found.closer_than_closest, found.closer_than_hundredth) == (0, 1, 1)


def test_strangers_are_as_far_from_works_as_works_from_each_other() -> None:
    works, strangers = (thumbnails(random_pictures(50, seed=seed)) for seed in (1, 2))
    found = nearness(strangers, works)
    assert found.ratio == pytest.approx(1, abs=0.05) and found.closer_than_closest < 0.25


def test_a_work_is_not_its_own_neighbour() -> None:
    works = np.array([[0.0], [1.0], [5.0]], np.float32)
    np.testing.assert_allclose(between_works(works), [1, 1, 4])
    np.testing.assert_allclose(to_nearest(np.array([[4.5], [0.25]], np.float32), works), [0.5, 0.25])


def test_two_states_of_one_plate_hide_no_copies_from_the_hundredth() -> None:
    works = thumbnails(random_pictures(400))
    works[1] = works[0]  # now no picture is closer than the closest works
    near_copies = works[100:110] + np.float32(0.5)
    found = nearness(near_copies, works)
    assert found.closer_than_closest == 0 and found.closer_than_hundredth == 1


# -- dead grey


def test_works_themselves_are_flatter_than_their_flattest_hundredth_once_in_a_hundred() -> None:
    works = sample(random_pictures(300))
    assert flatness(works, works).flat == pytest.approx(0.01, abs=0.004)


def test_only_a_picture_both_flat_and_grey_is_dead() -> None:
    works = sample(random_pictures(100) // 3 + 85)
    noise = random_pictures(1)
    grey_noise = np.repeat(noise[:, :1], 3, axis=1)
    for pictures, expected in (
        (plain((128, 128, 128), (130, 130, 130)), (1, 1, 1)),
        (plain((200, 30, 30)), (1, 0, 0)),
        (grey_noise, (0, 1, 0)),
        (random_pictures(1, seed=9), (0, 0, 0)),
    ):
        found = flatness(sample(pictures), works)
        assert (found.flat, found.grey, found.dead) == expected


def test_the_mean_colour_says_which_way_a_picture_is_cast() -> None:
    grey, red, green, blue = colours(plain((128, 128, 128), (160, 110, 110), (110, 150, 110), (110, 110, 160)))[2]
    assert grey == pytest.approx([53.6, 0, 0], abs=0.1)  # sRGB 128 by CIE's own formula
    assert red[1] > 10 and green[1] < -10 and blue[2] < -10
    mixed = plain((0, 0, 0))
    mixed[..., 16:] = 255
    assert colours(mixed)[2][0] == pytest.approx([50, 0, 0], abs=0.1)


# -- likeness


def test_a_picture_is_wholly_like_itself() -> None:
    works = random_pictures(40)
    found = likeness(works, works)
    assert found.shape == (40, 2) and found[:, 0].min() > 90
    torch.testing.assert_close(found[:, 1], torch.ones(40))


def test_psnr_is_that_of_its_definition_and_one_picture_may_stand_for_all() -> None:
    works, dream = plain((100, 100, 100), (150, 150, 150)), plain((110, 110, 110))
    torch.testing.assert_close(likeness(dream, works)[:, 0], 20 * torch.log10(torch.tensor([255 / 10, 255 / 40])))


def test_ssim_falls_with_lost_structure_more_than_with_lost_contrast() -> None:
    work = random_pictures(1)
    fainter, blurred = (work // 2 + 64), resized(resized(work, 8), 32)
    similar = [float(likeness(dream, work)[0, 1]) for dream in (fainter, blurred)]
    assert similar[0] > 3 * similar[1]


def test_a_dream_is_recognised_when_its_own_work_is_the_nearest() -> None:
    works = np.eye(4, dtype=np.float32)
    assert recognised(works + np.float32(0.1), works) == 1
    assert recognised(np.roll(works, 1, axis=0), works) == 0
    assert recognised(works[2:3], works) == 0.25, "one dream for all is one work's own at most"


# -- places, sheets


def test_the_nearest_work_of_a_place_is_the_one_a_ruler_finds() -> None:
    atlas = Atlas([[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]], np.eye(3))
    rows, away = nearest_works(atlas, np.array([[[0.1, 0.2], [0.9, 0.1]], [[0.5, 0.8], [0.8, 0.1]]]))
    assert rows.tolist() == [[0, 1], [2, 1]]
    np.testing.assert_allclose(away, [[0.1, 0], [0.1, 0.1]])


def test_a_sheet_shows_each_picture_once_row_by_row() -> None:
    shades = plain(*[(i * 20, i * 20, i * 20) for i in range(1, 6)], side=8)
    pixels = np.asarray(sheet(shades, 3, gap=2))
    assert pixels.shape == (2 * 10 + 2, 3 * 10 + 2, 3)
    middles = [pixels[6 + i // 3 * 10, 6 + i % 3 * 10, 0] for i in range(5)]
    assert middles == [20, 40, 60, 80, 100]


def test_a_work_stands_left_of_its_dream() -> None:
    works, dreams = plain((1, 1, 1), (2, 2, 2)), plain((11, 11, 11), (12, 12, 12))
    assert beside(works, dreams)[:, 0, 0, 0].tolist() == [1, 11, 2, 12]


def test_the_map_is_read_like_a_page() -> None:
    np.testing.assert_allclose(grid(2), [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]])


def test_a_path_on_the_sheet_begins_and_ends_at_works() -> None:
    seeds = np.random.default_rng(0).standard_normal((20, 6)).astype(np.float32)
    ways = paths(seeds, np.random.default_rng(1)).reshape(-1, 8, 6)
    for way in ways:
        ends = [int(np.abs(seeds - end).sum(axis=1).argmin()) for end in (way[0], way[-1])]
        assert ends[0] != ends[1]
        np.testing.assert_array_equal(way[[0, -1]], seeds[ends])
