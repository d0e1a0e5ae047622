"""What an inversion asks of a generator, and how free numbers become latents that it may draw.

A latent is one row: z, and behind it the class weights y where the generator has classes. A descent moves free numbers;
z is their direction at length sqrt(z_dim), the shell on which all our latents live (`models/latent.py`), y their
softmax. Torch is imported when something is drawn, so that `works/prepare.py` can be read without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

UNCHOSEN: Final = 0.1
"""Weight that the classes a start did not choose share at its beginning: at zero their logits would have no gradient,
and no descent could ever reach them."""


class Generator(Protocol):
    """`models.generator` has it."""

    @property
    def name(self) -> str: ...
    @property
    def z_dim(self) -> int: ...
    @property
    def n_classes(self) -> int:
        """0 where it has none."""

    @property
    def resolution(self) -> int:
        """R, side of a picture in pixels."""

    @property
    def sha256(self) -> str:
        """Of its weights."""

    @property
    def device(self) -> torch.device: ...
    @property
    def dtype(self) -> torch.dtype: ...
    @property
    def takes(self) -> torch.dtype:
        """In which z and y go into the network: a mixed one takes float32, whatever it computes in."""

    @property
    def network(self) -> Callable[..., Tensor]:
        """z (B, z_dim), or z and y (B, n_classes) -> (B, 3, R, R), about [-1, 1], with gradients."""

    def generate(self, z: Any, y: Any = None) -> NDArray[np.uint8]:
        """What a wall is shown: (B, R, R, 3)."""


def width(generator: Generator) -> int:
    """Numbers in a latent of this generator."""
    return generator.z_dim + generator.n_classes


def split(latents: Any, generator: Generator) -> tuple[Any, Any]:
    """Rows (B, width), tensor or array -> z and y; y is None where there are no classes."""
    return latents[:, : generator.z_dim], latents[:, generator.z_dim :] if generator.n_classes else None


def freed(latents: NDArray[np.float32], generator: Generator) -> Tensor:
    """Rows to start from (B, width) -> the free numbers of a descent, z and logits, whose `settled` they are but for
    UNCHOSEN."""
    import torch

    z, y = split(torch.from_numpy(latents).to(generator.device), generator)
    if y is None:
        return z.clone()  # type: ignore[no-any-return]
    soft = (1 - UNCHOSEN) * y + UNCHOSEN / generator.n_classes
    return torch.cat([z, soft.log()], dim=1)


def settled(free: Tensor, generator: Generator) -> Tensor:
    """Free numbers (B, width) -> latents (B, width): |z| = sqrt(z_dim), y convex. Differentiable."""
    import torch

    z, logits = split(free, generator)
    z = z * (math.sqrt(generator.z_dim) / z.norm(dim=1, keepdim=True).clamp_min(1e-6))
    return z if logits is None else torch.cat([z, logits.softmax(dim=1)], dim=1)


def draw(latents: Tensor, generator: Generator) -> Tensor:
    """Latents (B, width) -> float32 pictures (B, 3, R, R), about [-1, 1], unclamped so that gradients pass."""
    z, y = split(latents.to(generator.device, generator.takes), generator)
    return generator.network(z).float() if y is None else generator.network(z, y).float()


def sized(pictures: Tensor, side: int) -> Tensor:
    """(B, 3, R, R) -> (B, 3, side, side), the mean over squares; smaller pictures are enlarged smoothly."""
    import torch.nn.functional as F

    if pictures.shape[-1] < side:
        return F.interpolate(pictures, size=(side, side), mode="bilinear")
    return pictures if pictures.shape[-1] == side else F.adaptive_avg_pool2d(pictures, side)


def as_target(pictures: NDArray[np.uint8], generator: Generator) -> Tensor:
    """Pictures uint8 (B, 3, S, S) -> float32 in [-1, 1], the generator's own range, on its device."""
    import torch

    held = torch.from_numpy(np.array(pictures, order="C"))  # a copy: they may lie in a file that is not to be written
    return held.to(generator.device).float().div_(127.5).sub_(1)
