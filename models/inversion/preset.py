"""How seeds are to be found, as a person says it: a preset, a file of weights, and whether what is there counts.

Without torch, so that `works/prepare.py` can be read without it; the networks are loaded when the first work lacks a
seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.inversion.drawing import Generator
from models.works.folder import file_sha256
from models.works.work import CollectionError

if TYPE_CHECKING:
    from models.inversion.descent import InversionSettings
    from models.inversion.legacy import LegacySettings
    from models.inversion.seeds import Recipe

Preset = Literal["ours", "legacy"]


@dataclass(frozen=True)
class Inversion:
    """For a whole folder."""

    preset: Preset = "ours"
    features: Path | None = None
    """The file of ResNet50's weights; what was trained with the generator, if left out."""
    settings: InversionSettings | LegacySettings | None = None
    again: bool = False
    """Nothing that was found before counts."""

    @property
    def name(self) -> str:
        """Kept with the seeds: those found in another way are not what is asked for."""
        return self.preset if self.features is None else f"{self.preset}, resnet50 {file_sha256(self.features)[:12]}"

    def recipe(self, generator: Generator, known: NDArray[np.float32] | None) -> Recipe:
        """Ready for this generator. Raises CollectionError where ResNet50 cannot be had."""
        from models.inversion.recipe import recipe_for

        try:
            return recipe_for(generator, self.preset, features=self.features, known=known, settings=self.settings)
        except ModelError as error:
            raise CollectionError(str(error)) from error
