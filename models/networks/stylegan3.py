"""StyleGAN3 (Karras et al. 2021), both "t" (3x3 kernels) and "r" (1x1 kernels and radial filters), alias-free.

The picture is treated as samples of a continuous signal: the input is a set of Fourier features on a canvas somewhat
larger than the picture, every leaky ReLU acts at twice the sampling rate between two low-pass filters, and each layer's
cutoff is a little higher than the last. So the whole picture turns and shifts with `synthesis.input.transform`.

The low-pass filters are buffers of the published files and are used as they stand. All is float32: the layers that the
authors run in float16 are not rounded here. No files, no training.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.lowpass import downsampled, lowpass, upsampled
from models.networks.mapping import EPSILON, LRELU_GAIN, LRELU_SLOPE, Dense, Mapping

LRELU_RATE = 2
"""The leaky ReLU runs at this multiple of the layer's sampling rate, in every published network."""


@dataclass(frozen=True)
class StyleGAN3Config:
    """Shape of the network. The layers' rates follow from it as the paper's section 3.2 and appendix C say."""

    z_dim: int = 512
    n_classes: int = 0
    w_dim: int = 512
    mapping_layers: int = 2
    resolution: int = 256
    """Side of the picture in pixels."""
    channels: tuple[int, ...] = (512,) * 7 + (362, 256, 181, 128, 91, 64, 64, 3)
    """Width of each layer; the last is the picture's."""
    kernel: int = 3
    """Side of the convolutions: 3 in "t", 1 in "r"."""
    filter_size: int = 6
    """Taps of a low-pass filter per step of resampling."""
    radial: bool = False
    """Whether the lower filters are radially symmetric, two-dimensional: False in "t", True in "r"."""
    critical: int = 2
    """Layers at the end that use the whole bandwidth, up to half the sampling rate."""
    first_cutoff: float = 2.0
    first_stopband: float = 2**2.1
    last_stopband_rel: float = 2**0.3
    margin: int = 10
    """Samples beyond the picture's edge on each side, so that the edge is unknown to the layers."""
    output_scale: float = 0.25
    clamp: float | None = 256.0
    """Features beyond this are cut. It was made for float16, and is part of the function ever since."""

    @property
    def count(self) -> int:
        """How many w a picture takes: one for the input and one per layer."""
        return len(self.channels) + 1


@dataclass(frozen=True)
class Rate:
    """The sampling of one layer's output."""

    cutoff: float
    """Highest frequency that passes, in cycles per side of the picture."""
    sampling: int
    """Samples per side of the picture."""
    size: int
    """Samples per side with the margin."""
    half_width: float
    """Half of the filter's transition band."""


def rates(config: StyleGAN3Config) -> list[Rate]:
    """One per layer: cutoffs and stopbands grow geometrically up to the critical layers (paper, section 3.2)."""
    last = len(config.channels) - 1
    last_cutoff = config.resolution / 2
    last_stopband = last_cutoff * config.last_stopband_rel
    found = []
    for i in range(last + 1):
        exponent = min(i / (last - config.critical), 1)
        cutoff = config.first_cutoff * (last_cutoff / config.first_cutoff) ** exponent
        stopband = config.first_stopband * (last_stopband / config.first_stopband) ** exponent
        sampling = 2 ** math.ceil(math.log2(min(stopband * 2, config.resolution)))
        size = config.resolution if i >= last - 1 else sampling + 2 * config.margin
        found.append(Rate(cutoff, sampling, size, max(stopband, sampling / 2) - cutoff))
    return found


