"""BigGAN-deep's two PyTorch layouts, brought to one: the names, rows and columns of `models/networks/biggan_deep.py`.

| | published weights ("layers") | the other port ("blocks") |
|---|---|---|
| condition | z, then embedded class | embedded class, then z: as the network has it |
| stem's rows | place by place, all channels of one together | channel by channel: as the network has it |
| spectral norm | u and v as they are used | u0, one step of the power iteration behind |
| statistics | 51 sets, by truncation | one set |
| last convolution | as many outputs as inputs, 3 of them used | 3 outputs |

Moving the rows and columns of a weight leaves its singular values alone, and moves u and v along.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor

from models.checkpoints.biggan import UNUSED, plain_statistics
from models.checkpoints.family import Checkpoint, Drawing, Family
from models.checkpoints.shapes import count, number, shape
from models.errors import ModelError
from models.networks.biggan_deep import STEM_SIDE, BigGANDeep, BigGANDeepConfig, folded
from models.networks.spectral import step
from models.truncation import Truncation

EPS = 1e-4
"""Of the published weights' batch norms, and the best guess for a file of the other port without a config."""
PORT_OUTPUT_EPS = 1e-5
"""The other port's last batch norm is left at the default, whatever the others' eps is."""


def is_published(checkpoint: Checkpoint) -> bool:
    """The layout of the published weights."""
    return "generator.gen_z.weight_orig" in checkpoint.tensors


def fits(checkpoint: Checkpoint) -> bool:
    return is_published(checkpoint) or "blocks.0.0.conv4.weight" in checkpoint.tensors


def infer(checkpoint: Checkpoint) -> BigGANDeepConfig:
    """Everything but the eps is read off the shapes. Raises ModelError."""
    return infer_published(checkpoint) if is_published(checkpoint) else infer_port(checkpoint)


def renamed(checkpoint: Checkpoint, config: BigGANDeepConfig) -> dict[str, Tensor]:
    return renamed_published(checkpoint, config) if is_published(checkpoint) else renamed_port(checkpoint)


# -- the published weights -------------------------------------------------------------------------------------------

PUBLISHED_NAMES = (
    (r"^embeddings\.weight$", "shared.weight"),
    (r"^generator\.gen_z\.", "linear."),
    (r"^generator\.bn\.weight$", "output_norm.gain"),
    (r"^generator\.bn\.", "output_norm."),
    (r"^generator\.conv_to_rgb\.", "to_rgb."),
    (r"\.snconv1x1_(theta|phi|g)\.", r".\1."),
    (r"\.snconv1x1_o_conv\.", ".o."),
    (r"\.scale\.", ".gain."),
    (r"\.offset\.", ".bias."),
    (r"\.running_means$", ".stored_mean"),
    (r"\.running_vars$", ".stored_var"),
    (r"\.weight_orig$", ".weight"),
    (r"\.weight_([uv])$", r".\1"),
)
"""Pattern and replacement, in order. What is left after them, `generator.layers.N.`, is numbered by `places`."""


def layers(checkpoint: Checkpoint) -> list[bool]:
    """The published list of layers: True for a block, False for an attention (which has a number of its own)."""
    found: list[bool] = []
    while True:
        name = f"generator.layers.{len(found)}"
        if f"{name}.conv_0.weight_orig" in checkpoint.tensors:
            found.append(True)
        elif f"{name}.gamma" in checkpoint.tensors:
            found.append(False)
        else:
            return found


def places(found: list[bool]) -> list[str]:
    """Where each published layer stands in the network: a block has a number, an attention that of the block before."""
    names: list[str] = []
    blocks = 0
    for is_block in found:
        names.append(f"blocks.{blocks}.0" if is_block else f"blocks.{blocks - 1}.1")
        blocks += is_block
    return names


