"""The bundled generator, the same function with less work, for drawing only. `light.py` is the function to equal.

Two parts. `decided`, always float32: the stem, the first blocks, every gate and modulation; few pixels, whose rounding
would reach the whole picture. `painted`: the other blocks, whose convolutions may run in bf16, and the sum of the
picture, which stays float32. Pure torch: no files, no devices. `folded` is the entry.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.networks.light import PIXEL_SHUFFLE, SLOPE, Block, LightGenerator, SkipExcitation, as_transposed, doubled
from models.networks.packed import RectifiedConv


@torch.no_grad()
def folded(generator: LightGenerator, dtype: torch.dtype = torch.float32) -> FastLight:
    """A copy for drawing only, convolutions in `dtype`. Equal to the original in eval mode up to rounding (a test holds
    it). Do not cast it again: it keeps the precisions that it needs. Weights take no gradient, z does (inversion).
    """
    return FastLight(copy.deepcopy(generator).eval(), dtype).requires_grad_(False)


class FastLight(nn.Module):
    """z float32 (B, z_dim) -> picture float32 (B, 3, R, R), about [-1, 1] (unclamped)."""

    def __init__(self, plain: LightGenerator, dtype: torch.dtype) -> None:
        """Takes the plain network's layers to pieces."""
        super().__init__()
        self.config, self.dtype = plain.config, dtype
        blocks = [block for block in plain.blocks if isinstance(block, Block)]
        gates = {name: gate for name, gate in plain.gates.items() if isinstance(gate, SkipExcitation)}
        self.early = max(1, len(blocks) - 4)
        """Blocks that stay float32. A gate looks at what lies four blocks before, so that these make all of them."""
        self.sizes = [plain.stem.out_features, *(block.film.out_features for block in blocks)]
        self.latent = from_latent(plain, blocks)
        self.gates = nn.ModuleDict({name: Gate(gate) for name, gate in gates.items()})
        self.blocks = nn.ModuleList(FastBlock(block) for block in blocks)
        self.to_rgb = nn.ModuleList([plain.stem_rgb, *(block.to_rgb for block in blocks)])
        self.head = None
        if plain.head is not None:
            self.head = with_last_rgb(plain.head, blocks[-1].to_rgb)
            del self.to_rgb[-1]
        for layer in (*self.blocks[self.early :], *self.to_rgb[self.early + 1 :], self.head):
            if layer is not None:
                layer.to(dtype)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor) -> Tensor:
        return self.painted(self.decided(z))

    def decided(self, z: Tensor) -> Tensor:
        """(B, z_dim) -> (B, N), float32: the features and the picture after the early blocks, and every later block's
        scales and shifts, one after the other."""
        stem, *films = torch.split(self.latent(z), self.sizes, dim=1)
        x = F.leaky_relu(stem, SLOPE).view(-1, self.config.channels[0], 4, 4)  # (B, C0, 4, 4)
        x = x.contiguous(memory_format=torch.channels_last)
        rgb = self.to_rgb[0](x)  # (B, 3, 4, 4)
        self.gate(films, 0, x)
        for i in range(self.early):
            x = self.blocks[i](x, films[i])  # (B, C1, 8, 8)
            rgb = doubled(rgb) + self.to_rgb[i + 1](x)  # (B, 3, 8, 8)
            self.gate(films, i + 1, x)
        return torch.cat([x.flatten(1), rgb.flatten(1), *films[self.early :]], dim=1)

    def gate(self, films: list[Tensor], level: int, low: Tensor) -> None:
        """Where a gate hangs on this level, multiply it into the scales and shifts of the block that it leads to."""
        if (name := str(level + 4)) in self.gates:
            films[level + 3] = films[level + 3] * self.gates[name](low).repeat(1, 2)

    def painted(self, decided: Tensor) -> Tensor:
        """(B, N) -> (B, 3, R, R), float32."""
        c, side = self.config.channels[self.early], 4 << self.early
        sizes = [c * side**2, 3 * side**2, *self.sizes[self.early + 1 :]]
        flat, flat_rgb, *films = torch.split(decided, sizes, dim=1)
        x = flat.view(-1, c, side, side).to(self.dtype, memory_format=torch.channels_last)  # (B, C1, 8, 8)
        rgb = flat_rgb.view(-1, 3, side, side).contiguous(memory_format=torch.channels_last)
        for i, film in enumerate(films, start=self.early):
            x = self.blocks[i](x, film)  # (B, C, 8 << i, 8 << i)
            if i + 1 < len(self.to_rgb):
                rgb = doubled(rgb) + self.to_rgb[i + 1](x)  # (B, 3, 8 << i, 8 << i)
        if self.head is None:
            return rgb
        last = self.head(x)  # (B, 16, R / 2, R / 2)
        return doubled(doubled(rgb) + last[:, 12:15]) + interleaved(last[:, :12])  # (B, 3, R, R)


