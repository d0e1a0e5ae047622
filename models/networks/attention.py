"""Self-attention over an image (SAGAN, Zhang et al. 2019), as in both BigGANs: each place looks at a quarter of all."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.spectral import SpectralConv2d


class SelfAttention(nn.Module):
    """x (B, C, H, W) -> x + gamma * what each place sees in the others, in the same shape."""

    def __init__(self, channels: int, *, iterate: bool = True) -> None:
        super().__init__()
        self.theta = SpectralConv2d(channels, channels // 8, 1, bias=False, iterate=iterate)
        self.phi = SpectralConv2d(channels, channels // 8, 1, bias=False, iterate=iterate)
        self.g = SpectralConv2d(channels, channels // 2, 1, bias=False, iterate=iterate)
        self.o = SpectralConv2d(channels // 2, channels, 1, bias=False, iterate=iterate)
        self.gamma = nn.Parameter(torch.zeros(()))
        self.look = by_map

    def forward(self, x: Tensor) -> Tensor:
        side = x.shape[2:]  # N = H * W places look, M = N / 4 are seen
        theta = self.theta(x).flatten(2)  # (B, C/8, N)
        phi = F.max_pool2d(self.phi(x), 2).flatten(2)  # (B, C/8, M)
        g = F.max_pool2d(self.g(x), 2).flatten(2)  # (B, C/2, M)
        seen = self.look(theta, phi, g)  # (B, C/2, N)
        picture: Tensor = x + self.gamma * self.o(seen.view(*seen.shape[:2], *side))  # (B, C, H, W)
        return picture


def by_map(theta: Tensor, phi: Tensor, g: Tensor) -> Tensor:
    """As published: by the map of who looks where, 268 MB of float32 a picture at 128 px."""
    weights = F.softmax(torch.bmm(theta.transpose(1, 2), phi), dim=-1)  # (B, N, M)
    return torch.bmm(g, weights.transpose(1, 2))  # (B, C/2, N)


def by_tiles(theta: Tensor, phi: Tensor, g: Tensor) -> Tensor:
    """The same without the map: places look a tile at a time, and the softmax is summed up in passing."""
    # The tiled kernels want queries, keys and values of one width: zeros beside queries and keys change nothing.
    wider = g.shape[1] - theta.shape[1]
    query, key = (F.pad(t, (0, 0, 0, wider)).transpose(1, 2)[:, None].contiguous() for t in (theta, phi))
    value = g.transpose(1, 2)[:, None].contiguous()  # (B, 1, M, C/2); the query (B, 1, N, C/2)
    seen = F.scaled_dot_product_attention(query, key, value, scale=1.0)  # (B, 1, N, C/2)
    return seen[:, 0].transpose(1, 2)
