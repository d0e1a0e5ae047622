"""The generator that an installation draws with, opened as its settings say and held against its collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.works.collection import Collection
from models.works.work import CollectionError
from server.exits import CannotStart, Exit
from server.settings import ServerSettings

if TYPE_CHECKING:
    from models.generator import Generator


def load_painter(settings: ServerSettings, collection: Collection) -> Generator:
    """The one that the collection's seeds belong to. Raises CannotStart."""
    try:
        import torch

        from models import ModelError, load_generator
    except ImportError as error:
        raise CannotStart(
            f"Drawing needs {error.name}, which is not installed; run `pip install 'genstudio[models]'`.",
            Exit.BAD_INPUT,
        ) from error
    torch.set_num_threads(settings.threads)
    try:
        generator = load_generator(settings.model, device=settings.device)
        collection.require_generator(generator.name, generator.z_dim, generator.n_classes, generator.sha256)
    except (ModelError, CollectionError) as error:
        raise CannotStart(str(error), Exit.BAD_INPUT) from error
    return generator
