"""Describers: each under a name that says with which weights, and the choice between them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models import perception
from models.errors import ModelError
from models.networks.critic import Critic
from models.networks.encoder import Encoder
from models.networks.light import LightConfig
from models.networks.resnet50 import ResNet50, folded
from models.perception import Perception
from models.search import describers
from models.search.describers import (
    CRITIC_WEIGHT,
    GUESS_WEIGHT,
    Bundled,
    Describer,
    Looks,
    SideBySide,
    Things,
    default_describer,
    describer_of,
    named_describer,
)
from models.works.images import square
from tests.models.drawings import drawing

torch.set_num_threads(1)


def untrained(sha256: str = "ab" * 32) -> Perception:
    """Random weights, no two alike."""
    torch.manual_seed(0)
    config = LightConfig(z_dim=20, resolution=64, channels=(16, 16, 12, 8, 8, 8))
    critic = Critic(config)
    for down in critic.down.values():
        torch.nn.init.kaiming_normal_(down.out.weight)  # zero at birth
    return Perception(Encoder(20), critic, sha256=sha256)


@pytest.fixture(scope="module")
def resnet() -> Things:
    torch.manual_seed(0)
    return Things(folded(ResNet50().eval()), "cd" * 32)


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Perception | None]]:
    """What lies beside the bundled generator, as its one item."""
    beside: list[Perception | None] = [untrained()]
    monkeypatch.setattr(perception, "load_perception", lambda: beside[0])
    describers.bundled.cache_clear()
    yield beside
    describers.bundled.cache_clear()


PICTURES = np.stack([square(drawing(i), 256) for i in range(5)])


def check(describer: Describer, width: int) -> None:
    """What is asked of every describer."""
    described = describer.describe(PICTURES)
    assert described.shape == (5, width) and described.dtype == np.float32 and np.isfinite(described).all()
    assert len(np.unique(described.round(4), axis=0)) == 5, "each picture looks like itself"
    np.testing.assert_allclose(describer.describe(PICTURES[3:4])[0], described[3], atol=1e-4)
    for wrong in (PICTURES.transpose(0, 2, 3, 1), PICTURES[:, :, :128, :128], PICTURES.astype(np.float32)):
        with pytest.raises(ValueError, match=r"uint8 \(N, 3, 256, 256\)"):
            describer.describe(wrong)  # type: ignore[arg-type]


def test_every_describer_describes_each_picture_alike_in_any_company(resnet: Things) -> None:
    trained = Bundled(untrained())
    width = trained.describe(PICTURES[:1]).shape[1]
    check(Looks(), 233)
    check(trained, width)
    check(SideBySide(Looks(), trained), 233 + width)
    check(resnet, 2048)


def test_the_bundled_features_are_the_critics_and_the_encoders_each_of_its_own_length() -> None:
    seen = untrained()
    critic, guess = np.hsplit(Bundled(seen).describe(PICTURES), [seen.describe(PICTURES[:1]).shape[1]])
    np.testing.assert_allclose(np.linalg.norm(critic, axis=1), CRITIC_WEIGHT, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(guess, axis=1), GUESS_WEIGHT, rtol=1e-4)
    ratio = guess / seen.guess(PICTURES)
    np.testing.assert_allclose(ratio, ratio[:, :1].repeat(20, axis=1), rtol=1e-3)


def test_side_by_side_squared_distances_add_up() -> None:
    one, other = Looks(), Bundled(untrained())

    def apart(describer: Describer) -> NDArray[np.float32]:
        described = describer.describe(PICTURES)
        return np.square(described[0] - described[1:]).sum(1)

    np.testing.assert_allclose(apart(SideBySide(one, other)), apart(one) + apart(other), rtol=1e-4)


def test_resnet_features_have_length_one_and_the_order_of_the_network(resnet: Things) -> None:
    np.testing.assert_allclose(np.linalg.norm(resnet.describe(PICTURES), axis=1), 1, rtol=1e-4)


def test_names_tell_weights_apart(resnet: Things) -> None:
    trained = Bundled(untrained())
    assert trained.name == "bundled-1:abababababab" != Bundled(untrained("ac" * 32)).name
    assert Looks().name == "looks-1" and resnet.name == "resnet50-1:cdcdcdcdcdcd"
    assert SideBySide(Looks(), trained).name == "looks-1+bundled-1:abababababab"


def test_the_default_is_both_where_the_weights_are_and_looks_where_not(weights: list[Perception | None]) -> None:
    assert default_describer().name == "looks-1+bundled-1:abababababab"
    weights[0] = None
    describers.bundled.cache_clear()
    assert default_describer().name == "looks-1"


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ("looks", "looks-1"),
        ("bundled", "bundled-1:abababababab"),
        ("looks+bundled", "looks-1+bundled-1:abababababab"),
    ],
)
def test_a_choice_gives_its_recipe_and_the_recipe_gives_its_describer(
    weights: list[Perception | None], choice: str, name: str
) -> None:
    assert named_describer(choice).name == name
    found = describer_of(name)
    assert found is not None and found.name == name


def test_a_recipe_of_other_weights_has_no_describer(weights: list[Perception | None]) -> None:
    for recipe in ("bundled-1:000000000000", "looks-0", "resnet50-1:cdcdcdcdcdcd", ""):
        assert describer_of(recipe) is None


@pytest.mark.parametrize("choice", ["resnet50", "resnet50:", "critic", "", "resnet50:FILE:"])
def test_a_choice_that_is_none_is_refused(weights: list[Perception | None], choice: str) -> None:
    with pytest.raises(
        ModelError, match=r"no features called .*; there are looks, bundled|no ResNet-50 weights at FILE:"
    ):
        named_describer(choice)


def test_bundled_features_without_the_weights_are_refused(weights: list[Perception | None]) -> None:
    weights[0] = None
    with pytest.raises(ModelError, match="not installed; choose the features `looks`"):
        named_describer("bundled")


def test_resnet_is_chosen_with_its_file(tmp_path: Path) -> None:
    torch.save(ResNet50().half().state_dict(), tmp_path / "w.pth")
    assert named_describer(f"resnet50:{tmp_path / 'w.pth'}").name.startswith("resnet50-1:")
    with pytest.raises(ModelError, match="no ResNet-50 weights at"):
        named_describer(f"resnet50:{tmp_path / 'gone.pth'}")


def test_looks_alone_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from models.search.describers import describer_of\n"
        "import models.search.similar, numpy\n"
        "assert describer_of('looks-1').describe(numpy.zeros((1, 3, 256, 256), numpy.uint8)).shape == (1, 233)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
