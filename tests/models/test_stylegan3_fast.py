"""The fast StyleGAN3 against the plain one, and its filters against their textbook form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from models.checkpoints.family import Checkpoint
from models.checkpoints.load import built
from models.checkpoints.stylegan3 import FAMILY
from models.generator import Generator
from models.networks import stylegan3_fast
from models.networks.lowpass import downsampled, lowpass
from models.networks.stylegan3 import StyleGAN3, StyleGAN3Config
from models.networks.stylegan3_fast import band, folded, products, rounded, separated
from tests.models.test_stylegan import SMALL3, far, latents, lived_in


def small(radial: bool, clamp: float | None = 256.0) -> StyleGAN3:
    torch.manual_seed(2)
    kind = {"kernel": 1 if radial else 3, "radial": radial, "clamp": clamp}
    return lived_in(StyleGAN3(StyleGAN3Config(**vars(SMALL3) | kind)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("radial", [False, True])
@pytest.mark.parametrize(("batch", "clamp", "truncation"), [(1, 256.0, 1.0), (1, 0.3, 0.7), (3, None, 0.5)])
def test_the_folded_network_is_the_same_function(
    radial: bool, batch: int, clamp: float | None, truncation: float
) -> None:
    network = small(radial, clamp)
    z, y = latents(batch)
    with torch.inference_mode():
        exact = network(z, y, truncation)
        assert far(folded(network)(z, y, truncation), exact) < 1e-5
        rough = folded(network, torch.bfloat16)(z, y, truncation)
    assert rough.dtype == torch.float32
    assert (rough - exact).abs().mean() < 0.02 * exact.std()


@pytest.mark.parametrize("radial", [False, True])
def test_several_rooms_are_drawn_as_each_alone(radial: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylegan3_fast, "CACHED", 2**13)  # several parts to a block
    fast = folded(small(radial))
    z, y = latents(3)
    with torch.inference_mode():
        alone = torch.cat([fast(z[i : i + 1], y[i : i + 1]) for i in range(3)])
        assert far(fast(z, y), alone) < 1e-5


def test_the_transform_still_moves_the_picture_and_a_gradient_reaches_the_latent() -> None:
    network = small(False)
    fast = folded(network)
    for one in (network, fast):
        one.synthesis.input.transform[0, 2] = 0.3
    z, y = latents(1)
    plain, quick = (
        torch.autograd.grad(one(at, y).square().sum(), at)[0] for one in (network, fast) for at in [leaf(z)]
    )
    assert far(network(z, y), fast(z, y)) < 1e-5
    assert far(plain, quick) < 1e-3 * float(plain.abs().max())


def leaf(z: torch.Tensor) -> torch.Tensor:
    return z.clone().requires_grad_()


def test_folding_leaves_the_original_untouched() -> None:
    network = small(True)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    folded(network, torch.bfloat16)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_a_wall_draws_it_in_bf16_only_where_it_is_asked_to() -> None:
    assert Generator("t", small(False), device="cpu", drawing=FAMILY.drawing).dtype == torch.float32
    generator = Generator("t", small(False), device="cpu", precision="bfloat16", drawing=FAMILY.drawing)
    filters = [value for key, value in generator.network.state_dict().items() if key.endswith("up_x")]
    assert {matrix.dtype for matrix in filters} == {torch.bfloat16}
    assert generator.takes == torch.float32


@pytest.mark.parametrize(("factor", "low", "taps"), [(2, 9, 12), (4, -6, 24), (4, 7, 24), (8, 3, 48), (2, -11, 12)])
def test_a_band_upsamples_block_by_block(factor: int, low: int, taps: int) -> None:
    x, line = torch.randn(40, 1), torch.rand(taps)  # a column of samples
    matrix, first = band((line * factor)[None, None], factor, 1, low, made=16)
    step = 16 // factor
    below = 2 * step + matrix.shape[1] + first - len(x)
    made = torch.cat(products(matrix, F.pad(x, (0, 0, -first, below)), step, 3))
    spread = torch.zeros(len(x) * factor).index_put((torch.arange(0, len(x) * factor, factor),), x[:, 0])
    wanted = F.conv1d(F.pad(spread, (low, 60))[None, None], (line.flip(0) * factor)[None, None])[0, 0, :48]
    assert far(made[:, 0], wanted) < 1e-4


def test_a_radial_filter_is_the_sum_of_a_few_separable_ones() -> None:
    kernel = lowpass(12, cutoff=16, width=20, rate=128, radial=True)
    columns, lines = separated(kernel)
    assert 2 <= len(columns) <= 4
    assert far(columns.T @ lines, kernel) < 1e-7
    x = torch.randn(2, 3, 40, 40)
    parts = sum(
        F.conv2d(x, torch.outer(c, r).flip(0, 1).expand(3, 1, 12, 12), stride=2, groups=3)
        for c, r in zip(columns, lines, strict=True)
    )
    assert far(torch.as_tensor(parts), downsampled(x, kernel, 2)) < 1e-5


def test_rounding_keeps_the_brightness_of_even_surfaces() -> None:
    lines = torch.rand(5, 12, generator=torch.Generator().manual_seed(1)) - 0.2
    lines[:, ::3] = 0
    kept = rounded(lines, torch.bfloat16).float()
    assert (lines.to(torch.bfloat16).float().sum(1) - lines.sum(1)).abs().max() > 2e-3
    assert far(kept.sum(1), lines.sum(1)) < 5e-4
    assert far(kept, lines) < 0.01 and torch.equal(kept[:, ::3], lines[:, ::3])
    assert torch.equal(rounded(lines, torch.float32), lines)


def test_a_line_is_separable_already() -> None:
    line = torch.rand(12)
    columns, lines = separated(line)
    assert torch.equal(columns[0], line) and torch.equal(lines[0], line)


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"n_classes": 0, "mapping_layers": 8}, {}),
        ({"resolution": 64, "mapping_layers": 1, "kernel": 1, "radial": True}, {}),
        ({"channels": (16,) * 5 + (8, 3)}, {}),  # fewer layers: the sampling grows fourfold in a step
        ({"margin": 8, "filter_size": 4}, {"margin_size": 8}),
        ({"output_scale": 1.0, "first_cutoff": 3.0}, {"output_scale": 1.0, "first_cutoff": 3.0}),
        ({"clamp": None}, {"conv_clamp": None}),
    ],
)
def test_each_variation_of_the_design_is_read_off_the_file_and_drawn(
    shape: dict[str, Any], told: dict[str, Any]
) -> None:
    torch.manual_seed(2)
    network = lived_in(StyleGAN3(StyleGAN3Config(**vars(SMALL3) | shape)))
    found = built(Checkpoint(Path("some.safetensors"), "", dict(network.state_dict()), settings=told))
    assert found.config == network.config
    z, y = latents(1)
    classes = y if network.config.n_classes else None
    with torch.inference_mode():
        assert far(folded(found.network)(z, classes, 0.7), network(z, classes, 0.7)) < 1e-5
