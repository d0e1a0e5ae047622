"""StyleGAN3 checkpoints ("t" and "r"), with NVIDIA's names, which are the network's own.

The layers' names tell their sizes and widths, the filters' shapes their kind. Constants of the design that no tensor
shows (cutoffs, margin, output scale, clamp) come from the pickle or a JSON beside the file, else they are those of
every published file; where they do not fit the names, loading refuses.
"""

from __future__ import annotations

import re
from itertools import pairwise

from torch import Tensor

from models.checkpoints.family import Checkpoint, Drawing, Family
from models.checkpoints.shapes import count, number, shape
from models.checkpoints.stylegan2 import clamp, in_colour, mapping_shape
from models.errors import ModelError
from models.networks.stylegan3 import LRELU_RATE, StyleGAN3, StyleGAN3Config, rates
from models.networks.stylegan3_fast import folded
from models.truncation import Truncation

LAYER = re.compile(r"synthesis\.L(\d+)_(\d+)_(\d+)\.weight")
"""Number, side in samples, width."""
MAX_TAPS = 1024
"""Of a filter between two layers, whose square is held where it is radial; published networks have 6 for each step, and
double at most."""


def fits(checkpoint: Checkpoint) -> bool:
    return "synthesis.input.freqs" in checkpoint.tensors


def infer(checkpoint: Checkpoint) -> StyleGAN3Config:
    """Raises ModelError."""
    layers = {int(match[1]): match for key in checkpoint.tensors if (match := LAYER.fullmatch(key))}
    if sorted(layers) != list(range(len(layers))) or len(layers) < 4:
        raise ModelError(f"{checkpoint.path.name} has {len(layers)} layers with gaps; it is incomplete: fetch it again")
    first, last = layers[0][0].removesuffix(".weight"), layers[len(layers) - 1]
    in_colour(checkpoint, int(last[3]))
    z_dim, n_classes, w_dim = mapping_shape(checkpoint)
    filters = [value for key, value in checkpoint.tensors.items() if key.endswith(".down_filter")]
    shown = StyleGAN3Config()
    return StyleGAN3Config(
        z_dim=z_dim,
        n_classes=n_classes,
        w_dim=w_dim,
        mapping_layers=count(checkpoint, "mapping.fc{}.weight"),
        resolution=int(last[2]),
        channels=tuple(int(layers[i][3]) for i in range(len(layers))),
        kernel=shape(checkpoint, f"{first}.weight", 4)[2],
        filter_size=shape(checkpoint, f"{first}.up_filter", 1)[0] // LRELU_RATE,
        radial=any(value.ndim == 2 for value in filters),
        critical=int(number(checkpoint, "num_critical", shown.critical)),
        first_cutoff=number(checkpoint, "first_cutoff", shown.first_cutoff),
        first_stopband=number(checkpoint, "first_stopband", shown.first_stopband),
        last_stopband_rel=number(checkpoint, "last_stopband_rel", shown.last_stopband_rel),
        margin=int(number(checkpoint, "margin_size", shown.margin)),
        output_scale=number(checkpoint, "output_scale", shown.output_scale),
        clamp=clamp(checkpoint),
    )


def renamed(checkpoint: Checkpoint, config: StyleGAN3Config) -> dict[str, Tensor]:
    return checkpoint.tensors


def network(config: StyleGAN3Config) -> StyleGAN3:
    """Filters are designed before their shapes are compared: an absurd one would take all memory. Raises ValueError."""
    steps = [rate.sampling for rate in rates(config)]
    if any(config.filter_size * max(a, b) > MAX_TAPS * min(a, b) for a, b in pairwise(steps)):
        raise ValueError(f"filters of {config.filter_size} taps between layers of {steps} samples a side")
    return StyleGAN3(config)


DRAWING = Drawing(mixed=folded)  # float32 unless asked: in bf16 random weights can err by more than a wall may show

FAMILY = Family("stylegan3", StyleGAN3Config, network, fits, infer, renamed, Truncation.W, DRAWING)