class StyleGAN3(nn.Module):
    """z (B, z_dim) -> picture (B, 3, R, R), about [-1, 1] (unclamped)."""

    def __init__(self, config: StyleGAN3Config = StyleGAN3Config()) -> None:
        super().__init__()
        self.config = config
        self.mapping = Mapping(config.z_dim, config.n_classes, config.w_dim, config.mapping_layers)
        self.synthesis = Synthesis(config)

    def forward(
        self, z: Tensor, y: Tensor | None = None, truncation: float = 1.0, *, cutoff: int | None = None
    ) -> Tensor:
        """`y` (B, n_classes): one-hot or convex rows. `truncation`, `cutoff`: see `Mapping.styles`."""
        return cast(Tensor, self.synthesis(self.mapping.styles(z, y, self.config.count, truncation, cutoff)))


class Synthesis(nn.Module):
    """ws (B, count, w_dim) -> picture (B, 3, R, R)."""

    def __init__(self, config: StyleGAN3Config) -> None:
        super().__init__()
        self.output_scale = config.output_scale
        steps = rates(config)
        self.input = FourierInput(config.w_dim, config.channels[0], steps[0])
        self.names = []
        for i, (rate, channels) in enumerate(zip(steps, config.channels, strict=True)):
            before = max(i - 1, 0)
            layer = Layer(config, i, config.channels[before], channels, steps[before], rate)
            self.names.append(f"L{i}_{rate.size}_{channels}")  # the published files' names
            self.add_module(self.names[-1], layer)

    def forward(self, ws: Tensor) -> Tensor:
        w = ws.unbind(dim=1)
        x: Tensor = self.input(w[0])
        for name, w_layer in zip(self.names, w[1:], strict=True):
            x = self.get_submodule(name)(x, w_layer)
        return x * self.output_scale


class FourierInput(nn.Module):
    """w (B, w_dim) -> sine waves turned and shifted as w and `transform` say, mixed: (B, C, size, size)."""

    freqs: Tensor
    phases: Tensor
    transform: Tensor

    def __init__(self, w_dim: int, channels: int, rate: Rate) -> None:
        super().__init__()
        self.rate = rate
        self.affine = Dense(w_dim, 4)
        self.weight = nn.Parameter(torch.randn(channels, channels))
        self.register_buffer("transform", torch.eye(3))
        freqs = torch.randn(channels, 2)
        self.register_buffer("freqs", freqs / freqs.norm(dim=1).max() * rate.cutoff)  # a disc of the band
        self.register_buffer("phases", torch.rand(channels) - 0.5)

    def forward(self, w: Tensor) -> Tensor:
        t = self.affine(w)  # (B, 4): cosine, sine, x, y of what w itself turns and shifts
        t = t / t[:, :2].norm(dim=1, keepdim=True)
        cos, sin, x, y = t.unbind(dim=1)
        zero, one = torch.zeros_like(cos), torch.ones_like(cos)
        turn = torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], dim=1).view(-1, 3, 3)
        shift = torch.stack([one, zero, -x, zero, one, -y, zero, zero, one], dim=1).view(-1, 3, 3)
        whole = turn @ shift @ self.transform  # (B, 3, 3)
        phases = self.phases + (self.freqs @ whole[:, :2, 2:]).squeeze(2)  # (B, C)
        freqs = self.freqs @ whole[:, :2, :2]  # (B, C, 2)
        # A wave that a transform lifts above the band fades out, lest it alias.
        above = (freqs.norm(dim=2) - self.rate.cutoff) / (self.rate.sampling / 2 - self.rate.cutoff)
        amplitudes = (1 - above).clamp(0, 1)  # (B, C)
        n = self.rate.size
        places = (torch.arange(n, device=w.device) + 0.5 - n / 2) / self.rate.sampling  # (n,), picture = [-.5, .5]
        waves = places[None, None, :, None] * freqs[:, None, None, :, 0]  # (B, 1, n, C): along x
        waves = waves + places[None, :, None, None] * freqs[:, None, None, :, 1]  # (B, n, n, C)
        x = torch.sin((waves + phases[:, None, None, :]) * (2 * math.pi)) * amplitudes[:, None, None, :]
        mixed: Tensor = x @ (self.weight.T / math.sqrt(len(self.weight)))  # (B, n, n, C)
        return mixed.permute(0, 3, 1, 2)


