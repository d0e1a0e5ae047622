"""Small generators with lived-in weights: statistics away from 0 and 1, attention that is heard, true norms."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from models.networks.biggan import BigGAN, BigGANConfig
from models.networks.biggan_deep import BigGANDeep, BigGANDeepConfig
from models.networks.spectral import SpectralConv2d, SpectralLinear, step

PLAIN = BigGANConfig(z_dim=20, n_classes=5, class_dim=6, widths=(16, 16, 16, 8), attention=(16,))
"""32 px; its first blocks double by interpolation, its last one by a transposed convolution."""
DEEP = BigGANDeepConfig(
    z_dim=8, n_classes=5, class_dim=6, widths=(16, 16, 16, 8), attention=(16,), n_statistics=51, rgb_channels=8
)


def biggan(config: BigGANConfig = PLAIN) -> BigGAN:
    torch.manual_seed(3)
    return lived_in(BigGAN(config))


def biggan_deep(config: BigGANDeepConfig = DEEP) -> BigGANDeep:
    torch.manual_seed(3)
    return lived_in(BigGANDeep(config))


@torch.no_grad()
def lived_in(network: Any) -> Any:
    for name, value in network.state_dict().items():
        if name.endswith("stored_var"):
            value.uniform_(0.5, 1.5)
        elif name.endswith("stored_mean"):
            value.normal_(std=0.1)
        elif name.endswith("gamma"):
            value.fill_(0.5)
    for layer in network.modules():
        if isinstance(layer, SpectralConv2d | SpectralLinear):
            converge(layer)
    return network.eval().requires_grad_(False)


def converge(layer: SpectralConv2d | SpectralLinear) -> None:
    """Trained long enough for the power iteration to have settled."""
    matrix = layer.weight.flatten(1)
    u = F.normalize(torch.ones(len(matrix)), dim=0)
    for _ in range(50):
        u, v = step(matrix, u)
    if hasattr(layer, "u0"):
        layer.get_buffer("u0").copy_(u[None])
    else:
        layer.get_buffer("u").copy_(u)
        layer.get_buffer("v").copy_(v)


def latents(n: int, z_dim: int) -> Tensor:
    return torch.randn(n, z_dim, generator=torch.Generator().manual_seed(1))


def one_hot(*numbers: int) -> Tensor:
    return F.one_hot(torch.tensor(numbers), 5).float()
