"""How well one picture repeats another: PSNR, SSIM, and whether it would be recognised among all works."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench.quality.pictures import Pictures
from models.inversion.quality import compare

CHUNK = 32
"""Pictures compared at once: bounds memory to about 200 MB."""


def likeness(dreams: Pictures, works: Pictures) -> Tensor:
    """PSNR in dB and SSIM of pictures (N, 3, H, W), pair by pair: (N, 2). A single dream is compared with all works.

    The measure is the one by which inversion judges its seeds.
    """
    found = []
    for start in range(0, len(works), CHUNK):
        work = in_range(works[start : start + CHUNK])
        dream = in_range(dreams[start : start + CHUNK] if len(dreams) > 1 else dreams).expand_as(work)
        found.append(compare(dream, work))
    return torch.cat(found)


def in_range(pictures: Pictures) -> Tensor:
    """uint8 -> float32 in [-1, 1]."""
    return torch.from_numpy(pictures).float() / 127.5 - 1


def recognised(dreams: NDArray[np.float32], works: NDArray[np.float32]) -> float:
    """Share of dreams whose nearest work, thumbnail by thumbnail (N, F), is their own. One dream may stand for all."""
    near = torch.cdist(torch.from_numpy(dreams), torch.from_numpy(works)).argmin(dim=1)
    return float((near == torch.arange(len(works))).float().mean())
