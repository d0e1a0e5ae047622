"""The names of a picture's colours, from its ThumbHash (Q6)."""

import base64

import numpy as np
import pytest
from PIL import Image

from models.search.colours import COLOURS, colours_of, decoded, grids, shape_of
from models.works import thumbhash
from tests.models.drawings import drawing

SWATCHES = {
    "black": (8, 8, 8), "grey": (128, 128, 128), "white": (250, 250, 250), "brown": (110, 70, 30),
    "beige": (222, 200, 165), "red": (200, 20, 20), "orange": (240, 140, 20), "yellow": (250, 225, 40),
    "green": (40, 140, 50), "blue": (30, 70, 190), "purple": (120, 40, 150), "pink": (250, 160, 190),
}  # fmt: skip


def hashed(image: Image.Image) -> str:
    return base64.b64encode(thumbhash.encode(image)).decode()


@pytest.mark.parametrize("name", COLOURS)
def test_each_of_the_dozen_is_called_by_its_name(name: str) -> None:
    assert colours_of([hashed(Image.new("RGB", (40, 60), SWATCHES[name]))]) == [(name,)]


def test_a_picture_of_two_colours_has_both_and_a_detail_has_no_say() -> None:
    halves = Image.new("RGB", (80, 60), SWATCHES["blue"])
    halves.paste(SWATCHES["red"], (0, 0, 36, 60))
    assert set(colours_of([hashed(halves)])[0]) >= {"blue", "red"}
    detail = Image.new("RGB", (80, 60), SWATCHES["blue"])
    detail.paste(SWATCHES["red"], (0, 0, 80, 9))
    assert colours_of([hashed(detail)]) == [("blue",)]


def test_works_without_a_picture_and_what_is_no_hash_have_no_colour() -> None:
    """Q6"""
    good = hashed(drawing(1))
    assert colours_of(["", "not base64!", "AAAA", good[:12], good])[:4] == [()] * 4
    assert colours_of(["", good])[1]


@pytest.mark.parametrize("size", [(96, 64), (64, 96), (80, 80), (90, 15)])
def test_the_grid_is_what_the_decoder_draws(size: tuple[int, int]) -> None:
    data = decoded(hashed(drawing(3, size)))
    assert data is not None and (shape := shape_of(data)) is not None
    whole, _ = thumbhash.decode(data)
    assert np.allclose(grids([data], shape)[0].mean((1, 2)), whole.mean((0, 1)), atol=0.01)
