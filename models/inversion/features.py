"""What two pictures are compared by, beside their pixels: the activations of a network that knows what it sees.

Two such networks: the critic that was trained beside a generator, which is always there, and ResNet50, which knows
things and not only looks, where the user gives the file of its weights. Both are fed gradients through.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from models.checkpoints.read import read
from models.networks.critic import Critic
from models.networks.resnet50 import ResNet50, filled, load_resnet50, prepared


class Features(Protocol):
    """A network that looks."""

    @property
    def name(self) -> str:
        """Which network with which weights: two of one name see alike."""

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        """Pictures (B, 3, H, W) in [-1, 1] -> activations, (B, ...) each, differentiable."""


class CriticFeatures:
    """The critic's maps at 32, 16 and 8 px, in the precision that the machine multiplies fastest."""

    def __init__(self, critic: Critic, name: str, device: torch.device, dtype: torch.dtype) -> None:
        self.name = name
        looking = copy.deepcopy(critic).eval().requires_grad_(False)
        self.critic: Critic = looking.to(device, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.fit = {"device": device, "dtype": dtype, "memory_format": torch.channels_last}

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        return [seen.float() for seen in self.critic(pictures.to(**self.fit)).features]  # type: ignore[call-overload]


class ResNetFeatures:
    """ResNet50's maps after each of its four stages, of a file with torchvision's state dict."""

    def __init__(self, path: Path, device: torch.device) -> None:
        """Raises ModelError."""
        network, sha256 = load_resnet50(path)
        self.name = f"resnet50 {sha256}"
        self.network: ResNet50 = network.to(device)

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        return self.network.maps(prepared(pictures))


class ResNetLogits:
    """ResNet50's logits of 1,000 classes, (B, 1000): what the original compared by."""

    def __init__(self, path: Path, device: torch.device) -> None:
        """Raises ModelError."""
        file = read(path)
        self.name = f"resnet50 logits {file.sha256}"
        self.network: ResNet50 = filled(path.name, file.tensors).requires_grad_(False).to(device)

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        return [self.network.fc(self.network(prepared(pictures)))]


def apart(got: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """How different two batches look, (B,): mean absolute difference, each activation in units of the wanted one's mean
    magnitude, so that none speaks for all. 0 is the same, about 1 another picture."""
    differences = [
        (g - w).abs().flatten(1).mean(1) / w.abs().flatten(1).mean(1).clamp_min(1e-4)
        for g, w in zip(got, wanted, strict=True)
    ]
    return torch.stack(differences).mean(0)
