"""What StyleGAN3's authors compute without their own CUDA kernels, which no processor runs: their `impl='ref'`.

A weight per picture in grouped convolutions; zeros between samples, padding, then depthwise convolutions along each
axis, in float32 and NCHW order. `published.py` sets it beside ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from models.networks import stylegan3
from models.networks.mapping import EPSILON
from models.networks.stylegan3_fast import folded


@contextmanager
def authors_operations() -> Iterator[None]:
    """Within, a plain StyleGAN3 computes in its authors' operations: the same pictures."""
    theirs = {
        "modulated_conv": grouped_plain,
        "demodulated_conv": grouped,
        "upsampled": upsampled,
        "downsampled": downsampled,
    }
    ours = {name: getattr(stylegan3, name) for name in theirs}
    for name, operation in theirs.items():
        setattr(stylegan3, name, operation)
    try:
        yield
    finally:
        for name, operation in ours.items():
            setattr(stylegan3, name, operation)


def grouped_plain(x: Tensor, weight: Tensor, style: Tensor, padding: int = 0) -> Tensor:
    return in_groups(x, weight[None] * style[:, None, :, None, None], padding)


def grouped(x: Tensor, weight: Tensor, style: Tensor, input_gain: Tensor, padding: int) -> Tensor:
    weight = weight * weight.square().mean(dim=(1, 2, 3), keepdim=True).rsqrt()
    style = style * style.square().mean(dim=1, keepdim=True).rsqrt()
    own = weight[None] * style[:, None, :, None, None]  # (B, c_out, c_in, k, k)
    own = own * (own.square().sum(dim=(2, 3, 4), keepdim=True) + EPSILON).rsqrt() * input_gain
    return in_groups(x, own, padding)


def in_groups(x: Tensor, own: Tensor, padding: int) -> Tensor:
    batch = len(x)
    x = F.conv2d(x.reshape(1, -1, *x.shape[2:]), own.flatten(0, 1), padding=padding, groups=batch)
    return x.reshape(batch, -1, *x.shape[2:])


def upsampled(x: Tensor, line: Tensor, factor: int, low: int, high: int) -> Tensor:
    b, c, n, m = x.shape
    x = F.pad(x.reshape(b, c, n, 1, m, 1), (0, factor - 1, 0, 0, 0, factor - 1)).reshape(b, c, n * factor, m * factor)
    return along_both(F.pad(x, (low, high, low, high)), line * factor)


def downsampled(x: Tensor, kernel: Tensor, factor: int) -> Tensor:
    if kernel.ndim == 1:
        x = along_both(x, kernel)
    else:
        x = F.conv2d(x, kernel.flip(0, 1).expand(x.shape[1], 1, *kernel.shape), groups=x.shape[1])
    return x[:, :, ::factor, ::factor]


def along_both(x: Tensor, line: Tensor) -> Tensor:
    channels = x.shape[1]
    row = line.flip(0).expand(channels, 1, 1, -1)
    return F.conv2d(F.conv2d(x, row, groups=channels), row.transpose(2, 3), groups=channels)


@torch.no_grad()
def lived_in(network: stylegan3.StyleGAN3, spread: float) -> stylegan3.StyleGAN3:
    """Weights of the golden sets' spread; pictures of this standard deviation, taken over four of them."""
    for key, value in network.named_parameters():
        if key.startswith("mapping.fc") and key.endswith("weight"):
            value.data = 100 * torch.randn(value.shape)
        elif key.endswith("bias"):
            value.data += 0.1 * torch.randn(value.shape)
    last = network.synthesis.get_submodule(network.synthesis.names[-1])
    last.get_parameter("bias").zero_()
    last.get_parameter("weight").mul_(spread / folded(network)(torch.randn(4, network.config.z_dim)).std())
    return network.eval().requires_grad_(False)
