"""The ways to say in numbers what a picture looks like, and which of them a collection is prepared with.

    looks            our own recipe of colours and strokes (`features.py`): no weights, no torch
    bundled          what was trained beside the bundled generator: the critic's features and the encoder's guess
    looks+bundled    both side by side, and the default where the bundled weights are at hand
    resnet50:FILE    ResNet50's pooled features, from a file of weights that the user gives

Each names its recipe, with a hash of its weights where it has any: features of different recipes are never compared.
Which is the default was measured by `python -m bench.features`; docs/design/collection.md has the figures.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.latent import unit
from models.search import features
from models.search.features import SIDE

if TYPE_CHECKING:
    from models.networks.resnet50 import ResNet50
    from models.perception import Perception

CRITIC_WEIGHT, GUESS_WEIGHT = 0.7, 0.8
"""Length of the critic's and of the encoder's vector. Beside looks, whose works lie 1.5 apart, more of the critic takes
dreams away from their works (it was trained to tell them apart), more of the encoder takes away from labels."""

HASH_CHARS: Final = 12
"""Of a weights file in a recipe's name: enough to tell files apart by accident, short enough to read."""

RESNET_CHUNK: Final = 16
"""Pictures that ResNet50 sees at once: bounds memory to about 500 MB."""

CHOICES: Final = ("looks", "bundled", "looks+bundled", "resnet50:FILE")


class Describer(Protocol):
    """Says what pictures look like; Euclidean distance says how different."""

    @property
    def name(self) -> str:
        """The recipe, with a hash of its weights."""

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Pictures uint8 (N, 3, 256, 256), N >= 1 -> features (N, F)."""


class Looks:
    """Colours and strokes by hand: nothing learned."""

    name = features.RECIPE

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 3, 256, 256) -> (N, 233)"""
        return features.features(pictures)


class Bundled:
    """What the bundled generator's critic and encoder see, each vector of a fixed length so that neither outshouts."""

    def __init__(self, perception: Perception) -> None:
        self.perception = perception
        self.name = f"bundled-1:{perception.sha256[:HASH_CHARS]}"

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 3, 256, 256) -> (N, F)"""
        checked(pictures)
        critic, guess = self.perception.describe(pictures), self.perception.guess(pictures)
        return np.concatenate([CRITIC_WEIGHT * unit(critic), GUESS_WEIGHT * unit(guess)], axis=1)


class SideBySide:
    """Two recipes in one vector; their own scales say how much each has to say."""

    def __init__(self, left: Describer, right: Describer) -> None:
        self.left, self.right = left, right
        self.name = f"{left.name}+{right.name}"

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 3, 256, 256) -> (N, F of both)"""
        return np.concatenate([self.left.describe(pictures), self.right.describe(pictures)], axis=1)


class Things:
    """ResNet50's pooled features, of length 1: which features, not how strong."""

    def __init__(self, network: ResNet50, sha256: str) -> None:
        self.network = network
        self.name = f"resnet50-1:{sha256[:HASH_CHARS]}"

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 3, 256, 256) -> (N, 2048)"""
        import torch

        from models.networks.resnet50 import prepared

        checked(pictures)
        with torch.inference_mode():
            chunks = (torch.from_numpy(pictures[i : i + RESNET_CHUNK]) for i in range(0, len(pictures), RESNET_CHUNK))
            seen = torch.cat([self.network(prepared(chunk.float() / 127.5 - 1)) for chunk in chunks])
        return unit(seen.numpy())


def checked(pictures: NDArray[np.uint8]) -> None:
    """Raises ValueError."""
    if pictures.ndim != 4 or pictures.shape[1:] != (3, SIDE, SIDE) or pictures.dtype != np.uint8 or not len(pictures):
        raise ValueError(f"{pictures.dtype} {pictures.shape}; pictures are uint8 (N, 3, {SIDE}, {SIDE}), N >= 1")


# -- which one -------------------------------------------------------------------------------------------------------


def default_describer() -> Describer:
    """What collections are prepared with. Raises ModelError for bundled weights that are damaged."""
    trained = bundled()
    return SideBySide(Looks(), trained) if trained else Looks()


def named_describer(choice: str) -> Describer:
    """One of CHOICES, as a person types it. Raises ModelError."""
    kind, _, file = choice.partition(":")
    if kind == "resnet50" and file:
        from models.networks.resnet50 import load_resnet50

        return Things(*load_resnet50(Path(file)))
    if choice == "looks":
        return Looks()
    if choice not in ("bundled", "looks+bundled"):
        raise ModelError(f"there are no features called {choice!r}; there are {', '.join(CHOICES)}")
    trained = bundled()
    if trained is None:
        raise ModelError("the bundled weights that see pictures are not installed; choose the features `looks`")
    return trained if choice == "bundled" else SideBySide(Looks(), trained)


def describer_of(recipe: str) -> Describer | None:
    """The describer that made features of this recipe, or None where its weights are not at hand."""
    if recipe == Looks.name:
        return Looks()
    trained = bundled()
    known: list[Describer] = [trained, SideBySide(Looks(), trained)] if trained else []
    return next((describer for describer in known if describer.name == recipe), None)


@cache
def bundled() -> Bundled | None:
    """Loaded once; None where the file is not there. Raises ModelError."""
    from models.perception import load_perception

    perception = load_perception()
    return Bundled(perception) if perception else None
