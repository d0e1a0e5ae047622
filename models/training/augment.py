"""Differentiable augmentation (Zhao et al. 2020): what lets a GAN learn from hundreds of pictures instead of millions.

The critic sees augmented pictures, real and generated alike, so it cannot learn them by heart; the gradient passes
through, so the generator does not learn the augmentation. How often is for `trainer.py` to say. Pure torch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SHIFT = 0.125
"""Largest translation as a share of the side, as published."""
CUTOUT = 0.4
"""Side of the erased square as a share of the picture's; published .5 hides too much of a 64 px picture."""
SMALLEST_CROP = 0.6
"""Side of the smallest crop as a share of the picture's: smaller ones are no longer composed like pictures."""


def augment(x: Tensor, chance: float = 1.0) -> Tensor:
    """Colour, translation and cutout, each drawn per picture, on a picture with this chance, else none of them.
    x: (B, 3, H, W) in [-1, 1]."""
    touched = torch.rand(len(x), 1, 1, 1, device=x.device) < chance
    return torch.where(touched, cutout(translate(colour(x))), x)


def colour(x: Tensor) -> Tensor:
    """Brightness +-.5, saturation x[0, 2], contrast x[.5, 1.5]."""
    brightness, saturation, contrast = torch.rand(3, x.shape[0], 1, 1, 1, device=x.device, dtype=x.dtype)
    x = x + (brightness - 0.5)
    grey = x.mean(dim=1, keepdim=True)
    x = grey + (x - grey) * (2 * saturation)
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    toned: Tensor = mean + (x - mean) * (contrast + 0.5)
    return toned


def translate(x: Tensor) -> Tensor:
    """Shift by up to SHIFT, black beyond the edge."""
    b, _, h, w = x.shape
    reach = int(h * SHIFT + 0.5)
    padded = F.pad(x, (reach, reach, reach, reach))
    dy, dx = torch.randint(0, 2 * reach + 1, (2, b, 1), device=x.device)
    rows = (torch.arange(h, device=x.device) + dy)[:, :, None]
    columns = (torch.arange(w, device=x.device) + dx)[:, None, :]
    batch = torch.arange(b, device=x.device)[:, None, None]
    moved: Tensor = padded.permute(0, 2, 3, 1)[batch, rows, columns].permute(0, 3, 1, 2)
    return moved


def cutout(x: Tensor) -> Tensor:
    """Erase one square a picture."""
    b, _, h, w = x.shape
    half = h * CUTOUT / 2
    cy, cx = torch.rand(2, b, 1, 1, device=x.device) * h
    rows = (torch.arange(h, device=x.device)[None, :, None] - cy).abs() > half
    columns = (torch.arange(w, device=x.device)[None, None, :] - cx).abs() > half
    kept: Tensor = x * (rows | columns)[:, None].to(x.dtype)
    return kept


def crops(x: Tensor) -> Tensor:
    """One crop a picture, sized back and mirrored half of the time: pictures (B, 3, H, W) that are no work's own."""
    b = len(x)
    side = SMALLEST_CROP + (1 - SMALLEST_CROP) * torch.rand(b, device=x.device)
    to = (torch.rand(2, b, device=x.device) * 2 - 1) * (1 - side)  # of the crop's middle, the picture being [-1, 1]
    mirror = torch.where(torch.rand(b, device=x.device) < 0.5, -side, side)
    nothing = torch.zeros_like(side)
    box = torch.stack([mirror, nothing, to[0], nothing, side, to[1]], dim=1).view(b, 2, 3)
    grid = F.affine_grid(box, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
