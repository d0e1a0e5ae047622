"""`models.invert(images, generator)`: pictures in, seeds out.

The plain door for a notebook, a script, a visitor's picture. For the works of a folder, with all that a wall needs
beside seeds, there is `genstudio collection invert`, which goes through `works/prepare.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.cache import private_folder
from models.inversion.descent import InversionSettings
from models.inversion.drawing import Generator
from models.inversion.features import Features
from models.inversion.legacy import LegacySettings
from models.inversion.preset import Preset
from models.inversion.quality import measure
from models.inversion.recipe import recipe_for
from models.inversion.seeds import Report, find_seeds
from models.works.images import on_white, square


@dataclass(frozen=True)
class Seeds:
    """What inversion found, picture by picture."""

    latents: NDArray[np.float32]
    """(N, z_dim + n_classes): z, and behind it the class weights where the generator has classes."""
    quality: NDArray[np.float32]
    """(N, 2): PSNR in dB and SSIM of each seed's rendered picture."""
    z_dim: int

    @property
    def z(self) -> NDArray[np.float32]:
        """(N, z_dim)"""
        return self.latents[:, : self.z_dim]

    @property
    def y(self) -> NDArray[np.float32] | None:
        """(N, n_classes), each row convex; None where there are no classes."""
        return self.latents[:, self.z_dim :] if self.latents.shape[1] > self.z_dim else None

    def __len__(self) -> int:
        return len(self.latents)


def invert(
    images: NDArray[np.uint8] | Sequence[Image.Image],
    generator: Generator,
    *,
    preset: Preset = "ours",
    features: Features | Path | None = None,
    known: NDArray[np.float32] | None = None,
    settings: InversionSettings | LegacySettings | None = None,
    shards: Path | None = None,
    report: Report | None = None,
) -> Seeds:
    """Pictures uint8 (N, H, W, 3), or PIL images of any sizes -> for each the seed that draws it best.

    The middle square of a picture is what is sought. `preset`, `features`, `known` and `settings` as in
    `recipe.recipe_for`; `shards`: a folder that keeps finished batches, so that a killed run goes on after its last;
    `report` is told of progress. Raises ValueError for what are not pictures.
    """
    squares = middle_squares(images, generator.resolution)
    recipe = recipe_for(generator, preset, features=features, known=known, settings=settings)
    tell: Callable[[str, int, int], None] = report or (lambda what, done, of: None)
    kept = private_folder(shards) if shards and generator.sha256 else None  # unnamed weights would be taken for others
    latents = find_seeds(squares, recipe, kept, tell)
    return Seeds(latents, measure(latents, squares, generator), generator.z_dim)


def middle_squares(images: NDArray[np.uint8] | Sequence[Image.Image], side: int) -> NDArray[np.uint8]:
    """-> uint8 (N, 3, side, side). Raises ValueError."""
    if isinstance(images, np.ndarray):
        if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8 or 0 in images.shape:
            raise ValueError(f"{images.dtype} {images.shape}; pictures are uint8 (N, H, W, 3), N, H, W >= 1")
        images = [Image.fromarray(image) for image in images]
    if not len(images) or not all(isinstance(image, Image.Image) and all(image.size) for image in images):
        raise ValueError("give at least one picture, each a PIL image with pixels")
    return np.stack([square(on_white(image), side) for image in images])
