"""What pictures look like: the same for the same, near for the like, and never more than looks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from models.search.features import CHUNK, describe_width, features
from models.works.images import square
from tests.models.drawings import drawing


def squares(*images: Image.Image) -> NDArray[np.uint8]:
    return np.stack([square(image, 256) for image in images])


def apart(a: Image.Image, b: Image.Image) -> float:
    one, other = features(squares(a, b))
    return float(np.linalg.norm(one - other))


def test_a_picture_is_at_no_distance_from_itself_in_any_company() -> None:
    alone = features(squares(drawing(1)))
    many = features(squares(*(drawing(i % 7) for i in range(CHUNK + 3))))
    np.testing.assert_allclose(many[1], alone[0], atol=1e-5)
    np.testing.assert_allclose(many[-1], many[(CHUNK + 2) % 7], atol=1e-5)


def test_a_cropped_or_dimmed_picture_is_nearer_than_another() -> None:
    picture = drawing(4, (300, 300))
    cropped = picture.crop((15, 15, 285, 285))
    dimmed = ImageEnhance.Brightness(picture).enhance(0.85)
    strangers = [apart(picture, drawing(i, (300, 300))) for i in range(20, 40)]
    assert max(apart(picture, cropped), apart(picture, dimmed)) < min(strangers)


def test_the_direction_of_strokes_counts_without_any_colour() -> None:
    y, x = np.mgrid[:256, :256]
    across, down, shifted = (Image.fromarray((127 + 100 * np.sin(p / 6)).astype(np.uint8)) for p in (x, y, x + 9))
    across, down, shifted = (image.convert("RGB") for image in (across, down, shifted))
    assert apart(across, shifted) < apart(across, down) / 2


def grating(angle_deg: float) -> Image.Image:
    y, x = np.mgrid[:256, :256]
    phase = x * np.cos(np.radians(angle_deg)) + y * np.sin(np.radians(angle_deg))
    return Image.fromarray((127 + 100 * np.sin(phase / 6)).astype(np.uint8)).convert("RGB")


@pytest.mark.parametrize("angle_deg", [0.0, 22.5, 45.0, 67.5])
def test_strokes_turn_without_a_step_where_angles_are_counted_apart(angle_deg: float) -> None:
    a_little, a_lot = (
        apart(grating(angle_deg - 1), grating(angle_deg + 1)),
        apart(grating(angle_deg), grating(angle_deg + 45)),
    )
    assert a_little < a_lot / 3


def test_black_white_and_one_colour_have_finite_features() -> None:
    plain = [Image.new("RGB", (64, 64), colour) for colour in ("black", "white", "red")]
    described = features(squares(*plain))
    assert np.isfinite(described).all() and len(np.unique(described, axis=0)) == 3


def test_features_have_the_documented_shape() -> None:
    assert features(squares(drawing(1))).shape == (1, 233) and describe_width() == 233
    assert features(np.empty((0, 3, 256, 256), np.uint8)).shape == (0, 233)


@pytest.mark.parametrize("shape", [(3, 256, 256), (1, 256, 256, 3), (1, 3, 128, 128)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        features(np.zeros(shape, np.uint8))
