"""Generators for tests of inversion: small enough to follow by hand, one with classes, one a real network."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from models.generator import Generator
from models.networks.light import Block, LightConfig, LightGenerator
from tests.models.drawings import Paintbox, seeds_on_shell


class Watched(Paintbox):
    """A paintbox that remembers how many works each pass drew."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    def network(self, z: torch.Tensor) -> torch.Tensor:
        self.drawn.append(len(z))
        return super().network(z)


class Stencil(Paintbox):
    """z (B, 12) colours four quarters, y (B, 3) mixes three patterns of stripes on top: a generator with classes."""

    name, sha256, n_classes = "stencil", "5b" * 32, 3

    def network(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        line = torch.arange(32)
        stripes = torch.stack(
            [(line // 8 % 2)[:, None] + 0 * line, 0 * line[:, None] + line // 8 % 2, 0 * line[:, None] + 0 * line]
        )
        return super().network(z) * 0.6 + torch.einsum("bk,kyx->byx", y, stripes - 0.5)[:, None] * 0.8

    def generate(self, z: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.uint8]:  # type: ignore[override]
        drawn = self.network(torch.from_numpy(z), torch.from_numpy(y)).clamp(-1, 1)
        return ((drawn + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def small_network(*, sha256: str = "5c" * 32) -> Generator:
    """The real architecture, thin and at 32 px, with random weights; its outputs are not silent as at birth."""
    torch.manual_seed(3)
    network = LightGenerator(LightConfig(z_dim=12, resolution=32, channels=(16,) * 6))
    for layer in (network.stem_rgb, *(block.to_rgb for block in network.blocks if isinstance(block, Block))):
        torch.nn.init.normal_(layer.weight, std=0.1)
    return Generator("small", network, device="cpu", precision="float32", sha256=sha256)


def latents_with_classes(count: int) -> NDArray[np.float32]:
    """For the stencil: (count, 12 + 3), one class each."""
    return np.concatenate([seeds_on_shell(count, 12), np.eye(3, dtype=np.float32)[np.arange(count) % 3]], axis=1)


def painted(latents: NDArray[np.float32], generator: Paintbox | Generator) -> NDArray[np.uint8]:
    """What a wall shows of them, uint8 (N, 3, R, R)."""
    z, y = latents[:, : generator.z_dim], latents[:, generator.z_dim :]
    shown = generator.generate(z, y) if generator.n_classes else generator.generate(z)
    return np.ascontiguousarray(shown.transpose(0, 3, 1, 2))
