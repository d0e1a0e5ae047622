"""The encoder: a guess at the latent that draws a picture, in one look.

It is trained with the generator (`trainer.py`) on three things at once: dreams, whose latents are known; works, whose
codes are being learnt; and crops of works, which it must make the generator redraw. So it also guesses for pictures
that no training saw. A start for `inversion/`, and enough by itself where a visitor waits.

Pure torch: no files, no devices, no training.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from models.training.anchors import on_sphere

SIDE = 64
"""Side in pixels of what it sees: where things are and in which colours is all that a latent decides."""

WIDTHS = (48, 96, 192, 192)
"""Channels at 32, 16, 8 and 4 px: 0.1 GMAC a picture, a fifteenth of the generator it is trained beside."""


class Halve(nn.Module):
    """Half the side, then a residual convolution. (B, c_in, H, W) -> (B, c_out, H / 2, W / 2)."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(c_in, c_out, 4, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(c_out)
        self.conv = nn.Conv2d(c_out, c_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.norm(self.down(x)), 0.2)
        return x + F.leaky_relu(self.conv(x), 0.2)


class Encoder(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1] of any side -> latents (B, z_dim) with |z| = sqrt(z_dim)."""

    def __init__(self, z_dim: int) -> None:
        super().__init__()
        self.see = nn.Conv2d(12, WIDTHS[0], 3, padding=1)
        self.halve = nn.Sequential(*(Halve(a, b) for a, b in zip(WIDTHS[:-1], WIDTHS[1:], strict=True)))
        self.guess = nn.Linear(WIDTHS[-1] * 4 * 4, z_dim)

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.leaky_relu(self.see(F.pixel_unshuffle(glance(pictures), 2)), 0.2)  # (B, 48, 32, 32)
        x = self.halve(x)  # (B, 192, 4, 4)
        return on_sphere(self.guess(x.flatten(1)).float())


def glance(pictures: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, 3, 64, 64)"""
    if pictures.shape[-1] < SIDE:
        return F.interpolate(pictures, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    return F.adaptive_avg_pool2d(pictures, SIDE)
