"""How fast the bundled generator draws, against eager float32 of the same weights: `python -m bench.generator`.

The two take turns in one process, so that a machine whose speed drifts cannot favour either. Batch 1 is a wall; batch 8
is eight rooms on one renderer. A thread count that is right on a quiet machine can be ruinous beside a busy rival, so
every count up to the cores is shown.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
import torch

from bench.machine import machine_line, median_ratio, seconds, table
from models.generator import BUNDLED, load_generator, read_network
from server.encoder import encode_jpeg
from server.settings import ServerSettings


def main(rounds: int, device: str) -> None:
    """Print ms a frame and the ratio, batch by batch, and what encoding adds."""
    print(machine_line())
    generator = load_generator(device=device)
    reference = read_network(BUNDLED).eval().to(generator.device)
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
    picture = generator.generate(z[:1])[0]
    quality = ServerSettings().jpeg_quality
    encoding_ms = seconds(lambda: encode_jpeg(picture, quality), repeat=rounds) * 1e3
    print(f"encoding at quality {quality}: {encoding_ms:.2f} ms, {len(encode_jpeg(picture, quality)):,} bytes")


def ms(eager_s: float, ours_s: float, batch: int) -> list[str]:
    return [f"{value / batch * 1e3:.1f}" for value in (eager_s, ours_s)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.device)
