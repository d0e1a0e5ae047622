"""One picture that holds a small one of every artwork: a graphics card draws a whole map from it in one call.

The small pictures come from ThumbHashes, which travel with the list of works; no image is fetched here.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from client.thumbhash import read_thumbhash
from client.works import Artwork

CELL = 16
"""Pixels on a side of one small picture: a ThumbHash holds at most 7 waves a side, so more would show no more."""

UNKNOWN = (96, 96, 96)
"""A work without a readable ThumbHash: grey, but on the map."""


@dataclass(frozen=True)
class Atlas:
    """`pixels` uint8 (rows * CELL, columns * CELL, 3); cells run from the top left, row by row."""

    pixels: NDArray[np.uint8]
    columns: int
    rows: int

    def corners(self, count: int) -> NDArray[np.float32]:
        """(count, 2): the top left corner of each cell as a part of the picture, in [0, 1)."""
        index = np.arange(count)
        return np.stack([index % self.columns / self.columns, index // self.columns / self.rows], axis=1).astype("f4")

    def data_uri(self) -> str:
        """A PNG inside an address, so that a page needs no other file."""
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG")
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def make_atlas(works: Sequence[Artwork]) -> Atlas:
    """Cells in the order of `works`, on a nearly square sheet."""
    columns = max(1, math.ceil(math.sqrt(len(works))))
    rows = max(1, math.ceil(len(works) / columns))
    sheet = np.zeros((rows, columns, CELL, CELL, 3), np.uint8)
    for index, work in enumerate(works):
        try:
            sheet[divmod(index, columns)] = read_thumbhash(work.thumbhash, CELL)
        except ValueError:
            sheet[divmod(index, columns)] = UNKNOWN
    return Atlas(sheet.transpose(0, 2, 1, 3, 4).reshape(rows * CELL, columns * CELL, 3), columns, rows)
