"""StyleGAN2, the same function with less work: what does not depend on z is computed once, the rest in few passes.

Convolutions may run in bf16; mapping, styles, demodulation and the picture stay float32, because their errors would
reach every pixel. Pure torch: no files, no devices. `folded` is the entry; `stylegan2.py` is the function to equal.
"""

from __future__ import annotations

import copy
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.mapping import EPSILON, LRELU_GAIN, LRELU_SLOPE, Dense
from models.networks.stylegan2 import Block, Noise, StyledConv, StyleGAN2, ToRGB, per_channel


@torch.no_grad()
def folded(generator: StyleGAN2, dtype: torch.dtype = torch.float32) -> StyleGAN2:
    """A copy for drawing only, its convolutions in `dtype`. Equal to the original up to rounding (a test holds it).

    Do not cast it again: it keeps the precisions that it needs. Weights take no gradient, z and classes do (inversion).
    """
    fast = copy.deepcopy(generator).eval().requires_grad_(False)
    for side in fast.synthesis.sides:
        block = fast.synthesis.get_submodule(f"b{side}")
        assert isinstance(block, Block)
        for name, child in list(block.named_children()):
            if isinstance(child, StyledConv):
                setattr(block, name, FastConv(child, dtype))
            elif isinstance(child, ToRGB):
                affine = linear(child.affine, 1 / math.sqrt(child.weight.shape[1]))
                setattr(block, name, FastToRGB(affine, child.weight.detach(), child.bias, child.clamp, dtype))
            else:
                child.to(dtype)
        if hasattr(block, "const"):
            block.const = nn.Parameter(block.const.to(dtype), requires_grad=False)
    for name, layer in list(fast.mapping.named_children()):
        assert isinstance(layer, Dense)
        setattr(fast.mapping, name, linear(layer))
    return fast


def linear(dense: Dense, scale: float = 1.0) -> nn.Linear:
    """The same layer with its learning rate, and a scale of its output, multiplied in."""
    made = nn.Linear(dense.weight.shape[1], len(dense.weight), device="meta")
    gain = scale * dense.rate / math.sqrt(dense.weight.shape[1])
    made.weight = nn.Parameter(dense.weight * gain, requires_grad=False)
    made.bias = nn.Parameter(dense.bias * (scale * dense.rate), requires_grad=False)
    return made


class FastConv(nn.Module):
    """`StyledConv`: same call, same result."""

    weight: Tensor
    small: Tensor
    energy: Tensor
    noise: Tensor
    bias: Tensor
    blur: Tensor

    def __init__(self, conv: StyledConv, dtype: torch.dtype) -> None:
        super().__init__()
        self.up, self.clamp, self.dtype = conv.up, conv.clamp, dtype
        self.phased = conv.up and dtype != torch.float32
        """Only the reduced precision wins by it: in float32 the transposed convolution is as fast."""
        self.affine = linear(conv.affine)
        c_out, c_in = conv.weight.shape[:2]
        side = len(conv.noise_const)
        self.modulates_weight = 9 * c_in * c_out < side**2 * (c_in + c_out)
        """Whether there are fewer weights than features: then one picture is quicker drawn with a weight of its own."""
        weight = phases(conv.weight) if self.phased else conv.weight.data
        self.register_buffer("weight", weight.clone() if self.modulates_weight else torch.empty(0))
        self.register_buffer("small", weight.to(dtype, memory_format=torch.channels_last))
        self.register_buffer("energy", conv.weight.square().sum(dim=(2, 3)).T.contiguous())  # (c_in, c_out)
        self.noisy = bool(conv.noise_strength != 0)
        self.register_buffer("noise", (conv.noise_const * conv.noise_strength * LRELU_GAIN).to(dtype))
        self.register_buffer("bias", conv.bias * LRELU_GAIN)
        blur = per_channel(conv.resample_filter.flip(0, 1) * 4, c_out) if conv.up else torch.empty(0)
        self.register_buffer("blur", blur.to(dtype).contiguous())

    def forward(self, x: Tensor, w: Tensor, noise: Noise = "const", gain: float = 1.0) -> Tensor:
        style = self.affine(w)  # (B, c_in)
        # The rectifier's gain goes through it: it is positive.
        scale = (style.square() @ self.energy + EPSILON).rsqrt() * (LRELU_GAIN * gain)  # (B, c_out)
        if self.modulates_weight and len(x) == 1:
            rows = scale[0].repeat(4) if self.phased else scale[0]
            weight = (self.weight * style[0, :, None, None] * rows[:, None, None, None]).to(self.dtype)
            x = self.convolved(x, weight, (self.bias * gain).to(self.dtype))
        else:
            x = self.convolved(x * style.to(self.dtype)[:, :, None, None], self.small, None)
            shift = (self.bias * gain).to(self.dtype)[:, None, None]
            x = torch.addcmul(shift, x, scale.to(self.dtype)[:, :, None, None])
        if noise == "const" and self.noisy:
            x.add_(self.noise if gain == 1 else self.noise * gain)
        F.leaky_relu_(x, LRELU_SLOPE)
        if self.clamp is None:
            return x
        clamp = x.clamp if x.requires_grad else x.clamp_  # the gradient, of an inversion, needs what the rectifier gave
        return clamp(-self.clamp * gain, self.clamp * gain)

    def convolved(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """(B, c_in, S or S/2, ...) -> (B, c_out, S, S), channels-last."""
        x = x.contiguous(memory_format=torch.channels_last)
        if not self.up:
            return F.conv2d(x, weight, bias, padding=1)
        if self.phased:
            x = interleaved(F.conv2d(x, weight, padding=1))  # (B, c_out, S + 2, S + 2), last row and column 0
            return F.conv2d(x, self.blur, bias, padding=1, groups=x.shape[1])[:, :, :-1, :-1]
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)  # (B, c_out, S + 1, S + 1)
        return F.conv2d(x, self.blur, bias, padding=1, groups=x.shape[1])


