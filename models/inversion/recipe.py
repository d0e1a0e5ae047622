"""Which recipe inverts: a preset by name, made ready for one generator with the networks that see for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.inversion.descent import InversionSettings, Ours
from models.inversion.drawing import Generator
from models.inversion.features import CriticFeatures, Features, ResNetFeatures, ResNetLogits
from models.inversion.legacy import Legacy, LegacySettings
from models.inversion.preset import Preset
from models.inversion.seeds import Recipe
from models.inversion.starts import Starts
from models.perception import Perception, load_perception

PRESETS: Final[tuple[Preset, ...]] = ("ours", "legacy")


def recipe_for(
    generator: Generator,
    preset: Preset = "ours",
    *,
    features: Features | Path | None = None,
    known: NDArray[np.float32] | None = None,
    settings: InversionSettings | LegacySettings | None = None,
) -> Recipe:
    """The preset, ready to find latents of this generator.

    `features`: a network that looks, or the file of ResNet50's weights; the critic trained beside the generator if left
    out, or the bundled one's, which sees any picture. `known`: latents (M, width) of works that are there already, as
    further starts. Raises ValueError for no such preset, and settings of the other one; ModelError for a bad file.
    """
    if preset not in PRESETS:
        raise ValueError(f"no preset {preset!r}; there are {', '.join(PRESETS)}")
    wanted = LegacySettings if preset == "legacy" else InversionSettings
    chosen = settings or wanted()
    if not isinstance(chosen, wanted):
        raise ValueError(f"{type(settings).__name__} does not fit the preset {preset}; give {wanted.__name__}")
    if isinstance(chosen, LegacySettings):
        logits = isinstance(features, Path)
        seen = ResNetLogits(features, generator.device) if isinstance(features, Path) else features
        return Legacy(generator, seen or critic_features(generator), chosen, logits=logits)
    seen = ResNetFeatures(features, generator.device) if isinstance(features, Path) else features
    if chosen.feature_weight and seen is None:
        seen = critic_features(generator)
    own = own_perception(generator)
    guess, guess_name = (own.guess, own.sha256) if own else (None, "")
    return Ours(generator, Starts(generator, guess=guess, guess_name=guess_name, known=known), seen, chosen)


def own_perception(generator: Generator) -> Perception | None:
    """What was trained beside this generator, if anything: only its encoder's guesses are latents here."""
    from models.generator import Generator as Loaded

    return load_perception(generator) if isinstance(generator, Loaded) else None


def critic_features(generator: Generator) -> CriticFeatures | None:
    """The critic trained beside this generator, else the bundled one."""
    perception = own_perception(generator) or load_perception()
    if perception is None:
        return None
    return CriticFeatures(perception.critic, f"critic {perception.sha256}", generator.device, generator.dtype)
