"""Which works a latent is close to, for the screens and for the law of steering."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.latent import unit
from models.maps import Map
from models.search.index import NearestIndex
from models.works.collection import Collection
from shared_state.messages import Neighbour
from shared_state.room import Nearby

NEAR: Final = 5
"""Works told with a frame: what a person takes in at a glance."""


class NearWorks:
    """Those of one collection, as its index finds them."""

    def __init__(self, collection: Collection, chart: Map, index: NearestIndex) -> None:
        self._collection, self._map, self._index = collection, chart, index
        self._directions = unit(collection.seeds)  # (N, width)

    def to(self, latent: NDArray[np.float32]) -> tuple[list[Neighbour], list[Nearby]]:
        """At most NEAR works close to a latent (width,), the closest first: for the screens, and the same ones with
        their places on the map."""
        works = [int(i) for i in self._index.nearest(latent, min(NEAR, len(self._directions)))[0]]
        closeness = np.clip(
            self._directions[works] @ unit(latent), 0.0, 1.0
        )  # cosine: latents differ by direction, not length
        order = np.argsort(-closeness, kind="stable")
        near = [Neighbour(self._collection.works[works[i]].id, round(float(closeness[i]), 4)) for i in order]
        return near, [self._hung(works[i]) for i in order]

    def _hung(self, work: int) -> Nearby:
        x, y = self._collection.places[work]
        return Nearby(self._collection.works[work].id, float(x), float(y), float(self._map.reach[work]))
