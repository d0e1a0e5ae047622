"""BigGAN-deep (Brock et al. 2019): 128 to 512 px, four-convolution bottleneck blocks, statistics by truncation.

One network for both published ports. They differ in the order of some rows and columns, which
`models/checkpoints/biggan_deep.py` puts right, and in two facts that the config holds: how many sets of statistics
there are (the published weights have 51, one for each 0.02 of truncation), and how many channels the last convolution
makes. Float32 and exact, spectral norm in every forward as published; `folded` is the same function, faster.

Pure torch: no files, no devices.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.attention import SelfAttention, by_tiles
from models.networks.biggan import doubled, doubling
from models.networks.one_by_one import TOGETHER_UP_TO, one_by_one
from models.networks.spectral import SpectralConv2d, SpectralLinear, settle

STEM_SIDE = 4
"""The picture's side in pixels before the first doubling."""
BOTTLENECK = 4
"""A block's inner width is a quarter of what it takes."""


@dataclass(frozen=True)
class BigGANDeepConfig:
    """Shape of the network. The defaults are the published BigGAN-deep-256."""

    z_dim: int = 128
    n_classes: int = 1000
    class_dim: int = 128
    """Width of the embedded class; it and all of z modulate every block."""
    widths: tuple[int, ...] = (2048, 2048, 1024, 1024, 512, 256, 128)
    """Channels at 4, 8, 16 ... px: stage i keeps widths[i] in its first block, its second makes widths[i + 1]."""
    attention: tuple[int, ...] = (64,)
    """Sides in pixels after whose stage a self-attention stands."""
    n_statistics: int = 51
    """Sets of batch-norm statistics, evenly over truncation 0 to 1; 1 where there is one set for all."""
    rgb_channels: int = 128
    """Outputs of the last convolution, of which the first 3 are the picture; all of them have a say in its norm."""
    bn_eps: float = 1e-4
    """Of the conditional batch norms; not in the tensors."""
    output_eps: float = 1e-4
    """Of the last batch norm; not in the tensors."""

    @property
    def resolution(self) -> int:
        """Side of the picture in pixels."""
        return STEM_SIDE << (len(self.widths) - 1)

    @property
    def condition_dim(self) -> int:
        """Width of what modulates a block: embedded class, then z."""
        return self.class_dim + self.z_dim


def statistics_at(truncation: float, sets: int) -> list[tuple[int, float]]:
    """Which sets of statistics draw at this truncation in (0, 1], and how much of each.

    As published, where the weights of the two neighbours are the wrong way round: at 0.41 of a step above a set, that
    set has .41 and the next .59. Drawing otherwise would not be what the weights' authors show. In floats, 0.58 / 0.02
    falls just short of 29, so that 0.58 draws with set 28 alone.
    """
    if not 0 < truncation <= 1:
        raise ValueError(f"truncation is {truncation}; BigGAN-deep has statistics for more than 0 up to 1")
    if sets == 1:
        return [(0, 1.0)]
    fraction, whole = math.modf(truncation / (1 / (sets - 1)))
    first = int(whole)
    return [(first, 1.0)] if fraction == 0 else [(first, fraction), (first + 1, 1 - fraction)]


