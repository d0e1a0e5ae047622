"""A frame of the bundled generator on its way to a screen, and the form of its layers: `python -m bench.generator`.

A frame drawn and encoded, with every number of threads: a wall has 12 ms for it. Then JPEG by quality, and each
upsampling convolution as trained and transposed. How fast and how exact the network is beside eager float32, by engine,
stands in `bench.generators`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from typing import cast

import numpy as np
import simplejpeg
import torch
from torch import nn

from bench.generators import CORES, latents_of
from bench.machine import machine_line, median_ratio, seconds, table
from models.checkpoints.load import load_network
from models.generator import BUNDLED, Generator, load_generator
from models.networks.light import Block, LightGenerator, as_transposed
from models.networks.light_fast import FastLight
from models.works.collection import load_collection
from server.renderer.encoder import encode_jpeg
from server.settings import ServerSettings


def main(rounds: int, device: str) -> None:
    """Print three tables."""
    print(machine_line())
    generator = load_generator(device=device)
    frames(generator, rounds)
    encoding(generator, rounds)
    upsampling(generator, rounds)


def frames(generator: Generator, rounds: int) -> None:
    """ms from a latent to its JPEG at the wall's quality."""
    z, _ = latents_of(generator, 1)
    quality, rows = ServerSettings().jpeg_quality, []
    for threads in range(1, CORES + 1):
        torch.set_num_threads(threads)
        spent = [1e3 * seconds(lambda: encode_jpeg(generator.generate(z)[0], quality)) for _ in range(rounds)]
        rows.append([threads, f"{statistics.median(spent):.1f}", f"{min(spent):.1f}"])
    print(table(rows, header=["threads", "a frame drawn and encoded, ms", "at best"]))


def encoding(generator: Generator, rounds: int) -> None:
    """JPEG of works' dreams at the wall's quality and at 80: time, bytes, and error against the picture."""
    pictures = generator.generate(load_collection().seeds[::60])
    rows = []
    for quality in (80, ServerSettings().jpeg_quality):
        encoded = [encode_jpeg(picture, quality) for picture in pictures]
        shown = np.stack([simplejpeg.decode_jpeg(jpeg) for jpeg in encoded]).astype(float)
        psnr = 10 * np.log10(255**2 / np.mean((shown - pictures) ** 2))
        spent = seconds(lambda quality=quality: encode_jpeg(pictures[0], quality), repeat=rounds)  # type: ignore[misc]
        rows.append(
            [f"quality {quality}", f"{spent * 1e3:.2f}", f"{np.mean([len(e) for e in encoded]):,.0f}", f"{psnr:.1f}"]
        )
    print(table(rows, header=["JPEG", "ms", "bytes", "PSNR dB"]))


def upsampling(generator: Generator, rounds: int) -> None:
    """Each upsampling convolution as trained (nearest x2, then 3x3) and as it is drawn, one transposed 4x4."""
    torch.set_num_threads(1)
    rows = []
    for i, block in enumerate(cast(LightGenerator, load_network(BUNDLED).network).blocks):
        assert isinstance(block, Block) and isinstance(generator.network, FastLight)
        dtype = torch.float32 if i < generator.network.early else generator.dtype
        x = torch.randn(1, block.up.in_channels, 4 << i, 4 << i)
        conv = nn.Conv2d(block.up.in_channels, block.up.out_channels, 3, padding=1)
        as_trained = timed(nn.Sequential(nn.Upsample(scale_factor=2.0), conv), x, generator, dtype)
        transposed = timed(nn.Sequential(as_transposed(block.up)), x, generator, dtype)
        ratio = median_ratio(transposed, as_trained, rounds=rounds)
        times = [f"{value * 1e3:.2f}" for value in (ratio.peer, ratio.ours)]
        rows.append([f"{4 << i} px to {8 << i} px, {dtype}", *times, str(ratio)])
    print(table(rows, header=["upsampling convolution", "as trained ms", "transposed ms", "transposed / as trained"]))


def timed(layers: nn.Sequential, x: torch.Tensor, generator: Generator, dtype: torch.dtype) -> Callable[[], float]:
    """Seconds of one pass, in the generator's layout, as torch draws it."""
    moved = layers.to(generator.device, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    drawn = generator.drawing.for_torch(moved)
    x = x.to(generator.device, dtype, memory_format=torch.channels_last)

    @torch.inference_mode()
    def run() -> float:
        return seconds(lambda: drawn(x), repeat=5)

    return run


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.device)
