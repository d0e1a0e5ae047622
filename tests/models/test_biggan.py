"""BigGAN and BigGAN-deep at their identity cases, where the answer is known without their authors' code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from models.networks import biggan as plain
from models.networks import biggan_deep as deep
from models.networks.attention import by_map, by_tiles
from models.networks.spectral import SpectralConv2d, SpectralLinear, normalised
from tests.models.checkpoints.small import DEEP, PLAIN, biggan, biggan_deep, latents, one_hot

KINDS: Any = pytest.mark.parametrize("kind", ["plain", "deep"])


def made(kind: str, **changes: Any) -> tuple[Any, Tensor]:
    """A small network and two latents for it."""
    if kind == "plain":
        return biggan(replace(PLAIN, **changes)), latents(2, PLAIN.z_dim)
    return biggan_deep(replace(DEEP, **changes)), latents(2, DEEP.z_dim)


def far(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max())


@KINDS
@pytest.mark.parametrize("truncation", [1.0, 0.43])
def test_the_folded_network_is_the_same_function(kind: str, truncation: float) -> None:
    network, z = made(kind)
    fold: Any = plain.folded if kind == "plain" else deep.folded
    y = one_hot(1, 2)
    assert far(network(z, y, truncation), fold(network)(z, y, truncation)) < 1e-5


@KINDS
def test_folding_leaves_the_original_untouched(kind: str) -> None:
    network, _ = made(kind)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    (plain.folded if kind == "plain" else deep.folded)(network)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


@KINDS
def test_a_mixture_of_one_class_is_that_class_and_mixtures_are_linear_in_the_embedding(kind: str) -> None:
    network, z = made(kind)
    mixed = network(z, (one_hot(1, 1) + 3 * one_hot(4, 4)) / 4)
    with torch.no_grad():
        network.shared.weight[0] = (network.shared.weight[1] + 3 * network.shared.weight[4]) / 4
    assert far(mixed, network(z, one_hot(0, 0))) < 1e-6
    assert far(network(z, one_hot(1, 1)), network(z, one_hot(4, 4))) > 1e-3, "classes look different"


@KINDS
def test_attention_with_a_gain_of_zero_is_no_attention(kind: str) -> None:
    network, z = made(kind)
    without, _ = made(kind, attention=())
    without.load_state_dict({k: v for k, v in network.state_dict().items() if k in without.state_dict()})
    y = one_hot(1, 2)
    assert far(network(z, y), without(z, y)) > 1e-4, "attention is heard"
    for key, value in network.state_dict().items():
        if key.endswith("gamma"):
            value.zero_()
    assert far(network(z, y), without(z, y)) == 0


@KINDS
def test_without_modulation_all_classes_are_one(kind: str) -> None:
    """Weights of zero have no spectral norm; dividing by it would draw NaN."""
    network, z = made(kind, class_dim=6)
    for layer in network.modules():
        if isinstance(layer, (plain.ConditionalNorm, deep.ConditionalNorm)):
            layer.gain.weight.zero_()
            layer.bias.weight.zero_()
    if kind == "deep":
        network.linear.weight[:, :6] = 0
    a, b = network(z, one_hot(1, 1)), network(z, one_hot(4, 4))
    assert bool(torch.isfinite(a).all()) and far(a, b) < 1e-6


@KINDS
def test_an_output_gain_of_zero_draws_the_last_bias_alone(kind: str) -> None:
    network, z = made(kind)
    norm = network.output_layer[0] if kind == "plain" else network.output_norm
    last = network.output_layer[2] if kind == "plain" else network.to_rgb
    norm.gain.zero_()
    norm.bias.zero_()
    expected = torch.tanh(last.bias[:3])[None, :, None, None].expand(2, 3, 32, 32)
    assert far(network(z, one_hot(1, 2)), expected) < 1e-6


def test_truncation_scales_z_and_one_changes_nothing() -> None:
    network, z = made("plain")
    y = one_hot(1, 2)
    assert far(network(z, y, 0.5), network(0.5 * z, y)) == 0
    assert far(network(z, y, 1.0), network(z, y)) == 0
    assert far(*network(z, one_hot(1, 1), 0.0)) < 1e-6, "at 0 all latents of a class are one"


def test_deep_truncation_scales_z_and_draws_with_that_set_of_statistics() -> None:
    network, z = made("deep")
    one_set, _ = made("deep", n_statistics=1)
    for t, row in ((1.0, 50), (0.5, 25)):
        rows = {k: v[row : row + 1] if "stored_" in k else v for k, v in network.state_dict().items()}
        one_set.load_state_dict(rows)
        assert far(network(z, one_hot(1, 2), t), one_set(t * z, one_hot(1, 2))) < 1e-6


def test_statistics_lie_where_the_published_code_looks_for_them() -> None:
    assert deep.statistics_at(1.0, 51) == [(50, 1.0)]
    assert deep.statistics_at(0.02, 51) == [(1, 1.0)]
    assert deep.statistics_at(0.7, 1) == [(0, 1.0)]
    (first, most), (second, least) = deep.statistics_at(0.58, 51)
    assert (first, second) == (28, 29) and most > 1 - 1e-9 and least < 1e-9, "0.58 / 0.02 falls just short of 29"
    (first, near), (second, next_) = deep.statistics_at(0.405, 51)  # a quarter of a step above set 20
    assert (first, second) == (20, 21) and near == pytest.approx(0.25) and next_ == pytest.approx(0.75)


@pytest.mark.parametrize("truncation", [0.0, -0.1, 1.01, float("nan")])
def test_a_truncation_without_statistics_is_refused(truncation: float) -> None:
    network, z = made("deep")
    with pytest.raises(ValueError, match="more than 0 up to 1"):
        network(z, one_hot(1, 2), truncation)


def test_attention_by_tiles_is_attention_by_the_map() -> None:
    chance = torch.Generator().manual_seed(0)
    theta, phi, g = (torch.randn(2, c, n, generator=chance) for c, n in ((3, 64), (3, 16), (12, 16)))
    assert far(by_map(theta, phi, g), by_tiles(theta, phi, g)) < 1e-5


def test_a_spectral_norm_is_the_largest_singular_value() -> None:
    network, _ = made("plain")
    layers = [layer for layer in network.modules() if isinstance(layer, SpectralConv2d | SpectralLinear)]
    for layer in layers[:6]:
        assert torch.linalg.matrix_norm(normalised(layer).flatten(1), 2).item() == pytest.approx(1, abs=0.02)
