"""Numbers and art: generators, latents, the collection, its map and its indices.

Importing this package imports no torch: a gateway needs the collection's facts, not the network that draws.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.generator import Generator as Generator
    from models.generator import ModelError as ModelError
    from models.generator import load_generator as load_generator
    from models.inversion.invert import Seeds as Seeds
    from models.inversion.invert import invert as invert
    from models.search.similar import Likeness as Likeness
    from models.search.similar import similar as similar

HOMES = {
    "Generator": "models.generator",
    "Likeness": "models.search.similar",
    "ModelError": "models.generator",
    "Seeds": "models.inversion.invert",
    "invert": "models.inversion.invert",
    "load_generator": "models.generator",
    "similar": "models.search.similar",
}
"""Where each name is defined: imported when it is asked for."""

__all__ = ["Generator", "Likeness", "ModelError", "Seeds", "invert", "load_generator", "similar"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
