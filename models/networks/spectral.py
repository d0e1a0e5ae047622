"""Spectral normalisation for drawing: a layer's weight divided by an estimate of its largest singular value.

Miyato et al. 2018. Two published codes keep two things: one keeps u from before the last step of the power iteration
and takes that step whenever it draws (BigGAN), the other keeps u and v and takes none (BigGAN-deep). Both are here as
they are published, once in every forward; `settled` does it once and for all.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SpectralConv2d(nn.Conv2d):
    """A "same" convolution under its spectral norm. (B, c_in, H, W) -> (B, c_out, H, W)."""

    def __init__(self, c_in: int, c_out: int, kernel: int, *, bias: bool = True, iterate: bool = True) -> None:
        super().__init__(c_in, c_out, kernel, padding=kernel // 2, bias=bias)
        register_vectors(self, iterate)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self._conv_forward(x, normalised(self), self.bias)
        return made


class SpectralLinear(nn.Linear):
    """A linear layer under its spectral norm. (B, c_in) -> (B, c_out)."""

    def __init__(self, c_in: int, c_out: int, *, bias: bool = True, iterate: bool = True) -> None:
        super().__init__(c_in, c_out, bias)
        register_vectors(self, iterate)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, normalised(self), self.bias)


Spectral = SpectralConv2d | SpectralLinear


def register_vectors(layer: Spectral, iterate: bool) -> None:
    """`u0` (1, rows), one step behind; or `u` (rows) and `v` (columns), as they are used."""
    rows, columns = layer.weight.flatten(1).shape
    if iterate:
        layer.register_buffer("u0", torch.randn(1, rows))
    else:
        layer.register_buffer("u", F.normalize(torch.randn(rows), dim=0))
        layer.register_buffer("v", F.normalize(torch.randn(columns), dim=0))


def normalised(layer: Spectral) -> Tensor:
    """The weight that the layer draws with."""
    matrix = layer.weight.flatten(1)  # (rows, columns)
    if hasattr(layer, "u0"):
        u, v = step(matrix, cast(Tensor, layer.u0)[0])
    else:
        u, v = cast(Tensor, layer.u), cast(Tensor, layer.v)
    sigma = torch.dot(u, torch.mv(matrix, v))
    # A weight that is zero throughout has no norm to divide by; it stays zero, where the published codes give NaN.
    return layer.weight / torch.where(sigma == 0, 1.0, sigma)


def step(matrix: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """One step of the power iteration: (rows, columns), u (rows) -> the next u (rows) and v (columns)."""
    v = F.normalize(torch.mv(matrix.t(), u), dim=0)
    return F.normalize(torch.mv(matrix, v), dim=0), v


@torch.no_grad()
def settle(network: nn.Module) -> None:
    """Replace every spectral layer inside `network` by a plain one of the same function."""
    for parent in list(network.modules()):
        for name, child in parent.named_children():
            if isinstance(child, Spectral):
                setattr(parent, name, settled(child))


@torch.no_grad()
def settled(layer: Spectral) -> nn.Conv2d | nn.Linear:
    """A plain layer with the normalised weight."""
    with torch.device("meta"):
        plain: nn.Conv2d | nn.Linear
        if isinstance(layer, SpectralConv2d):
            kernel = layer.kernel_size[0]
            plain = nn.Conv2d(layer.in_channels, layer.out_channels, kernel, padding=kernel // 2, bias=False)
        else:
            plain = nn.Linear(layer.in_features, layer.out_features, bias=False)
    plain.weight = nn.Parameter(normalised(layer), requires_grad=False)
    plain.bias = layer.bias
    return plain
