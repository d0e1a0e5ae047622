"""One learned code per artwork: the seeds, while they are being learnt.

A code is free to have any length; a seed is the code on the sphere that Gaussian latents live near, |z| = sqrt(z_dim).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.features import shrink

MIXED = 3
"""Works in a mixture: about as many as speak with weight at a place on the map."""

CONCENTRATION = 0.7
"""Of the Dirichlet weights of a mixture: below 1, so that one work often leads, as on the map."""


class Anchors(nn.Module):
    """Codes (N, z_dim), started so that like works lie close."""

    def __init__(self, images: NDArray[np.uint8], z_dim: int, noise: float) -> None:
        """`images`: uint8 (N, 3, H, W); `noise`: of `near`, in units of the prior's own spread per dimension."""
        super().__init__()
        self.noise = noise
        self.codes = nn.Embedding(len(images), z_dim, sparse=True)
        self.codes.weight.data.copy_(torch.from_numpy(whitened(images, z_dim)))

    def seeds(self, index: Tensor) -> Tensor:
        """(B,) -> (B, z_dim)"""
        return on_sphere(self.codes(index))

    def near(self, index: Tensor) -> Tensor:
        """Seeds with a little noise: a work's neighbourhood shows the work too, so the way to it is smooth."""
        seeds = self.seeds(index)
        return on_sphere(seeds + self.noise * torch.randn_like(seeds))

    def mixtures(self, index: Tensor) -> Tensor:
        """(B, MIXED) -> norm-kept random mixtures (B, z_dim), without gradient."""
        weights = torch.distributions.Dirichlet(torch.full((MIXED,), CONCENTRATION)).sample((len(index),))
        with torch.no_grad():
            return on_sphere((weights.to(index.device)[:, :, None] * self.seeds(index)).sum(1))


def on_sphere(z: Tensor) -> Tensor:
    """Scale each latent to |z| = sqrt(z_dim). z: (..., z_dim)."""
    scaled: Tensor = z * (math.sqrt(z.shape[-1]) / z.norm(dim=-1, keepdim=True).clamp_min(1e-6))
    return scaled


def whitened(images: NDArray[np.uint8], dims: int) -> NDArray[np.float32]:
    """First codes (N, dims): whitened principal components of the works at 16 px, with a little noise."""
    n = len(images)
    flat = shrink(images, 16).reshape(n, -1).astype(np.float32)
    u, _, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    codes = np.random.default_rng(0).normal(size=(n, dims)).astype(np.float32) * 0.1
    k = min(dims, u.shape[1])
    codes[:, :k] += u[:, :k] * math.sqrt(n)
    return codes
