"""How fast the bundled generator draws, against eager float32 of the same weights: `python -m bench.generator`.

The two take turns in one process, so that a machine whose speed drifts cannot favour either. Batch 1 is a wall; batch 8
is eight rooms on one renderer. A thread count that is right on a quiet machine can be ruinous beside a busy rival, so
every count up to the cores is shown. Last come the upsampling convolutions one by one, as trained and transposed.
"""

from __future__ import annotations

import argparse
import copy
import os
from collections.abc import Callable
from typing import cast

import numpy as np
import simplejpeg
import torch

from bench.machine import machine_line, median_ratio, seconds, table
from models.checkpoints.load import load_network
from models.generator import BUNDLED, Generator, load_generator
from models.networks.light import Block, LightGenerator, as_transposed
from models.works.collection import load_collection
from server.encoder import encode_jpeg
from server.settings import ServerSettings


def main(rounds: int, device: str) -> None:
    """Print ms a frame and the ratio, batch by batch, and what encoding adds."""
    print(machine_line())
    generator = load_generator(device=device)
    reference = load_network(BUNDLED).network.to(generator.device)
    rows = []
    for threads in range(1, (os.cpu_count() or 1) + 1):
        torch.set_num_threads(threads)
        for batch in (1, 8):
            z = np.random.default_rng(0).normal(size=(batch, generator.z_dim)).astype(np.float32)

            @torch.no_grad()
            def eager(z: np.ndarray = z) -> object:
                picture = reference(torch.from_numpy(z).to(generator.device))
                return ((picture.clamp(-1, 1) + 1) * 127.5).byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()

            def ours(z: np.ndarray = z) -> object:
                return generator.generate(z)

            seconds(eager, repeat=3), seconds(ours, repeat=3)
            ratio = median_ratio(lambda: seconds(eager), lambda: seconds(ours), rounds=rounds)
            rows.append([f"{threads} threads, batch {batch}", *ms(ratio.ours, ratio.peer, batch), str(ratio)])
    print(table(rows, header=["", "eager float32 ms/frame", f"{generator.dtype} ms/frame", "eager / ours"]))
    encoding(generator, rounds)
    upsampling(generator, rounds)


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
    """Each upsampling convolution as trained (nearest x2, then 3x3) and as one transposed 4x4: why TRANSPOSE_FROM."""
    torch.set_num_threads(1)
    rows = []
    for i, block in enumerate(cast(LightGenerator, load_network(BUNDLED).network).blocks):
        assert isinstance(block, Block)
        as_trained, transposed = copy.deepcopy(block.up), as_transposed(block.up)
        x = torch.randn(1, block.up.in_channels, 4 << i, 4 << i)
        ratio = median_ratio(timed(transposed, x, generator), timed(as_trained, x, generator), rounds=rounds)
        rows.append([f"{4 << i} px to {8 << i} px", *ms(ratio.peer, ratio.ours, 1, digits=2), str(ratio)])
    print(table(rows, header=["upsampling convolution", "as trained ms", "transposed ms", "transposed / as trained"]))


def timed(layer: torch.nn.Module, x: torch.Tensor, generator: Generator) -> Callable[[], float]:
    """Seconds of one pass of a layer, in the generator's precision and layout."""
    layer = layer.to(generator.device, generator.dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = x.to(generator.device, generator.dtype, memory_format=torch.channels_last)

    @torch.inference_mode()
    def run() -> float:
        return seconds(lambda: layer(x), repeat=5)

    return run


def ms(eager_s: float, ours_s: float, batch: int, digits: int = 1) -> list[str]:
    return [f"{value / batch * 1e3:.{digits}f}" for value in (eager_s, ours_s)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.device)
