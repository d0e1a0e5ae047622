"""Where a descent begins: the latent that already looks nearest, among a guess and many blind draws.

An encoder that was trained with the generator guesses from the picture. Beside it stand random latents, so that a
generator without an encoder, and a stranger to its collection, find some start too; and the seeds of known works, where
there are any. All are compared by a glance at 16 px, where composition and colour are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.inversion.drawing import Generator, as_target, draw, sized, split, width

GLANCE: Final = 16
"""Side in pixels at which starts are compared."""

DRAWS: Final = 256
"""Random latents, drawn once for all works: 2 s of one core."""

DRAWS_WITH_GUESS: Final = 32
"""A guess by a trained encoder loses to few of them."""

CHUNK: Final = 16
"""Pictures drawn at once."""

Guess = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Pictures uint8 (N, 3, H, W) -> z (N, z_dim)."""


class Starts:
    """The candidates of one generator, drawn once, at the first question."""

    def __init__(
        self,
        generator: Generator,
        *,
        guess: Guess | None = None,
        guess_name: str = "",
        known: NDArray[np.float32] | None = None,
        seed: int = 0,
    ) -> None:
        """`known`: latents (M, width) of works that are there already; `guess_name` tells encoders apart."""
        self.generator, self.guess = generator, guess
        draws = random_latents(DRAWS_WITH_GUESS if guess else DRAWS, generator, np.random.default_rng(seed))
        self.candidates = draws if known is None else np.concatenate([known, draws])
        told = hashlib.sha256(self.candidates.tobytes()).hexdigest()[:16]
        self.name = f"candidates {told}, guess {guess_name or 'none'}"
        """Two of one name give the same starts."""

    @cached_property
    def seen(self) -> NDArray[np.float32]:
        """How each candidate looks, (M', 3 * 16 * 16)."""
        return glances(self.candidates, self.generator)

    def quick(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As `best`, but where an encoder guesses its guesses stand (N, width), compared with nothing: milliseconds,
        while `best` draws all candidates before its first answer."""
        return self.best(pictures) if self.guess is None or self.generator.n_classes else self.guess(pictures)

    def best(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Pictures uint8 (N, 3, S, S) -> for each the start (N, width) that looks nearest."""
        wanted = sized(as_target(pictures, self.generator), GLANCE).flatten(1).cpu().numpy()  # (N, 768)
        apart = np.square(self.seen).sum(1) - 2 * (wanted @ self.seen.T)  # squared distance, less |wanted|^2
        starts = self.candidates[apart.argmin(1)]
        if self.guess is None or self.generator.n_classes:  # no encoder knows classes
            return np.asarray(starts)
        guessed = self.guess(pictures)
        looks = glances(guessed, self.generator)
        apart_guess = np.square(looks).sum(1) - 2 * (wanted * looks).sum(1)  # (N,)
        return np.where((apart_guess <= apart.min(1))[:, None], guessed, starts)


def random_latents(count: int, generator: Generator, rng: np.random.Generator) -> NDArray[np.float32]:
    """(count, width): z from the prior, on its shell, and one class each where there are classes."""
    latents = np.zeros((count, width(generator)), np.float32)
    z, y = split(latents, generator)
    z[:] = rng.normal(size=z.shape)
    z *= np.sqrt(z.shape[1]) / np.linalg.norm(z, axis=1, keepdims=True)
    if y is not None:
        y[np.arange(count), rng.integers(0, generator.n_classes, count)] = 1
    return latents


def glances(latents: NDArray[np.float32], generator: Generator) -> NDArray[np.float32]:
    """What the generator draws, at 16 px and as clipped: (M, width) -> (M, 3 * 16 * 16)."""
    import torch

    with torch.inference_mode():
        parts = [
            sized(draw(torch.from_numpy(latents[i : i + CHUNK]), generator).clamp(-1, 1), GLANCE).flatten(1)
            for i in range(0, len(latents), CHUNK)
        ]
    return torch.cat(parts).cpu().numpy()
