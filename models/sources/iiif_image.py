"""What to ask a IIIF image service for: the picture at the size that we keep, no larger. Pure logic, no network.

IIIF Image API 1.1, 2 and 3 (https://iiif.io/api/image). `info.json` was written by a stranger: nothing in it is
believed to be of a certain type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from models.sources.keep import MAX_SIDE

LONGEST: Final = MAX_SIDE
"""Of what we ask for, in pixels: what would be made smaller here need not travel."""

MOST_PIXELS: Final = 10**6
"""A side beyond this is an error in the record."""


def services(resource: Any) -> Iterator[str]:
    """Addresses of the image services that a picture names."""
    named = resource.get("service") if isinstance(resource, dict) else None
    for service in named if isinstance(named, list) else [named]:
        if isinstance(service, dict):
            about = f"{service.get('type')} {service.get('@type')} {service.get('profile')} {service.get('@context')}"
            address = service.get("id") or service.get("@id")
            if re.search(r"ImageService|iiif\.io/api/image|image-api", about) and isinstance(address, str):
                yield address.rstrip("/")


def request(service: str, info: Any) -> str:
    """Address of the whole picture with a longest side of at most LONGEST, or as near above it as the service goes."""
    info = info if isinstance(info, dict) else {}
    version, level = version_of(info), level_of(info)
    width, height = side(info, "width"), side(info, "height")
    quality = "native" if version == 1 else "default"
    return f"{service}/full/{size(info, version, level, width, height)}/0/{quality}.jpg"


def size(info: dict[str, Any], version: int, level: int, width: int, height: int) -> str:
    """The size part of the address. A width alone is understood from level 1 on in every version, and never
    distorts."""
    whole = "max" if version == 3 else "full"
    limits = [side(info, name) for name in ("maxWidth", "maxHeight")]
    longest = min([LONGEST, *(limit for limit in limits if limit)])
    if not width or not height or max(width, height) <= longest:
        return whole
    if level >= 1 or "sizeByW" in features_of(info):
        return f"{max(1, width * longest // max(width, height))},"
    ready = sorted((w, h) for w, h in sizes_of(info))
    fitting = [(w, h) for w, h in ready if max(w, h) <= longest]
    if not ready:
        return whole
    w, h = fitting[-1] if fitting else ready[0]
    return f"{w},{h}" if version == 3 else f"{w},"


def version_of(info: dict[str, Any]) -> int:
    """1, 2 or 3."""
    context = str(info.get("@context"))
    return 3 if "image/3" in context else 1 if re.search(r"image-api/1|image/1", context) else 2


def level_of(info: dict[str, Any]) -> int:
    """0, 1 or 2: how much the service can do. Unknown is 0."""
    found = re.search(r"level([012])", str(info.get("profile")))
    return int(found[1]) if found else 0


def features_of(info: dict[str, Any]) -> str:
    """What the service can do beyond its level, as text to be searched."""
    return f"{info.get('extraFeatures')} {info.get('profile')}"


def sizes_of(info: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Sizes that a service without reckoning has ready."""
    sizes = info.get("sizes")
    for ready in sizes if isinstance(sizes, list) else []:
        if isinstance(ready, dict) and side(ready, "width") and side(ready, "height"):
            yield side(ready, "width"), side(ready, "height")


def side(of: Any, name: str) -> int:
    """A side in pixels, 0 when it is not said or not sound."""
    value = of.get(name) if isinstance(of, dict) else None
    return value if isinstance(value, int) and 0 < value <= MOST_PIXELS else 0
