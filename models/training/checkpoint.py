"""What survives a kill: the whole state of a training in one file, and a contact sheet to look at.

The file holds tensors and plain numbers, and is read without running anything (`weights_only`).
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from PIL import Image

from models.training.settings import Stage
from models.training.trainer import Trainer

NAME: Final = "checkpoint.pt"

PARTS: Final = (
    "generator",
    "average",
    "critic",
    "anchors",
    "encoder",
    "g_optimiser",
    "d_optimiser",
    "anchor_optimiser",
    "e_optimiser",
)
"""Everything of a trainer that has a state of its own."""

NUMBERS: Final = ("spent_s", "seen", "steps", "augmented")
"""And the plain numbers."""

TILE: Final = 128
"""Side of a picture on the contact sheet, in pixels."""


class CheckpointError(ValueError):
    """A checkpoint that does not fit this training: what was found, what to do."""


def save(trainer: Trainer, folder: Path) -> None:
    """Write beside the old checkpoint, then replace it: a kill in between loses nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "checkpoint.part"
    state = {name: getattr(trainer, name).state_dict() for name in PARTS}
    numbers = {name: getattr(trainer, name) for name in NUMBERS}
    torch.save(state | numbers | {"stage": asdict(trainer.stage), "rng": torch.get_rng_state()}, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(folder / NAME)


def load(trainer: Trainer, folder: Path) -> bool:
    """Go on from the folder's checkpoint; False when there is none. Raises CheckpointError."""
    path = folder / NAME
    if not path.exists():
        return False
    held = torch.load(path, map_location=trainer.device, weights_only=True)
    works = len(held["anchors"]["codes.weight"])
    if works != len(trainer.images):
        raise CheckpointError(
            f"{path} is of {works} works, this folder has {len(trainer.images)}; "
            "choose another --out, or remove it to begin anew"
        )
    trainer.begin(Stage(**held["stage"]))
    for name in PARTS:
        getattr(trainer, name).load_state_dict(held[name])
    for name in NUMBERS:
        setattr(trainer, name, held[name])
    torch.set_rng_state(held["rng"].cpu())
    return True


@torch.no_grad()
def sheet(trainer: Trainer, path: Path) -> None:
    """Eight a row: two rows of works, the same from their seeds, two of mixtures, one of the prior. Always the same."""
    rng = torch.get_rng_state()
    torch.manual_seed(7)
    index = torch.linspace(0, len(trainer.images) - 1, 16).long().to(trainer.device)
    latents = [trainer.anchors.seeds(index), trainer.dreams(24)[8:], trainer.dreams(32)[:8]]
    rows = [trainer.pictures(index), *(trainer.average(z) for z in latents)]
    tiles = torch.cat([F.interpolate(row.float(), size=(TILE, TILE), mode="area") for row in rows])
    grid = tiles.view(-1, 8, 3, TILE, TILE).permute(0, 3, 1, 4, 2).reshape(-1, 8 * TILE, 3)
    Image.fromarray(((grid + 1) * 127.5).clamp(0, 255).byte().cpu().numpy()).save(path, quality=90)
    torch.set_rng_state(rng)