class FastBlock(nn.Module):
    """`Block` without its part of the picture. To scales 1 is added; scales and shifts hold the gate as a factor."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.up, self.conv = as_transposed(fuse_conv_bn_eval(block.up, block.norm)), residual(block)

    def forward(self, x: Tensor, film: Tensor) -> Tensor:
        """x (B, c_in, S, S), film float32 (B, 2 c_out) -> (B, c_out, 2S, 2S) in the type of x."""
        scale, shift = film.to(x.dtype)[:, :, None, None].chunk(2, dim=1)
        x = F.leaky_relu_(torch.addcmul(shift, self.up(x), scale), SLOPE)
        drawn: Tensor = self.conv(x)
        return drawn


class Gate(nn.Module):
    """`SkipExcitation`, the same: what sees one pixel as a matrix, which is quicker."""

    def __init__(self, gate: SkipExcitation) -> None:
        super().__init__()
        self.squeeze, self.excite = matrix(gate.squeeze), matrix(gate.excite)

    def forward(self, low: Tensor) -> Tensor:
        """(B, c_low, H, W) -> (B, c_high) in [0, 2]."""
        pooled = F.adaptive_avg_pool2d(low, 4).flatten(1)
        return 2 * torch.sigmoid(self.excite(F.leaky_relu(self.squeeze(pooled), SLOPE)))


# -- layers, made once -----------------------------------------------------------------------------------------------


def matrix(conv: nn.Conv2d) -> nn.Linear:
    """A convolution as large as what it sees."""
    return linear(conv.weight.flatten(1), conv.bias)


def linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    assert bias is not None
    made = nn.Linear(weight.shape[1], weight.shape[0], device="meta")
    made.weight, made.bias = nn.Parameter(weight), nn.Parameter(bias)
    return made


def convolution(kind: type[nn.Conv2d], weight: Tensor, bias: Tensor | None) -> nn.Conv2d:
    """3x3, as wide as these weights (c_out, c_in, 3, 3)."""
    assert bias is not None
    made = kind(weight.shape[1], weight.shape[0], 3, padding=1, device="meta")
    made.weight, made.bias = nn.Parameter(weight), nn.Parameter(bias)
    return made


def from_latent(plain: LightGenerator, blocks: list[Block]) -> nn.Linear:
    """The stem, its batch norm folded in, and every block's FiLM, 1 added to the scales: one matrix for all."""
    norm = plain.stem_norm
    assert norm.running_var is not None and norm.running_mean is not None
    gain = (norm.weight / (norm.running_var + norm.eps).sqrt()).repeat_interleave(16)  # a channel is 4 x 4 outputs
    shift = norm.bias.repeat_interleave(16) - norm.running_mean.repeat_interleave(16) * gain
    weights, biases = [plain.stem.weight * gain[:, None]], [plain.stem.bias * gain + shift]
    begin = 0
    for block, width in zip(blocks, plain.slices, strict=False):
        after = plain.config.z_dim - begin - width
        weights.append(F.pad(block.film.weight, (begin, after)))  # a block sees its own slice of z
        biases.append(block.film.bias + torch.tensor([1.0, 0.0]).repeat_interleave(len(block.film.bias) // 2))
        begin += width
    return linear(torch.cat(weights), torch.cat(biases))


def residual(block: Block) -> nn.Conv2d:
    """conv(x) + x is one convolution, with 1 more on the middle of its diagonal."""
    conv = fuse_conv_bn_eval(block.conv, block.conv_norm)
    weight = conv.weight.detach().clone()
    weight[:, :, 1, 1] += torch.eye(len(weight))
    return convolution(RectifiedConv, weight, conv.bias)


def with_last_rgb(head: nn.Conv2d, to_rgb: nn.Conv2d) -> nn.Conv2d:
    """The head, and the last block's part of the picture, which sees the same features: 12 + 3 channels and an empty
    one, since 16 are computed at once anyway. The head's are put in the order of `interleaved`."""
    assert head.bias is not None and to_rgb.bias is not None
    phases = torch.arange(3 * PIXEL_SHUFFLE**2).view(3, -1).T.flatten()
    weight = torch.cat([head.weight[phases], F.pad(to_rgb.weight, (1, 1, 1, 1))])
    bias = torch.cat([head.bias[phases], to_rgb.bias])
    return convolution(nn.Conv2d, F.pad(weight, (0, 0, 0, 0, 0, 0, 0, 1)), F.pad(bias, (0, 1)))


def interleaved(x: Tensor) -> Tensor:
    """A pixel shuffle whose channels are (down, right, colour), so that whole pixels are copied and not single numbers.

    (B, 12, S, S) channels-last -> float32 (B, 3, 2S, 2S) channels-last.
    """
    b, _, s, _ = x.shape
    x = x.permute(0, 2, 3, 1).view(b, s, s, 2, 2, 3).transpose(2, 3)  # (B, S, 2, S, 2, 3)
    x = x.to(torch.float32, memory_format=torch.contiguous_format, copy=True)
    return x.view(b, 2 * s, 2 * s, 3).permute(0, 3, 1, 2)
