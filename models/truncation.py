"""What "truncation" means: three different things in three families, and one control on the wall for all.

The control runs from 1, where nothing changes, towards 0, where pictures grow alike. Which of the three a generator
does is named (`Generator.truncation`), and a family that has nothing to draw with at 0 ends above it. No torch.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

LEAST_STATISTICS: Final = 0.02
"""The lowest of the published 51 sets of BigGAN-deep: they stand at every fiftieth, and at 0 there is none."""


class Truncation(StrEnum):
    """What a generator does with truncation, in the words that `genstudio model inspect` and a room's page say."""

    Z = "scales z"
    """BigGAN and the bundled one: z came from a normal, and with its tails cut off it is drawn at a smaller scale. At 0
    one picture is left, with classes one for each mixture."""
    STATISTICS = "scales z and chooses the batch-norm statistics"
    """BigGAN-deep: the same, and the network's norms are those that were gathered at that scale."""
    W = "draws w towards its mean"
    """StyleGAN: z is left alone, and the style it becomes moves on a straight line to the mean style. At 0 one picture
    is left."""

    @property
    def least(self) -> float:
        """Where the wall's control ends for this family."""
        return LEAST_STATISTICS if self is Truncation.STATISTICS else 0.0

    def at(self, control: float) -> float:
        """What the network is told where the wall's control says `control`, in [0, 1]. 1 stays 1 exactly."""
        return max(self.least, min(control, 1.0))
