"""From pictures to the latents that draw them: our recipe, gradient descent on z and class logits, a batch at a time.

From the best of several starts, Adam follows the error in pixels and in features down a cosine. A work that has stopped
improving leaves the batch, so that its time goes to the others. The prior on |z| is absolute: latents stay on the shell
on which the generator was trained and on which the wall mixes them. Every choice was measured:
docs/design/inversion.md. No files: `seeds.py` keeps what was found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.inversion.drawing import Generator, as_target, draw, freed, settled, sized
from models.inversion.starts import Starts

if TYPE_CHECKING:
    from torch import Tensor

    from models.inversion.features import Features

SIDE: Final = 128
"""Pixels are compared at half of the wall's resolution: at 256 px the result is the same, and nothing is won."""

BETAS: Final = (0.9, 0.99)
"""Adam's memory: a descent of some dozens of steps has no use for the usual thousand."""


@dataclass(frozen=True)
class InversionSettings:
    """Constants of the descent."""

    steps: int = 40
    """At most: later ones win little (docs/design/inversion.md)."""
    batch: int = 16
    """Works at a time: what a CPU's caches hold; also the unit of resuming."""
    rate: float = 0.2
    """Adam's first step, in units of a Gaussian latent's own spread; falls to zero as a cosine."""
    feature_weight: float = 0.05
    """Of the relative error in features, beside the root mean square error of pixels."""
    patience: int = 10
    """A work whose error has not fallen by `least` of itself within so many steps leaves."""
    least: float = 0.002
    """A five-hundredth: below it no eye tells two pictures apart."""


class Ours:
    """The preset `ours`, ready for one generator: a `seeds.Recipe`."""

    def __init__(
        self, generator: Generator, starts: Starts, features: Features | None, settings: InversionSettings
    ) -> None:
        self.generator, self.starts, self.features, self.settings = generator, starts, features, settings
        self.batch, self.steps = settings.batch, settings.steps
        self.name = "ours"
        seen_by = features.name if features else "pixels alone"
        self.facts = f"ours, {settings}, {starts.name}, {seen_by}"

    def find(self, pictures: NDArray[np.uint8], each_step: Callable[[], object]) -> NDArray[np.float32]:
        """Pictures uint8 (B, 3, S, S) -> latents (B, width). Once `each_step` returns True the best so far stand."""
        starts = self.starts.best(pictures)
        found, _ = descend(pictures, self.generator, starts, self.settings, features=self.features, each_step=each_step)
        return found


def descend(
    pictures: NDArray[np.uint8],
    generator: Generator,
    starts: NDArray[np.float32],
    settings: InversionSettings,
    *,
    features: Features | None = None,
    each_step: Callable[[], object] = lambda: None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One batch: pictures uint8 (B, 3, S, S), starts (B, width) -> the best latents met (B, width), never worse than
    the start, and their error (B,). It ends early once `each_step` returns True."""
    import torch

    weight = settings.feature_weight if features else 0.0
    error_of = Error(as_target(pictures, generator), features if weight else None, weight)
    free = freed(starts, generator).requires_grad_(True)
    optimiser = torch.optim.Adam([free], lr=settings.rate, betas=BETAS)
    best = settled(free.detach(), generator)
    lowest = torch.full((len(free),), math.inf, device=free.device)
    history: list[Tensor] = []  # `lowest`, step by step
    here = torch.arange(len(free), device=free.device)  # the works that are still in the batch
    with torch.enable_grad():  # the caller may well be inside of no_grad
        for step in range(settings.steps + 1):  # the last one only judges
            latents = settled(free[here], generator)
            error = error_of(draw(latents, generator), here)
            better = error.detach() < lowest[here]
            best[here[better]], lowest[here[better]] = latents.detach()[better], error.detach()[better]
            history.append(lowest.clone())
            if step == settings.steps:
                break
            for group in optimiser.param_groups:
                group["lr"] = settings.rate * cosine(step / settings.steps)
            # Works that left have no gradient; their momentum moves them on unseen, and their best is kept.
            (free.grad,) = torch.autograd.grad(error.sum(), free)  # the weights' own gradients are not wanted
            optimiser.step()
            if each_step() is True:
                break
            if step >= settings.patience:
                improved = lowest < (1 - settings.least) * history[step - settings.patience]
                here = here[improved[here]]
                if not len(here):
                    break
    return best.cpu().numpy(), lowest.cpu().numpy()


class Error:
    """What is minimised, for a fixed batch of targets (B, 3, S, S) in [-1, 1]."""

    def __init__(self, targets: Tensor, features: Features | None, weight: float) -> None:
        import torch

        self.features, self.weight = features, weight
        self.side = min(SIDE, targets.shape[-1])
        self.pixels = sized(targets, self.side)
        with torch.no_grad():
            self.looks = features(targets) if features else []

    def __call__(self, drawn: Tensor, of: Tensor) -> Tensor:
        """Pictures (A, 3, R, R) of the works `of` (A,) -> (A,): root mean square error, and features apart, of the
        picture clipped as a wall clips it."""
        from models.inversion.features import apart

        # The value is clipped, the gradient is not: it would be stuck at white and black.
        drawn = drawn + (drawn.clamp(-1, 1) - drawn).detach()
        error = (sized(drawn, self.side) - self.pixels[of]).square().mean((1, 2, 3)).clamp_min(1e-12).sqrt()
        if self.features is None:
            return error
        return error + self.weight * apart(self.features(drawn), [looks[of] for looks in self.looks])


def cosine(done: float) -> float:
    """From 1 at 0 to 0 at 1, as half a cosine."""
    return (1 + math.cos(math.pi * done)) / 2
