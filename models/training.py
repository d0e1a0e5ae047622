"""`genstudio train FOLDER`: from a folder of images to a generator file and a seed for every work.

The same command on a CPU and on a GPU; kill it at any moment and run it again. Into the output folder go the
checkpoint, a log line and a contact sheet every few minutes; at the end `generator.safetensors`, `seeds.npy` and
`works.json`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.corpus import CorpusError, read_corpus
from models.generator import pick_device, save_generator
from models.trainer import Stage, Trainer, TrainSettings

ON_GPU = TrainSettings(stages=(Stage(128, 0.1, adversarial=False), Stage(256, 0.9)), batch=64)
"""A GPU draws 256 px so fast that little is won at smaller sides."""


def train_folder(
    folder: Path,
    out: Path,
    *,
    minutes: float,
    device: str = "auto",
    settings: TrainSettings | None = None,
    console: Console | None = None,
) -> Path:
    """Train within a budget of minutes counted from the first step over all runs; the path of the generator file.

    Raises CorpusError when the folder has nothing to learn from, ValueError when `out` holds another training's
    checkpoint. Ctrl-C saves and stops; the next run goes on.
    """
    console = console or Console()
    chosen = pick_device(device)
    settings = replace(settings or (ON_GPU if chosen == "cuda" else TrainSettings()), minutes=minutes)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
    ) as bars:
        reading = bars.add_task("reading pictures", note="")
        corpus = read_corpus(folder, progress=lambda done, total: bars.update(reading, completed=done, total=total))
        console.print(
            f"{len(corpus.ids)} pictures; left out: {len(corpus.grey)} grey, {len(corpus.unreadable)} unreadable. "
            f"Samples and checkpoint in {out}"
        )
        trainer = Trainer(corpus.images, corpus.weights(settings.rarity), out, settings, chosen)
        check_works(out, corpus.ids)
        task = bars.add_task("training", total=minutes * 60, completed=int(trainer.spent_s), note="")

        def show(now: dict[str, float]) -> None:
            note = f"{now['resolution']:.0f} px, {now['images']:,.0f} images, pixel error {now['pixel']:.3f}"
            bars.update(task, completed=trainer.spent_s, note=note)

        try:
            trainer.run(show)
        except KeyboardInterrupt:
            trainer.save()
            console.print("Saved. The same command goes on from here.")
            raise
    return export(trainer, corpus.ids, out)


def check_works(out: Path, ids: list[str]) -> None:
    """Codes belong to works by position: the folder must not change under a training. Raises CorpusError."""
    listing = out / "works.json"
    if listing.exists() and json.loads(listing.read_text()) != ids:
        raise CorpusError(f"{out} was begun with other pictures; choose another --out, or remove it to begin anew")
    out.mkdir(parents=True, exist_ok=True)
    listing.write_text(json.dumps(ids))


def export(trainer: Trainer, ids: list[str], out: Path) -> Path:
    """Write what a wall needs: the averaged generator and one seed per work (N, z_dim) float32, in the order of ids."""
    notes = {"images_seen": str(trainer.seen), "minutes": f"{trainer.spent_s / 60:.0f}", "works": str(len(ids))}
    save_generator(trainer.average, out / "generator.safetensors", notes=notes)
    with torch.no_grad():
        seeds = trainer.seeds(torch.arange(len(ids), device=trainer.device))
    np.save(out / "seeds.npy", seeds.cpu().numpy())
    return out / "generator.safetensors"
