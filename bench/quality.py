"""How well each artwork's seed shows it: `python -m bench.quality --collection FOLDER_WITH_IMAGES`.

Three figures over all works that have a seed and an image: PSNR and SSIM of the dream against the work, recognition
(how often the work nearest to a dream, among all works by squared error at 32 px, is the one it should show).
Beside them in the same run stand two peers that say what a figure is worth: another work's dream, the mean picture.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from bench.machine import machine_line, table
from models import load_generator
from models.training.corpus import read_square
from models.works.collection import load_collection
from models.works.images import UnreadableImage


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of pictures in [-1, 1], (B, 3, H, W) each -> (B,)."""
    error = (a - b).square().mean(dim=(1, 2, 3))
    return 10 * torch.log10(4 / error.clamp_min(1e-10))


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004) on luminance, 11 px Gaussian window, pictures in [-1, 1] -> (B,)."""
    a, b = (x.mul(torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True) for x in (a, b))
    taps = torch.exp(-((torch.arange(11) - 5.0) ** 2) / (2 * 1.5**2))
    window = (taps[:, None] * taps[None, :] / taps.sum() ** 2)[None, None]

    def blur(x: Tensor) -> Tensor:
        return F.conv2d(x, window)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    score = (2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return score.mean(dim=(1, 2, 3))


def recognised(dreams: Tensor, works: Tensor) -> float:
    """Share of dreams whose nearest work at 32 px is their own."""
    near = torch.cdist(*(F.adaptive_avg_pool2d(x, 32).flatten(1) for x in (dreams, works)))
    return float((near.argmin(dim=1) == torch.arange(len(works))).float().mean())


def main(folder: Path, device: str) -> None:
    """Print the table."""
    generator = load_generator(device=device)
    collection = load_collection()
    pictures = []
    for i, work in enumerate(collection.works):
        with suppress(UnreadableImage):
            pictures.append((i, read_square(folder, work)))
    if not pictures:
        raise SystemExit(f"{folder} has no picture of any work in the bundled collection")
    seeds = collection.seeds[[i for i, _ in pictures]]
    works = torch.from_numpy(np.stack([picture for _, picture in pictures])).float() / 127.5 - 1
    dreams = torch.cat([generator.synthesize(seeds[i : i + 16]).cpu() for i in range(0, len(seeds), 16)])
    works = F.adaptive_avg_pool2d(works, dreams.shape[-1])
    others = dreams.roll(1, dims=0)
    mean = works.mean(dim=0, keepdim=True).expand_as(works)
    print(machine_line())
    rows = [
        [name, f"{psnr(x, works).median():.1f}", f"{ssim(x, works).median():.3f}", f"{recognised(x, works):.1%}"]
        for name, x in (("its own seed", dreams), ("another work's seed", others), ("the mean picture", mean))
    ]
    print(table(rows, header=[f"{len(works)} works", "PSNR dB (median)", "SSIM (median)", "recognised"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    main(arguments.collection, arguments.device)
