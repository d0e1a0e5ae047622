"""From what a room shows, as numbers, to the latent that its picture is drawn from.

Pure numpy, for the easel's thread. Not here: the arithmetic of latents (`models/latent.py`), which weights are shown
(`shared_state/blend.py`), where a guest's latent comes from (`guests.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.latent import LatentSpace
from models.maps import Map
from models.works.collection import Collection
from shared_state.scene import Scene


class Latents:
    """Those of one collection and its map."""

    def __init__(self, collection: Collection, chart: Map) -> None:
        made_for = collection.manifest.generator
        self.space = LatentSpace(made_for.z_dim, made_for.n_classes)
        self._collection, self._map = collection, chart

    def of(self, scene: Scene, guests: Mapping[str, bytes]) -> NDArray[np.float32]:
        """(width,). `guests`: visitors' own pictures by id, little-endian float32. A blend of one work, wholly shown,
        is exactly its seed. Raises ValueError on what is no place."""
        place = self._map.decode(scene.x, scene.y)
        blend = self._blend(scene, guests) if scene.blended > 0 else None
        return place if blend is None else self.space.slerp(place, blend, scene.blended)

    def _blend(self, scene: Scene, guests: Mapping[str, bytes]) -> NDArray[np.float32] | None:
        """What is not to be had here, since the room shows another model than the one it was chosen with, is left out,
        and the others share its weight. None when nothing is left."""
        found = [
            (row, portion.weight)
            for portion in scene.portions
            if (row := self._row(portion.id, guests)) is not None and portion.weight > 0
        ]
        if not found:
            return None
        rows = np.stack([row for row, _ in found]).astype(np.float64)  # in float32 one alone loses its last digit
        weights = np.array([weight for _, weight in found])
        return np.asarray(self.space.mix(rows, weights / weights.sum()), np.float32)

    def _row(self, work: str, guests: Mapping[str, bytes]) -> NDArray[np.float32] | None:
        """(width,), or None."""
        index = self._collection.index_of(work)
        if index is not None:
            return np.asarray(self._collection.seeds[index], np.float32)
        latent = guests.get(work, b"")
        if len(latent) != 4 * self.space.width:
            return None
        row = np.frombuffer(latent, "<f4").astype(np.float32)
        return row if np.isfinite(row).all() else None
