"""StyleGAN2 (Karras et al. 2020), with the names of the adaptive-augmentation (ADA) release.

A mapping network makes w; each convolution is modulated by a style, an affine function of w, and demodulated so that
its output keeps unit variance. The published trunk, "skip", adds up a picture from every size; "resnet" adds up
features and draws once.

A modulated convolution is usually written with one weight per picture, as a grouped convolution. Here the input is
scaled by the style, convolved once with the shared weight, and the output scaled by the demodulation: the same function
(a test holds it), and one ordinary convolution for the whole batch. All is float32: the blocks that the authors run in
float16 are not rounded here.

Pure torch: no files, no devices, no training. `stylegan2_fast.py` is the same function, faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.mapping import EPSILON, LRELU_GAIN, LRELU_SLOPE, Dense, Mapping
from models.networks.one_by_one import TOGETHER_UP_TO, one_by_one

Noise = Literal["const", "none"]
"""Noise is stored with the weights, so that a picture repeats; or left out. Fresh noise for each picture would flicker
on a wall."""

BLUR = (1.0, 3.0, 3.0, 1.0)
"""The binomial low-pass filter of every published StyleGAN2; its 4 x 4 product is also a buffer in the files."""


@dataclass(frozen=True)
class StyleGAN2Config:
    """Shape of the network. Everything else follows from it."""

    z_dim: int = 512
    n_classes: int = 0
    w_dim: int = 512
    mapping_layers: int = 8
    resolution: int = 256
    """Side of the picture in pixels, a power of two."""
    channels: tuple[int, ...] = (512, 512, 512, 512, 256, 128, 64)
    """Width at 4, 8, 16, ... px, as many as there are sizes."""
    img_channels: int = 3
    architecture: Literal["skip", "resnet", "orig"] = "skip"
    """Whether each size adds to the picture, to the features, or neither."""
    clamp: float | None = 256.0
    """Features beyond this are cut. It was made for float16, and is part of the function ever since."""

    @property
    def count(self) -> int:
        """How many w a picture takes: one per convolution and one for the last picture."""
        return 2 * len(self.channels)


class StyleGAN2(nn.Module):
    """z (B, z_dim) -> picture (B, img_channels, R, R), about [-1, 1] (unclamped)."""

    def __init__(self, config: StyleGAN2Config = StyleGAN2Config()) -> None:
        super().__init__()
        if config.resolution != 4 << len(config.channels) - 1:
            raise ValueError(f"{len(config.channels)} widths do not make {config.resolution} px")
        self.config = config
        self.mapping = Mapping(config.z_dim, config.n_classes, config.w_dim, config.mapping_layers)
        self.synthesis = Synthesis(config)

    def forward(
        self,
        z: Tensor,
        y: Tensor | None = None,
        truncation: float = 1.0,
        *,
        cutoff: int | None = None,
        noise: Noise = "const",
    ) -> Tensor:
        """`y` (B, n_classes): one-hot or convex rows. `truncation`, `cutoff`: see `Mapping.styles`."""
        return cast(Tensor, self.synthesis(self.mapping.styles(z, y, self.config.count, truncation, cutoff), noise))


class Synthesis(nn.Module):
    """ws (B, count, w_dim) -> picture (B, img_channels, R, R)."""

    def __init__(self, config: StyleGAN2Config) -> None:
        super().__init__()
        self.sides = [4 << i for i in range(len(config.channels))]
        for i, side in enumerate(self.sides):
            c_in = config.channels[i - 1] if i else 0
            self.add_module(f"b{side}", Block(c_in, config.channels[i], side, config))

    def forward(self, ws: Tensor, noise: Noise = "const") -> Tensor:
        x, picture = self.through([side for side in self.sides if side <= TOGETHER_UP_TO], None, None, ws, noise)
        return one_by_one(self.finished, x, picture, ws, noise)

    def finished(self, x: Tensor, picture: Tensor | None, ws: Tensor, noise: Noise) -> Tensor:
        """The large blocks, and the picture."""
        _, picture = self.through([side for side in self.sides if side > TOGETHER_UP_TO], x, picture, ws, noise)
        assert picture is not None
        return picture

    def through(
        self, sides: list[int], x: Tensor | None, picture: Tensor | None, ws: Tensor, noise: Noise
    ) -> tuple[Tensor, Tensor | None]:
        w = ws.unbind(dim=1)
        for side in sides:
            i = self.sides.index(side)
            block = self.get_submodule(f"b{side}")
            x, picture = block(x, picture, w[max(2 * i - 1, 0) : 2 * i + 2], noise)  # (B, C, side, side)
        assert x is not None
        return x, picture


class Block(nn.Module):
    """Double the side (but for the 4 px constant), convolve, and add to the picture."""

    resample_filter: Tensor

    def __init__(self, c_in: int, c_out: int, side: int, config: StyleGAN2Config) -> None:
        super().__init__()
        self.resnet = config.architecture == "resnet"
        self.draws = config.architecture == "skip" or side == config.resolution
        self.register_buffer("resample_filter", blur_kernel())
        if c_in:
            self.conv0 = StyledConv(c_in, c_out, side, config, up=True)
        else:
            self.const = nn.Parameter(torch.randn(c_out, side, side))
        self.conv1 = StyledConv(c_out, c_out, side, config)
        if self.draws:
            self.torgb = ToRGB(c_out, config)
        if self.resnet and c_in:
            self.skip = Skip(c_in, c_out)

    def forward(
        self, x: Tensor | None, picture: Tensor | None, w: tuple[Tensor, ...], noise: Noise
    ) -> tuple[Tensor, Tensor | None]:
        """x: (B, c_in, S/2, S/2) -> (B, c_out, S, S). `w` is for conv0 (but at 4 px), conv1 and the picture."""
        gain = math.sqrt(0.5) if self.resnet else 1.0  # the sum of two branches keeps its variance
        if x is None:
            x = self.conv1(self.const.expand(len(w[0]), -1, -1, -1), w[0], noise)
        elif self.resnet:
            straight = self.skip(x) * gain
            x = straight + self.conv1(self.conv0(x, w[0], noise), w[1], noise, gain)
        else:
            x = self.conv1(self.conv0(x, w[0], noise), w[1], noise)
        if picture is not None:
            picture = doubled(picture, self.resample_filter)
        if self.draws:
            drawn = self.torgb(x, w[-1])
            picture = drawn if picture is None else picture + drawn
        return cast(Tensor, x), picture


class StyledConv(nn.Module):
    """Modulated 3x3 convolution, noise, bias, leaky ReLU, clamp. (B, c_in, S or S/2, ...) -> (B, c_out, S, S)."""

    resample_filter: Tensor
    noise_const: Tensor

    def __init__(self, c_in: int, c_out: int, side: int, config: StyleGAN2Config, *, up: bool = False) -> None:
        super().__init__()
        self.up, self.clamp = up, config.clamp
        self.affine = Dense(config.w_dim, c_in, bias=1.0)
        self.weight = nn.Parameter(torch.randn(c_out, c_in, 3, 3))
        self.bias = nn.Parameter(torch.zeros(c_out))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise_const", torch.randn(side, side))
        self.register_buffer("resample_filter", blur_kernel())

    def forward(self, x: Tensor, w: Tensor, noise: Noise = "const", gain: float = 1.0) -> Tensor:
        style = self.affine(w)  # (B, c_in)
        x = x * style[:, :, None, None]
        x = up_conv(x, self.weight, self.resample_filter) if self.up else F.conv2d(x, self.weight, padding=1)
        x = x * demodulation(self.weight, style)[:, :, None, None]  # (B, c_out, S, S)
        if noise == "const":
            x = x + self.noise_const * self.noise_strength
        x = F.leaky_relu(x + self.bias[:, None, None], LRELU_SLOPE) * (LRELU_GAIN * gain)
        return x if self.clamp is None else x.clamp(-self.clamp * gain, self.clamp * gain)


class ToRGB(nn.Module):
    """Modulated 1x1 convolution, without demodulation. (B, c_in, S, S) -> (B, img_channels, S, S)."""

    def __init__(self, c_in: int, config: StyleGAN2Config) -> None:
        super().__init__()
        self.clamp = config.clamp
        self.affine = Dense(config.w_dim, c_in, bias=1.0)
        self.weight = nn.Parameter(torch.randn(config.img_channels, c_in, 1, 1))
        self.bias = nn.Parameter(torch.zeros(config.img_channels))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = self.affine(w) / math.sqrt(self.weight.shape[1])
        x = F.conv2d(x * style[:, :, None, None], self.weight, self.bias)
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


class Skip(nn.Module):
    """The resnet's straight branch: 1x1 convolution, doubled. (B, c_in, S/2, S/2) -> (B, c_out, S, S)."""

    resample_filter: Tensor

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c_out, c_in, 1, 1))
        self.register_buffer("resample_filter", blur_kernel())

    def forward(self, x: Tensor) -> Tensor:
        return doubled(F.conv2d(x, self.weight / math.sqrt(self.weight.shape[1])), self.resample_filter)


