"""How well and how fast a picture finds its seed, ours against the original's recipe of 2019.

`python -m bench.inversion --collection FOLDER`, on works that training never saw: those of FOLDER that the bundled
collection does not hold. The two presets take turns, batch by batch, on the same pictures with the same generator and
the same features on one thread, so that a machine whose speed drifts favours neither; every figure is of the picture as
a wall shows it. Beside them what they begin with: the encoder's guess alone, and the original's best of 30 draws. 16
works take about 5 minutes of a quiet core, nearly all of it the original's.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bench.machine import machine_line, ratio_of, table
from models import load_generator
from models.generator import Generator
from models.inversion.legacy import Legacy, LegacySettings
from models.inversion.quality import measure
from models.inversion.recipe import critic_features, own_perception, recipe_for
from models.training.corpus import read_square
from models.works.collection import load_collection
from models.works.folder import read_folder
from models.works.images import UnreadableImage

BESIDE = Path(__file__).parents[2] / "shared" / "collection"
"""The folder of artworks that lies beside the checkout, not in it."""

Find = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


class Way:
    """One way to a seed, with what it took and how well its seeds show their works."""

    def __init__(self, name: str, find: Find) -> None:
        self.name, self.find = name, find
        self.wall_s: list[float] = []
        self.core_s: list[float] = []
        self.quality = np.empty((0, 2), np.float32)

    def run(self, pictures: NDArray[np.uint8], generator: Generator) -> None:
        """Find seeds for one batch, and judge them outside of the time."""
        wall, core = time.perf_counter(), time.process_time()
        latents = self.find(pictures)
        self.wall_s.append((time.perf_counter() - wall) / len(pictures))
        self.core_s.append((time.process_time() - core) / len(pictures))
        self.quality = np.concatenate([self.quality, measure(latents, pictures, generator)])

    def row(self) -> list[str]:
        psnr, ssim = np.median(self.quality, axis=0)
        seconds = (f"{np.mean(took):.3f}" for took in (self.core_s, self.wall_s))
        return [self.name, f"{psnr:.2f}", f"{ssim:.4f}", *seconds]


def unseen(folder: Path, count: int) -> NDArray[np.uint8]:
    """At most `count` pictures (N, 3, 256, 256) of works in the folder that training never saw, evenly among them."""
    seen = {work.id for work in load_collection().works}
    works = [work for work in read_folder(folder).works if work.id not in seen]
    pictures = []
    for i in np.unique(np.linspace(0, len(works) - 1, min(count, len(works))).round().astype(int)):
        with suppress(UnreadableImage):
            pictures.append(read_square(folder, works[i]))
    if not pictures:
        raise SystemExit(f"{folder} has no picture of a work outside of the bundled collection, so none is unseen")
    return np.stack(pictures)


def ways(generator: Generator) -> list[Way]:
    """Ours and the original, each with what it begins with. They see with the same critic."""
    features = critic_features(generator)
    ours, legacy = recipe_for(generator, features=features), recipe_for(generator, "legacy", features=features)
    draws = Legacy(generator, features, LegacySettings(steps=0))
    made = [
        Way("ours", lambda x: ours.find(x, lambda: None)),
        Way("legacy", lambda x: legacy.find(x, lambda: None)),
        Way("legacy's best of 30 draws", lambda x: draws.find(x, lambda: None)),
    ]
    own = own_perception(generator)
    return [*made, Way("the encoder's guess", own.guess)] if own else made


def main(folder: Path, count: int, batch: int, device: str) -> None:
    """Print the table, and ours against the original."""
    torch.set_num_threads(1)
    pictures, generator = unseen(folder, count), load_generator(device=device)
    all_ways = ways(generator)
    for way in all_ways:  # first calls compile and allocate
        if way.name != "legacy":
            way.find(pictures[:1])
    for turn, first in enumerate(range(0, len(pictures), batch)):
        for way in all_ways[:: 1 if turn % 2 == 0 else -1]:
            way.run(pictures[first : first + batch], generator)
    print(f"{machine_line()}; one thread; weights {generator.sha256[:12]}, {generator.dtype} on {generator.device}")
    header = [f"{len(pictures)} unseen works", "PSNR dB (median)", "SSIM (median)", "core s a work", "wall s a work"]
    print(table([way.row() for way in all_ways], header=header))
    ours, legacy = all_ways[:2]
    won = (ours.quality > legacy.quality).mean(0)
    gained = np.median(ours.quality - legacy.quality, axis=0)
    print(f"ours / legacy, core seconds: {ratio_of(ours.core_s, legacy.core_s)}, over {len(ours.core_s)} turns")
    print(f"ours - legacy, median: {gained[0]:+.2f} dB, better on {won[0]:.0%} of the works", end="; ")
    print(f"SSIM {gained[1]:+.4f}, better on {won[1]:.0%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", type=Path, default=BESIDE, help="folder with images (%(default)s)")
    parser.add_argument("--works", type=int, default=16, help="at most so many (%(default)s)")
    parser.add_argument("--batch", type=int, default=8, help="works at a time, for both (%(default)s)")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    if not arguments.collection.is_dir():
        raise SystemExit(f"there is no {arguments.collection}; give a folder of artworks with --collection")
    main(arguments.collection, arguments.works, arguments.batch, arguments.device)
