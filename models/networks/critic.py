"""The discriminator that teaches the bundled generator, and whose features tell which works look alike.

Two scales judge: a patch head at 16 px for texture, a global head at 4 px for composition. Real pictures must also be
redrawn from the 8 px features (FastGAN's self-reconstruction), so that the features describe the work itself.
Like the generator it grows: a new top block adds to the level below through weights that are zero at birth.

Pure torch: no files, no devices, no training loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.light import PIXEL_SHUFFLE, LightConfig

WIDTHS = {128: 32, 64: 48, 32: 96, 16: 128, 8: 192, 4: 192}
"""Channels at each side of the trunk, widest where the map is smallest: the mirror of the generator."""

SIDES = tuple(WIDTHS)


@dataclass
class Judgement:
    """What the critic says of a batch."""

    patches: Tensor
    """(B, 1, 16, 16): real above 0, patch by patch."""
    whole: Tensor
    """(B, 1): real above 0, the picture as a whole."""
    features: list[Tensor]
    """Activations at 32, 16 and 8 px, (B, C, side, side) each."""


class Down(nn.Module):
    """Halve the side; silent at birth."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 4, stride=2, padding=1)
        self.out = nn.Conv2d(c_out, c_out, 3, padding=1)
        nn.init.kaiming_normal_(self.conv.weight, a=0.2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.leaky_relu(self.conv(x), 0.2))  # type: ignore[no-any-return]


class Critic(nn.Module):
    """Picture (B, 3, R, R) in [-1, 1] -> Judgement."""

    def __init__(self, config: LightConfig) -> None:
        super().__init__()
        self.sides = [s for s in SIDES if s <= config.resolution // PIXEL_SHUFFLE]
        self.from_rgb = nn.ModuleDict(
            {str(s): nn.Conv2d(3 * PIXEL_SHUFFLE**2, WIDTHS[s], 3, padding=1) for s in self.sides if s >= 8}
        )
        self.down = nn.ModuleDict({str(s): Down(WIDTHS[s], WIDTHS[s // 2]) for s in self.sides if s >= 8})
        self.patch_head = nn.Conv2d(WIDTHS[16], 1, 1)
        self.mix = nn.Conv2d(WIDTHS[8], WIDTHS[8], 3, padding=1)
        self.whole_head = nn.Linear(WIDTHS[4] * 4 * 4, 1)
        self.redraw = nn.Sequential(redraw_block(WIDTHS[8], 64), redraw_block(64, 32), nn.Conv2d(32, 12, 3, padding=1))

    def forward(self, picture: Tensor) -> Judgement:
        x: Tensor | None = None
        features = []
        patches = None
        for side in self.sides[:-1]:
            small = picture if picture.shape[-1] == 2 * side else F.adaptive_avg_pool2d(picture, 2 * side)
            seen = self.from_rgb[str(side)](F.pixel_unshuffle(small, PIXEL_SHUFFLE))  # (B, C, side, side)
            x = F.leaky_relu(seen if x is None else x + seen, 0.2)
            if side == 8:
                x = x + F.leaky_relu(self.mix(x), 0.2)
            if side <= 32:
                features.append(x)
            if side == 16:
                patches = self.patch_head(x)
            x = self.down[str(side)](x)  # (B, C', side / 2, side / 2)
        assert x is not None and patches is not None
        whole = self.whole_head(F.leaky_relu(x, 0.2).flatten(1))
        return Judgement(patches, whole, features)

    def reconstruct(self, judgement: Judgement) -> Tensor:
        """Redraw the picture at 64 px from the 8 px features: (B, 3, 64, 64)."""
        return F.pixel_shuffle(self.redraw(judgement.features[-1]), PIXEL_SHUFFLE)


def redraw_block(c_in: int, c_out: int) -> nn.Module:
    """Double the side, convolve, gate (GLU)."""
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(c_in, 2 * c_out, 3, padding=1), nn.GLU(dim=1))
