"""A picture into the bytes that every screen gets. No choices per screen: a frame is encoded once for all."""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray


def encode_jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    """picture: uint8 (H, W, 3), RGB -> JPEG, chroma halved both ways (4:2:0): the eye does not see it."""
    encoded: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(picture), quality=quality, colorspace="RGB", colorsubsampling="420", fastdct=True
    )
    return encoded
