"""Large layers of several pictures, one picture after the other: on a processor that is quicker than all at once.

A layer of few pixels spends its time on reading weights, and reads them once for all pictures. One of many pixels
spends it on features: those of one picture stay in the caches, those of eight do not, and each took up to three times
as long (BigGAN-deep's last block at 256 px).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor

TOGETHER_UP_TO: Final = 64
"""Side in pixels of what a layer makes, up to which pictures go together. There either way takes as long (BigGAN-deep);
below, all at once takes half and less."""


def one_by_one(part: Callable[..., Tensor], x: Tensor, *others: Any) -> Tensor:
    """`part(x, *others)`, its first argument with a row for each picture, and what it returns, too.

    Of `others`, tensors and lists of tensors are taken row by row; anything else is the same for all.
    """
    if len(x) == 1 or x.device.type != "cpu":
        return part(x, *others)
    return torch.cat([part(*(row(given, i) for given in (x, *others))) for i in range(len(x))])


def row(given: Any, i: int) -> Any:
    if isinstance(given, Tensor):
        return given[i : i + 1]
    return [each[i : i + 1] for each in given] if isinstance(given, list) else given
