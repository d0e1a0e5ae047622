"""How fast published GANs and the bundled one draw, by engine, against their authors' computation in eager float32.

`python -m bench.generators`; `--only biggan-256`, `--engine openvino`, `--batch 1 8`, `--device cuda` choose. Weights
are seeded, of the published shapes (`published.py`). Authors and engines take turns in one process; a ratio is the
median over turns. Load times and memory come from a process of their own for each. Error is on smooth walks between
latents of the prior, the bundled network's on walks over its map as well. That one is timed with every number of
threads, the others with two: `--threads` chooses. Asked for cuda where there is no GPU it says so and ends.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch

from bench.machine import machine_line, seconds, table
from bench.maps import walks as wanderings
from bench.published import NETWORKS, reference, written
from models.engines.check import error, walk
from models.engines.engine import EngineError, Name
from models.engines.settle import subject_of
from models.engines.trial import made
from models.generator import BUNDLED, load_generator
from models.maps.atlas import Atlas
from models.works.collection import load_collection

WALK = 8
"""Pictures of the walk on which the error is taken."""

SLOW = ("biggan-512", "stylegan3-t-256", "stylegan3-r-256")
"""Seconds a picture on a processor: measured there when they are named."""
CORES = os.cpu_count() or 1


def main(arguments: argparse.Namespace) -> int:
    """Print one table a network; the exit code is the number of networks that could not be measured."""
    if arguments.device == "cuda" and not torch.cuda.is_available():
        print("torch sees no GPU here: nothing was measured. On a machine with one, the same command does it.")
        return 1
    print(f"{machine_line()}; {arguments.device}")
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.only:
            begin = time.monotonic()
            path = written(name, Path(folder))
            print(f"\n{name} (ready after {time.monotonic() - begin:.0f} s)", flush=True)
            counts = range(1, CORES + 1) if path == BUNDLED else [min(2, CORES)]
            for threads in arguments.threads or counts:
                print(f"{threads} thread{'s' * (threads > 1)}")
                measured(path, argparse.Namespace(**{**vars(arguments), "threads": [threads]}))
            if path.parent == Path(folder):
                path.unlink()
    return 0


def measured(path: Path, arguments: argparse.Namespace) -> None:
    """The table of one network."""
    starts = {who: alone(path, who, arguments) for who in ("authors", *arguments.engine)}
    turns = json.loads(child("turns", path, ",".join(arguments.engine), arguments))
    rows = []
    for who, start in starts.items():
        spent = turns["ms"].get(who)
        if spent is None:
            rows.append([who, start.get("refused", "refused")])
            continue
        one = spent["1"]
        faster = statistics.median(a / b for a, b in zip(turns["ms"]["authors"]["1"], one, strict=True))
        rooms = [
            f"{statistics.median(b / a for a, b in zip(one, spent[str(batch)], strict=True)):.2f}"
            if str(batch) in spent
            else "-"
            for batch in arguments.batch
            if batch > 1
        ]
        first, ready = start["first_s"], start.get("ready_s")
        rows.append(
            [
                who,
                f"{statistics.median(one):.1f}",
                f"{faster:.2f}x",
                *rooms,
                f"{first:.1f}" + (f", then {ready:.1f}" if ready is not None else ""),
                f"{start['peak_mb']:.0f}",
                turns["error"].get(who, "-"),
            ]
        )
    batches = [f"a room at {batch} / at 1" for batch in arguments.batch if batch > 1]
    header = [
        "",
        "ms at batch 1",
        "authors / it",
        *batches,
        "first frame s",
        "peak MB",
        "error: mean, p99.9 (; on the map)",
    ]
    print(table([row + [""] * (len(header) - len(row)) for row in rows], header=header), flush=True)


# -- in processes of their own ---------------------------------------------------------------------------------------


def alone(path: Path, who: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Seconds from the file to the first picture, and from there to the engine's; peak memory of the process."""
    found: dict[str, Any] = json.loads(child("start", path, who, arguments))
    return found


