"""From a picture to the latent that draws it: gradient descent on z, a batch of works at a time.

A pixel loss at 128 px, from a given start, through the network beneath the generator, whose own methods keep no
gradients. Torch is imported when a descent begins, so that `works/prepare.py` can be read without it. No files:
`seeds.py` keeps what was found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.search.features import shrink

if TYPE_CHECKING:
    import torch

SIDE: Final = 128
"""Loss at half of the wall's resolution: finer detail than a few million weights can place only adds noise."""

GLANCE: Final = 16
"""Starts are compared at 16 px, where composition and colour are."""

RANDOM_STARTS: Final = 256
"""Latents drawn blindly beside the known seeds, so that a stranger to the collection finds some start too."""


@dataclass(frozen=True)
class InversionSettings:
    """Constants of the descent."""

    steps: int = 60
    """About a second a work on two cores; twice as many win 1 % of the error (docs/design/collection.md)."""
    batch: int = 16
    """Works at a time: what a CPU's caches hold; also the unit of resuming."""
    rate: float = 0.15
    """Adam's first step, in units of a Gaussian latent's own spread; falls to zero as a cosine."""


class Generator(Protocol):
    """What an inversion asks of a generator; `models.generator` has it."""

    @property
    def name(self) -> str: ...
    @property
    def z_dim(self) -> int: ...
    @property
    def sha256(self) -> str:
        """Of its weights."""

    @property
    def device(self) -> torch.device: ...
    @property
    def dtype(self) -> torch.dtype: ...
    @property
    def network(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """(B, z_dim) -> (B, 3, R, R), about [-1, 1]."""


def invert(
    pictures: NDArray[np.uint8],
    generator: Generator,
    starts: NDArray[np.float32],
    settings: InversionSettings,
    *,
    each_step: Callable[[], None] = lambda: None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One batch: pictures uint8 (B, 3, 128, 128), starts (B, z_dim) -> the best seeds met (B, z_dim), on the shell
    |z| = sqrt(z_dim), and their error (B,), the mean absolute difference in [0, 2]. Never worse than the start."""
    import torch

    from models.training.anchors import on_sphere

    target = torch.from_numpy(pictures).float().div(127.5).sub(1)
    z = torch.from_numpy(starts).clone().requires_grad_(True)
    optimiser = torch.optim.Adam([z], lr=settings.rate, betas=(0.9, 0.99))
    best = on_sphere(z.detach())
    lowest = torch.full((len(pictures),), math.inf)
    with torch.enable_grad():  # the caller may well be inside of no_grad
        for step in range(settings.steps + 1):  # the last one only judges
            here = on_sphere(z)
            drawn = draw(generator, here, SIDE)
            error = (drawn - target).abs().mean((1, 2, 3))
            better = (error < lowest).detach()
            best = torch.where(better[:, None], here.detach(), best)
            lowest = torch.where(better, error.detach(), lowest)
            if step == settings.steps:
                break
            coarse = (sized(drawn, GLANCE) - sized(target, GLANCE)).abs().mean((1, 2, 3))
            for group in optimiser.param_groups:
                group["lr"] = settings.rate * (1 + math.cos(math.pi * step / settings.steps)) / 2
            (z.grad,) = torch.autograd.grad((error + coarse).sum(), z)  # the weights' own gradients are not wanted
            optimiser.step()
            each_step()
    return best.numpy(), lowest.numpy()


def nearest_starts(
    pictures: NDArray[np.uint8], generator: Generator, known: NDArray[np.float32], *, seed: int = 0
) -> NDArray[np.float32]:
    """For pictures uint8 (N, 3, 128, 128) the start (N, z_dim) that already looks nearest: among the seeds of known
    works (M, z_dim), M >= 0, as this generator draws them, and RANDOM_STARTS random latents."""
    draws = np.random.default_rng(seed).normal(size=(RANDOM_STARTS, generator.z_dim)).astype(np.float32)
    starts = np.concatenate([known.reshape(-1, generator.z_dim), draws])
    seen = glances(starts, generator).reshape(len(starts), -1)  # (M', 3 * 16 * 16)
    wanted = (shrink(pictures.astype(np.float32), GLANCE) / 127.5 - 1).reshape(len(pictures), -1)
    apart = np.square(seen).sum(1) - 2 * (wanted @ seen.T)  # (N, M'), squared distance less a constant a picture
    return np.asarray(starts[apart.argmin(1)])


def glances(latents: NDArray[np.float32], generator: Generator, *, batch: int = 16) -> NDArray[np.float32]:
    """What the generator draws, at 16 px: (M, z_dim) -> (M, 3, 16, 16) in [-1, 1]."""
    import torch

    with torch.inference_mode():
        parts = [
            draw(generator, torch.from_numpy(latents[i : i + batch]), GLANCE).clamp(-1, 1).numpy()
            for i in range(0, len(latents), batch)
        ]
    return np.concatenate(parts)


def draw(generator: Generator, z: torch.Tensor, side: int) -> torch.Tensor:
    """Latents (B, z_dim) -> float32 pictures (B, 3, side, side) on the CPU, with gradients where z has them."""
    return sized(generator.network(z.to(generator.device, generator.dtype)).float().cpu(), side)


def sized(pictures: torch.Tensor, side: int) -> torch.Tensor:
    """(B, 3, R, R) -> (B, 3, side, side)"""
    import torch.nn.functional as F

    if pictures.shape[-1] < side:
        return F.interpolate(pictures, size=(side, side), mode="bilinear")
    return F.adaptive_avg_pool2d(pictures, side)