def infer_published(checkpoint: Checkpoint) -> BigGANDeepConfig:
    found = layers(checkpoint)
    numbers = [number for number, is_block in enumerate(found) if is_block]
    if len(numbers) % 2 or not numbers:
        raise ModelError(f"{checkpoint.path.name} has {len(numbers)} blocks; BigGAN-deep has two to a stage")
    first = shape(checkpoint, f"generator.layers.{numbers[0]}.conv_0.weight_orig", 4)[1]
    ends = [shape(checkpoint, f"generator.layers.{number}.conv_3.weight_orig", 4)[0] for number in numbers[1::2]]
    class_dim, classes = shape(checkpoint, "embeddings.weight", 2)
    eps = number(checkpoint, "eps", EPS)
    return BigGANDeepConfig(
        z_dim=shape(checkpoint, "generator.gen_z.weight_orig", 2)[1] - class_dim,
        n_classes=classes,
        class_dim=class_dim,
        widths=(first, *ends),
        attention=tuple(STEM_SIDE << (sum(found[:i]) // 2) for i, is_block in enumerate(found) if not is_block),
        n_statistics=shape(checkpoint, "generator.bn.running_means", 2)[0],
        rgb_channels=shape(checkpoint, "generator.conv_to_rgb.weight_orig", 4)[0],
        bn_eps=eps,
        output_eps=eps,
    )


def renamed_published(checkpoint: Checkpoint, config: BigGANDeepConfig) -> dict[str, Tensor]:
    where = places(layers(checkpoint))
    made = {published_name(key, where): value for key, value in checkpoint.tensors.items()}
    class_first = torch.arange(config.condition_dim).roll(config.class_dim)  # z then class -> class then z
    by_channel = torch.arange(config.widths[0] * STEM_SIDE**2).view(STEM_SIDE**2, -1).t().flatten()
    for key in list(made):
        layer, _, leaf = key.rpartition(".")
        if layer == "linear" or layer.endswith((".gain", ".bias")):
            if leaf in ("weight", "v"):
                made[key] = moved(made[key], class_first, dim=-1)
            if layer == "linear" and leaf in ("weight", "bias", "u"):
                made[key] = moved(made[key], by_channel, dim=0)
        elif leaf == "gamma":
            made[key] = made[key].squeeze()
    made["shared.weight"] = made["shared.weight"].t().contiguous()  # kept as a linear layer's, (class_dim, classes)
    return made


def published_name(key: str, where: list[str]) -> str:
    """The network's name for a published one."""
    for pattern, replacement in PUBLISHED_NAMES:
        key = re.sub(pattern, replacement, key)
    found = re.match(r"generator\.layers\.(\d+)\.(?:(bn|conv)_(\d)\b)?", key)
    if not found or int(found[1]) >= len(where):
        return key
    part = f"{found[2]}{int(found[3]) + 1}" if found[2] else ""
    return f"{where[int(found[1])]}.{part}{key[found.end() :]}"


def moved(tensor: Tensor, order: Tensor, dim: int) -> Tensor:
    """Rows or columns in another order. One of another length is left for the strict check to name."""
    return tensor.index_select(dim, order) if tensor.ndim and tensor.shape[dim] == len(order) else tensor


# -- the other port --------------------------------------------------------------------------------------------------


def infer_port(checkpoint: Checkpoint) -> BigGANDeepConfig:
    blocks = count(checkpoint, "blocks.{}.0.conv1.weight")
    first = shape(checkpoint, "blocks.0.0.conv1.weight", 4)[1]
    ends = [shape(checkpoint, f"blocks.{number}.0.conv4.weight", 4)[0] for number in range(1, blocks, 2)]
    classes, class_dim = shape(checkpoint, "shared.weight", 2)
    return BigGANDeepConfig(
        z_dim=shape(checkpoint, "linear.weight", 2)[1] - class_dim,
        n_classes=classes,
        class_dim=class_dim,
        widths=(first, *ends),
        attention=tuple(8 << i for i in range(len(ends)) if f"blocks.{2 * i + 1}.1.gamma" in checkpoint.tensors),
        n_statistics=1,
        rgb_channels=shape(checkpoint, "output_layer.2.weight", 4)[0],
        bn_eps=number(checkpoint, "BN_eps", EPS),
        output_eps=PORT_OUTPUT_EPS,
    )


def renamed_port(checkpoint: Checkpoint) -> dict[str, Tensor]:
    kept = {key: value for key, value in checkpoint.tensors.items() if not UNUSED.search(key)}
    made: dict[str, Tensor] = {}
    for key, value in plain_statistics(kept).items():
        name = key.replace("output_layer.0.", "output_norm.").replace("output_layer.2.", "to_rgb.")
        layer, _, leaf = name.rpartition(".")
        if leaf == "u0":
            rows = kept.get(key.removesuffix("u0") + "weight", torch.empty(0, 1)).flatten(1)
            if len(rows) != value.numel():
                raise ModelError(
                    f"{checkpoint.path.name}: {key} has {value.numel()} numbers for {len(rows)} rows of weights"
                )
            made[f"{layer}.u"], made[f"{layer}.v"] = step(rows, value.flatten())
        elif leaf in ("stored_mean", "stored_var"):
            made[f"{layer}.{leaf}"] = value[None]  # one set of statistics, (1, C)
        else:
            made[f"{layer}.{leaf}"] = value
    return made


FAMILY = Family(
    "biggan_deep",
    BigGANDeepConfig,
    BigGANDeep,
    fits,
    infer,
    renamed,
    truncation=Truncation.STATISTICS,
    drawing=Drawing(fast=folded, bf16=True, compiles=True),
)
