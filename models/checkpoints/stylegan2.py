"""StyleGAN2 checkpoints: NVIDIA's names (ADA release and the StyleGAN3 release's own StyleGAN2), and the common port's.

NVIDIA's names are the network's own. Not in the tensors is where features are clamped: pickles say it with every layer,
a JSON beside the file with `conv_clamp`; else it is 256, as in every file that NVIDIA published.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from torch import Tensor

from models.checkpoints import stylegan2_port as port
from models.checkpoints.family import Checkpoint, Drawing, Family, Halves
from models.checkpoints.shapes import count, number, shape
from models.errors import ModelError
from models.networks.mapping import MAPPING_RATE
from models.networks.stylegan2 import StyleGAN2, StyleGAN2Config
from models.networks.stylegan2_fast import folded
from models.truncation import Truncation

CLAMP = 256.0
"""Of every StyleGAN2 that NVIDIA published in PyTorch's form."""


def fits(checkpoint: Checkpoint) -> bool:
    return "synthesis.b4.const" in checkpoint.tensors or port.fits(checkpoint)


def infer(checkpoint: Checkpoint) -> StyleGAN2Config:
    """Raises ModelError."""
    if port.fits(checkpoint):
        return port.infer(checkpoint)
    channels = [shape(checkpoint, "synthesis.b4.const", 3)[0]]
    while f"synthesis.b{4 << len(channels)}.conv1.weight" in checkpoint.tensors:
        channels.append(shape(checkpoint, f"synthesis.b{4 << len(channels)}.conv1.weight", 4)[0])
    resolution = 4 << len(channels) - 1
    in_colour(checkpoint, shape(checkpoint, f"synthesis.b{resolution}.torgb.weight", 4)[0])
    z_dim, n_classes, w_dim = mapping_shape(checkpoint)
    return StyleGAN2Config(
        z_dim=z_dim,
        n_classes=n_classes,
        w_dim=w_dim,
        mapping_layers=count(checkpoint, "mapping.fc{}.weight"),
        resolution=resolution,
        channels=tuple(channels),
        architecture=architecture(checkpoint),
        clamp=clamp(checkpoint),
    )


def in_colour(checkpoint: Checkpoint, channels: int) -> None:
    """Raises ModelError for a network whose pictures a wall cannot show."""
    if channels != 3:
        raise ModelError(f"{checkpoint.path.name} draws pictures of {channels} channels; a wall shows red, green, blue")


def mapping_shape(checkpoint: Checkpoint) -> tuple[int, int, int]:
    """z_dim, n_classes and w_dim of NVIDIA's mapping network, of StyleGAN2 as of StyleGAN3. Raises ModelError."""
    arguments = checkpoint.settings.get("mapping_kwargs")
    rate = arguments.get("lr_multiplier", MAPPING_RATE) if isinstance(arguments, dict) else MAPPING_RATE
    if rate != MAPPING_RATE:
        raise ModelError(
            f"{checkpoint.path.name}: the config says lr_multiplier is {rate!r}; only {MAPPING_RATE} is known"
        )
    w_dim = shape(checkpoint, "mapping.w_avg", 1)[0]
    width = shape(checkpoint, "mapping.fc0.weight", 2)[1]
    if "mapping.embed.weight" not in checkpoint.tensors:
        return width, 0, w_dim
    embedded, n_classes = shape(checkpoint, "mapping.embed.weight", 2)
    return width - embedded, n_classes, w_dim


def architecture(checkpoint: Checkpoint) -> Literal["skip", "resnet", "orig"]:
    if "synthesis.b8.skip.weight" in checkpoint.tensors:
        return "resnet"
    return "skip" if "synthesis.b4.torgb.weight" in checkpoint.tensors else "orig"


def clamp(checkpoint: Checkpoint) -> float | None:
    """A pickle's layers say it themselves: a number, or nothing. Of settings, the ADA release nests the trunk's, and
    without `conv_clamp` clamps nothing; the StyleGAN3 release has them flat, and without it clamps at 256.

    Raises ModelError.
    """
    if checkpoint.values:
        said = [value for key, value in checkpoint.values.items() if key.endswith(".conv_clamp")]
        settings: dict[str, Any] = {"conv_clamp": said[0] if said else None}  # the same in every layer
    else:
        nested = checkpoint.settings.get("synthesis_kwargs")
        settings = {"conv_clamp": None, **nested} if isinstance(nested, dict) else {}
        settings |= checkpoint.settings
    if settings.get("conv_clamp", CLAMP) is None:
        return None
    value = number(replace(checkpoint, settings=settings), "conv_clamp", CLAMP)
    if value <= 0:
        raise ModelError(f"{checkpoint.path.name}: the config says conv_clamp is {value}; it must be above 0, or null")
    return value


def renamed(checkpoint: Checkpoint, config: StyleGAN2Config) -> dict[str, Tensor]:
    return port.renamed(checkpoint, config) if port.fits(checkpoint) else checkpoint.tensors


def styles(network: StyleGAN2, z: Tensor, y: Tensor | None, truncation: float) -> Tensor:
    """w for every layer, (B, count, w_dim): eight layers whose rounding would reach every pixel."""
    return network.mapping.styles(z, y, network.config.count, truncation)


def drawn(network: StyleGAN2, ws: Tensor) -> Tensor:
    picture: Tensor = network.synthesis(ws)
    return picture


DRAWING = Drawing(bf16=True, mixed=folded, compiles=True, halves=Halves(styles, drawn))

FAMILY = Family("stylegan2", StyleGAN2Config, StyleGAN2, fits, infer, renamed, Truncation.W, DRAWING)
