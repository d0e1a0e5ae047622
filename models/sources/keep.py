"""The one form in which pictures are kept: JPEG, upright, in RGB, of a longest side of at most MAX_SIDE pixels.

Whatever came (a 16-megapixel TIFF, a PNG with an alpha channel, a phone's JPEG that knows where it was taken) leaves as
pixels alone. No network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from models.sources.files import whole_file
from models.works.images import open_image

MAX_SIDE: Final = 1_024
"""Of a kept picture, in pixels: a wall of 1,920 x 1,080 gives a work at most the height of the screen beside its label,
and seeds and looks are taken at 256. A collection of 1,000 works is then about 200 MB."""

QUALITY: Final = 90
"""Of the JPEG: no visible loss beside the original at arm's length, a third of the bytes of 97."""


def keep_picture(source: Path, target: Path) -> tuple[int, int]:
    """Write the picture `source` to `target`, whole or not at all, and return its size before (width, height). Raises
    UnreadableImage; OSError for the disk."""
    image = open_image(source)
    size = image.size
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    with whole_file(target) as file:
        image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return size
