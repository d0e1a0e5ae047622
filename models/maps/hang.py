"""Which works of a collection hang on a map, and the map itself.

A gateway tells pages where the works are and a renderer draws between them, so both ask here; only what draws opens the
map. `ring` and `slice` hold few works: those that were named, else those that lie nearest to the map's own places on
the atlas, so that they are spread over the collection's looks and neighbours on the ring are neighbours in look.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from models.latent import LatentSpace
from models.maps import Map
from models.maps.plane import CENTRE, TRIANGLE, Slice
from models.maps.ring import Ring, ring_places
from models.works.collection import Collection
from models.works.work import CollectionError

if TYPE_CHECKING:
    from models.generator import Generator

MapName = Literal["atlas", "ring", "slice"]


@dataclass(frozen=True)
class MapChoice:
    """What an operator asked for. `works`: ids for `ring` (six) or `slice` (three, or one where `directions` are
    given). `directions`: two of the generator's principal directions, by number from 1 or by the operator's name."""

    name: MapName = "atlas"
    works: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()


def hung(collection: Collection, choice: MapChoice) -> Collection:
    """The collection as it hangs on this map: its works alone, with their places there. The atlas takes it as it is.

    Named by a digest of its own, since pages keep works by digest. Raises CollectionError, in one sentence, when works
    or directions do not fit the map or there is no such work.
    """
    if choice.directions and (choice.name != "slice" or len(choice.directions) != 2):
        raise CollectionError("principal directions are for the map `slice`, and it takes two of them")
    if choice.name == "atlas":
        if choice.works:
            raise CollectionError("the map `atlas` holds every work; works are chosen for `ring` and `slice`")
        return collection
    places = places_of(choice)
    rows = named_rows(collection, choice, len(places)) if choice.works else rows_near(collection, places)
    works = [collection.works[row] for row in rows]
    told = "\n".join([collection.digest, choice.name, *(work.id for work in works)])
    return replace(
        collection,
        works=works,
        seeds=collection.seeds[rows],
        features=collection.features[rows],
        places=places.astype(np.float32),
        digest=hashlib.sha256(told.encode()).hexdigest(),
    )


def open_map(hanging: Collection, choice: MapChoice, generator: Generator) -> Map:
    """The map for what `hung` gave; with `directions` they are found now, unless they are known already. Raises
    CollectionError when there is no such direction or the works make no plane."""
    space = LatentSpace(generator.z_dim, generator.n_classes)
    if choice.name == "ring":
        return Ring(hanging.seeds, space)
    if choice.name == "atlas":
        from models.maps.atlas import Atlas  # scipy, which a gateway does without

        return Atlas(hanging.places, hanging.seeds, space)
    try:
        return open_slice(hanging.seeds, choice.directions, space, generator)
    except (KeyError, ValueError) as error:
        raise CollectionError(str(error.args[0])) from error


def open_slice(
    seeds: NDArray[np.float32], directions: tuple[str, ...], space: LatentSpace, generator: Generator
) -> Slice:
    """Through three seeds (3, width), or through one (1, width) along two directions. Raises KeyError when there is no
    such direction, ValueError when the generator tells none or the plane will not do."""
    if not directions:
        return Slice.through(seeds, space)
    from models.maps.directions import principal_directions

    found = principal_directions(generator, classes=space.split(seeds[0])[1])
    return Slice.along(seeds[0], np.stack([found.step(which) for which in directions]), space)


def places_of(choice: MapChoice) -> NDArray[np.float64]:
    """Where a ring's or a slice's works lie, (N, 2)."""
    if choice.name == "ring":
        return ring_places()
    return np.array([CENTRE] if choice.directions else TRIANGLE)


def named_rows(collection: Collection, choice: MapChoice, wanted: int) -> list[int]:
    """Rows of the works that were named. Raises CollectionError."""
    if len(set(choice.works)) != len(choice.works) or len(choice.works) != wanted:
        raise CollectionError(f"this `{choice.name}` takes {wanted} different works, not {', '.join(choice.works)}")
    rows = {id: collection.index_of(id) for id in choice.works}
    if strangers := [id for id, row in rows.items() if row is None]:
        raise CollectionError(f"there is no work {', '.join(strangers)} in {collection.name!r}; give ids of its works")
    return [row for row in rows.values() if row is not None]


def rows_near(collection: Collection, places: NDArray[np.float64]) -> list[int]:
    """For each place in turn the work nearest to it on the atlas that is not taken yet. Raises CollectionError."""
    if len(collection.works) < len(places):
        raise CollectionError(f"this map takes {len(places)} works, {collection.name!r} has {len(collection.works)}")
    rows: list[int] = []
    for place in places:
        distances = np.linalg.norm(collection.places - place, axis=1)
        distances[rows] = np.inf
        rows.append(int(distances.argmin()))
    return rows
