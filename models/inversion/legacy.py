"""The recipe of the original Gen Studio (The Met x Microsoft x MIT, 2019), as the preset `legacy`.

Facts, read in its published source (github.com/microsoft/GenStudio, utilities/gan-inversion, TensorFlow 1, BigGAN-256
with z 140 and 1,000 classes, one work at a time): 30 random draws of z, the best by total loss wins; 400 steps of
RMSProp at 0.1; z clipped to [-2, 2] on its way into the generator; loss = pixel MSE at 256 px + 5 x MSE of ResNet50's
logits + 0 x |z|; class logits begin at ResNet50's own of the target; truncation 1; the last step is what is saved.

Its bugs, and what we do:

- The target was scaled to [-0.5, 0.5] while the generator draws in [-1, 1], so every seed was sought for a picture of
  half the contrast. Here the target has the generator's range.
- z was rendered clipped and saved unclipped. Here what is saved is what is rendered.
- Every tenth step was made twice, by a print-out that trained. Here 400 steps are 400.

Without a file of ResNet50's weights there are no logits: the critic's features stand in for them, each map in units of
the target's own mean square, and classes begin as an even mixture. Pictures are the middle squares that all of our
seeds are found for; the original squeezed the whole picture. None of this is how we invert: see `descent.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.inversion.drawing import Generator, as_target, draw, sized, width

if TYPE_CHECKING:
    from torch import Tensor

    from models.inversion.features import Features

DECAY: Final = 0.9
"""Of RMSProp's mean square, TensorFlow's default then. It also began at one and not at zero: first steps are small."""

TINY: Final = 1e-10
"""Beneath RMSProp's root, TensorFlow's default then."""


@dataclass(frozen=True)
class LegacySettings:
    """The original's constants."""

    draws: int = 30
    """Random latents tried before the descent."""
    steps: int = 400
    rate: float = 0.1
    """Of RMSProp, the same from the first step to the last."""
    clip: float = 2.0
    """Largest magnitude of a number of z."""
    pixel_weight: float = 1.0
    deep_weight: float = 5.0
    """Of the mean square error of logits."""
    batch: int = 16
    """Ours alone, for speed: each work has its own loss, so the answer is that of one at a time."""


class Legacy:
    """The preset, ready for one generator: a `seeds.Recipe`."""

    def __init__(
        self,
        generator: Generator,
        features: Features | None,
        settings: LegacySettings = LegacySettings(),
        *,
        logits: bool = False,
        seed: int = 0,
    ) -> None:
        """`features` gives what is compared deeply; with `logits` its first answer (B, 1000) are a classifier's."""
        self.generator, self.features, self.settings, self.logits, self.seed = (
            generator,
            features,
            settings,
            logits,
            seed,
        )
        self.batch, self.steps = settings.batch, settings.steps
        self.name = "legacy"
        self.facts = f"legacy, {settings}, {features.name if features else 'pixels alone'}, {logits}, {seed}"

    def find(self, pictures: NDArray[np.uint8], each_step: Callable[[], None]) -> NDArray[np.float32]:
        """Pictures uint8 (B, 3, S, S) -> latents (B, width), z in [-2, 2]."""
        import torch

        s = self.settings
        targets = sized(as_target(pictures, self.generator), self.generator.resolution)
        with torch.no_grad():
            deep = self.features(targets) if self.features else []
        digest = hashlib.sha256(np.ascontiguousarray(pictures).tobytes()).digest()
        rng = np.random.default_rng([self.seed, *digest[:8]])  # the same pictures, the same draws
        free = self.best_draw(targets, deep, rng).requires_grad_(True)
        mean_square = torch.ones_like(free)
        with torch.enable_grad():  # the caller may well be inside of no_grad
            for _ in range(s.steps):
                (gradient,) = torch.autograd.grad(self.loss(free, targets, deep).sum(), free)
                with torch.no_grad():
                    mean_square.lerp_(gradient.square(), 1 - DECAY)
                    free -= s.rate * gradient / (mean_square + TINY).sqrt()
                each_step()
        return self.clipped(free.detach()).cpu().numpy()

    def best_draw(self, targets: Tensor, deep: list[Tensor], rng: np.random.Generator) -> Tensor:
        """For each target the best of 30 random z, beside the logits that classes begin with: (B, width)."""
        import torch

        best = torch.zeros((len(targets), width(self.generator)), device=targets.device)
        if self.generator.n_classes and self.logits and deep[0].shape[1] == self.generator.n_classes:
            best[:, self.generator.z_dim :] = deep[0]
        lowest = torch.full((len(targets),), torch.inf, device=targets.device)
        with torch.no_grad():
            for _ in range(self.settings.draws):
                free = best.clone()
                z = rng.normal(size=(len(targets), self.generator.z_dim)).astype(np.float32)
                free[:, : self.generator.z_dim] = torch.from_numpy(z).to(free.device)
                loss = self.loss(free, targets, deep)
                better = loss < lowest
                best[better], lowest[better] = free[better], loss[better]
        return best

    def loss(self, free: Tensor, targets: Tensor, deep: list[Tensor]) -> Tensor:
        """(B, width), (B, 3, R, R) -> (B,)"""
        drawn = draw(self.clipped(free), self.generator)
        loss = self.settings.pixel_weight * (drawn - targets).square().mean((1, 2, 3))
        if self.features is None:
            return loss
        return loss + self.settings.deep_weight * self.deep_error(self.features(drawn), deep)

    def deep_error(self, got: list[Tensor], wanted: list[Tensor]) -> Tensor:
        """(B,): MSE of logits; of stand-ins, relative to the target's own mean square."""
        import torch

        if self.logits:
            return (got[0] - wanted[0]).square().mean(1)
        errors = [
            (g - w).square().flatten(1).mean(1) / w.square().flatten(1).mean(1).clamp_min(1e-8)
            for g, w in zip(got, wanted, strict=True)
        ]
        return torch.stack(errors).mean(0)

    def clipped(self, free: Tensor) -> Tensor:
        """Free numbers -> latents (B, width): z cut at +-2, which also stops its gradient there, y the softmax."""
        import torch

        z = free[:, : self.generator.z_dim].clamp(-self.settings.clip, self.settings.clip)
        if not self.generator.n_classes:
            return z
        return torch.cat([z, free[:, self.generator.z_dim :].softmax(1)], dim=1)
