"""What the StyleGAN sets need beside `vectors.py`: their own recipe for weights, and their outputs by name."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tests.models.golden.vectors import GoldenSet, fill


def styled_state(golden: GoldenSet, built: dict[str, Tensor]) -> dict[str, Tensor]:
    """As it was saved; of a real-size set, by the README's recipe, with the filters of `built` (a network of ours)."""
    saved = golden.state() if any(key.startswith("state.") for key in golden.tensors) else {}
    return saved or {key: styled(key, shape, built) for key, (shape, _) in golden.facts["keys"].items()}


def styled(key: str, shape: list[int], built: dict[str, Tensor]) -> Tensor:
    """The recipes of both layouts: their names do not meet."""
    leaf = key.rsplit(".", 1)[-1]
    if leaf.endswith("_filter"):
        return built[key]
    if leaf == "kernel":
        return built["synthesis.b4.resample_filter"] * 4
    if leaf == "magnitude_ema":
        return torch.ones(shape)
    if leaf == "noise_strength" or key.endswith("noise.weight"):
        return torch.full(shape, 0.3)
    normal = 10 * fill(key, shape)  # the recipe's fill is a tenth of a normal number
    if key.startswith(("mapping.fc", "style.")) and leaf == "weight":
        return 100 * normal
    if key.endswith(("affine.bias", "modulation.bias")):
        return 1 + 0.1 * normal
    if leaf == "bias":
        return 0.1 * normal
    return 0.3 * normal if leaf == "w_avg" else normal


def check(golden: GoldenSet, outputs: dict[str, Tensor]) -> None:
    """Every output that the set keeps, among those given, within its tolerance; at least two of them."""
    worst: dict[str, Any] = {
        name: golden.worst(name, outputs[name]) for name in outputs if f"out.{name}" in golden.tensors
    }
    assert len(worst) >= 2, f"{golden.path.name} keeps none of {', '.join(outputs)}"
    assert max(worst.values()) < golden.tolerance, worst
