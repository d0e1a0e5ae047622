"""StyleGAN2 and 3 where the answer is known: identities, the textbook forms of their parts, and the fast network."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from models.checkpoints.family import Checkpoint
from models.checkpoints.load import built, load_network, save_network
from models.checkpoints.stylegan2 import clamp
from models.errors import ModelError
from models.generator import load_generator
from models.networks.lowpass import downsampled, lowpass, upsampled
from models.networks.stylegan2 import (
    StyledConv,
    StyleGAN2,
    StyleGAN2Config,
    blur_kernel,
    demodulation,
    doubled,
    up_conv,
)
from models.networks.stylegan2_fast import folded, interleaved, phases
from models.networks.stylegan3 import StyleGAN3, StyleGAN3Config

SMALL2 = StyleGAN2Config(
    z_dim=12, n_classes=3, w_dim=16, mapping_layers=2, resolution=32, channels=(16, 12, 8, 6), clamp=256.0
)
SMALL3 = StyleGAN3Config(
    z_dim=12, n_classes=3, w_dim=16, resolution=32, channels=(16,) * 8 + (12, 3), critical=2, margin=10
)

Network = StyleGAN2 | StyleGAN3


def lived_in(network: nn.Module, seed: int = 1) -> Any:
    """Weights as a trained file has them: nothing zero, styles that differ, noise that shows."""
    chance = torch.Generator().manual_seed(seed)
    for key, value in [*network.named_parameters(), *network.named_buffers()]:
        normal = torch.randn(value.shape, generator=chance)
        if key.startswith("mapping.fc") and key.endswith("weight"):
            value.data = 100 * normal
        elif key.endswith(("noise_strength", "w_avg")):
            value.data = 0.3 * normal + 0.1
        elif key.endswith("affine.bias"):
            value.data = 1 + 0.1 * normal
        elif key.endswith("bias"):
            value.data = 0.1 * normal
        elif key.endswith("magnitude_ema"):
            value.data = torch.tensor(1.5)
        elif not key.endswith(("_filter", "transform", "freqs")):
            value.data = normal
    return network.eval().requires_grad_(False)


@pytest.fixture(params=["skip", "resnet", "orig", "t", "r"])
def network(request: pytest.FixtureRequest) -> Network:
    """Each architecture of each family."""
    torch.manual_seed(2)
    if request.param in ("t", "r"):
        radial = request.param == "r"
        config3 = StyleGAN3Config(**vars(SMALL3) | {"kernel": 1 if radial else 3, "radial": radial})
        return lived_in(StyleGAN3(config3))  # type: ignore[no-any-return]
    return lived_in(StyleGAN2(StyleGAN2Config(**vars(SMALL2) | {"architecture": request.param})))  # type: ignore[no-any-return]


def latents(n: int = 3) -> tuple[Tensor, Tensor]:
    """z (n, 12), and class mixtures (n, 3)."""
    chance = torch.Generator().manual_seed(7)
    return torch.randn(n, 12, generator=chance), torch.rand(n, 3, generator=chance).softmax(dim=1)


def far(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max())


# -- identities ------------------------------------------------------------------------------------------------------


def test_truncation_1_changes_nothing_and_0_is_the_picture_of_the_mean_for_every_z(network: Network) -> None:
    z, y = latents()
    assert torch.equal(network(z, y, 1.0), network(z, y))
    mean = network.synthesis(network.mapping.w_avg.expand(1, network.config.count, -1))
    assert far(network(z, y, 0.0), mean.expand(3, -1, -1, -1)) < 1e-4
    assert far(network(z, y, 0.5), mean) > 0.01


def test_a_cutoff_leaves_fine_layers_alone(network: Network) -> None:
    z, y = latents()
    assert torch.equal(network(z, y, 0.0, cutoff=0), network(z, y))
    assert far(network(z, y, 0.0, cutoff=network.config.count), network(z, y, 0.0)) < 1e-5
    ws = network.mapping.styles(z, y, 6, 0.0, cutoff=2)
    assert torch.equal(ws[:, 2:], network.mapping.styles(z, y, 4))
    assert far(ws[:, :2], network.mapping.w_avg) < 1e-6


def test_a_picture_does_not_depend_on_its_neighbours(network: Network) -> None:
    z, y = latents()
    together = network(z, y)
    alone = torch.cat([network(z[i : i + 1], y[i : i + 1]) for i in range(3)])
    assert far(together, alone) < 1e-4


def test_a_picture_repeats(network: Network) -> None:
    z, y = latents()
    assert torch.equal(network(z, y), network(z, y))


def test_a_mixture_of_one_class_is_that_class_and_the_embedding_is_linear(network: Network) -> None:
    z, _ = latents(1)
    classes = torch.eye(3)
    assert torch.equal(network(z, 1.0 * classes[1:2] + 0.0 * classes[2:]), network(z, classes[1:2]))
    embed = network.mapping.embed
    half = (classes[:1] + classes[1:2]) / 2
    assert far(embed(half), (embed(classes[:1]) + embed(classes[1:2])) / 2) < 1e-6
    assert far(network(z, classes[:1]), network(z, classes[1:2])) > 0.01


@pytest.mark.parametrize("y", [None, torch.ones(1, 2)])
def test_a_network_with_classes_says_what_it_wants(network: Network, y: Tensor | None) -> None:
    with pytest.raises(ValueError, match=r"wants class weights \(B, 3\)"):
        network(torch.zeros(1, 12), y)


def test_no_noise_is_the_same_as_noise_of_no_strength() -> None:
    network = lived_in(StyleGAN2(SMALL2))
    z, y = latents()
    silent = network(z, y, noise="none")
    assert far(silent, network(z, y)) > 0.01
    for key, value in network.named_parameters():
        if key.endswith("noise_strength"):
            value.zero_()
    assert torch.equal(network(z, y), silent)


def test_the_clamp_cuts_what_is_beyond_it_and_nothing_else() -> None:
    z, y = latents()
    free, cut, tight = (lived_in(StyleGAN2(StyleGAN2Config(**vars(SMALL2) | {"clamp": c}))) for c in (None, 1e4, 0.5))
    assert torch.equal(free(z, y), cut(z, y))
    assert far(free(z, y), tight(z, y)) > 0.1
    style = tight.mapping(z, y)
    assert tight.synthesis.b4.conv1(torch.full((3, 16, 4, 4), 1e6), style).abs().max() == 0.5


# -- parts against their textbook forms ------------------------------------------------------------------------------


def grouped(x: Tensor, weight: Tensor, style: Tensor) -> Tensor:
    """The usual form of a modulated convolution: a weight per picture, as groups of one convolution."""
    b, c_in, height, width = x.shape
    own = weight[None] * style[:, None, :, None, None]  # (B, c_out, c_in, 3, 3)
    own = own * (own.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    y = F.conv2d(x.reshape(1, b * c_in, height, width), own.flatten(0, 1), padding=1, groups=b)
    return y.view(b, len(weight), height, width)


def test_scaling_input_and_output_equals_the_grouped_convolution() -> None:
    torch.manual_seed(0)
    conv = lived_in(StyledConv(6, 5, 8, StyleGAN2Config(w_dim=4, clamp=None)))
    x, w = torch.randn(3, 6, 8, 8), torch.randn(3, 4)
    plain = grouped(x, conv.weight, conv.affine(w)) + conv.noise_const * conv.noise_strength
    plain = F.leaky_relu(plain + conv.bias[:, None, None], 0.2) * math.sqrt(2)
    assert far(conv(x, w), plain) < 1e-5


def test_a_demodulated_convolution_does_not_feel_the_loudness_of_its_style() -> None:
    weight, style = torch.randn(5, 6, 3, 3), torch.randn(2, 6)
    loud = 3 * style
    assert far(demodulation(weight, loud) * 3, demodulation(weight, style)) < 1e-5


def with_zeros(x: Tensor, factor: int) -> Tensor:
    """Zeros behind each pixel, along both axes."""
    spread = x.new_zeros(*x.shape[:2], x.shape[2] * factor, x.shape[3] * factor)
    spread[:, :, ::factor, ::factor] = x
    return spread


def convolved(x: Tensor, kernel: Tensor) -> Tensor:
    """Every channel with one kernel, as a convolution: the kernel turned round."""
    return F.conv2d(x, kernel.flip(0, 1).expand(x.shape[1], 1, *kernel.shape), groups=x.shape[1])


LOPSIDED = torch.outer(torch.tensor([1.0, 4.0, 2.0, 0.5]), torch.tensor([0.3, 1.0, 3.0, 2.0]))
"""A filter that shows when it is turned round."""


@pytest.mark.parametrize("kernel", [blur_kernel(), LOPSIDED])
def test_doubling_is_zeros_then_the_filter(kernel: Tensor) -> None:
    x = torch.randn(2, 3, 5, 5)
    plain = convolved(F.pad(with_zeros(x, 2), (2, 1, 2, 1)), kernel * 4)
    assert far(doubled(x, kernel), plain) < 1e-4


@pytest.mark.parametrize("kernel", [blur_kernel(), LOPSIDED])
def test_the_upward_convolution_is_zeros_then_the_weight_then_the_filter(kernel: Tensor) -> None:
    x, weight = torch.randn(2, 3, 5, 5), torch.randn(4, 3, 3, 3)
    plain = F.conv2d(F.pad(with_zeros(x, 2), (2, 1, 2, 1)), weight.flip(2, 3))  # (2, 4, 11, 11)
    assert far(up_conv(x, weight, kernel), convolved(F.pad(plain, (1, 1, 1, 1)), kernel * 4)) < 1e-4


@pytest.mark.parametrize(("factor", "low", "high"), [(2, 5, 6), (4, 9, -3), (2, -2, 15)])
def test_resampling_is_zeros_room_and_the_line_along_both_axes(factor: int, low: int, high: int) -> None:
    x, line = torch.randn(2, 3, 9, 9), torch.rand(12)
    square = torch.outer(line, line)
    plain = convolved(F.pad(with_zeros(x, factor), (low, high, low, high)), square * factor**2)
    assert far(upsampled(x, line, factor, low, high), plain) < 1e-4
    big = torch.randn(2, 3, 30, 30)
    assert far(downsampled(big, line, factor), convolved(big, square)[:, :, ::factor, ::factor]) < 1e-4
    lopsided = torch.rand(12, 12)
    assert far(downsampled(big, lopsided, factor), convolved(big, lopsided)[:, :, ::factor, ::factor]) < 1e-4


@pytest.mark.parametrize("radial", [False, True])
def test_a_lowpass_filter_passes_the_low_and_stops_the_high(radial: bool) -> None:
    kernel = lowpass(24, cutoff=4, width=6, rate=64, radial=radial)
    square = kernel if radial else torch.outer(kernel, kernel)
    assert square.sum() == pytest.approx(1, abs=1e-5)
    response = torch.fft.fft2(square, s=(64, 64)).abs()
    assert response[1, 0] > 0.9 and response[0, 12:32].max() < 0.05


# -- the fast network ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    ("clamp", "noise", "truncation"), [(256.0, "const", 1.0), (0.1, "const", 0.5), (None, "none", 1.0)]
)
def test_the_folded_network_is_the_same_function(
    architecture: str, batch: int, clamp: float | None, noise: Any, truncation: float
) -> None:
    config = StyleGAN2Config(**vars(SMALL2) | {"architecture": architecture, "clamp": clamp})
    network = lived_in(StyleGAN2(config))
    z, y = latents(batch)
    with torch.inference_mode():
        exact = network(z, y, truncation, noise=noise)
        assert far(folded(network)(z, y, truncation, noise=noise), exact) < 1e-4
        rough = folded(network, torch.bfloat16)(z, y, truncation, noise=noise)
        assert rough.dtype == torch.float32
        assert (rough - exact).abs().mean() < 0.02 * exact.std()


def test_folding_leaves_the_original_untouched() -> None:
    network = lived_in(StyleGAN2(SMALL2))
    before = {key: value.clone() for key, value in network.state_dict().items()}
    folded(network, torch.bfloat16)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_four_phases_put_in_their_places_are_the_transposed_convolution() -> None:
    x, weight = torch.randn(2, 3, 5, 5), torch.randn(4, 3, 3, 3)
    y = interleaved(F.conv2d(x, phases(weight), padding=1).contiguous(memory_format=torch.channels_last))
    plain = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
    assert y.shape == (2, 4, 12, 12)
    assert far(y[:, :, :-1, :-1], plain) < 1e-5
    assert y[:, :, -1].abs().max() == 0 and y[:, :, :, -1].abs().max() == 0


# -- StyleGAN3's transform -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radial", [False, True])
def test_the_transform_shifts_the_whole_picture(radial: bool) -> None:
    """By a quarter of its side: what was there is now here, exactly, for it is a whole number of samples everywhere."""
    config = StyleGAN3Config(**vars(SMALL3) | {"resolution": 64, "radial": radial, "kernel": 1 if radial else 3})
    network = lived_in(StyleGAN3(config))
    network.mapping.embed.weight.zero_()
    z, y = latents(1)
    before = network(z, y)
    network.synthesis.input.transform[0, 2] = 0.25
    after = network(z, y)
    error = (after[..., 8:-8, 8:40] - before[..., 8:-8, 24:56]).abs().mean()
    moved = (after - before)[..., 8:-8, 8:40].abs().mean()
    assert error < 1e-5 < 1e-3 < moved


# -- files -----------------------------------------------------------------------------------------------------------


def test_the_config_is_read_off_the_tensors_and_survives_conversion(network: Network, tmp_path: Path) -> None:
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, tmp_path / "any.safetensors")
    (tmp_path / "any.json").write_text('{"conv_clamp": 256, "num_critical": 2}')
    loaded = load_network(tmp_path / "any.safetensors")
    assert loaded.config == network.config
    save_network(loaded, tmp_path / "own.safetensors")
    own = load_network(tmp_path / "own.safetensors")
    z, y = latents()
    assert own.config == network.config
    assert torch.equal(own.network(z, y, 0.7), network(z, y, 0.7))


def test_the_door_draws_as_the_network_does(network: Network, tmp_path: Path) -> None:
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, tmp_path / "any.safetensors")
    z, y = latents()
    exact = network(z, y, 0.7)
    generator = load_generator(tmp_path / "any.safetensors", precision="float32")
    assert (generator.z_dim, generator.n_classes, generator.resolution) == (12, 3, 32)
    assert far(generator.synthesize(z, y, 0.7), exact) < 1e-4
    picture = load_generator(tmp_path / "any.safetensors").generate(z.numpy(), y.numpy(), 0.7)
    reference = ((exact.clamp(-1, 1) + 1) * 127.5).permute(0, 2, 3, 1).numpy()
    assert picture.shape == (3, 32, 32, 3) and np.abs(picture - reference).mean() < 4


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s: s.pop("mapping.w_avg"), "has no mapping.w_avg"),
        (lambda s: s.update({"synthesis.surplus": torch.ones(1)}), "synthesis.surplus is not known"),
        (lambda s: s.update({"mapping.fc1.bias": torch.ones(3)}), r"mapping.fc1.bias has shape \(3,\), not \(16,\)"),
        (lambda s: s["mapping.fc0.weight"].fill_(math.nan), "mapping.fc0.weight holds a weight that is not finite"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    network: Network, spoil: Callable[[dict[str, Tensor]], object], reason: str
) -> None:
    state = dict(network.state_dict())
    spoil(state)
    with pytest.raises(ModelError, match=reason):
        built(Checkpoint(Path("some.safetensors"), "", state))


@pytest.mark.parametrize(
    ("settings", "values", "expected"),
    [
        ({}, {}, 256),
        ({"conv_clamp": None}, {}, None),
        ({"conv_clamp": 128}, {}, 128),
        ({"synthesis_kwargs": {"conv_clamp": 64}}, {}, 64),
        ({"synthesis_kwargs": {"num_fp16_res": 4}}, {}, None),
        ({"conv_clamp": 128}, {"synthesis.b4.conv1.conv_clamp": 512}, 512),
        ({"conv_clamp": 128}, {"z_dim": 512}, None),
    ],
)
def test_the_clamp_is_what_the_file_says_or_its_release_meant(
    settings: dict[str, Any], values: dict[str, float | str], expected: float | None
) -> None:
    assert clamp(Checkpoint(Path("some.pkl"), "", {}, settings=settings, values=values)) == expected


@pytest.mark.parametrize("wrong", ["much", True, -1, 0])
def test_a_clamp_that_is_no_limit_is_refused(wrong: Any) -> None:
    with pytest.raises(ModelError, match="conv_clamp is"):
        clamp(Checkpoint(Path("some.pkl"), "", {}, settings={"conv_clamp": wrong}))
