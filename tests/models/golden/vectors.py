"""The golden sets beside the project: what the authors' code drew from seeded weights. Their README is the recipe."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from models.checkpoints.family import Checkpoint

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "golden"

TINY, REAL = 1e-4, 2e-3
"""What may differ at most: of the tiny sets, and of the real-size ones, which other BLAS and threads move more."""


class GoldenSet:
    """One set: inputs, outputs, and the state they belong to."""

    def __init__(self, name: str) -> None:
        path = FOLDER / f"{name}.safetensors"
        if not path.is_file():
            pytest.skip(f"no golden set {name} in {FOLDER}")
        self.path = path
        self.facts: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
        self.tensors = load_file(str(path))
        self.tolerance = TINY if name.endswith("_tiny") else REAL

    def state(self) -> dict[str, Tensor]:
        """As it was saved; of a real-size set, filled by the README's recipe."""
        saved = {key.removeprefix("state."): value for key, value in self.tensors.items() if key.startswith("state.")}
        return saved or {key: fill(key, shape) for key, (shape, _) in self.facts["keys"].items()}

    def checkpoint(self, state: dict[str, Tensor], **settings: Any) -> Checkpoint:
        """As if it had been read from a file, with these settings beside it (the set's own where none are given)."""
        return Checkpoint(self.path, "0" * 64, state, settings=settings or self.facts["config"])

    def worst(self, name: str, picture: Tensor) -> float:
        """The largest difference between a whole picture and what the set kept of it under `out.<name>`."""
        expected = self.tensors[f"out.{name}"]
        if name.startswith("corner8"):
            picture = picture[:, :, :8, :8]
        elif "pool16" in name:
            picture = F.adaptive_avg_pool2d(picture, 16)
        return float((picture - expected).abs().max())


def fill(key: str, shape: list[int], seed: int = 1) -> Tensor:
    """A value that depends only on the key's name, the shape and the seed."""
    chance = np.random.RandomState((zlib.crc32(key.encode()) ^ seed) & 0xFFFFFFFF)
    count, leaf = int(np.prod(shape)), key.rsplit(".", 1)[-1]
    if leaf in ("stored_var", "running_var", "running_vars"):
        return as_float32(0.5 + chance.random_sample(count), shape)
    normal = chance.standard_normal(count)
    if leaf in ("u0", "weight_u", "weight_v"):
        return as_float32(normal / np.linalg.norm(normal), shape)
    if leaf in ("sv0", "gamma"):
        return torch.full(shape, 1.0 if leaf == "sv0" else 0.5)
    return as_float32(1 + 0.1 * normal if leaf == "gain" else 0.1 * normal, shape)


def as_float32(values: np.ndarray, shape: list[int]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)
