"""What the settings say about the map, for those who tell where works are and those who draw between them."""

from __future__ import annotations

from models.maps.hang import MapChoice, hung
from models.works.collection import Collection
from models.works.work import CollectionError
from server.exits import CannotStart, Exit
from server.settings import ServerSettings


def map_choice(settings: ServerSettings) -> MapChoice:
    """The map that the operator chose."""
    return MapChoice(settings.map, settings.map_works, settings.map_directions)


def on_the_map(collection: Collection, settings: ServerSettings) -> Collection:
    """The works that hang on this map, each at its place there. A room knows no others. Raises CannotStart."""
    try:
        return hung(collection, map_choice(settings))
    except CollectionError as error:
        raise CannotStart(str(error), Exit.BAD_INPUT) from error
