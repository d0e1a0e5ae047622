"""StyleGAN3, the same function with less work: what does not depend on z is computed once, filters as matrix products.

Most of the authors' time on a processor goes into the filters around the leaky ReLU. Here small banded matrices make
block after block of rows (`FilteredRectifier`): the zeros of upsampling are never made, what is cut off is hardly
computed, what lies between two filters stays in a core's cache, and the hardware that multiplies matrices does it, in
bf16 where that is asked for. The radial filters of "r" are sums of a few separable ones (`separated`).

Mapping, styles, demodulation and the waves of the input stay float32: their errors would reach every pixel. Pure torch:
no files, no devices. `folded` is the entry; `stylegan3.py` is the function to equal.
"""

from __future__ import annotations

import copy
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.mapping import EPSILON, LRELU_GAIN, LRELU_SLOPE, Dense
from models.networks.stylegan2_fast import FastToRGB, linear
from models.networks.stylegan3 import Layer, StyleGAN3

ROWS = {torch.bfloat16: 26, torch.float32: 12}
"""Rows that a product with a lower filter makes, about: 26 take 62 of 12 taps, which fill the 2 x 16 by 2 x 32 numbers
of bf16 tiles (AMX); in float32 the fewer rows, the fewer products with zeros."""
CACHED = 2**18
"""Numbers between two filters: with what they are made of they stay in a core's cache of 2 MB."""


@torch.no_grad()
def folded(generator: StyleGAN3, dtype: torch.dtype = torch.float32) -> StyleGAN3:
    """A copy for drawing only, its convolutions and filters in `dtype`. Equal to the original up to rounding (a test
    holds it).

    Do not cast it again: it keeps the precisions that it needs. Weights take no gradient, z and classes do (inversion).
    """
    fast = copy.deepcopy(generator).eval().requires_grad_(False)
    for name in fast.synthesis.names:
        layer = fast.synthesis.get_submodule(name)
        assert isinstance(layer, Layer)
        made = to_rgb(layer, fast.synthesis.output_scale, dtype) if layer.draws else FastLayer(layer, dtype)
        fast.synthesis.add_module(name, made)
    fast.synthesis.output_scale = 1.0
    for name, dense in list(fast.mapping.named_children()):
        assert isinstance(dense, Dense)
        setattr(fast.mapping, name, linear(dense))
    return fast


def to_rgb(layer: Layer, output_scale: float, dtype: torch.dtype) -> FastToRGB:
    """The last `Layer`, with the picture's scale."""
    gain = output_scale * layer.magnitude_ema.rsqrt() / math.sqrt(layer.weight.shape[1])
    clamp = None if layer.clamp is None else layer.clamp * abs(output_scale)
    return FastToRGB(linear(layer.affine), layer.weight * gain, layer.bias * output_scale, clamp, dtype)


