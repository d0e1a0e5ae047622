"""Whether an engine draws what the network draws: error on smooth walks between latents, in levels of 8 bits.

A walk, not single pictures: what jumps between neighbours would be seen as flicker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from models.engines.engine import Engine, EngineError, Subject

MEAN_MOST: Final = 1.0
TOP_MOST: Final = 4.0
"""Levels of 255, on average and at the 99.9th percentile: below what an eye sees on a wall."""
STEPS: Final = 3
"""Pictures of the walk: the float32 network draws each, a second and more for a large one."""
STEP: Final = 0.1
"""Of the way between two latents: about a push."""

Draw = Callable[[Tensor, Tensor | None], Tensor]


@dataclass(frozen=True)
class Error:
    """In levels of 255."""

    mean: float
    top: float
    """99.9th percentile."""

    @property
    def tolerable(self) -> bool:
        return self.mean <= MEAN_MOST and self.top <= TOP_MOST  # not so for a NaN

    def __str__(self) -> str:
        return f"{self.mean:.2f} levels on average, {self.top:.2f} at the 99.9th percentile"


def walk(z_dim: int, n_classes: int, steps: int = STEPS, seed: int = 0) -> list[tuple[Tensor, Tensor | None]]:
    """Neighbouring latents between two, z by the great circle, classes by a straight line: float32, one row each."""
    chance = np.random.default_rng(seed)
    ends = torch.from_numpy(chance.standard_normal((2, z_dim)).astype(np.float32))
    ends *= z_dim**0.5 / ends.norm(dim=1, keepdim=True)
    angle = torch.acos((ends[0] @ ends[1] / z_dim).clamp(-1, 1))
    kinds = torch.eye(n_classes)[chance.integers(n_classes, size=2)] if n_classes else None
    made: list[tuple[Tensor, Tensor | None]] = []
    for t in STEP * torch.arange(steps):
        z = (torch.sin((1 - t) * angle) * ends[0] + torch.sin(t * angle) * ends[1]) / torch.sin(angle)
        made.append((z[None], None if kinds is None else torch.lerp(kinds[0], kinds[1], t)[None]))
    return made


@torch.inference_mode()
def error(draw: Draw, reference: Draw, latents: list[tuple[Tensor, Tensor | None]]) -> Error:
    """Of what a wall shows: both cut off at black and white."""
    off = torch.stack([(shown(draw(z, y)) - shown(reference(z, y))).abs() for z, y in latents]).flatten()
    rank = max(1, int(0.999 * off.numel()))
    return Error(float(off.mean()), float(off.kthvalue(rank).values))


def shown(picture: Tensor) -> Tensor:
    """In levels."""
    return picture.float().cpu().clamp(-1, 1) * 127.5


def require_equal(engine: Engine, subject: Subject) -> Error:
    """The error against the float32 network. Raises EngineError when it is too large, or several rooms at once are not
    drawn as each alone."""

    def exact(z: Tensor, y: Tensor | None) -> Tensor:
        classes = None if y is None else y.to(subject.device)
        return subject.drawing.call(subject.network, z.to(subject.device), classes, subject.truncation)

    latents = walk(subject.z_dim, subject.n_classes)
    found = error(engine.draw, exact, latents)
    if not found.tolerable:
        raise EngineError(f"{engine.name} errs by {found}; allowed are {MEAN_MOST:.0f} and {TOP_MOST:.0f}")
    z = torch.cat([z for z, _ in latents])
    y = torch.cat([y for _, y in latents if y is not None]) if subject.n_classes else None
    together = error(
        lambda *_: engine.draw(z, y), lambda *_: torch.cat([engine.draw(*one) for one in latents]), [(z, y)]
    )
    if not together.tolerable:
        raise EngineError(f"{engine.name} draws several rooms at once otherwise than each alone: {together}")
    return found
