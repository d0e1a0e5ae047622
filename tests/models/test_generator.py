"""The door between latents and pictures: same function fast and slow, strict files, clear refusals."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models import ModelError, load_generator
from models.checkpoints.load import load_network
from models.engines.check import error, walk
from models.generator import BUNDLED, FORMAT, Generator, save_generator
from models.networks.light import LightConfig, LightGenerator, doubled, even_phases
from models.networks.light_fast import folded
from models.networks.packed import packed

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


@pytest.mark.parametrize("resolution", [32, 64, 128, 256])
def test_packed_it_is_the_same_function_too_at_every_size(resolution: int) -> None:
    """At 256 px with both gates and the head, at the smaller ones without them."""
    torch.manual_seed(4)
    plain = LightGenerator(LightConfig(20, resolution, (16, 16, 12, 8, 8, 8))).eval()
    for parameter in plain.parameters():
        parameter.data += torch.randn_like(parameter) * 0.05
    z = torch.from_numpy(latents(3))
    with torch.inference_mode():
        exact, quick = plain(z), packed(folded(plain))(z)
    assert quick.shape == exact.shape == (3, 3, resolution, resolution)
    assert float((exact - quick).abs().max()) < 1e-4


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_what_was_packed_still_gives_the_gradient_of_the_plain_network(
    network: LightGenerator, precision: torch.dtype
) -> None:
    """Inversion descends through the network that draws."""

    def gradient(drawn_by: torch.nn.Module) -> torch.Tensor:
        z = torch.from_numpy(latents()).requires_grad_(True)
        (found,) = torch.autograd.grad(drawn_by(z).square().mean(), z)
        return found

    exact, quick = gradient(network), gradient(packed(folded(network, precision)))
    assert float((exact - quick).norm() / exact.norm()) < (1e-4 if precision == torch.float32 else 0.05)


def test_where_torch_cannot_pack_the_common_convolutions_draw(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = load_generator(file, device="cpu", precision="float32").synthesize(latents())
    caplog.set_level("INFO")
    monkeypatch.setattr(torch.ops, "mkldnn", object())
    after = load_generator(file, device="cpu", precision="float32").synthesize(latents())
    assert torch.allclose(before, after, atol=1e-4)
    assert "torch draws with its common convolutions" in caplog.text


@pytest.mark.parametrize("seed", range(3))
def test_the_bundled_generator_errs_by_less_than_an_eye_sees_on_walks_of_the_prior(seed: int) -> None:
    """Not its own works alone: visitors blend, and a museum's seeds may lie anywhere."""
    generator, plain = load_generator(device="cpu"), load_network(BUNDLED)
    found = error(
        generator.synthesize, lambda z, y: plain.drawing.call(plain.network, z, y, 1.0), walk(140, 0, seed=seed)
    )
    assert found.tolerable, found


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
    generator.network.get_parameter("latent.bias").data.fill_(float("inf"))
    with pytest.raises(ArithmeticError, match="not finite"):
        generator.generate(latents(1))
