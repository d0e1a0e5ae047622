"""What sees: guesses latents, describes pictures, belongs to one generator, and is read strictly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.generator import ModelError, load_generator, save_generator
from models.networks.critic import Critic
from models.networks.encoder import Encoder
from models.networks.light import LightConfig, LightGenerator
from models.perception import NAME, Perception, load_perception, read_perception, save_perception

SMALL = LightConfig(resolution=32)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A generator's file with what sees beside it."""
    torch.manual_seed(0)
    path = tmp_path / "generator.safetensors"
    save_generator(LightGenerator(SMALL), path)
    save_perception(Encoder(SMALL.z_dim), Critic(SMALL), SMALL, path)
    return path


def pictures(n: int = 3, side: int = 64) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (n, 3, side, side)).astype(np.uint8)


def test_a_guess_is_a_latent_on_the_shell() -> None:
    torch.manual_seed(0)
    guessed = Perception(Encoder(140), Critic(SMALL)).guess(pictures(side=256))
    assert guessed.shape == (3, 140) and guessed.dtype == np.float32
    assert np.linalg.norm(guessed, axis=1) == pytest.approx(np.sqrt(140), rel=1e-4)


def test_a_picture_is_described_alike_alone_and_among_others() -> None:
    torch.manual_seed(0)
    seeing = Perception(Encoder(140), Critic(SMALL))
    together, alone = seeing.describe(pictures()), seeing.describe(pictures()[1:2])
    assert together[1] == pytest.approx(alone[0], abs=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_what_was_saved_sees_as_before(trained: Path) -> None:
    seeing = load_perception(load_generator(trained, device="cpu"))
    assert seeing is not None
    weights = load_file(trained.with_name(NAME))
    assert torch.equal(seeing.encoder.guess.weight, weights["encoder.guess.weight"].float())
    assert not any(parameter.requires_grad for parameter in seeing.parameters()) and not seeing.training


def test_it_is_not_taken_for_another_generators(trained: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    save_generator(LightGenerator(SMALL), trained)  # the file was replaced, what lies beside it was not
    assert load_perception(load_generator(trained, device="cpu")) is None


def test_a_generator_without_one_has_none(tmp_path: Path) -> None:
    path = tmp_path / "generator.safetensors"
    save_generator(LightGenerator(SMALL), path)
    assert load_perception(load_generator(path, device="cpu")) is None


def test_a_damaged_file_is_named(trained: Path) -> None:
    path = trained.with_name(NAME)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"perception\.safetensors cannot be read"):
        read_perception(path)
    tensors = load_file(trained)
    save_file(tensors, path, {"format": "genstudio.perception.v1", "config": "{}", "generator": ""})
    with pytest.raises(ModelError, match="does not fit"):
        read_perception(path)


def test_a_weight_that_is_not_finite_is_refused(trained: Path) -> None:
    encoder = Encoder(SMALL.z_dim)
    with torch.no_grad():
        encoder.guess.weight[0, 0] = float("nan")
    with pytest.raises(ModelError, match="not finite"):
        read_perception(save_perception(encoder, Critic(SMALL), SMALL, trained))


@pytest.mark.parametrize("shape", [(3, 64, 64), (0, 3, 64, 64), (1, 4, 64, 64)])
def test_what_is_not_pictures_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="pictures are uint8"):
        Perception(Encoder(140), Critic(SMALL)).guess(np.zeros(shape, np.uint8))
