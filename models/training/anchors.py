"""One learned code per artwork: the seeds, while they are being learnt.

A code is free to have any length; a seed is the code on the sphere that Gaussian latents live near, |z| = sqrt(z_dim).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.search.features import features

MIXED = 3
"""Works in a mixture: about as many as speak with weight at a place on the map."""

CONCENTRATION = 0.7
"""Of the Dirichlet weights of a mixture: below 1, so that one work often leads, as on the map."""

KIN = 8
"""Nearest works by looks, among which a mixture of kin is drawn: those that stand around it on the map."""


class Anchors(nn.Module):
    """Codes (N, z_dim), started so that works of like looks lie close, as they will on the map."""

    def __init__(self, images: NDArray[np.uint8], z_dim: int, noise: float) -> None:
        """`images`: uint8 (N, 3, 256, 256); `noise`: of `near`, in units of the prior's own spread per dimension."""
        super().__init__()
        self.noise = noise
        looks = torch.from_numpy(features(images))
        self.register_buffer("kin", nearest(looks, KIN), persistent=False)
        self.codes = nn.Embedding(len(images), z_dim, sparse=True)
        self.codes.weight.data.copy_(first_codes(looks, z_dim))

    def seeds(self, index: Tensor) -> Tensor:
        """(B,) -> (B, z_dim)"""
        return on_sphere(self.codes(index))

    def near(self, index: Tensor) -> Tensor:
        """Seeds with a little noise: a work's neighbourhood shows the work too, so the way to it is smooth."""
        seeds = self.seeds(index)
        return on_sphere(seeds + self.noise * torch.randn_like(seeds))

    def among_kin(self, index: Tensor) -> Tensor:
        """(B,) -> (B, MIXED): each work and others that look like it."""
        kin = self.get_buffer("kin")[index]  # (B, KIN)
        others = torch.rand(kin.shape, device=kin.device).topk(min(MIXED - 1, kin.shape[1]), dim=1).indices
        return torch.cat([index[:, None], kin.gather(1, others)], dim=1)

    def mixtures(self, index: Tensor) -> Tensor:
        """(B, K) -> norm-kept random mixtures of K works each (B, z_dim), without gradient."""
        weights = torch.distributions.Dirichlet(torch.full((index.shape[1],), CONCENTRATION)).sample((len(index),))
        with torch.no_grad():
            return on_sphere((weights.to(index.device)[:, :, None] * self.seeds(index)).sum(1))


def on_sphere(z: Tensor) -> Tensor:
    """Scale each latent to |z| = sqrt(z_dim). z: (..., z_dim)."""
    scaled: Tensor = z * (math.sqrt(z.shape[-1]) / z.norm(dim=-1, keepdim=True).clamp_min(1e-6))
    return scaled


def nearest(looks: Tensor, k: int) -> Tensor:
    """Features (N, F) -> the k nearest other works of each (N, min(k, N - 1)), nearest first."""
    apart = torch.cdist(looks, looks).fill_diagonal_(math.inf)
    return apart.topk(min(k, len(looks) - 1), dim=1, largest=False).indices


def first_codes(looks: Tensor, dims: int) -> Tensor:
    """Features (N, F) -> codes (N, dims): principal components with half of their inequality, and a little noise.

    Wholly whitened, even works that look alike would begin at right angles, and a walk between them would be a change
    of scenes; not whitened at all, a few dimensions would hold everything and the rest of z would mean nothing.
    """
    u, s, _ = torch.linalg.svd(looks - looks.mean(0), full_matrices=False)
    k = min(dims, u.shape[1])
    parts = u[:, :k] * s[:k].sqrt()  # (N, k)
    codes = 0.1 * torch.randn(len(looks), dims, generator=torch.Generator().manual_seed(0))
    codes[:, :k] += parts / parts.square().mean().sqrt().clamp_min(1e-6)
    return codes
