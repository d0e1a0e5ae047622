"""What the limit on flashes costs, and whom it touches: `python -m bench.flashes`.

The cost stands beside encoding the same pictures, in turns. Then the bundled generator walks, blends and jumps, and it
is counted how many of its pictures were not passed on as they were: of the room's own stroll it must be none. Beside
the part of the picture that the limit judges, smaller ones are tried.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from PIL import Image

from bench.machine import machine_line, median_ratio, seconds, table
from models.generator import Generator, load_generator
from models.latent import LatentSpace
from models.maps.atlas import Atlas
from models.works.collection import Collection, load_collection
from server.renderer import flashes
from server.renderer.encoder import encode_jpeg
from server.renderer.flashes import Flashes
from server.renderer.latents import Latents
from server.renderer.mixing import Picture
from server.settings import ServerSettings
from shared_state.blend import Palette
from shared_state.messages import Edit
from shared_state.scene import Scene
from shared_state.settings import DEFAULTS
from tests.server.flash_counter import flashes_in_the_worst_second

RATE = 20
"""Frames a second of the walks: what a wall gets from two busy cores."""


def main(rounds: int, for_s: float) -> None:
    """Print both tables."""
    print(machine_line())
    generator, collection = load_generator(device="cpu"), load_collection()
    cost(generator.generate(collection.seeds[:32]), rounds)
    atlas = Atlas(collection.places, collection.seeds)
    latents = Latents(collection, atlas)
    frames = int(for_s * RATE)
    ways = {
        "the map, as the room strolls": across(latents, frames, DEFAULTS.idle_speed),
        "the map, twice as fast": across(latents, frames, 2 * DEFAULTS.idle_speed),
        "the map, one hand's full push": across(latents, frames, DEFAULTS.v_max / (1 + DEFAULTS.kappa)),
        "the map, at top speed": across(latents, frames, DEFAULTS.v_max),
        "a blend, a slider thrown every .5 s": blended(collection, latents, frames),
        "seeds at random, 20 a second": jumping(collection, frames),
        "seeds at random, 8 a second": jumping(collection, frames, RATE // 8),
    }
    rows = []
    for name, way in ways.items():
        pictures = drawn(generator, way)
        touched = [share_touched(pictures, area) for area in (flashes.AREA, 1 / 8, 1 / 16)]
        rows.append([name, len(pictures), *(f"{share:.1%}" for share in touched)])
    held_back(drawn(generator, across(latents, frames, DEFAULTS.v_max)))
    print(table(rows, header=["", "pictures", f"touched at {flashes.AREA:g}", "at 1/8", "at 1/16"]))


def cost(pictures: Picture, rounds: int) -> None:
    """ms a picture, beside its JPEG."""
    limit, quality, at_s = Flashes(), ServerSettings().jpeg_quality, 0.0
    seed = pictures[0]

    def passed() -> object:
        nonlocal at_s
        at_s += 1 / 60
        return limit.limited(seed, at_s)

    flicker = Flashes()

    def held() -> object:
        nonlocal at_s
        at_s += 1 / 60
        return flicker.limited(pictures[int(at_s * 60) % len(pictures)], at_s)

    rows = []
    for name, work in (("passed on as it is", passed), ("another work each frame", held)):
        ratio = median_ratio(
            lambda work=work: seconds(work, repeat=50),  # type: ignore[misc]
            lambda: seconds(lambda: encode_jpeg(seed, quality), repeat=50),
            rounds=rounds,
        )
        rows.append([name, f"{ratio.ours * 1e3:.3f}", f"{ratio.peer * 1e3:.3f}", str(ratio)])
    print(table(rows, header=["256 x 256", "limit ms", "JPEG ms", "limit / JPEG"]))


def across(latents: Latents, frames: int, speed: float) -> Iterator[np.ndarray]:
    """To and fro over the map, never twice the same way, at so many widths a second."""
    turned = np.sqrt(2) - 1
    for frame in range(frames):
        way = frame / RATE * speed
        x, y = (abs((at + 1) % 2 - 1) for at in (way * np.cos(turned), 0.3 + way * np.sin(turned)))
        yield latents.of(Scene(float(x), float(y)), {})


def blended(collection: Collection, latents: Latents, frames: int) -> Iterator[np.ndarray]:
    """A slider to a weight by chance, twice a second."""
    rng = np.random.default_rng(2)
    palette = Palette(DEFAULTS, lambda work: True)
    works = [collection.works[i].id for i in rng.choice(len(collection.works), 6, replace=False)]
    for work in works:
        palette.edit("somebody", Edit(0, "add", work), 0.0)
    for frame in range(frames):
        if frame % (RATE // 2) == 0:
            edit = Edit(0, "weigh", works[rng.integers(6)], float(rng.random()))
            palette.edit("somebody", edit, frame / RATE)
        palette.advance(1 / RATE, frame / RATE)
        yield latents.of(Scene(0.5, 0.5, palette.shown, 1.0), {})


def jumping(collection: Collection, frames: int, every: int = 1) -> Iterator[np.ndarray]:
    """What no wall does: another work every few frames."""
    rng = np.random.default_rng(3)
    seed = collection.seeds[0]
    for frame in range(frames):
        if frame % every == 0:
            seed = collection.seeds[rng.integers(len(collection.seeds))]
        yield seed


def drawn(generator: Generator, latents: Iterator[np.ndarray]) -> list[Picture]:
    """The pictures, eight in a pass."""
    rows = np.stack(list(latents))
    space = LatentSpace(generator.z_dim, generator.n_classes)
    return [
        picture
        for start in range(0, len(rows), 8)
        for picture in generator.generate(*space.split(rows[start : start + 8]))
    ]


def held_back(pictures: list[Picture]) -> None:
    """How a walk at top speed looks: levels that it changes by from frame to frame, and how far it is behind."""
    small = [_small(picture) for picture in pictures]
    rows = [["not limited", *_steps(small), "0.0"]]
    ours = flashes.SOFT_S
    for name, soft_s in (("held, then let go", 1e-9), ("followed softly, ours", ours), ("over 1 s", 1.0)):
        flashes.SOFT_S = soft_s  # type: ignore[misc]
        limit = Flashes()
        shown = [_small(limit.limited(one, i / RATE)) for i, one in enumerate(pictures)]
        behind = np.mean([np.abs(a - b).mean() for a, b in zip(shown, small, strict=True)])
        rows.append([name, *_steps(shown), f"{behind:.1f}"])
    flashes.SOFT_S = ours  # type: ignore[misc]
    print(
        table(
            rows,
            header=[
                "at top speed",
                "flashes in a second, by the norm",
                "levels a frame: median",
                "largest",
                "behind, mean",
            ],
        )
    )


def _small(picture: Picture) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((64, 64), Image.Resampling.BOX)).astype(float)


def _steps(shown: list[np.ndarray]) -> list[str]:
    steps = [np.abs(after - before).mean() for before, after in pairwise(shown)]
    encoded = [(i / RATE, encode_jpeg(one.astype(np.uint8), 90)) for i, one in enumerate(shown)]
    return [str(flashes_in_the_worst_second(encoded)), f"{np.median(steps):.1f}", f"{np.max(steps):.1f}"]


def share_touched(pictures: list[Picture], area: float) -> float:
    """Of the pictures, those that were not passed on as they were."""
    ours, flashes.AREA = flashes.AREA, area  # type: ignore[misc]
    try:
        limit = Flashes()
        return float(np.mean([limit.limited(one, i / RATE) is not one for i, one in enumerate(pictures)]))
    finally:
        flashes.AREA = ours  # type: ignore[misc]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.flashes", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each walk")
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.seconds)
