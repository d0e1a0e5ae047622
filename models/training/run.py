"""`genstudio train FOLDER`: from a folder of images to a generator file and a seed for every work.

The same command on a CPU and on a GPU; kill it at any moment and run it again. Into the output folder go the
checkpoint, a log line and a contact sheet every few minutes; at the end `generator.safetensors`, with it
`perception.safetensors` (what was trained beside it and sees), and `collection`, prepared with the codes as seeds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.generator import load_generator, pick_device, save_generator
from models.networks.light import even_phases
from models.perception import save_perception
from models.training import checkpoint
from models.training.checkpoint import CheckpointError
from models.training.corpus import read_corpus
from models.training.settings import ON_GPU, TrainSettings
from models.training.trainer import Losses, Trainer
from models.works.prepare import prepare
from models.works.work import CollectionError

PHASE_WORKS = 96
"""Works over which the head's phases are evened: some of every kind, in seconds."""

__all__ = ["CheckpointError", "CollectionError", "train", "train_folder"]


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

    Raises CollectionError when the folder has nothing to learn from, CheckpointError when `out` holds another training.
    Ctrl-C saves and stops; the next run goes on. What was made is shown by
    `genstudio serve --model OUT/generator.safetensors --collection FOLDER`, with the codes as seeds.
    """
    console = console or Console()
    chosen = pick_device(device)
    settings = replace(settings or (ON_GPU if chosen == "cuda" else TrainSettings()), minutes=minutes)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console) as bars:
        reading = bars.add_task("reading pictures", note="")
        corpus = read_corpus(folder, progress=lambda done, total: bars.update(reading, completed=done, total=total))
        console.print(
            f"{len(corpus.ids)} pictures; left out: {len(corpus.grey)} grey, {len(corpus.unreadable)} unreadable. "
            f"Samples and checkpoint in {out}"
        )
        check_works(out, corpus.ids)
        trainer = Trainer(corpus.images, corpus.weights(settings.rarity), settings, chosen)
        checkpoint.load(trainer, out)
        task = bars.add_task("training", total=minutes * 60, completed=int(trainer.spent_s), note="")

        def show(losses: Losses) -> None:
            note = f"{trainer.config.resolution} px, {trainer.seen:,} images, pixel error {losses['pixel']:.3f}"
            bars.update(task, completed=trainer.spent_s, note=note)

        try:
            train(trainer, out, show)
        except KeyboardInterrupt:
            checkpoint.save(trainer, out)
            console.print("Saved. The same command goes on from here.")
            raise
    return export(trainer, corpus.ids, folder, out)


def train(trainer: Trainer, out: Path, show: Callable[[Losses], None]) -> None:
    """Step until the budget is spent, growing when a stage is due, keeping the state every few minutes."""
    kept_s = began_s = time.monotonic()
    before_s = trainer.spent_s
    losses: Losses = {}
    while trainer.spent_s < trainer.settings.minutes * 60:
        if trainer.due() != trainer.stage:
            trainer.grow(trainer.due())
        losses = trainer.step()
        now_s = time.monotonic()
        trainer.spent_s = before_s + now_s - began_s
        show(losses)
        if now_s - kept_s > trainer.settings.save_minutes * 60:
            keep(trainer, out, losses)
            kept_s = now_s
    keep(trainer, out, losses)


def keep(trainer: Trainer, out: Path, losses: Losses) -> None:
    """Checkpoint, contact sheet and a line in the log."""
    checkpoint.save(trainer, out)
    checkpoint.sheet(trainer, out / "samples.jpg")
    facts = {"minutes": trainer.spent_s / 60, "images": trainer.seen, "resolution": trainer.config.resolution}
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps({name: round(value, 4) for name, value in {**facts, **losses}.items()}) + "\n")


def check_works(out: Path, ids: list[str]) -> None:
    """Codes belong to works by position: the folder must not change under a training. Raises CheckpointError."""
    listing = out / "works.json"
    if listing.exists() and json.loads(listing.read_text()) != ids:
        raise CheckpointError(f"{out} was begun with other pictures; choose another --out, or remove it to begin anew")
    out.mkdir(parents=True, exist_ok=True)
    listing.write_text(json.dumps(ids))


def export(trainer: Trainer, ids: list[str], folder: Path, out: Path) -> Path:
    """Write what a wall needs: the averaged generator, and the collection with one seed per work."""
    with torch.no_grad():
        seeds = trainer.anchors.seeds(torch.arange(len(ids), device=trainer.device))
    even_phases(trainer.average, seeds[:: max(1, len(ids) // PHASE_WORKS)])
    path = out / "generator.safetensors"
    notes = {"images_seen": str(trainer.seen), "minutes": f"{trainer.spent_s / 60:.0f}", "works": str(len(ids))}
    save_generator(trainer.average, path, notes=notes)
    save_perception(trainer.encoder, trainer.critic, trainer.config, path)
    generator = load_generator(path, device=str(trainer.device))
    prepare(folder, generator, out=out / "collection", seeds=seeds.cpu().numpy(), ids=ids)
    prepare(
        folder, generator, known=out / "collection"
    )  # where `serve --collection FOLDER` looks: the left-out works too
    return path