class FastToRGB(nn.Module):
    """A modulated 1x1 convolution into the picture, float32 whatever the features are. Called as `ToRGB` is.

    `weight` (img_channels, c_in, 1, 1) and `bias` (img_channels), with every gain multiplied in.
    """

    weight: Tensor
    bias: Tensor

    def __init__(
        self, affine: nn.Linear, weight: Tensor, bias: Tensor, clamp: float | None, dtype: torch.dtype
    ) -> None:
        super().__init__()
        self.affine, self.clamp, self.dtype = affine, clamp, dtype
        self.register_buffer("weight", weight[:, :, 0, 0].T.contiguous())  # (c_in, img_channels)
        self.register_buffer("bias", bias.detach())

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        weight = self.affine(w)[:, :, None] * self.weight  # (B, c_in, img_channels)
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2)  # (B, S * S, c_in): a view of channels-last features
        drawn = torch.bmm(pixels, weight.to(self.dtype)).float() + self.bias
        picture = drawn.transpose(1, 2).reshape(len(x), -1, *x.shape[2:])
        return picture if self.clamp is None else picture.clamp(-self.clamp, self.clamp)


# -- doubling by phases ----------------------------------------------------------------------------------------------


def phases(weight: Tensor) -> Tensor:
    """The 3x3 transposed convolution of stride 2 as four ordinary 2x2 ones, one for each place within a doubled pixel.

    An even output sees taps 2 and 0 of two neighbours, an odd one tap 1 of one. torch's transposed convolution in bf16
    is up to six times slower than an ordinary one of the same work. (c_out, c_in, 3, 3) -> (4 c_out, c_in, 2, 2).
    """
    taps = F.pad(weight, (0, 1, 0, 1))[..., [[2, 0], [3, 1]]]  # along x: (c_out, c_in, 4, 2 phases, 2 taps); tap 3 is 0
    taps = taps[:, :, [[2, 0], [3, 1]]]  # along y: (c_out, c_in, 2 phases, 2 taps, 2 phases, 2 taps)
    return taps.permute(2, 4, 0, 1, 3, 5).flatten(0, 2)


def interleaved(x: Tensor) -> Tensor:
    """Four phases put in their places. (B, 4 C, n, n) channels-last -> (B, C, 2n, 2n) channels-last.

    Phases lie outside of channels, so that whole pixels are copied; torch's pixel_shuffle would copy single numbers.
    """
    b, channels, n, m = x.shape
    x = x.permute(0, 2, 3, 1).reshape(b, n, m, 2, 2, channels // 4).transpose(2, 3)
    return x.reshape(b, 2 * n, 2 * m, channels // 4).permute(0, 3, 1, 2)
