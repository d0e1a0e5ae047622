"""ThumbHash: bytes that the format's own encoder gives for the same pixels, and pictures that resemble."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.works.thumbhash import decode, encode, encode_pixels
from tests.models.drawings import drawing

GOLDEN = {
    (100, 100): "VgsKNxhgpnh5d4h3eXqYeXiICFynj3cI",
    (100, 60): "1woKNJhAhnh6d5yHmYbgdfqHhw==",
    (37, 100): "WPoJKx5weze7tWeIwHD9eHc=",
    (100, 5): "GxoOaZxC+FSHh3eH9If4eXg=",
    (64, 48): "GfoJNZgwiod8moaGWXd4h/B1/JeH",
}
"""By (width, height), for `waves`: computed once with the npm package `thumbhash` 0.1.1."""


def waves(width: int, height: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[:height, :width]
    red = 127 + 120 * np.sin(x / 7 + y / 11)
    blue = 200 * np.exp(-((x - width / 2) ** 2 + (y - height / 3) ** 2) / 300)
    return np.stack([red, 255 * x / width, blue], 2).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", GOLDEN)
def test_the_bytes_are_those_of_the_formats_own_encoder(size: tuple[int, int]) -> None:
    assert base64.b64encode(encode_pixels(waves(*size))).decode() == GOLDEN[size]


@pytest.mark.parametrize("size", [(96, 64), (64, 96), (80, 80), (400, 120)])
def test_a_decoded_hash_resembles_the_picture(size: tuple[int, int]) -> None:
    y, x = np.linspace(-1, 1, size[1])[:, None], np.linspace(-1, 1, size[0])[None]
    planes = np.broadcast_arrays(np.sin(2 * x), x * y, np.cos(2 * y))
    picture = Image.fromarray((128 + 90 * np.stack(planes, 2)).astype(np.uint8))
    seen, ratio = decode(encode(picture))
    small = np.asarray(picture.resize((seen.shape[1], seen.shape[0]), Image.Resampling.BOX)) / 255
    assert np.abs(seen - small).mean() < np.abs(small.mean((0, 1)) - small).mean() / 3
    assert ratio == pytest.approx(size[0] / size[1], rel=0.2)


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 60)])
def test_one_colour_stays_that_colour(colour: tuple[int, int, int]) -> None:
    seen, _ = decode(encode(Image.new("RGB", (50, 40), colour)))
    np.testing.assert_allclose(seen, np.broadcast_to(np.array(colour) / 255, seen.shape), atol=0.03)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (3_000, 2)])
def test_extreme_shapes_have_a_hash(size: tuple[int, int]) -> None:
    assert 17 <= len(encode(Image.new("RGB", size, (9, 99, 199)))) <= 24


@pytest.mark.parametrize("data", [b"", b"\0" * 5, bytes.fromhex("d6 0b 8a 37 18"), encode(drawing(0))[:-3]])
def test_what_is_not_a_whole_opaque_hash_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_too_many_pixels_are_refused_rather_than_hashed_otherwise() -> None:
    with pytest.raises(ValueError, match="at most 100 x 100"):
        encode_pixels(np.zeros((101, 4, 3), np.uint8))