class TruncatedNorm(nn.Module):
    """Batch norm by the statistics of a truncation; no scale or shift of its own. (B, C, H, W) -> the same."""

    def __init__(self, channels: int, sets: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("stored_mean", torch.zeros(sets, channels))
        self.register_buffer("stored_var", torch.ones(sets, channels))

    def statistics(self, truncation: float) -> tuple[Tensor, Tensor]:
        """Mean and variance, (C) each."""
        means, variances = self.get_buffer("stored_mean"), self.get_buffer("stored_var")
        mixed = statistics_at(truncation, len(means))
        mean, var = (torch.stack([part * kept[i] for i, part in mixed]).sum(0) for kept in (means, variances))
        return mean, var

    def normalise(self, x: Tensor, truncation: float) -> Tensor:
        mean, var = self.statistics(truncation)
        normal: Tensor = F.batch_norm(x, mean, var, eps=self.eps)
        return normal


class ConditionalNorm(TruncatedNorm):
    """Then scale and shift from the condition."""

    def __init__(self, channels: int, config: BigGANDeepConfig) -> None:
        super().__init__(channels, config.n_statistics, config.bn_eps)
        self.gain = SpectralLinear(config.condition_dim, channels, bias=False, iterate=False)
        self.bias = SpectralLinear(config.condition_dim, channels, bias=False, iterate=False)

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        scale = 1 + self.gain(condition)[:, :, None, None]  # (B, C, 1, 1)
        shift = self.bias(condition)[:, :, None, None]  # (B, C, 1, 1)
        modulated: Tensor = self.normalise(x, truncation) * scale + shift  # (B, C, H, W)
        return modulated


class OutputNorm(TruncatedNorm):
    """Then a scale and shift of its own."""

    def __init__(self, channels: int, config: BigGANDeepConfig) -> None:
        super().__init__(channels, config.n_statistics, config.output_eps)
        self.gain = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, truncation: float) -> Tensor:
        mean, var = self.statistics(truncation)
        normal: Tensor = F.batch_norm(x, mean, var, self.gain, self.bias, eps=self.eps)
        return normal


class DeepBlock(nn.Module):
    """Four modulated convolutions in a bottleneck beside a shortcut that drops channels instead of mixing them.

    (B, c_in, H, W) -> (B, c_out, H, W), or twice the side where it doubles.
    """

    def __init__(self, c_in: int, c_out: int, doubles: bool, config: BigGANDeepConfig) -> None:
        super().__init__()
        self.c_out, self.doubles = c_out, doubles
        inner = c_in // BOTTLENECK
        self.bn1 = ConditionalNorm(c_in, config)
        self.conv1 = SpectralConv2d(c_in, inner, 1, iterate=False)
        self.bn2 = ConditionalNorm(inner, config)
        self.conv2 = SpectralConv2d(inner, inner, 3, iterate=False)
        self.bn3 = ConditionalNorm(inner, config)
        self.conv3 = SpectralConv2d(inner, inner, 3, iterate=False)
        self.bn4 = ConditionalNorm(inner, config)
        self.conv4 = SpectralConv2d(inner, c_out, 1, iterate=False)

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        h = self.conv1(F.relu(self.bn1(x, condition, truncation)))  # (B, inner, H, W)
        h = F.relu(self.bn2(h, condition, truncation))
        x = x[:, : self.c_out]  # (B, c_out, H, W)
        if self.doubles:
            h, x = doubled(h), doubled(x)  # (B, ..., 2H, 2W)
        h = self.conv2(h)
        h = self.conv3(F.relu(self.bn3(h, condition, truncation)))
        deep: Tensor = self.conv4(F.relu(self.bn4(h, condition, truncation)))  # (B, c_out, ...)
        return deep + x


