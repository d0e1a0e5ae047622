"""BigGAN's published PyTorch layout, with plain, `mybn` and cross-replica statistics, and the files converted into it.

The network has the layout's own names, so most files load as they are. Not in the tensors is the eps of the conditional
batch norms: it comes from a JSON beside the file (`BN_eps`), else it is that of the published 256 px weights.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor

from models.checkpoints.family import Checkpoint, Drawing, Family
from models.checkpoints.shapes import count, number, shape
from models.errors import ModelError
from models.networks.biggan import STEM_SIDE, BigGAN, BigGANConfig, folded
from models.truncation import Truncation

BN_EPS = 1e-4
"""Of the published 256 px weights and all that were converted from TF-Hub."""

UNUSED = re.compile(r"\.(sv\d+|u[1-9]\d*|num_batches_tracked)$")
"""Kept for a trainer's diary: singular values, the vectors of further ones, a counter. Converted files lack them."""
STATISTICS = re.compile(r"\.bn\.(?:stored|running)_(mean|var)$")
"""Where `mybn` (stored_) and cross-replica (running_) batch norms keep what plain ones keep one level higher."""
COUNTER = ".bn.accumulation_counter"
"""Of `mybn`: how many batches its statistics are the sum of; 0 when they are a running mean."""


def fits(checkpoint: Checkpoint) -> bool:
    keys = checkpoint.tensors
    return "linear.u0" in keys and "blocks.0.0.conv_sc.weight" in keys


def infer(checkpoint: Checkpoint) -> BigGANConfig:
    """Everything but the eps is read off the shapes. Raises ModelError."""
    stages = count(checkpoint, "blocks.{}.0.conv1.weight")
    kernels = [shape(checkpoint, f"blocks.{i}.0.conv1.weight", 4) for i in range(max(stages, 1))]
    classes, class_dim = shape(checkpoint, "shared.weight", 2)
    stem_rows, stem_z = shape(checkpoint, "linear.weight", 2)
    if stem_rows != kernels[0][1] * STEM_SIDE**2:
        raise ModelError(
            f"{checkpoint.path.name} is not the biggan it looks like: linear.weight makes {stem_rows} numbers, and the "
            f"first block takes {kernels[0][1]} channels of {STEM_SIDE} x {STEM_SIDE}"
        )
    condition_dim = shape(checkpoint, "blocks.0.0.bn1.gain.weight", 2)[1]
    hierarchical = condition_dim != class_dim
    return BigGANConfig(
        z_dim=stem_z * (stages + 1) if hierarchical else stem_z,
        n_classes=classes,
        class_dim=class_dim,
        widths=(kernels[0][1], *(kernel[0] for kernel in kernels)),
        attention=tuple(8 << i for i in range(stages) if f"blocks.{i}.1.gamma" in checkpoint.tensors),
        hierarchical=hierarchical,
        bn_eps=number(checkpoint, "BN_eps", BN_EPS),
    )


def renamed(checkpoint: Checkpoint, config: BigGANConfig) -> dict[str, Tensor]:
    """The names of plain statistics, without what drawing does not use."""
    return plain_statistics({key: value for key, value in checkpoint.tensors.items() if not UNUSED.search(key)})


def plain_statistics(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """One level higher, and means where they were sums: `mybn` adds up batches when it re-accumulates statistics."""
    made: dict[str, Tensor] = {}
    for key, value in tensors.items():
        if key.endswith(COUNTER):
            continue
        if found := STATISTICS.search(key):
            batches = tensors.get(key[: found.start()] + COUNTER)
            value = value / batches if batches is not None and is_a_count(batches) else value
            key = f"{key[: found.start()]}.stored_{found[1]}"
        made[key] = value
    return made


def is_a_count(batches: Tensor) -> bool:
    """Whether anything was added up: a whole number from 1 on."""
    return batches.numel() == 1 and batches.item() >= 1 and bool(batches == torch.round(batches))


DRAWING = Drawing(fast=folded, bf16=True, compiles=True)

FAMILY = Family("biggan", BigGANConfig, BigGAN, fits, infer, renamed, Truncation.Z, DRAWING)
