"""Contact sheets to look at: no figure sees what an eye sees. They show works: keep them out of the repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.quality.pictures import Pictures, draw, from_the_prior, on_the_map, resized
from bench.quality.subject import Subject
from models.latent import slerp

GAP = 4
"""Pixels between the pictures of a sheet."""

GROUND = 24
"""Grey level between them: dark, as a wall after closing time."""

COLUMNS = 8
"""Pictures a row; also the samples' rows, and the steps of an interpolation."""

PATHS, ANCHORS = 16, 32
"""Interpolations, and works beside what their seeds draw."""

MAP_SIDE, MAP_PICTURE = 24, 64
"""Places along a side of the map, and the pixels of each: closer than two works on the starter collection's map."""

CONTENTS = f"""\
- samples_map, samples_prior: {COLUMNS} x {COLUMNS} samples from random places of the map, and from N(0, I)
- interpolations: {PATHS} rows, each {COLUMNS} steps from one work's seed to another's
- anchors: {ANCHORS} works, each followed by what its seed draws
- map: {MAP_SIDE} x {MAP_SIDE} places in order, as the map lies
All but the last are drawn by lot, none is chosen. `anchors` shows works themselves: keep it out of the repository."""
"""What the sheets show, for whoever finds them."""


def write(subject: Subject, folder: Path, rng: np.random.Generator) -> None:
    """All sheets, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)

    def save(name: str, pictures: Pictures, columns: int = COLUMNS, gap: int = GAP) -> None:
        sheet(pictures, columns, gap).save(folder / f"{name}.png")

    def drawn(latents: NDArray[np.float32]) -> Pictures:
        return np.concatenate(list(draw(subject.generator, latents)))

    save("samples_map", drawn(on_the_map(subject.atlas, rng.uniform(0, 1, (COLUMNS**2, 2)))))
    save("samples_prior", drawn(from_the_prior(subject.generator.z_dim, COLUMNS**2, rng)))
    save("interpolations", drawn(paths(subject.seeds, rng)))
    anchors = np.sort(rng.permutation(len(subject.works))[:ANCHORS])
    save("anchors", beside(subject.works[anchors], subject.dreams[anchors]))
    save("map", resized(drawn(on_the_map(subject.atlas, grid(MAP_SIDE))), MAP_PICTURE), MAP_SIDE, gap=0)


def paths(seeds: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """PATHS ways between two works each, in COLUMNS steps with both ends: (PATHS * COLUMNS, z_dim)."""
    ends = np.stack([seeds[rng.permutation(len(seeds))[:2]] for _ in range(PATHS)])  # (PATHS, 2, z_dim)
    return slerp(ends[:, :1], ends[:, 1:], np.linspace(0, 1, COLUMNS)).reshape(PATHS * COLUMNS, -1)


def grid(side: int) -> NDArray[np.float64]:
    """The middles of side x side squares of the map, row by row from the top: (side * side, 2)."""
    middles = (np.arange(side) + 0.5) / side
    return np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)


def beside(works: Pictures, dreams: Pictures) -> Pictures:
    """Each work followed by its dream: (N, 3, S, S) twice -> (2N, 3, S, S)."""
    return np.stack([works, dreams], axis=1).reshape(-1, *works.shape[1:])


def sheet(pictures: Pictures, columns: int, gap: int) -> Image.Image:
    """Pictures (N, 3, S, S) row by row; the last row may end early."""
    n, _, side, _ = pictures.shape
    rows, pitch = -(-n // columns), side + gap
    canvas = np.full((rows * pitch + gap, columns * pitch + gap, 3), GROUND, np.uint8)
    for i, picture in enumerate(pictures):
        y, x = gap + i // columns * pitch, gap + i % columns * pitch
        canvas[y : y + side, x : x + side] = picture.transpose(1, 2, 0)
    return Image.fromarray(canvas)