def demodulation(weight: Tensor, style: Tensor) -> Tensor:
    """1 / norm of each output's modulated weight. weight (c_out, c_in, k, k), style (B, c_in) -> (B, c_out)."""
    return (style.square() @ weight.square().sum(dim=(2, 3)).T + EPSILON).rsqrt()


# -- filters ---------------------------------------------------------------------------------------------------------


def blur_kernel() -> Tensor:
    """(4, 4), of sum 1."""
    line = torch.tensor(BLUR)
    return torch.outer(line, line) / line.sum().square()


def up_conv(x: Tensor, weight: Tensor, kernel: Tensor) -> Tensor:
    """Zeros between the pixels, the 3x3 convolution (as a convolution, not a correlation), the low-pass filter.

    (B, c_in, S, S) -> (B, c_out, 2S, 2S).
    """
    x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)  # (B, c_out, 2S + 1, 2S + 1)
    return F.conv2d(x, per_channel(kernel.flip(0, 1) * 4, x.shape[1]), padding=1, groups=x.shape[1])


def doubled(x: Tensor, kernel: Tensor) -> Tensor:
    """Zeros between the pixels, then the low-pass filter, exactly as one transposed convolution. Twice the side.

    Channels go as pictures of their own: torch's CPU runs a grouped transposed convolution in pieces.
    """
    alone = x.flatten(0, 1)[:, None]  # (B * C, 1, S, S)
    alone = F.conv_transpose2d(alone, per_channel(kernel * 4, 1), stride=2, padding=1)
    return alone.view(*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])


def per_channel(kernel: Tensor, channels: int) -> Tensor:
    """(k, k) -> (channels, 1, k, k). The 4 in the callers makes good for the three zeros beside each pixel."""
    return kernel.expand(channels, 1, *kernel.shape)
