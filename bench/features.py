"""What each way of describing pictures finds: `python -m bench.features --collection FOLDER [--resnet50 FILE]`.

Over all works of a folder with images, by the nearest in each describer's features:

- of the 10 nearest works, the share by the same artist, of the same department, of the same medium. Labels count alike
  however many works bear them (443 plates by one hand are one hand); a label of one work alone is left out. Chance is
  the same mean for works drawn blindly.
- "photograph": the work cropped by a fifth, dimmed or lit, tinted: is the nearest, or one of the 10 nearest, the work
  itself? Once for all works and once for those that the bundled weights were never trained on.
- "frame": the same for what the generator draws of the work's seed.
- how far off such a photograph lies, in distances between two works (median / median).

All describers see the same pictures in one run. `--collection` needs the works of the starter collection for "frame".
"""

from __future__ import annotations

import argparse
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.machine import machine_line, table
from models.latent import unit
from models.search.describers import Bundled, Describer, Looks, SideBySide, bundled, named_describer
from models.search.features import SIDE
from models.works.collection import load_collection
from models.works.folder import read_folder
from models.works.images import UnreadableImage, open_image, square
from models.works.work import Work, inside

K = 10
LABELS = ("artist", "department", "medium")

CROPPED = round(0.8 * SIDE)
"""Side of the part that a photograph keeps, in pixels."""

LIT, TINTED = (0.8, 1.1), (0.92, 1.08)
"""Ranges of a photograph's factors: of all light, and of each channel."""

Pictures = NDArray[np.uint8]
Features = NDArray[np.float32]


class OneEye:
    """One part of what the bundled weights see, to tell the parts' shares."""

    def __init__(self, trained: Bundled, part: str) -> None:
        self.name = f"bundled: {part} alone"
        self._see = trained.perception.describe if part == "critic" else trained.perception.guess

    def describe(self, pictures: Pictures) -> Features:
        return unit(self._see(pictures))


def read_pictures(folder: Path) -> tuple[list[Work], Pictures]:
    """Works that can be read, and their squares (N, 3, 256, 256)."""
    works, squares = [], []
    for work in read_folder(folder).works:
        with suppress(UnreadableImage):
            if path := inside(folder, work.file):
                squares.append(square(open_image(path), SIDE))
                works.append(work)
    if not works:
        raise SystemExit(f"{folder} has no picture that can be read")
    return works, np.stack(squares)


def photographed(pictures: Pictures) -> Pictures:
    """Each as a visitor's camera might bring it: (N, 3, 256, 256) -> the same."""
    rng = np.random.default_rng(0)
    taken = []
    for picture in pictures:
        x, y = rng.integers(0, SIDE - CROPPED + 1, 2)
        part = Image.fromarray(picture.transpose(1, 2, 0)).crop((x, y, x + CROPPED, y + CROPPED))
        seen = np.asarray(part.resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float32)
        light = rng.uniform(*LIT) * rng.uniform(*TINTED, 3)
        taken.append((seen * light).clip(0, 255).astype(np.uint8).transpose(2, 0, 1))
    return np.stack(taken)


def frames(works: list[Work]) -> tuple[NDArray[np.intp], Pictures]:
    """For the works that have a seed in the starter collection: their rows, and what is drawn of it."""
    from models import load_generator

    collection, generator = load_collection(), load_generator()
    known = [(i, row) for i, work in enumerate(works) if (row := collection.index_of(work.id)) is not None]
    if not known:
        raise SystemExit("the folder has no work of the starter collection; give the one that it was prepared from")
    rows = np.array([i for i, _ in known], np.intp)
    seeds = collection.seeds[[row for _, row in known]]
    drawn = [generator.generate(seeds[i : i + 16]) for i in range(0, len(seeds), 16)]
    return rows, np.ascontiguousarray(np.concatenate(drawn).transpose(0, 3, 1, 2))


