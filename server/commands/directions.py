"""`genstudio model directions`: finds a generator's principal directions, shows them, and keeps an operator's names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.works.collection import load_collection
from models.works.work import CollectionError

if TYPE_CHECKING:
    from models.generator import Generator
    from models.maps.directions import Directions


def tell(
    model: str, collection: Path | None, work: str | None, names: list[str], sheet: Path | None, device: str
) -> None:
    """Print a line for each direction; before that, take in `names` ("3=dark to light"). Raises ValueError, ModelError,
    CollectionError or OSError."""
    from models.generator import load_generator
    from models.latent import LatentSpace
    from models.maps.directions import name_direction, principal_directions, recipe_for

    generator = load_generator(model, device=device)
    seed = start(generator, collection, work)
    classes = LatentSpace(generator.z_dim, generator.n_classes).split(seed)[1]
    found = principal_directions(generator, classes=classes)
    if names:
        path = recipe_for(generator, classes=classes).path(generator)
        for given in names:
            name_direction(path, *numbered(given))
        found = principal_directions(generator, classes=classes)
    for number, share in enumerate(found.explained, start=1):
        print(f"{number:>3}  {share:6.1%}  {found.names.get(number, '')}".rstrip())
    if sheet is not None:
        draw(generator, found, seed, sheet)


def start(generator: Generator, collection: Path | None, work: str | None) -> NDArray[np.float32]:
    """The latent (width,) to go out from: the work's seed; without one, and without classes, any. Raises ValueError,
    CollectionError."""
    if work is None:
        if generator.n_classes:
            raise ValueError(
                f"{generator.name} has classes, and its directions are those of one mixture of them; give the work in "
                "the middle of the map with --work ID and --collection FOLDER"
            )
        return np.random.default_rng(0).standard_normal(generator.z_dim).astype(np.float32)
    works = load_collection(collection, model=generator.name)
    works.require_generator(generator.name, generator.z_dim, generator.n_classes, generator.sha256)
    row = works.index_of(work)
    if row is None:
        raise CollectionError(f"there is no work {work!r} in {works.name!r}")
    return np.asarray(works.seeds[row])


def numbered(given: str) -> tuple[int, str]:
    """ "3=dark to light" -> 3, "dark to light". Raises ValueError."""
    number, equals, name = given.partition("=")
    if not equals or not number.strip().isdecimal():
        raise ValueError(f"{given!r} is no name for a direction; one looks like 3=dark to light")
    return int(number), name


def draw(generator: Generator, found: Directions, seed: NDArray[np.float32], path: Path) -> None:
    """The sheet, as a PNG or JPEG by its name."""
    from PIL import Image

    from models.maps.sheet import sheet

    Image.fromarray(sheet(generator, found, seed)).save(path)
