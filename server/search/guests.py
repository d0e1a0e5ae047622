"""What a visitor's own picture is to a generator: the latent that draws it, and what a latent draws. Blocking, one
thread only.

Only where something was trained beside the room's generator that sees pictures (`models/perception.py`): its encoder
guesses in a moment, and the bundled inversion finds more exactly within a bounded time. Not here: the process in which
that runs (`refiner.py`), and who waits for it (`refining.py`).
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
from models.search.features import SIDE
from models.sentences import sentence
from models.works.images import square
from models.works.work import CollectionError
from server.settings import ServerSettings
from server.web.no_answers import SENTENCES
from shared_state.messages import Guest

if TYPE_CHECKING:
    from models.generator import Generator
    from models.inversion.descent import Ours
    from models.works.collection import Collection

STEPS: Final = 20
"""Of the descent, about a second of one core that is free: twice as many win 0.15 dB (`python -m bench.looking`)."""

PATIENCE_S: Final = 20.0
"""Of the descent on a machine that is busy drawing; then the best so far stands. Meanwhile the guess is there."""


class NoSeed(Exception):
    """This picture cannot be visited here, or not more exactly than it is."""

    def __init__(self, code: str, particular: str = "") -> None:
        """`code`: one of `no_answers.SENTENCES`; `particular`: a sentence that says more than it."""
        self.code, self.sentence = code, particular or sentence(SENTENCES, code, {})
        super().__init__(self.sentence)


class Sight(NamedTuple):
    """A generator with what sees for it."""

    generator: Generator
    recipe: Ours


class Guessed(NamedTuple):
    """A guest, and what it takes to find its latent more exactly."""

    guest: Guest
    name: str
    """Of the generator, as `models.load_generator` takes it..."""
    sha256: str
    """...and of its weights."""


class GuestSeeds:
    """Keeps the generator of the room that asked last, at most 100 MB: those that see are small."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._open_now: tuple[str, Sight] | None = None

    def guess(self, collection: Collection, model: str, picture: NDArray[np.uint8]) -> Guessed:
        """A picture uint8 (3, S, S) as a guest of the room that shows `model`, at once. Raises NoSeed."""
        sight = self._sight(collection, model)
        latent = sight.recipe.starts.quick(fitted(picture, sight))[0]
        guest = Guest(f"guest:{secrets.token_hex(8)}", as_bytes(latent), model)
        return Guessed(guest, self._name_of(model), sight.generator.sha256)

    def drawn(self, collection: Collection, model: str, latent: bytes) -> NDArray[np.uint8]:
        """What a guest's latent draws, uint8 (3, 256, 256). Raises NoSeed."""
        generator = self._sight(collection, model).generator
        row = np.frombuffer(latent, "<f4").astype(np.float32)[None]
        if row.shape[1] != generator.z_dim + generator.n_classes:
            raise NoSeed("no_guest")
        z, y = np.split(row, [generator.z_dim], axis=1)
        return square(Image.fromarray(generator.generate(z, y if y.size else None)[0]), SIDE)

    def _sight(self, collection: Collection, model: str) -> Sight:
        """What sees for the room that shows `model`. Raises NoSeed."""
        if self._open_now is None or self._open_now[0] != model:
            try:
                sight = sight_of(self._name_of(model))
                made = sight.generator
                collection.require_generator(made.name, made.z_dim, made.n_classes, made.sha256)
            except ImportError as error:
                raise NoSeed("no_generator", "This server runs without torch, so your picture has no place.") from error
            except (ModelError, CollectionError, OSError) as error:
                raise NoSeed("no_generator") from error
            self._open_now = model, sight
        return self._open_now[1]

    def _name_of(self, model: str) -> str:
        """A room's model as `models.load_generator` takes it. Raises NoSeed where this machine has none of the name."""
        named = {Path(name).stem: name for name in ("bundled", *self._settings.models, self._settings.model)}
        if model not in named:
            raise NoSeed("no_generator")
        return named[model]


def sight_of(name: str, sha256: str | None = None) -> Sight:
    """`name` as `models.load_generator` takes it, of these weights where a hash is given. Raises NoSeed, ImportError,
    ModelError, OSError."""
    from models.generator import BUNDLED, load_generator
    from models.inversion.descent import InversionSettings, Ours
    from models.inversion.recipe import recipe_for
    from models.perception import NAME, load_perception

    file = BUNDLED if name == "bundled" else Path(name)
    if not file.with_name(NAME).is_file():  # before a large generator is loaded for nothing
        raise NoSeed("blind")
    generator = load_generator(name, device="cpu", sha256=sha256)
    if load_perception(generator) is None:
        raise NoSeed("blind")
    recipe = recipe_for(generator, settings=InversionSettings(steps=STEPS))
    assert isinstance(recipe, Ours)
    return Sight(generator, recipe)


def refined(
    sight: Sight,
    picture: NDArray[np.uint8],
    unwanted: Callable[[], bool],
    *,
    now_s: Callable[[], float] = time.monotonic,
) -> bytes:
    """The latent that draws a picture uint8 (3, S, S), sought for PATIENCE_S at most, or until it is `unwanted`. Raises
    NoSeed."""
    until_s = now_s() + PATIENCE_S
    found = sight.recipe.find(fitted(picture, sight), lambda: unwanted() or now_s() > until_s)
    return as_bytes(found[0])


def fitted(picture: NDArray[np.uint8], sight: Sight) -> NDArray[np.uint8]:
    """(3, S, S) -> (1, 3, R, R), as large as the generator draws."""
    return square(Image.fromarray(picture.transpose(1, 2, 0)), sight.generator.resolution)[None]


def as_bytes(latent: NDArray[np.float32]) -> bytes:
    """As the wire has it. Raises NoSeed for numbers that draw nothing."""
    if not np.isfinite(latent).all():
        raise NoSeed("placeless")
    return latent.astype("<f4").tobytes()
