"""What the settings say about the map, for those who tell where works are and those who draw between them."""

from __future__ import annotations

from pathlib import Path

from models.maps.hang import MapChoice, hung
from models.works.collection import Collection, NotPrepared, load_collection
from models.works.work import CollectionError
from server.exits import CannotStart, Exit
from server.settings import ServerSettings


def map_choice(settings: ServerSettings) -> MapChoice:
    """The map that the operator chose."""
    return MapChoice(settings.map, settings.map_works, settings.map_directions)


def collection_for(model: str, settings: ServerSettings) -> Collection:
    """The works as they hang when a live room shows another model (a name, or a file). Raises CannotStart when nothing
    was prepared for it: preparing takes minutes, and is done beside the wall."""
    try:
        collection = load_collection(settings.collection, model=Path(model).stem)
    except NotPrepared as error:
        raise CannotStart(
            f"{settings.collection} has not been prepared for {model}; run `genstudio collection prepare "
            f"{settings.collection} --model {model}`, which leaves the wall alone, and ask again",
            Exit.BAD_INPUT,
        ) from error
    except CollectionError as error:
        raise CannotStart(str(error), Exit.BAD_INPUT) from error
    return on_the_map(collection, settings)


def on_the_map(collection: Collection, settings: ServerSettings) -> Collection:
    """The works that hang on this map, each at its place there. A room knows no others. Raises CannotStart."""
    try:
        return hung(collection, map_choice(settings))
    except CollectionError as error:
        raise CannotStart(str(error), Exit.BAD_INPUT) from error
