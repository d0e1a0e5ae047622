"""Numbers and art: generators, latents, the collection, its map and its indices.

Importing this package imports no torch: a gateway needs the collection's facts, not the network that draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.generator import Generator as Generator
    from models.generator import ModelError as ModelError
    from models.generator import load_generator as load_generator

__all__ = ["Generator", "ModelError", "load_generator"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from models import generator

    return getattr(generator, name)
