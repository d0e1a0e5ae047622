"""Works that the tests draw themselves, folders that hold them, and a generator small enough to follow by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image


def drawing(number: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A disc on a ground, both in colours that follow from the number; no two numbers draw the same."""
    rng = np.random.default_rng(number)
    width, height = size
    y, x = np.mgrid[:height, :width]
    ground, disc = rng.integers(0, 256, (2, 3))
    cx, cy, r = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height, rng.uniform(0.15, 0.4) * height
    inside = (x - cx) ** 2 + (y - cy) ** 2 < r**2
    return Image.fromarray(np.where(inside[..., None], disc, ground).astype(np.uint8))


def write_folder(folder: Path, count: int, **columns: str) -> Path:
    """`count` drawings w0.png, w1.png ... with a metadata.csv; `columns` are the same in every row."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        drawing(number).save(folder / f"w{number}.png")
        rows.append({"id": f"w{number}", "file": f"w{number}.png", "title": f"Disc {number}", **columns})
    return write_table(folder, rows)


def write_table(folder: Path, rows: Sequence[dict[str, str]]) -> Path:
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return folder


class Paintbox:
    """A linear generator of 32 px: z (B, 12) are the colours of the four quarters. `calls` counts its passes."""

    name, z_dim, sha256 = "paintbox", 12, "5a" * 32
    n_classes, resolution = 0, 32
    device, dtype, takes = torch.device("cpu"), torch.float32, torch.float32

    def __init__(self) -> None:
        self.calls = 0

    def network(self, z: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return (z.view(-1, 3, 2, 2) / 2).repeat_interleave(16, 2).repeat_interleave(16, 3)

    def generate(self, z: NDArray[np.float32], y: None = None) -> NDArray[np.uint8]:
        drawn = self.network(torch.from_numpy(z)).clamp(-1, 1)
        return ((drawn + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def seeds_on_shell(count: int, z_dim: int = 140, *, seed: int = 0) -> NDArray[np.float32]:
    """Random seeds (count, z_dim) of length sqrt(z_dim)."""
    z = np.random.default_rng(seed).normal(size=(count, z_dim))
    return (z * np.sqrt(z_dim) / np.linalg.norm(z, axis=1, keepdims=True)).astype(np.float32)
