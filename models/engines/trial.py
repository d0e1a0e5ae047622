"""Which engine is fastest here: each is built, checked and timed in turns with torch.

Run as a program, in a niced process of its own (`settle.py` does): a compiler that crashes or eats memory takes no wall
with it, and what it leaves behind goes with it. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch

from models.engines.check import require_equal, walk
from models.engines.engine import ON_CPU, ON_CUDA, Engine, EngineError, Name, Subject

CLEARLY: Final = 1.1
"""An engine must be this many times faster than torch: less is within what a busy machine mistakes."""
ROUNDS: Final = 7
"""Turns for each: the median of seven bears three that a neighbour disturbed."""
NICE: Final = 15
"""The trial yields to the frames."""

TORCH: Final[Name] = "torch"

Timer = Callable[[Callable[[], object]], float]


def candidates(device: torch.device) -> tuple[Name, ...]:
    return ON_CUDA if device.type == "cuda" else ON_CPU


def made(name: Name, subject: Subject) -> Engine:
    """An engine that has drawn, and drew right. Raises EngineError for whatever goes wrong."""
    if not subject.drawing.compiles:
        raise EngineError(f"{name} cannot take a network of this family")
    try:
        engine = kind(name)(subject)
        require_equal(engine, subject)
    except EngineError:
        raise
    except Exception as error:  # a compiler can fail in any way, and say much
        raise EngineError(f"{name} failed: {' '.join(str(error).split())[:300]}") from error
    return engine


def kind(name: Name) -> Callable[[Subject], Engine]:
    """Compilers are imported when they are wanted."""
    if name == "openvino":
        from models.engines.openvino import OpenVINO

        return OpenVINO
    if name == "compile":
        from models.engines.compiled import Compiled

        return Compiled
    if name == "graphs":
        from models.engines.graphs import Graphs

        return Graphs
    raise EngineError(f"no engine is called {name}")


def wall_seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def best(
    subject: Subject,
    names: tuple[Name, ...],
    make: Callable[[Name, Subject], Engine] = made,
    timer: Timer = wall_seconds,
) -> tuple[Name, dict[str, str]]:
    """The fastest that draws right, and what was found of each, in words."""
    network, takes = subject.drawing.for_torch(subject.folded(subject.dtype)), subject.takes(subject.dtype)
    z, y = walk(subject.z_dim, subject.n_classes, steps=1)[0]
    latents, classes = z.to(subject.device, takes), None if y is None else y.to(subject.device, takes)
    leader, gain = TORCH, CLEARLY
    said: dict[str, str] = {}

    @torch.inference_mode()
    def by_torch() -> Any:
        return subject.drawing.call(network, latents, classes, subject.truncation).cpu()

    for name in names:
        try:
            engine = make(name, subject)
        except EngineError as error:
            said[name] = str(error)
            continue
        ratio = times_faster(lambda engine=engine: engine.draw(z, y).cpu(), by_torch, timer)  # type: ignore[misc]
        said[name] = f"{ratio:.2f} times as fast as torch"
        if ratio > gain:
            leader, gain = name, ratio
    return leader, said


def times_faster(ours: Callable[[], object], peer: Callable[[], object], timer: Timer) -> float:
    """Median over turns of peer / ours; each draws once before."""
    timer(ours), timer(peer)
    return statistics.median(timer(peer) / timer(ours) for _ in range(ROUNDS))


def main(arguments: argparse.Namespace) -> None:
    os.nice(NICE)
    from models.checkpoints.load import load_network
    from models.generator import pick_dtype

    torch.set_num_threads(arguments.threads)
    loaded = load_network(arguments.file, sha256=arguments.sha256)
    device = torch.device(arguments.device)
    dtype = pick_dtype("auto", device)
    subject = Subject(loaded.network.to(device), loaded.drawing, device, dtype, arguments.truncation, arguments.threads)
    name, said = best(subject, candidates(device))
    json.dump({"engine": name, "trial": said}, sys.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sha256", required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--truncation", type=float, required=True)
    main(parser.parse_args())
