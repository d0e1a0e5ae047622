"""Two pictures into one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
"""(H, W, 3), RGB."""

Through = Callable[[Picture], Picture]
"""What a room's picture goes through before it is encoded."""


def mixed(old: Picture, new: Picture, share: float) -> Picture:
    """`share` of the new one in [0, 1], at the new one's size: exactly the new one at 1."""
    blended = Image.blend(Image.fromarray(sized(old, new)), Image.fromarray(new), share)
    return np.asarray(blended)


def sized(picture: Picture, like: Picture) -> Picture:
    """A picture at another's size; the very same one when it has that already."""
    if picture.shape == like.shape:
        return picture
    return np.asarray(Image.fromarray(picture).resize((like.shape[1], like.shape[0]), Image.Resampling.BICUBIC))
