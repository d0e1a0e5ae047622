"""BigGAN (Brock et al. 2019, the plain residual generator): 64 to 512 px, conditional on a mixture of classes.

One network, read top to bottom, with the names of the published PyTorch layout, so that its files load as they are. z
is cut in slices: the first makes the 4 px stem, each block is modulated by its own slice beside the embedded class.
Float32 and exact, spectral norm in every forward as the authors' code has it; `folded` is the same function, faster.

Pure torch: no files, no devices. `models/checkpoints/biggan.py` reads the layouts.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.attention import SelfAttention, by_tiles
from models.networks.light import UpConv, as_transposed
from models.networks.one_by_one import TOGETHER_UP_TO, one_by_one
from models.networks.spectral import SpectralConv2d, SpectralLinear, settle

STEM_SIDE = 4
"""The picture's side in pixels before the first block doubles it."""
OUTPUT_EPS = 1e-5
"""Of the last batch norm: the published code leaves it at the default, whatever the others' is."""


@dataclass(frozen=True)
class BigGANConfig:
    """Shape of the network. The defaults are the published BigGAN-256."""

    z_dim: int = 140
    n_classes: int = 1000
    class_dim: int = 128
    """Width of the embedded class, shared by all blocks."""
    widths: tuple[int, ...] = (1536, 1536, 768, 768, 384, 192, 96)
    """Channels at 4, 8, 16 ... px: what block i takes and gives is widths[i] and widths[i + 1]."""
    attention: tuple[int, ...] = (128,)
    """Sides in pixels after whose block a self-attention stands: 64 at 128 and 512 px, 128 at 256 px."""
    hierarchical: bool = True
    """Whether every block has a slice of z; without, the stem has all of it."""
    bn_eps: float = 1e-4
    """Of the conditional batch norms; not in the tensors."""

    @property
    def resolution(self) -> int:
        """Side of the picture in pixels."""
        return STEM_SIDE << (len(self.widths) - 1)

    @property
    def z_slices(self) -> tuple[int, ...]:
        """Lengths of the slices of z, equal: the stem's, then each block's."""
        parts = len(self.widths) if self.hierarchical else 1
        return (self.z_dim // parts,) * parts

    @property
    def condition_dim(self) -> int:
        """Width of what modulates a block: embedded class, then its slice of z."""
        return self.class_dim + (self.z_slices[-1] if self.hierarchical else 0)


class ConditionalNorm(nn.Module):
    """Batch norm by stored statistics, then scale and shift from the condition."""

    def __init__(self, channels: int, condition_dim: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("stored_mean", torch.zeros(channels))
        self.register_buffer("stored_var", torch.ones(channels))
        self.gain = SpectralLinear(condition_dim, channels, bias=False)
        self.bias = SpectralLinear(condition_dim, channels, bias=False)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale = 1 + self.gain(condition)[:, :, None, None]  # (B, C, 1, 1)
        shift = self.bias(condition)[:, :, None, None]  # (B, C, 1, 1)
        normal: Tensor = F.batch_norm(x, self.get_buffer("stored_mean"), self.get_buffer("stored_var"), eps=self.eps)
        modulated: Tensor = normal * scale + shift  # (B, C, H, W)
        return modulated


class OutputNorm(nn.Module):
    """Batch norm by stored statistics with a scale and shift of its own. (B, C, H, W) -> the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("stored_mean", torch.zeros(channels))
        self.register_buffer("stored_var", torch.ones(channels))
        self.gain = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.get_buffer("stored_mean"), self.get_buffer("stored_var")
        return F.batch_norm(x, mean, var, self.gain, self.bias, eps=OUTPUT_EPS)


class Block(nn.Module):
    """Double the side: two modulated convolutions beside a 1x1 shortcut. (B, c_in, H, W) -> (B, c_out, 2H, 2W)."""

    def __init__(self, c_in: int, c_out: int, config: BigGANConfig) -> None:
        super().__init__()
        self.bn1 = ConditionalNorm(c_in, config.condition_dim, config.bn_eps)
        self.conv1 = SpectralConv2d(c_in, c_out, 3)
        self.bn2 = ConditionalNorm(c_out, config.condition_dim, config.bn_eps)
        self.conv2 = SpectralConv2d(c_out, c_out, 3)
        self.conv_sc = SpectralConv2d(c_in, c_out, 1)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = F.relu(self.bn1(x, condition))  # (B, c_in, H, W)
        h = self.conv1(doubled(h))  # (B, c_out, 2H, 2W)
        h = self.conv2(F.relu(self.bn2(h, condition)))  # (B, c_out, 2H, 2W)
        picture: Tensor = h + self.conv_sc(doubled(x))  # (B, c_out, 2H, 2W)
        return picture


class BigGAN(nn.Module):
    """z (B, z_dim), class weights (B, n_classes) -> picture (B, 3, R, R) in [-1, 1]."""

    def __init__(self, config: BigGANConfig = BigGANConfig()) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        self.shared = nn.Embedding(config.n_classes, config.class_dim)
        self.linear = SpectralLinear(config.z_slices[0], widths[0] * STEM_SIDE**2)
        self.blocks = nn.ModuleList()
        self.together = sum(STEM_SIDE << i <= TOGETHER_UP_TO for i in range(1, len(widths)))
        for i, (c_in, c_out) in enumerate(zip(widths, widths[1:], strict=False)):
            stage: list[nn.Module] = [Block(c_in, c_out, config)]
            if STEM_SIDE << (i + 1) in config.attention:
                stage.append(SelfAttention(c_out))
            self.blocks.append(nn.ModuleList(stage))
        self.output_layer = nn.Sequential(OutputNorm(widths[-1]), nn.ReLU(), SpectralConv2d(widths[-1], 3, 3))

    def forward(self, z: Tensor, y: Tensor, truncation: float = 1.0) -> Tensor:
        """`truncation` scales z; the statistics are those for no truncation, the only ones in the files."""
        embedded = y @ self.shared.weight  # (B, class_dim): linear, so a mixture of classes is one of embeddings
        stem, *rest = torch.split(z * truncation, list(self.config.z_slices), dim=1)
        conditions = [torch.cat([embedded, part], dim=1) for part in rest] or [embedded] * len(self.blocks)
        x = self.linear(stem).view(-1, self.config.widths[0], STEM_SIDE, STEM_SIDE)  # (B, C0, 4, 4)
        x = self.through(self.blocks[: self.together], x, conditions[: self.together])
        return one_by_one(self.finished, x, conditions[self.together :])

    def through(self, blocks: nn.ModuleList, x: Tensor, conditions: list[Tensor]) -> Tensor:
        for stage, condition in zip(blocks, conditions, strict=True):
            assert isinstance(stage, nn.ModuleList)
            x = stage[0](x, condition)  # (B, C(i+1), 8 * 2^i, 8 * 2^i)
            for attention in stage[1:]:
                x = attention(x)
        return x

    def finished(self, x: Tensor, conditions: list[Tensor]) -> Tensor:
        """The large blocks, and the picture (B, 3, R, R)."""
        x = self.through(self.blocks[self.together :], x, conditions)
        return torch.tanh(self.output_layer(x))


def doubled(x: Tensor) -> Tensor:
    """Nearest to twice the side."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


# -- the same function, faster ---------------------------------------------------------------------------------------

TRANSPOSE_FROM = 16
"""Input side from which the transposed form is faster than doubling and convolving."""


def folded(network: BigGAN) -> BigGAN:
    """A copy for drawing only: spectral norms divided out, each batch norm one multiply-add, attention by tiles.

    Equal to the original up to rounding (a test holds it), with 46 instead of 73 GMAC at 256 px.
    """
    fast = copy.deepcopy(network).eval().requires_grad_(False)
    settle(fast)
    for i, stage in enumerate(fast.blocks):
        assert isinstance(stage, nn.ModuleList)
        stage[0] = FoldedBlock(cast(Block, stage[0]), STEM_SIDE << i)
        for attention in stage[1:]:
            cast(SelfAttention, attention).look = by_tiles
    return fast


class FoldedBlock(nn.Module):
    """`Block`, with the doubling inside the first convolution and after the shortcut, with which it commutes."""

    def __init__(self, block: Block, side: int) -> None:
        super().__init__()
        self.bn1, self.bn2 = FoldedNorm(block.bn1), FoldedNorm(block.bn2)
        self.conv1 = doubling(block.conv1, side)
        self.conv2, self.conv_sc = block.conv2, block.conv_sc

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.conv1(F.relu(self.bn1(x, condition)))  # (B, c_out, 2H, 2W)
        h = self.conv2(F.relu(self.bn2(h, condition)))  # (B, c_out, 2H, 2W)
        picture: Tensor = h + doubled(self.conv_sc(x))
        return picture


class FoldedNorm(nn.Module):
    """`ConditionalNorm` with its statistics in the linear layer that makes scale and shift."""

    def __init__(self, norm: ConditionalNorm) -> None:
        super().__init__()
        mean, var = norm.get_buffer("stored_mean"), norm.get_buffer("stored_var")
        rate = (var + norm.eps).rsqrt()  # (C)
        scale = norm.gain.weight * rate[:, None]  # (C, condition)
        shift = norm.bias.weight - scale * mean[:, None]  # (C, condition)
        self.film = nn.Linear(scale.shape[1], 2 * len(scale), device="meta")
        self.film.weight = nn.Parameter(torch.cat([scale, shift]), requires_grad=False)
        self.film.bias = nn.Parameter(torch.cat([rate, -mean * rate]), requires_grad=False)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)  # (B, C, 1, 1) each
        return torch.addcmul(shift, x, scale)  # (B, C, H, W)


def doubling(conv: nn.Conv2d, side: int) -> nn.Module:
    """Doubling and a 3x3 convolution as one layer; `side` is that of what goes in."""
    if side >= TRANSPOSE_FROM:
        return as_transposed(conv)
    up = UpConv(conv.in_channels, conv.out_channels, 3, padding=1, device="meta")
    up.weight, up.bias = conv.weight, conv.bias
    return up
