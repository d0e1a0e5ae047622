"""Files of the bundled architecture: only our own plain form, which `genstudio train` writes."""

from __future__ import annotations

from typing import Any, NoReturn

from torch import Tensor, nn

from models.checkpoints.family import Checkpoint, Drawing, Family, Halves
from models.errors import ModelError
from models.networks.light import LightConfig, LightGenerator
from models.networks.light_fast import FastLight, folded
from models.networks.packed import packed
from models.truncation import Truncation


def fits(checkpoint: Checkpoint) -> bool:
    return "stem_rgb.weight" in checkpoint.tensors


def refuse(checkpoint: Checkpoint) -> NoReturn:
    raise ModelError(f"{checkpoint.path.name} lost the header that says its format and config; write it again")


def renamed(checkpoint: Checkpoint, config: Any) -> dict[str, Tensor]:
    return checkpoint.tensors


def call(network: nn.Module, z: Tensor, y: Tensor | None, truncation: float) -> Tensor:
    """The network takes z alone, and what it draws beyond black and white is cut off."""
    picture: Tensor = network(z * truncation)
    return picture.clamp(-1, 1)


def decided(network: FastLight, z: Tensor, y: Tensor | None, truncation: float) -> Tensor:
    """What few pixels decide for all of them, (B, N): its rounding would be seen in the whole picture."""
    return network.decided(z * truncation)


def painted(network: FastLight, first: Tensor) -> Tensor:
    return network.painted(first).clamp(-1, 1)


DRAWING = Drawing(call=call, bf16=True, mixed=folded, packed=packed, compiles=True, halves=Halves(decided, painted))

FAMILY = Family("light", LightConfig, LightGenerator, fits, refuse, renamed, Truncation.Z, DRAWING)
