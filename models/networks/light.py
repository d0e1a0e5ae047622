"""The bundled generator: a light GAN that draws a 256 px picture in about 10 ms on two CPU cores.

One network, read top to bottom. Its parts are known ones: a trunk of upsampling blocks, FiLM from slices of z (BigGAN's
hierarchical z, Brock et al. 2019), skip-layer excitation (FastGAN, Liu et al. 2021), output skips (StyleGAN2, Karras et
al. 2020) and a pixel-shuffle head (Shi et al. 2016), so that no convolution ever runs at the full resolution.
There is no noise input: the same z is the same picture on every wall.

Pure torch: no files, no devices, no training. `generator.py` loads it, `training/` trains it; `light_fast.py` is the
same function for drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2
"""Of every leaky rectifier."""
PIXEL_SHUFFLE = 2
"""The last doubling is a rearrangement: at 256 px a 3x3 convolution would cost as much as the rest of the network."""


@dataclass(frozen=True)
class LightConfig:
    """Shape of the network. Everything else follows from it."""

    z_dim: int = 140
    """As BigGAN-256, so that seeds and tools for one fit the other."""
    resolution: int = 256
    """Side of the picture in pixels, a power of two from 32 up."""
    channels: tuple[int, ...] = (256, 256, 192, 128, 64, 32)
    """Width of the trunk at 4, 8, 16, 32, 64, 128 px. A smaller resolution uses the first ones only."""

    @property
    def stages(self) -> int:
        """Blocks of the trunk after the 4 px stem."""
        return min(self.resolution.bit_length() - 3, len(self.channels) - 1)

    @property
    def shuffled(self) -> bool:
        """Whether the last doubling is the pixel-shuffle head: only the full network has it."""
        return self.resolution > 4 << self.stages


class UpConv(nn.Conv2d):
    """Nearest upsampling x2, then a 3x3 convolution. (B, c_in, H, W) -> (B, c_out, 2H, 2W)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def as_transposed(up: nn.Conv2d) -> nn.ConvTranspose2d:
    """Nearest x2 then 3x3 as one 4x4 transposed convolution of stride 2: 16 multiplications instead of 36."""
    weight = up.weight.flip(2, 3).transpose(0, 1)  # (c_in, c_out, 3, 3)
    spread = sum(F.pad(weight, (right, 1 - right, down, 1 - down)) for down in (0, 1) for right in (0, 1))
    conv = nn.ConvTranspose2d(up.in_channels, up.out_channels, 4, stride=2, padding=1)
    conv.weight = nn.Parameter(torch.as_tensor(spread), requires_grad=False)
    conv.bias = up.bias
    return conv


class Block(nn.Module):
    """Double the side, convolve, modulate by a slice of z, convolve, and add to the picture."""

    def __init__(self, c_in: int, c_out: int, z_slice: int) -> None:
        super().__init__()
        self.up = UpConv(c_in, c_out, 3, padding=1)
        self.conv = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.norm = nn.BatchNorm2d(c_out)
        self.conv_norm = nn.BatchNorm2d(c_out)
        self.film = nn.Linear(z_slice, 2 * c_out)
        self.to_rgb = nn.Conv2d(c_out, 3, 1)
        for layer in (self.up, self.conv):
            nn.init.kaiming_normal_(layer.weight, a=0.2)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        nn.init.normal_(self.film.weight, std=0.1)
        nn.init.zeros_(self.film.bias)
        zero(self.to_rgb)

    def forward(self, x: Tensor, z: Tensor, gate: Tensor | None) -> Tensor:
        x = self.norm(self.up(x))  # (B, c_out, 2H, 2W)
        scale, shift = self.film(z)[:, :, None, None].chunk(2, dim=1)  # (B, c_out, 1, 1) each
        if gate is not None:
            scale, shift = (1 + scale) * gate - 1, shift * gate
        x = F.leaky_relu(torch.addcmul(shift, x, 1 + scale), SLOPE)
        return F.leaky_relu(self.conv_norm(self.conv(x)) + x, SLOPE)