class BigGANDeep(nn.Module):
    """z (B, z_dim), class weights (B, n_classes) -> picture (B, 3, R, R) in [-1, 1]."""

    def __init__(self, config: BigGANDeepConfig = BigGANDeepConfig()) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        self.shared = nn.Embedding(config.n_classes, config.class_dim)
        self.linear = SpectralLinear(config.condition_dim, widths[0] * STEM_SIDE**2, iterate=False)
        self.blocks = nn.ModuleList()
        for i, (c_in, c_out) in enumerate(pairwise(widths)):
            self.blocks.append(nn.ModuleList([DeepBlock(c_in, c_in, False, config)]))
            self.blocks.append(nn.ModuleList([DeepBlock(c_in, c_out, True, config)]))
            if STEM_SIDE << (i + 1) in config.attention:
                self.blocks[-1].append(SelfAttention(c_out, iterate=False))  # type: ignore[operator]
        self.together = sum(2 * (STEM_SIDE << i <= TOGETHER_UP_TO) for i in range(1, len(widths)))
        self.output_norm = OutputNorm(widths[-1], config)
        self.to_rgb = SpectralConv2d(widths[-1], config.rgb_channels, 3, iterate=False)

    def forward(self, z: Tensor, y: Tensor, truncation: float = 1.0) -> Tensor:
        """`truncation`, more than 0 up to 1, scales z and chooses the statistics that belong to z of that scale."""
        embedded = y @ self.shared.weight  # (B, class_dim): linear, so a mixture of classes is one of embeddings
        condition = torch.cat([embedded, z * truncation], dim=1)  # (B, class_dim + z_dim)
        x = self.linear(condition).view(-1, self.config.widths[0], STEM_SIDE, STEM_SIDE)  # (B, C0, 4, 4)
        x = self.through(self.blocks[: self.together], x, condition, truncation)
        return one_by_one(self.finished, x, condition, truncation)

    def through(self, blocks: nn.ModuleList, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        for place in blocks:  # two to a stage i, from (B, Ci, 4 * 2^i, 4 * 2^i) to (B, C(i+1), 8 * 2^i, 8 * 2^i)
            assert isinstance(place, nn.ModuleList)
            x = place[0](x, condition, truncation)
            for attention in place[1:]:
                x = attention(x)
        return x

    def finished(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        """The large blocks, and the picture."""
        x = self.through(self.blocks[self.together :], x, condition, truncation)
        x = F.relu(self.output_norm(x, truncation))  # (B, C, R, R)
        return torch.tanh(self.to_rgb(x)[:, :3])  # (B, 3, R, R)


# -- the same function, faster ---------------------------------------------------------------------------------------


def folded(network: BigGANDeep) -> BigGANDeep:
    """A copy for drawing only: spectral norms divided out, each batch norm one multiply-add, attention by tiles.

    Equal to the original up to rounding (a test holds it). Of the last convolution only the picture's channels stay.
    """
    fast = copy.deepcopy(network).eval().requires_grad_(False)
    settle(fast)
    for i, place in enumerate(fast.blocks):
        assert isinstance(place, nn.ModuleList)
        place[0] = FoldedBlock(cast(DeepBlock, place[0]), STEM_SIDE << (i // 2))
        for attention in place[1:]:
            cast(SelfAttention, attention).look = by_tiles
    rgb = fast.to_rgb
    assert rgb.bias is not None
    rgb.weight, rgb.bias = (nn.Parameter(kept[:3].clone(), requires_grad=False) for kept in (rgb.weight, rgb.bias))
    return fast


class FoldedBlock(nn.Module):
    """`DeepBlock`, with the doubling inside its first 3x3 convolution."""

    def __init__(self, block: DeepBlock, side: int) -> None:
        super().__init__()
        self.c_out, self.doubles = block.c_out, block.doubles
        self.norms = nn.ModuleList(FoldedNorm(norm) for norm in (block.bn1, block.bn2, block.bn3, block.bn4))
        second = doubling(block.conv2, side) if block.doubles else block.conv2
        self.convs = nn.ModuleList([block.conv1, second, block.conv3, block.conv4])

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        h = x
        for norm, conv in zip(self.norms, self.convs, strict=True):
            h = conv(F.relu(norm(h, condition, truncation)))
        x = x[:, : self.c_out]  # (B, c_out, H, W)
        return h + (doubled(x) if self.doubles else x)


class FoldedNorm(nn.Module):
    """`ConditionalNorm` as one multiply-add over the picture: its statistics go into scale and shift first."""

    def __init__(self, norm: ConditionalNorm) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        mean, var = self.norm.statistics(truncation)  # (C) each
        scale = (1 + self.norm.gain(condition)) * (var + self.norm.eps).rsqrt()  # (B, C)
        shift = self.norm.bias(condition) - mean * scale  # (B, C)
        return torch.addcmul(shift[:, :, None, None], x, scale[:, :, None, None])  # (B, C, H, W)
