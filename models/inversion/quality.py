"""How well a seed shows its work, measured on what a wall is shown.

PSNR and SSIM of the rendered picture: the saved seed, through the generator's own door, with its precision, its clip
and its rounding to bytes. Not on what the descent saw on its way: that is unclipped and smaller.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.inversion.drawing import Generator, as_target, sized, split

CHUNK: Final = 16
"""Pictures at once: what a CPU's caches hold."""

LUMA: Final = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in luminance (ITU-R BT.601)."""

WINDOW, SIGMA = 11, 1.5
"""SSIM's Gaussian window in pixels, as published."""

EQUAL_DB: Final = 100.0
"""PSNR of equal pictures, which would be infinite: more than 8 bits can tell apart."""


def measure(latents: NDArray[np.float32], pictures: NDArray[np.uint8], generator: Generator) -> NDArray[np.float32]:
    """Latents (N, width), works uint8 (N, 3, S, S) -> PSNR in dB and SSIM (N, 2), at the smaller of both sides."""
    found = [
        compare(rendered(latents[i : i + CHUNK], generator), as_target(pictures[i : i + CHUNK], generator))
        for i in range(0, len(latents), CHUNK)
    ]
    return torch.cat(found).cpu().numpy() if found else np.empty((0, 2), np.float32)


@torch.inference_mode()
def rendered(latents: NDArray[np.float32], generator: Generator) -> Tensor:
    """What a wall shows of these latents, back in [-1, 1]: (B, 3, R, R)."""
    z, y = split(latents, generator)
    return as_target(generator.generate(z, y).transpose(0, 3, 1, 2), generator)


@torch.inference_mode()
def compare(a: Tensor, b: Tensor) -> Tensor:
    """Pictures (B, 3, H, H) in [-1, 1] -> (B, 2): PSNR in dB, SSIM, at the smaller of both sides."""
    side = min(a.shape[-1], b.shape[-1])
    a, b = sized(a, side), sized(b, side)
    return torch.stack([psnr(a, b), ssim(a, b)], dim=1)


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of pictures in [-1, 1], (B, 3, H, W) each -> (B,)."""
    error = (a - b).square().mean(dim=(1, 2, 3))
    return (10 * torch.log10(4 / error.clamp_min(1e-20))).clamp_max(EQUAL_DB)


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004) on luminance, pictures in [-1, 1], (B, 3, H, W) each -> (B,)."""
    luma = torch.tensor(LUMA, device=a.device).view(1, 3, 1, 1)
    a, b = (((x + 1) * luma).sum(1, keepdim=True) for x in (a, b))  # (B, 1, H, W) in [0, 2]: black is 0
    taps = torch.exp(-((torch.arange(WINDOW, device=a.device) - WINDOW // 2) ** 2) / (2 * SIGMA**2))
    taps = taps / taps.sum()

    def blur(x: Tensor) -> Tensor:
        return F.conv2d(F.conv2d(x, taps.view(1, 1, -1, 1)), taps.view(1, 1, 1, -1))

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    score = (2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return score.mean(dim=(1, 2, 3))