def nearest(features: Features, queries: Features, k: int) -> NDArray[np.intp]:
    """Rows (Q, k), nearest first."""
    apart = np.square(features).sum(1) - 2 * queries @ features.T  # (Q, N): squared distance less a constant a query
    return np.argsort(apart, axis=1)[:, :k]


def shared_labels(found: NDArray[np.intp], labels: NDArray[np.str_]) -> tuple[float, float]:
    """Rows found for each work (N, k) -> the share that bears its label, mean over labels; and by chance."""
    shares, chances = [], []
    for label in sorted(set(labels) - {""}):
        rows = np.flatnonzero(labels == label)
        if len(rows) > 1:
            shares.append(float((labels[found[rows]] == label).mean()))
            chances.append((len(rows) - 1) / (len(labels) - 1))
    return float(np.mean(shares)), float(np.mean(chances))


def first_and_ten(features: Features, queries: Features, own: NDArray[np.intp]) -> str:
    """How often the work itself is the nearest / among the 10 nearest."""
    if not len(own):
        return "-"
    found = nearest(features, queries, K) == own[:, None]
    return f"{found[:, 0].mean():.3f} / {found.any(1).mean():.3f}"


def measure(
    describer: Describer,
    works: list[Work],
    pictures: Pictures,
    photographs: Pictures,
    drawn: tuple[NDArray[np.intp], Pictures],
) -> list[str]:
    """One row of the table."""
    begin = time.process_time()
    features = describer.describe(pictures)
    cost_ms = (time.process_time() - begin) / len(pictures) * 1e3
    shots = describer.describe(photographs)
    rows = np.arange(len(works))
    found = nearest(features, features, K + 1)
    others = np.array([row[row != i][:K] for i, row in enumerate(found)])
    labels = [shared_labels(others, np.array([getattr(work, name) for work in works]))[0] for name in LABELS]
    unseen = np.setdiff1d(rows, drawn[0])
    pairs = np.random.default_rng(0).integers(0, len(works), (2, 2_000))
    far = np.median(np.linalg.norm(features[pairs[0]] - features[pairs[1]], axis=1))
    off = np.median(np.linalg.norm(features - shots, axis=1)) / far
    return [
        describer.name,
        *(f"{share:.3f}" for share in labels),
        first_and_ten(features, shots, rows),
        first_and_ten(features, shots[unseen], unseen),
        first_and_ten(features, describer.describe(drawn[1]), drawn[0]),
        f"{off:.2f}",
        f"{cost_ms:.1f}",
    ]


def main(folder: Path, resnet50: Path | None) -> None:
    """Print the table."""
    import torch

    torch.set_num_threads(1)
    works, pictures = read_pictures(folder)
    photographs, drawn = photographed(pictures), frames(works)
    describers: list[Describer] = [Looks()]
    if trained := bundled():
        describers += [OneEye(trained, "critic"), OneEye(trained, "encoder"), trained, SideBySide(Looks(), trained)]
    if resnet50:
        describers.append(named_describer(f"resnet50:{resnet50}"))
    nobody = np.zeros((len(works), K), np.intp)
    chance = [shared_labels(nobody, np.array([getattr(work, name) for work in works]))[1] for name in LABELS]
    blind = f"{1 / len(works):.3f} / {K / len(works):.3f}"
    rows = [["chance", *(f"{share:.3f}" for share in chance), blind, blind, blind, "", ""]]
    rows += [measure(describer, works, pictures, photographs, drawn) for describer in describers]
    print(machine_line())
    same = [f"same {name}" for name in LABELS]
    unseen = f"{len(works) - len(drawn[0])} unseen"
    print(
        table(rows, header=[f"{len(works)} works", *same, "photograph 1 / 10", unseen, "frame 1 / 10", "off", "CPU ms"])
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--resnet50", type=Path, default=None)
    arguments = parser.parse_args()
    main(arguments.collection, arguments.resnet50)
