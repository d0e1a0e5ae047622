"""The seed of a visitor's own picture: the latent that draws it best, within a bounded time. Blocking, one thread only.

Only where something was trained beside the room's generator that sees pictures (`models/perception.py`): its encoder
guesses, and the bundled inversion refines the guess for some steps. The picture itself goes no further than this.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import ModelError
from models.sentences import sentence
from models.works.images import square
from models.works.work import CollectionError
from server.no_answers import SENTENCES
from server.settings import ServerSettings
from shared_state.messages import Guest

if TYPE_CHECKING:
    from models.generator import Generator
    from models.inversion.descent import Ours
    from models.works.collection import Collection

STEPS: Final = 20
"""Of the descent, about a second of one core that is free: twice as many win 0.15 dB (`python -m bench.looking`)."""

PATIENCE_S: Final = 3.0
"""On a machine that is busy drawing the guess stands after so long: a person waits for the answer."""


class NoSeed(Exception):
    """This picture cannot be visited here."""

    def __init__(self, code: str, particular: str = "") -> None:
        """`code`: one of `no_answers.SENTENCES`; `particular`: a sentence that says more than it."""
        self.code, self.sentence = code, particular or sentence(SENTENCES, code, {})
        super().__init__(self.sentence)


class Late(Exception):
    """The time is over."""


class Sight(NamedTuple):
    """A generator with what sees for it."""

    model: str
    generator: Generator
    recipe: Ours


class GuestSeeds:
    """Keeps the generator of the room that asked last, at most 100 MB: those that see are small."""

    def __init__(self, settings: ServerSettings, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._now_s = settings, now_s
        self._sight: Sight | None = None

    def find(self, collection: Collection, model: str, picture: NDArray[np.uint8]) -> Guest:
        """A picture uint8 (3, S, S) as a guest of the room that shows `model`. Raises NoSeed."""
        try:
            sight = self._open(collection, model)
        except ImportError as error:
            raise NoSeed("no_generator", "This server runs without torch, so your picture has no place.") from error
        except (ModelError, CollectionError, OSError) as error:
            raise NoSeed("no_generator") from error
        fitted = square(Image.fromarray(picture.transpose(1, 2, 0)), sight.generator.resolution)[None]
        latent = self._refined(sight, fitted)[0]
        if not np.isfinite(latent).all():
            raise NoSeed("placeless")
        return Guest(f"guest:{secrets.token_hex(8)}", latent.astype("<f4").tobytes(), model)

    def _refined(self, sight: Sight, fitted: NDArray[np.uint8]) -> NDArray[np.float32]:
        until_s = self._now_s() + PATIENCE_S

        def each_step() -> None:
            if self._now_s() > until_s:
                raise Late

        try:
            return sight.recipe.find(fitted, each_step)
        except Late:
            return sight.recipe.starts.best(fitted)

    def _open(self, collection: Collection, model: str) -> Sight:
        if self._sight is None or self._sight.model != model:
            self._sight = self._sight_of(collection, model)
        return self._sight

    def _sight_of(self, collection: Collection, model: str) -> Sight:
        from models.generator import BUNDLED, load_generator
        from models.inversion.descent import InversionSettings, Ours
        from models.inversion.recipe import recipe_for
        from models.perception import NAME, load_perception

        named = {Path(name).stem: name for name in ("bundled", *self._settings.models, self._settings.model)}
        if model not in named:
            raise NoSeed("no_generator")
        file = BUNDLED if named[model] == "bundled" else Path(named[model])
        if not file.with_name(NAME).is_file():  # before a large generator is loaded for nothing
            raise NoSeed("blind")
        generator = load_generator(named[model], device="cpu")
        collection.require_generator(generator.name, generator.z_dim, generator.n_classes, generator.sha256)
        if load_perception(generator) is None:
            raise NoSeed("blind")
        recipe = recipe_for(generator, settings=InversionSettings(steps=STEPS))
        assert isinstance(recipe, Ours)
        return Sight(model, generator, recipe)