class Layer(nn.Module):
    """Modulated convolution, then bias and filtered leaky ReLU. (B, c_in, n, n) -> (B, c_out, m, m).

    The last layer draws the picture: a 1x1 convolution without demodulation, filters or rectifier.
    """

    magnitude_ema: Tensor
    up_filter: Tensor
    down_filter: Tensor

    def __init__(self, config: StyleGAN3Config, index: int, c_in: int, c_out: int, before: Rate, after: Rate) -> None:
        super().__init__()
        last = len(config.channels) - 1
        self.draws = index == last
        self.before, self.after = before, after
        self.clamp = config.clamp
        self.kernel = 1 if self.draws else config.kernel
        inner = max(before.sampling, after.sampling) * (1 if self.draws else LRELU_RATE)  # rate of the leaky ReLU
        self.up, self.down = inner // before.sampling, inner // after.sampling
        up_taps = config.filter_size * self.up if self.up > 1 and not self.draws else 1
        down_taps = config.filter_size * self.down if self.down > 1 and not self.draws else 1
        self.affine = Dense(config.w_dim, c_in, bias=1.0)
        self.weight = nn.Parameter(torch.randn(c_out, c_in, self.kernel, self.kernel))
        self.bias = nn.Parameter(torch.zeros(c_out))
        self.register_buffer("magnitude_ema", torch.ones(()))
        # A factor of 1 needs no filter, and the published files hold none.
        if up_taps > 1:
            self.register_buffer("up_filter", lowpass(up_taps, before.cutoff, before.half_width * 2, inner))
        if down_taps > 1:
            radial = config.radial and index < last - config.critical
            down = lowpass(down_taps, after.cutoff, after.half_width * 2, inner, radial=radial)
            self.register_buffer("down_filter", down)
        # Room for the filters' tails; half a sample is shifted so that both grids keep their middle (appendix C.3).
        room = (after.size - 1) * self.down + 1 - (before.size + self.kernel - 1) * self.up + up_taps + down_taps - 2
        self.low = (room + self.up) // 2
        self.high = room - self.low

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = self.affine(w)  # (B, c_in)
        if self.draws:
            style = style / math.sqrt(self.weight.shape[1])
            x = modulated_conv(x, self.weight, style * self.magnitude_ema.rsqrt())
        else:
            x = demodulated_conv(x, self.weight, style, self.magnitude_ema.rsqrt(), padding=self.kernel - 1)
        x = x + self.bias[:, None, None]
        if self.draws:
            return self.cut(x)
        x = upsampled(x, self.up_filter, self.up, self.low, self.high)
        x = self.cut(F.leaky_relu(x, LRELU_SLOPE) * LRELU_GAIN)
        return downsampled(x, self.down_filter, self.down)

    def cut(self, x: Tensor) -> Tensor:
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


def modulated_conv(x: Tensor, weight: Tensor, style: Tensor, padding: int = 0) -> Tensor:
    """One ordinary convolution for the batch: the style scales the input, not one weight per picture."""
    return F.conv2d(x * style[:, :, None, None], weight, padding=padding)


def demodulated_conv(x: Tensor, weight: Tensor, style: Tensor, input_gain: Tensor, padding: int) -> Tensor:
    """Weight and style are normalised first, as the authors do, so that EPSILON stays as small as they meant it.

    They take the style's mean square over the whole batch, we over each picture, lest a picture depend on its
    neighbours; the demodulation cancels the difference but for EPSILON.
    """
    weight = weight * weight.square().mean(dim=(1, 2, 3), keepdim=True).rsqrt()
    style = style * style.square().mean(dim=1, keepdim=True).rsqrt()
    scale = (style.square() @ weight.square().sum(dim=(2, 3)).T + EPSILON).rsqrt()  # (B, c_out)
    return modulated_conv(x, weight, style * input_gain, padding) * scale[:, :, None, None]
