"""z -> w: the mapping network that StyleGAN2 and StyleGAN3 share, with truncation towards the mean w.

Names and scales of the parameters are those of the published files: a weight is stored without its equalised learning
rate (Karras et al. 2018), which is multiplied in here. Pure torch: no files, no training.
"""

from __future__ import annotations

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LRELU_SLOPE = 0.2
LRELU_GAIN = math.sqrt(2)
"""Keeps the second moment of a signal through the leaky ReLU, as the authors have it."""
MAPPING_RATE = 0.01
"""Learning rate of the mapping's layers against the rest: all published networks were trained with it."""
EPSILON = 1e-8


class Dense(nn.Module):
    """A linear layer with equalised learning rate. (B, c_in) -> (B, c_out)."""

    def __init__(self, c_in: int, c_out: int, *, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c_out, c_in) / rate)
        self.bias = nn.Parameter(torch.full((c_out,), bias / rate))
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * (self.rate / math.sqrt(self.weight.shape[1])), self.bias * self.rate)


class Mapping(nn.Module):
    """z (B, z_dim) and class weights (B, n_classes) -> w (B, w_dim)."""

    w_avg: Tensor

    def __init__(self, z_dim: int, n_classes: int, w_dim: int, layers: int) -> None:
        super().__init__()
        self.n_classes, self.layers = n_classes, layers
        if n_classes:
            self.embed = Dense(n_classes, w_dim)
        width = z_dim + (w_dim if n_classes else 0)
        for i in range(layers):
            self.add_module(f"fc{i}", Dense(width if i == 0 else w_dim, w_dim, rate=MAPPING_RATE))
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """`y` rows are one-hot, or convex mixtures: the embedding is linear, so half of each class lies half way.

        Raises ValueError when `y` is missing or has another width.
        """
        x = normalised(z)
        if self.n_classes:
            if y is None or y.shape[1] != self.n_classes:
                raise ValueError(f"this network wants class weights (B, {self.n_classes})")
            x = torch.cat([x, normalised(self.embed(y))], dim=1)  # (B, z_dim + w_dim)
        for i in range(self.layers):
            layer = cast(Dense, self.get_submodule(f"fc{i}"))
            x = F.leaky_relu(layer(x), LRELU_SLOPE) * LRELU_GAIN
        return x

    def styles(
        self, z: Tensor, y: Tensor | None, count: int, truncation: float = 1.0, cutoff: int | None = None
    ) -> Tensor:
        """One w for each of `count` layers. (B, z_dim) -> (B, count, w_dim).

        `truncation` (psi) draws w towards the mean: 1 changes nothing, 0 is the mean for every z. `cutoff` leaves the
        layers from that one on alone: their details stay as they are.
        """
        ws: Tensor = self(z, y)[:, None].repeat(1, count, 1)
        if truncation != 1:
            ws[:, :cutoff] = self.w_avg.lerp(ws[:, :cutoff], truncation)
        return ws


def normalised(x: Tensor) -> Tensor:
    """Each row at a root mean square of 1."""
    return x * (x.square().mean(dim=1, keepdim=True) + EPSILON).rsqrt()