class SkipExcitation(nn.Module):
    """Skip-layer excitation: a small early map decides which channels of a large late one speak (FastGAN)."""

    def __init__(self, c_low: int, c_high: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(c_low, c_high, 4)
        self.excite = nn.Conv2d(c_high, c_high, 1)
        nn.init.zeros_(self.excite.weight)
        nn.init.zeros_(self.excite.bias)  # type: ignore[arg-type]

    def forward(self, low: Tensor) -> Tensor:
        """low: (B, c_low, H, W) -> gate (B, c_high, 1, 1) in [0, 2], 1 at birth."""
        pooled = F.adaptive_avg_pool2d(low, 4)
        return 2 * torch.sigmoid(self.excite(F.leaky_relu(self.squeeze(pooled), SLOPE)))


class LightGenerator(nn.Module):
    """z (B, z_dim) -> picture (B, 3, R, R), about [-1, 1] (unclamped)."""

    def __init__(self, config: LightConfig = LightConfig()) -> None:
        super().__init__()
        self.config = config
        widths = config.channels[: config.stages + 1]
        full = len(config.channels) - 1  # slices of z are those of the full network, at every size
        self.slices = [len(s) for s in torch.arange(config.z_dim).tensor_split(full)]
        self.stem = nn.Linear(config.z_dim, widths[0] * 4 * 4)
        self.stem_norm = nn.BatchNorm2d(widths[0])
        self.stem_rgb = nn.Conv2d(widths[0], 3, 1)
        self.blocks = nn.ModuleList(Block(widths[i], widths[i + 1], self.slices[i]) for i in range(config.stages))
        self.head = nn.Conv2d(widths[-1], 3 * PIXEL_SHUFFLE**2, 3, padding=1) if config.shuffled else None
        if self.head is not None:
            zero(self.head)
        # 4 -> 64 px, 8 -> 128 px: four doublings apart, as in FastGAN.
        self.gates = nn.ModuleDict(
            {str(i): SkipExcitation(widths[i - 4], widths[i]) for i in range(4, config.stages + 1)}
        )

    def forward(self, z: Tensor) -> Tensor:
        parts = torch.split(z, self.slices, dim=1)
        x = self.stem(z).view(-1, self.config.channels[0], 4, 4)  # (B, C0, 4, 4)
        x = F.leaky_relu(self.stem_norm(x.contiguous(memory_format=torch.channels_last)), SLOPE)
        rgb: Tensor = self.stem_rgb(x)  # (B, 3, 4, 4)
        trunk = [x]
        for i, block in enumerate(self.blocks, start=1):
            assert isinstance(block, Block)
            gate = self.gates[str(i)](trunk[i - 4]) if str(i) in self.gates else None
            x = block(x, parts[i - 1], gate)  # (B, Ci, 4 * 2^i, 4 * 2^i)
            trunk.append(x)
            rgb = doubled(rgb) + block.to_rgb(x)  # (B, 3, 4 * 2^i, 4 * 2^i)
        if self.head is not None:
            rgb = doubled(rgb) + F.pixel_shuffle(self.head(x), PIXEL_SHUFFLE)  # (B, 3, R, R)
        return rgb


def doubled(rgb: Tensor) -> Tensor:
    """Bilinear to twice the side."""
    return F.interpolate(rgb, scale_factor=2.0, mode="bilinear", align_corners=False)


def zero(layer: nn.Conv2d) -> None:
    """Zero at birth: a network that grows by this layer draws the same picture before and after."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


@torch.no_grad()
def even_phases(generator: LightGenerator, z: Tensor) -> None:
    """Make the head's four sub-pixel phases equal on average over these latents (B, z_dim), by its bias alone.

    A short training leaves them some levels apart, which a wall, four times enlarged, shows as a fine grid.
    """
    if generator.head is None:
        return
    assert generator.head.bias is not None
    picture = torch.cat([generator(part) for part in torch.split(z, 16)])  # (B, 3, R, R)
    phases = F.pixel_unshuffle(picture, PIXEL_SHUFFLE).mean(dim=(0, 2, 3)).view(3, -1)  # (3, 4)
    generator.head.bias -= (phases - phases.mean(dim=1, keepdim=True)).flatten()
