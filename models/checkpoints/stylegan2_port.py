"""The layout of StyleGAN2's common PyTorch port (`style.1.weight`, `convs.0.conv.weight`, ...) -> NVIDIA's names.

The function is the same. What differs: the port scales 3x3 weights by 1 / sqrt(fan-in) when it runs, stores filters
with the factor 4 of upsampling in them, knows no clamp and no classes, and keeps the mean latent beside the state.
"""

from __future__ import annotations

import math
import re

import torch
from torch import Tensor

from models.checkpoints.family import Checkpoint
from models.checkpoints.shapes import shape
from models.errors import ModelError, in_a_line
from models.networks.mapping import Mapping
from models.networks.stylegan2 import StyleGAN2Config, blur_kernel

MEAN_LATENT = "latent_avg"
"""The mean of w, which the port's trainer saves beside the state."""
MEAN_SAMPLES = 4096
"""Where there is none, the port's own scripts take the mean of so many; a fixed seed makes it the same each time."""

LAYER_PARTS = {
    "conv.weight": "weight",
    "conv.modulation.weight": "affine.weight",
    "conv.modulation.bias": "affine.bias",
    "conv.blur.kernel": "resample_filter",
    "noise.weight": "noise_strength",
    "activate.bias": "bias",
}
PICTURE_PARTS = {
    "conv.weight": "torgb.weight",
    "conv.modulation.weight": "torgb.affine.weight",
    "conv.modulation.bias": "torgb.affine.bias",
    "bias": "torgb.bias",
    "upsample.kernel": "resample_filter",
}


def fits(checkpoint: Checkpoint) -> bool:
    return "input.input" in checkpoint.tensors and "conv1.conv.weight" in checkpoint.tensors


def infer(checkpoint: Checkpoint) -> StyleGAN2Config:
    """Everything is in the tensors. Raises ModelError."""
    channels = [shape(checkpoint, "input.input", 4)[1]]
    while (key := f"convs.{2 * len(channels) - 1}.conv.weight") in checkpoint.tensors:
        channels.append(shape(checkpoint, key, 5)[1])
    w_dim, z_dim = shape(checkpoint, "style.1.weight", 2)
    return StyleGAN2Config(
        z_dim=z_dim,
        w_dim=w_dim,
        mapping_layers=sum(1 for key in checkpoint.tensors if re.fullmatch(r"style\.\d+\.weight", key)),
        resolution=4 << len(channels) - 1,
        channels=tuple(channels),
        img_channels=shape(checkpoint, "to_rgb1.conv.weight", 5)[1],
        clamp=None,
    )


def renamed(checkpoint: Checkpoint, config: StyleGAN2Config) -> dict[str, Tensor]:
    """Raises ModelError for a name that the port does not have."""
    found = {"synthesis.b4.resample_filter": blur_kernel()}  # at 4 px nothing is doubled: buffers that are never used
    found |= {f"synthesis.b{4 << i}.conv1.resample_filter": blur_kernel() for i in range(len(config.channels))}
    for key, value in checkpoint.tensors.items():
        name = new_name(key)
        if name is None:
            raise ModelError(f"{checkpoint.path.name} is not the stylegan2 it looks like: {key} is not known")
        found[name] = converted(name, value)
    if not any(key.startswith("noises.") for key in checkpoint.tensors):
        found |= no_noise(config)
    found.setdefault("mapping.w_avg", mean_latent(checkpoint, config, found))
    return found


def new_name(key: str) -> str | None:
    """The name in NVIDIA's layout; None for one that the port does not have."""
    if key == "input.input":
        return "synthesis.b4.const"
    if key == MEAN_LATENT:
        return "mapping.w_avg"
    if match := re.fullmatch(r"style\.(\d+)\.(weight|bias)", key):
        return f"mapping.fc{int(match[1]) - 1}.{match[2]}"  # style.0 is a normalisation without weights
    if match := re.fullmatch(r"noises\.noise_(\d+)", key):
        return f"synthesis.{layer(int(match[1]) - 1)}.noise_const"
    if (match := re.fullmatch(r"conv(?:1|s\.(\d+))\.(.+)", key)) and match[2] in LAYER_PARTS:
        return f"synthesis.{layer(int(match[1] or -1))}.{LAYER_PARTS[match[2]]}"
    if (match := re.fullmatch(r"to_rgb(?:1|s\.(\d+))\.(.+)", key)) and match[2] in PICTURE_PARTS:
        side = 8 << int(match[1]) if match[1] else 4
        return f"synthesis.b{side}.{PICTURE_PARTS[match[2]]}"
    return None


def no_noise(config: StyleGAN2Config) -> dict[str, Tensor]:
    """For files of the port's first months, which kept no noise: none is drawn, so that a picture repeats."""
    sides = [4 << (i + 1) // 2 for i in range(2 * len(config.channels) - 1)]  # 4, 8, 8, 16, 16, ...
    return {f"synthesis.{layer(i - 1)}.noise_const": torch.zeros(side, side) for i, side in enumerate(sides)}


def layer(index: int) -> str:
    """-1 is the only convolution at 4 px; then two at each size, the first of which doubles."""
    return "b4.conv1" if index < 0 else f"b{8 << index // 2}.conv{index % 2}"


def converted(name: str, value: Tensor) -> Tensor:
    """In NVIDIA's shape and scale."""
    leaf = name.rsplit(".", 1)[1]
    if leaf == "resample_filter":
        return value / 4
    if leaf == "weight" and value.ndim == 5:
        weight = value[0]  # (c_out, c_in, k, k)
        return weight if ".torgb." in name else weight / math.sqrt(weight[0].numel())
    if leaf in ("const", "noise_strength", "w_avg") and value.ndim and len(value) == 1:
        return value[0]
    if leaf == "noise_const" and value.ndim == 4:
        return value[0, 0]
    return value.flatten() if name.endswith("torgb.bias") else value


def mean_latent(checkpoint: Checkpoint, config: StyleGAN2Config, found: dict[str, Tensor]) -> Tensor:
    """The mean w of seeded random z, for a file without it. Raises ModelError when the mapping is not whole."""
    mapping = Mapping(config.z_dim, 0, config.w_dim, config.mapping_layers)
    prefix = "mapping."
    state = {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}
    try:
        mapping.load_state_dict(state | {"w_avg": torch.zeros(config.w_dim)})
    except RuntimeError as error:
        raise ModelError(
            f"{checkpoint.path.name} has a mapping network that does not fit together: {in_a_line(error)}"
        ) from error
    z = torch.randn(MEAN_SAMPLES, config.z_dim, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        mean: Tensor = mapping(z).mean(dim=0)
    return mean
