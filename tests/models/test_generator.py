"""The door between latents and pictures: same function fast and slow, strict files, clear refusals."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models import ModelError, load_generator
from models.generator import FORMAT, Generator, save_generator
from models.networks.light import LightConfig, LightGenerator, doubled, even_phases, folded

SMALL = LightConfig(z_dim=20, resolution=64, channels=(16, 16, 12, 8, 8, 8))


@pytest.fixture
def network() -> LightGenerator:
    """A network with lived-in weights: trained statistics and no zero left at birth."""
    torch.manual_seed(3)
    network = LightGenerator(SMALL)
    for parameter in network.parameters():
        parameter.data += torch.randn_like(parameter) * 0.05
    network.train()
    with torch.no_grad():
        for _ in range(5):
            network(torch.randn(8, 20))
    return network.eval()


@pytest.fixture
def file(network: LightGenerator, tmp_path: Path) -> Path:
    save_generator(network, tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def latents(n: int = 2) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, 20)).astype(np.float32)


def test_the_folded_network_is_the_same_function(network: LightGenerator) -> None:
    z = torch.from_numpy(latents(3))
    with torch.no_grad():
        difference = (network(z) - folded(network)(z)).abs().max().item()
    assert difference < 1e-4


def test_folding_leaves_the_original_untouched(network: LightGenerator) -> None:
    before = {k: v.clone() for k, v in network.state_dict().items()}
    folded(network)
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())


def test_a_grown_network_draws_what_the_smaller_one_drew(network: LightGenerator) -> None:
    torch.manual_seed(0)
    bigger = LightGenerator(LightConfig(z_dim=20, resolution=128, channels=SMALL.channels)).eval()
    bigger.load_state_dict(network.state_dict(), strict=False)
    z = torch.from_numpy(latents())
    with torch.no_grad():
        difference = (bigger(z) - doubled(network(z))).abs().max().item()
    assert difference < 1e-5


def test_evened_phases_leave_no_grid_and_the_picture_as_it_was() -> None:
    torch.manual_seed(2)
    network = LightGenerator(LightConfig(z_dim=20, resolution=64, channels=(16, 16, 12, 8))).eval()
    assert network.head is not None and network.head.bias is not None
    network.head.bias.data.copy_(torch.linspace(-0.2, 0.2, 12))  # four phases of each colour, far apart
    z = torch.from_numpy(latents(20))
    before = network(z)
    even_phases(network, z)
    after = network(z)
    phases = torch.nn.functional.pixel_unshuffle(after, 2).mean(dim=(0, 2, 3)).view(3, 4)
    assert (phases.amax(1) - phases.amin(1)).max() < 1e-5
    small = torch.nn.functional.avg_pool2d
    assert torch.allclose(small(before, 2), small(after, 2), atol=1e-5)


def test_synthesize_gives_float32_in_range_and_generate_the_same_as_bytes(file: Path) -> None:
    generator = load_generator(file, device="cpu")
    picture = generator.synthesize(latents())
    assert picture.shape == (2, 3, 64, 64) and picture.dtype == torch.float32
    assert picture.min() >= -1 and picture.max() <= 1
    pixels = generator.generate(latents())
    assert pixels.shape == (2, 64, 64, 3) and pixels.dtype == np.uint8 and pixels.flags.c_contiguous
    expected = ((picture.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round()
    assert np.abs(pixels - expected).max() <= 1


def test_the_same_latent_is_the_same_frame_every_time(file: Path) -> None:
    first, second = (load_generator(file, device="cpu").generate(latents(1)) for _ in range(2))
    assert np.array_equal(first, second)


def test_truncation_one_changes_nothing_and_zero_is_one_picture_for_all(file: Path) -> None:
    generator = load_generator(file, device="cpu", precision="float32")
    assert torch.equal(generator.synthesize(latents(), truncation=1.0), generator.synthesize(latents()))
    a, b = generator.synthesize(latents(), truncation=0.0)
    assert torch.equal(a, b)


def test_bf16_stays_close_to_float32(file: Path) -> None:
    exact = load_generator(file, device="cpu", precision="float32").synthesize(latents(8))
    fast = load_generator(file, device="cpu", precision="bfloat16").synthesize(latents(8))
    assert (exact - fast).abs().mean().item() < 0.02


@pytest.mark.parametrize(
    ("z", "said"),
    [
        (np.zeros((1, 7), np.float32), r"takes \(B, 20\)"),
        (np.zeros(20, np.float32), r"takes \(B, 20\)"),
        (np.full((1, 20), np.nan, np.float32), "not finite"),
    ],
)
def test_a_wrong_latent_is_refused_with_what_was_found(file: Path, z: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_generator(file, device="cpu").synthesize(z)


def test_classes_are_refused_by_a_generator_without_them(file: Path) -> None:
    with pytest.raises(ValueError, match="no classes"):
        load_generator(file, device="cpu").generate(latents(1), y=np.ones((1, 3)))


def test_a_missing_file_says_what_to_give() -> None:
    with pytest.raises(ModelError, match="There is no model at"):
        load_generator("/nowhere/x.safetensors")


def test_a_truncated_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ModelError, match="truncated"):
        load_generator(file)


def test_a_pickle_never_runs(tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (canary,))

    for name in ("hostile.pt", "hostile.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps(Hostile()))
        with pytest.raises(ModelError):
            load_generator(tmp_path / name)
    assert not canary.exists()


def test_a_file_of_another_shape_or_name_is_refused(file: Path, network: LightGenerator) -> None:
    tensors = load_file(str(file))
    tensors.pop("stem.bias")
    save_file(
        tensors,
        str(file),
        {"format": FORMAT, "config": '{"channels": [16, 16, 12, 8, 8, 8], "z_dim": 20, "resolution": 64}'},
    )
    with pytest.raises(ModelError, match="stem.bias"):
        load_generator(file)
    save_file(tensors, str(file))
    with pytest.raises(ModelError, match="format"):
        load_generator(file)


def test_a_weight_that_is_not_finite_is_named(network: LightGenerator, tmp_path: Path) -> None:
    network.stem.bias.data[3] = float("nan")
    save_generator(network, tmp_path / "nan.safetensors")
    with pytest.raises(ModelError, match="stem.bias"):
        load_generator(tmp_path / "nan.safetensors")


def test_another_file_than_the_pinned_one_is_refused(file: Path) -> None:
    with pytest.raises(ModelError, match="pinned"):
        load_generator(file, sha256="0" * 64)


def test_a_network_that_draws_nan_raises_instead_of_drawing(network: LightGenerator) -> None:
    generator = Generator("sick", network, device="cpu", precision="float32")
    generator.network.stem.bias.data.fill_(float("inf"))
    with pytest.raises(ArithmeticError, match="not finite"):
        generator.generate(latents(1))
