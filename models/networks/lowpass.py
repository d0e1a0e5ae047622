"""Low-pass filters of StyleGAN3 and resampling with them, exactly, in plain torch: no kernels of our own.

Designs are the paper's (Karras et al. 2021, section 3 and appendix C): Kaiser windows on an ideal filter, separable or
radially symmetric. Published files hold their filters as buffers, which are used as they stand; a design is only needed
for a network that comes from no file.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy import signal, special
from torch import Tensor


def lowpass(taps: int, cutoff: float, width: float, rate: float, *, radial: bool = False) -> Tensor:
    """Of sum 1; frequencies in the unit of the sampling `rate`. (taps,), or (taps, taps) where radial.

    `taps` is even, so that no sample lies where the radial formula divides by zero.
    """
    if not radial:
        return torch.tensor(signal.firwin(numtaps=taps, cutoff=cutoff, width=width, fs=rate), dtype=torch.float32)
    places = (np.arange(taps) - (taps - 1) / 2) / rate
    radii = np.hypot(*np.meshgrid(places, places))
    ideal = special.j1(2 * cutoff * np.pi * radii) / (np.pi * radii)  # a disc's Fourier transform
    window = np.kaiser(taps, signal.kaiser_beta(signal.kaiser_atten(taps, width / (rate / 2))))
    square = ideal * np.outer(window, window)
    return torch.tensor(square / square.sum(), dtype=torch.float32)


def upsampled(x: Tensor, line: Tensor, factor: int, low: int, high: int) -> Tensor:
    """Zeros between the samples, `low` and `high` zeros around, convolution with `line` along both axes.

    Depthwise transposed convolutions in channels-last order, which torch's CPU runs at twice the speed of the other.
    (B, C, n, n) -> (B, C, n * factor + low + high - taps + 1, the same). Negative room crops.
    """
    channels, taps = x.shape[1], len(line)
    column = (line * factor).view(1, 1, taps, 1).expand(channels, 1, taps, 1)
    x = x.contiguous(memory_format=torch.channels_last)
    x = F.conv_transpose2d(x, column, stride=(factor, 1), groups=channels)
    x = F.conv_transpose2d(x, column.transpose(2, 3), stride=(1, factor), groups=channels)
    before, after = low - taps + 1, high + factor - taps
    return F.pad(x, (before, after, before, after))


def downsampled(x: Tensor, kernel: Tensor, factor: int) -> Tensor:
    """Convolution with a line (taps,) along both axes or with a square (taps, taps), then every `factor`-th sample."""
    channels = x.shape[1]
    x = x.contiguous(memory_format=torch.channels_last)
    if kernel.ndim == 2:
        square = kernel.flip(0, 1).expand(channels, 1, *kernel.shape)
        return F.conv2d(x, square, stride=factor, groups=channels)
    column = kernel.flip(0).view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    x = F.conv2d(x, column, stride=(factor, 1), groups=channels)
    return F.conv2d(x, column.transpose(2, 3), stride=(1, factor), groups=channels)
