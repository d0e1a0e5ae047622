"""Opening pictures that others gave us: within limits, or not at all.

An 11 KiB PNG can unfold to 267 MB, so the size is read from the header before any pixel is decoded.
No network, no torch.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

MAX_PIXELS: Final = 16_000_000
"""4,000 x 4,000: sixteen times what the wall shows, and 64 MB unfolded."""

MAX_JPEG_PIXELS: Final = 40_000_000
"""Museums' own photographs reach 30 megapixels. A JPEG unfolds at half its side for a quarter of the work, so a larger
one may still be read, within the limit above."""

MAX_FILE_BYTES: Final = 64 * 2**20
"""More than any honest 16-megapixel picture, and never read into memory unasked."""

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")
"""What Pillow may try: each further decoder is one more that strangers' bytes reach."""

MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB"})
"""8-bit modes; Pillow turns 16-bit ones into white without a word."""


class UnreadableImage(ValueError):
    """A picture we do not open. One sentence: what was found, what to do."""


class TooManyPixels(UnreadableImage):
    """One that unfolds beyond our limits."""


def open_image(source: Path | bytes) -> Image.Image:
    """The picture of a file, or of its bytes, upright in RGB, transparency on white. Raises UnreadableImage."""
    name = source.name if isinstance(source, Path) else "the picture"
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        if (isinstance(source, Path) and not source.is_file()) or not 0 < size <= MAX_FILE_BYTES:
            raise UnreadableImage(f"{name} is {size:,} bytes; we read files of 1 to {MAX_FILE_BYTES:,}")
        file = source if isinstance(source, Path) else BytesIO(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is stricter
            with Image.open(file, formats=FORMATS) as image:
                return upright(image, name)
    except UnreadableImage:
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixels(f"{name} has too many pixels; make it at most {MAX_PIXELS:,}") from error
    except FileNotFoundError as error:
        raise UnreadableImage(f"{name} is not there; put it in the folder or take its line out") from error
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, zlib.error and more on broken bytes
        raise UnreadableImage(f"{name} is not a picture we can read ({error}); save it as JPEG or PNG") from error


def upright(image: Image.Image, name: str = "the picture") -> Image.Image:
    """A picture that Pillow has opened, when within our limits: upright in RGB, transparency on white. Its pixels are
    decoded only now. Raises UnreadableImage, and what decoders raise."""
    if image.format == "JPEG" and MAX_PIXELS < image.width * image.height <= MAX_JPEG_PIXELS:
        image.draft(None, (image.width // 2, image.height // 2))
    width, height = image.size
    if not 0 < width * height <= MAX_PIXELS:
        raise TooManyPixels(f"{name} has {width} x {height} pixels; make it at most {MAX_PIXELS:,}")
    if image.mode not in MODES:
        raise UnreadableImage(f"{name} has pixels of mode {image.mode}; save it with 8 bits a channel")
    return on_white(ImageOps.exif_transpose(image))


def on_white(image: Image.Image) -> Image.Image:
    """RGB, with transparent parts as on paper."""
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("RGB")
    return image.convert("RGB")


def square(image: Image.Image, side: int) -> NDArray[np.uint8]:
    """The middle of the picture: RGB image -> uint8 (3, side, side), the crop that the generator learns from."""
    fitted = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(fitted).transpose(2, 0, 1))
