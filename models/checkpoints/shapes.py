"""Reading a config off the shapes of tensors: sizes by name, blocks by number; or one clear sentence."""

from __future__ import annotations

import math

from models.checkpoints.family import Checkpoint
from models.errors import ModelError


def shape(checkpoint: Checkpoint, key: str, dims: int) -> tuple[int, ...]:
    """The shape of the tensor called `key`. Raises ModelError when there is none, or not of `dims` dimensions."""
    if (tensor := checkpoint.tensors.get(key)) is None:
        raise ModelError(f"{checkpoint.path.name} has no {key}; it is incomplete, or of another architecture")
    if tensor.ndim != dims or not tensor.numel():
        raise ModelError(
            f"{checkpoint.path.name}: {key} has shape {tuple(tensor.shape)}, not {dims} dimensions above 0"
        )
    return tuple(tensor.shape)


def count(checkpoint: Checkpoint, pattern: str) -> int:
    """How many tensors there are of a numbered name, "blocks.{}.weight", from 0 on without a gap."""
    found = 0
    while pattern.format(found) in checkpoint.tensors:
        found += 1
    return found


def number(checkpoint: Checkpoint, name: str, default: float) -> float:
    """A setting that must be a finite number. Raises ModelError."""
    value = checkpoint.settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ModelError(f"{checkpoint.path.name}: the config says {name} is {value!r}; it must be a number")
    return float(value)