def child(task: str, path: Path, who: str, arguments: argparse.Namespace) -> str:
    command = [sys.executable, "-m", "bench.generators", "--task", task, "--file", str(path), "--who", who]
    command += ["--device", arguments.device, "--threads", str(arguments.threads[0]), "--rounds", str(arguments.rounds)]
    command += ["--batch", *map(str, arguments.batch)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{task} of {who} broke: {done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


def start(arguments: argparse.Namespace) -> dict[str, Any]:
    begin = time.monotonic()
    found: dict[str, Any] = {}
    if arguments.who == "authors":
        draw, shape = reference(arguments.file, arguments.device)
        draw(*latents_of(shape, 1))
        found["first_s"] = time.monotonic() - begin
    else:
        generator = load_generator(arguments.file, device=arguments.device)
        z, y = latents_of(generator, 1)
        generator.generate(z, y)
        found["first_s"] = time.monotonic() - begin
        if arguments.who != "torch":
            try:
                generator.engine = made(arguments.who, subject_of(generator, threads=arguments.threads[0]))
                generator.generate(z, y)
                found["ready_s"] = time.monotonic() - begin - found["first_s"]
            except EngineError as refusal:
                found["refused"] = str(refusal)
    return found | {"peak_mb": peak_mb()}


def turns(arguments: argparse.Namespace) -> dict[str, Any]:
    """ms a picture of everybody, turn by turn, and everybody's error."""
    exact, shape = reference(arguments.file, arguments.device)
    drawn: dict[str, Callable[..., Any]] = {}
    off: dict[str, str] = {}
    for name in arguments.who.split(","):
        generator = load_generator(arguments.file, device=arguments.device)
        try:
            if name != "torch":
                generator.engine = made(name, subject_of(generator, threads=arguments.threads[0]))
        except EngineError:
            continue
        drawn[name] = generator.generate
        walks = [
            walk(generator.z_dim, generator.n_classes, WALK),
            *([over_the_map()] if generator.path == BUNDLED else []),
        ]
        found = [error(generator.synthesize, exact, latents) for latents in walks]
        off[name] = "; ".join(f"{one.mean:.2f}, {one.top:.1f}" for one in found)
    drawn["authors"] = lambda z, y: ((exact(z, y).clamp(-1, 1) + 1) * 127.5).byte().permute(0, 2, 3, 1).cpu().numpy()
    work = [(who, batch) for who in drawn for batch in arguments.batch if who != "authors" or batch == 1]
    given = {batch: latents_of(shape, batch) for batch in arguments.batch}
    ms: dict[str, dict[str, list[float]]] = {who: {} for who in drawn}
    for turn in range(-1, arguments.rounds):
        for who, batch in work[:: 1 if turn % 2 else -1]:
            spent = seconds(lambda who=who, batch=batch: drawn[who](*given[batch]))  # type: ignore[misc]
            if turn >= 0:
                ms[who].setdefault(str(batch), []).append(spent / batch * 1e3)
    return {"ms": ms, "error": off}


def latents_of(shape: Any, batch: int) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Seeded latents and, where there are classes, one for each."""
    chance = torch.Generator().manual_seed(batch)
    classes = int(getattr(shape, "n_classes", 0))
    y = torch.eye(classes)[torch.randint(classes, (batch,), generator=chance)] if classes else None
    return torch.randn(batch, shape.z_dim, generator=chance), y


def over_the_map() -> list[tuple[torch.Tensor, torch.Tensor | None]]:
    """Latents of the starter collection's map, where the bundled generator's wall goes: along two wandering paths."""
    collection = load_collection()
    atlas = Atlas(collection.places, collection.seeds)
    places = [place for path in wanderings(2, np.random.default_rng(0)) for place in path[:: 2 * len(path) // WALK]]
    return [(torch.from_numpy(atlas.decode(x, y))[None], None) for x, y in places]


def peak_mb() -> float:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--only", nargs="+", choices=tuple(NETWORKS), help="all of 256 px; on cuda biggan-512 too")
    parser.add_argument("--batch", type=int, nargs="+", help="1 8; on cuda 1 8 32")
    parser.add_argument("--engine", nargs="+", choices=[name for name in get_args(Name) if name != "auto"])
    parser.add_argument("--threads", type=int, nargs="+")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--task", choices=("start", "turns"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--who", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    cuda = chosen.device == "cuda"
    chosen.only = chosen.only or [name for name in NETWORKS if cuda or name not in SLOW]
    chosen.batch = chosen.batch or ([1, 8, 32] if cuda else [1, 8])
    chosen.engine = chosen.engine or (["torch", "graphs"] if cuda else ["torch", "openvino"])
    return chosen


if __name__ == "__main__":
    arguments = parsed()
    if arguments.task:
        torch.set_num_threads(arguments.threads[0])
        print(json.dumps(start(arguments) if arguments.task == "start" else turns(arguments)))
    else:
        sys.exit(main(arguments))
