"""Give a generator that draws the engine it should draw with, without holding up its first pictures.

Torch draws until then. Once the first picture is out, a thread recalls which engine was found best here, or has it
tried in a process of its own (`trial.py`), builds it, checks it, and hands it over between two pictures. Whatever goes
wrong, torch draws on, and one line says why.
"""

from __future__ import annotations

import atexit
import json
import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Final

from models.checkpoints.load import load_network
from models.engines.engine import EngineError, Name, Subject
from models.engines.remember import forget, key, recalled, remember
from models.engines.trial import made
from models.errors import ModelError
from models.generator import Generator

log = logging.getLogger(__name__)

FIRST_PICTURE_S: Final = 600.0
"""A generator that has drawn nothing by then is not on a wall."""
TRIAL_S: Final = 900.0
"""A large network under a C++ compiler, niced on a busy machine, takes minutes; more means that it hangs."""


def settle_behind(generator: Generator, wanted: Name, *, threads: int, truncation: float = 1.0) -> Thread | None:
    """`settle` in a thread of its own, after the first picture. None where there is nothing to do."""
    if wanted == "torch" or not generator.drawing.compiles or generator.path is None:
        return None

    def wait_and_settle() -> None:
        if generator.drew.wait(FIRST_PICTURE_S):
            settle(generator, wanted, threads=threads, truncation=truncation)

    thread = Thread(target=wait_and_settle, name="engine", daemon=True)
    thread.start()
    return thread


def settle(generator: Generator, wanted: Name, *, threads: int, truncation: float = 1.0) -> None:
    """Never raises for an engine's sake. `threads`: how many torch draws with. `truncation`: the one that is drawn."""
    chosen_by = key(generator.sha256, device=generator.device.type, threads=threads, truncation=truncation)
    try:
        name = wanted if wanted != "auto" else recalled(chosen_by) or tried(generator, chosen_by, threads, truncation)
        if name == "torch":
            return
        subject = subject_of(generator, threads=threads, truncation=truncation)
        generator.engine = made(name, subject)
        log.info("%s is drawn by %s", generator.name, name)
    except (EngineError, ModelError) as error:
        if wanted == "auto":
            forget(chosen_by)
        log.warning("torch draws on: %s", error)
    except (OSError, MemoryError, RuntimeError) as error:
        log.warning("torch draws on: %s: %s", type(error).__name__, error)


def subject_of(generator: Generator, *, threads: int, truncation: float = 1.0) -> Subject:
    """The generator's network from its file again, in float32: it keeps none itself. Raises ModelError."""
    assert generator.path is not None
    loaded = load_network(generator.path, sha256=generator.sha256)
    network = loaded.network.to(generator.device)
    return Subject(network, loaded.drawing, generator.device, generator.dtype, truncation, threads)


def tried(generator: Generator, chosen_by: str, threads: int, truncation: float) -> Name:
    """The best engine by a trial in a process of its own, remembered. Raises EngineError when the trial breaks."""
    command = [
        sys.executable, "-m", "models.engines.trial", str(generator.path), "--sha256", generator.sha256,
        "--device", generator.device.type, "--threads", str(threads), "--truncation", str(truncation),
    ]  # fmt: skip
    found = json.loads(output(command))
    log.info(
        "%s: %s is fastest (%s)", generator.name, found["engine"], "; ".join(map(": ".join, found["trial"].items()))
    )
    with suppress(OSError):  # then the next start tries again
        remember(chosen_by, found["engine"], found["trial"])
    name: Name = found["engine"]
    return name


def output(command: list[str], limit_s: float = TRIAL_S) -> bytes:
    """What a program prints; it goes when we go. Raises EngineError."""
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as running:
        atexit.register(running.kill)
        try:
            said, complaint = running.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            raise EngineError(f"the trial of engines was not done after {limit_s:.0f} s") from None
        finally:
            running.kill()
            atexit.unregister(running.kill)
    if running.returncode:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise EngineError(f"the trial of engines ended with {running.returncode}: {''.join(last)}")
    return said