class FastLayer(nn.Module):
    """`Layer`, but for the last: same call, same result."""

    weight: Tensor
    energy: Tensor
    bias: Tensor

    def __init__(self, layer: Layer, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype, self.clamp, self.padding = dtype, layer.clamp, layer.kernel - 1
        self.affine = linear(layer.affine)
        weight = layer.weight * layer.weight.square().mean(dim=(1, 2, 3), keepdim=True).rsqrt()
        self.register_buffer("energy", weight.square().sum(dim=(2, 3)).T.contiguous())  # (c_in, c_out)
        weight = weight * layer.magnitude_ema.rsqrt()
        c_out, c_in = weight.shape[:2]
        self.own = weight.numel() < layer.before.size**2 * c_in + layer.after.size**2 * c_out
        self.register_buffer("weight", (weight if self.own else weight.to(dtype)).to(memory_format=torch.channels_last))
        self.register_buffer("bias", layer.bias * LRELU_GAIN)
        self.filters = FilteredRectifier(layer, dtype)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = self.affine(w)  # (B, c_in)
        style = style * style.square().mean(dim=1, keepdim=True).rsqrt()
        # The rectifier's gain goes through it and the filters: it is positive.
        scale = (style.square() @ self.energy + EPSILON).rsqrt() * LRELU_GAIN  # (B, c_out)
        x = x.to(self.dtype, memory_format=torch.channels_last)
        if self.own and len(x) == 1:
            weight = (self.weight * style[0, :, None, None] * scale[0, :, None, None, None]).to(self.dtype)
            x = F.conv2d(x, weight, self.bias.to(self.dtype), padding=self.padding)
        else:
            x = F.conv2d(x * style.to(self.dtype)[:, :, None, None], self.weight.to(self.dtype), padding=self.padding)
            x = torch.addcmul(self.bias.to(self.dtype)[:, None, None], x, scale.to(self.dtype)[:, :, None, None])
        filtered: Tensor = self.filters(x)
        return filtered


class FilteredRectifier(nn.Module):
    """Upsampling, leaky ReLU without its gain, clamp, downsampling. (B, C, n, n) -> (B, C, m, m), channels-last.

    A filter along an axis is a banded matrix that repeats itself, so that one small matrix makes a block of rows out of
    the rows below it, and again further down. Rows are long: a row of every picture, with all its channels.
    """

    up_x: Tensor
    up_y: Tensor
    down_x: Tensor
    down_y: Tensor

    def __init__(self, layer: Layer, dtype: torch.dtype) -> None:
        super().__init__()
        self.clamp, self.m = layer.clamp, layer.after.size
        columns, lines = separated(layer.down_filter)  # (R, taps) each
        self.rank = len(lines)
        rows = ROWS[dtype]
        rows -= rows % (layer.up // math.gcd(layer.up, layer.down))  # a block begins where a sample is
        self.step = rows * layer.down  # rows between the filters, from block to block
        self.step_up = self.step // layer.up
        down_x, _ = band(lines[:, None], 1, layer.down, 0, rows, dtype)
        down_y, _ = band(columns[None], 1, layer.down, 0, rows, dtype)
        up_filter = (layer.up_filter * layer.up)[None, None]
        # What one product below takes, one of these makes.
        up_x, first = band(up_filter, layer.up, 1, layer.low, down_x.shape[1], dtype)
        up_y, _ = band(up_filter, layer.up, 1, layer.low, self.step, dtype)
        for name, matrix in {"up_y": up_y, "up_x": up_x, "down_x": down_x, "down_y": down_y}.items():
            self.register_buffer(name, matrix)
        self.blocks = -(-self.m // rows)
        inner = (self.blocks - 1) * self.step + down_x.shape[1]  # rows that all products below take
        self.blocks_up = -(-inner // self.step)
        end = first - (layer.before.size + layer.kernel - 1)
        below_x = (self.blocks - 1) * self.step_up + up_x.shape[1] + end
        below_y = (self.blocks_up - 1) * self.step_up + up_y.shape[1] + end
        self.room = (0, 0, -first, below_x, 0, 0, -first, below_y)
        """Zeros around the features; negative where samples are cut off that nothing below sees."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x.permute(2, 0, 3, 1), self.room)  # (rows, B, columns, C)
        _, batch, columns, channels = x.shape
        held = max(1, CACHED // (len(self.up_x) * batch * channels))
        parts = []
        for made in products(self.up_y, x.flatten(1), self.step_up, self.blocks_up):
            rows = made.view(-1, batch, columns, channels)
            parts += [self.across(rows[i : i + held]) for i in range(0, len(rows), held)]
        x = torch.cat(parts)  # (inner R, B, m, C)
        y = torch.cat(products(self.down_y, x.flatten(1), self.step * self.rank, self.blocks))
        return y.view(-1, batch, self.m, channels)[: self.m].permute(1, 3, 0, 2)

    def across(self, x: Tensor) -> Tensor:
        """A few rows, all the way along the other axis: (k, B, columns, C) -> (k R, B, m, C)."""
        k, batch, _, channels = x.shape
        x = x.transpose(0, 2).reshape(-1, batch * k * channels)
        made = []
        for y in products(self.up_x, x, self.step_up, self.blocks):
            F.leaky_relu_(y, LRELU_SLOPE)
            if self.clamp is not None:
                y = y.clamp(-self.clamp, self.clamp) if y.requires_grad else y.clamp_(-self.clamp, self.clamp)
            made.append(self.down_x @ y)
        x = torch.cat(made).view(-1, self.rank, batch, k, channels)[: self.m]  # (m, R, B, k, C)
        return x.permute(3, 1, 2, 0, 4).flatten(0, 1)


def products(matrix: Tensor, x: Tensor, step: int, blocks: int) -> list[Tensor]:
    """Block after block of rows: (n, N) -> `blocks` times (made, N)."""
    return [matrix @ x[i * step : i * step + matrix.shape[1]] for i in range(blocks)]


def band(
    kernels: Tensor, up: int, down: int, low: int, made: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, int]:
    """The matrix of resampling that makes `made` rows, and the first row that it takes.

    Zeros between the samples, `low` before the first (where negative, so many cut off), convolution, every `down`-th
    sample. `kernels` (R_out, R_in, taps), summed over R_in -> (made * R_out, taken * R_in).
    """
    taps = kernels.shape[2]
    first, last = -(low // up), (taps - 1 + (made - 1) * down - low) // up
    rows = torch.arange(first, last + 1)
    tap = rows * up + low - torch.arange(made)[:, None] * down  # (made, taken)
    tap = torch.where((tap >= 0) & (tap < taps), tap, taps)
    turned = F.pad(kernels.flip(2), (0, 1))  # what is beyond all taps is 0
    matrix = rounded(turned[:, :, tap].permute(2, 0, 1, 3), dtype)  # (made, R_out, R_in, taken)
    return matrix.transpose(2, 3).flatten(2).flatten(0, 1), first


def rounded(lines: Tensor, dtype: torch.dtype) -> Tensor:
    """In `dtype`, each line's sum kept: a number takes over what the rounding of larger ones left.

    Even surfaces are most of a picture, and would come out of every filter a little brighter or darker: with taps
    rounded one by one, that alone is an error of 2 levels in 255 after all layers.
    """
    order = lines.abs().argsort(dim=-1, descending=True)
    values = lines.gather(-1, order)
    left = torch.zeros_like(values[..., 0])
    made = torch.zeros_like(values, dtype=dtype)
    for i in range(values.shape[-1]):
        wanted = torch.where(values[..., i] == 0, 0, values[..., i] + left)
        made[..., i] = wanted.to(dtype)
        left = torch.where(values[..., i] == 0, left, wanted - made[..., i].float())
    return torch.zeros_like(made).scatter(-1, order, made)


def separated(kernel: Tensor, error: float = 1e-7) -> tuple[Tensor, Tensor]:
    """A filter as a sum of separable ones: columns and lines, (R, taps) each. A line (taps,) is one already.

    StyleGAN3's radial filters of 12 x 12 are of rank 6, of which 2 to 4 exceed `error`, relative to the largest.
    """
    if kernel.ndim == 1:
        return kernel[None], kernel[None]
    u, s, v = torch.linalg.svd(kernel.double())
    count = int((s > error * s[0]).sum())
    root = s[:count, None].sqrt()
    return (u.T[:count] * root).float(), (v[:count] * root).float()
