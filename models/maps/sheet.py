"""One picture that shows what each principal direction does: a row for each, from far back along it to far ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.latent import LatentSpace, length
from models.maps.directions import Directions
from models.maps.plane import RIM_STEPS

if TYPE_CHECKING:
    from models.generator import Generator

COLUMNS: Final = 7
"""From one rim of the map to the other, with where one starts in the middle."""

SIDE: Final = 160
"""Of a picture in the sheet, in pixels: a row of seven fits a screen."""


def moved(
    seed: NDArray[np.float32], step: NDArray[np.float32], space: LatentSpace, columns: int = COLUMNS
) -> NDArray[np.float32]:
    """A row (width,) along a step (z_dim,), as far as the map `slice` goes, at its own length: (columns, width)."""
    z, y = space.split(np.repeat(seed[None], columns, axis=0))
    far = np.linspace(-RIM_STEPS, RIM_STEPS, columns, dtype=np.float32)[:, None]
    turned = z + far * step
    turned *= length(z)[:, None] / length(turned)[:, None]
    return space.join(turned.astype(np.float32), y)


def sheet(generator: Generator, found: Directions, seed: NDArray[np.float32]) -> NDArray[np.uint8]:
    """All of them from one seed (width,): (K * SIDE, COLUMNS * SIDE, 3)."""
    from PIL import Image

    space = LatentSpace(generator.z_dim, generator.n_classes)
    rows = []
    for step in found.steps:
        pictures = generator.generate(*space.split(moved(seed, step, space)))  # (COLUMNS, R, R, 3)
        small = [np.asarray(Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.LANCZOS)) for one in pictures]
        rows.append(np.concatenate(small, axis=1))
    return np.concatenate(rows)
