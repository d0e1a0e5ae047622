"""Any checkpoint file -> its tensors. Nothing in the file runs.

`.safetensors` holds only tensors. `.pth`, `.pt`, `.bin` and `.ckpt` are pickles: torch reads them with `weights_only`,
which builds tensors and containers and refuses all else. `.pkl` is NVIDIA's form: `nvidia_pickle.py` reads it, by an
allow-list of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from models.checkpoints.family import Checkpoint
from models.checkpoints.nvidia_pickle import read_nvidia_pickle
from models.checkpoints.pickle_guard import Bomb, guard_archive, guard_legacy
from models.errors import ModelError

MAX_FILE_BYTES = 8 << 30
"""The largest published generator files are 1.3 GB, with discriminator and optimiser 2 GB."""
MAX_WEIGHT_BYTES = 4 << 30
"""Of the tensors as they are read: a tensor can claim to be far larger than the file it came in."""
MAX_SHARED_BYTES = 64 << 20
"""Below this, weights may share their numbers, and be more than their file; above it, not."""
MAX_SETTINGS_BYTES = 1 << 20
"""Of the JSON beside a file: a config is a page."""

WRAPPERS = ("g_ema", "G_ema", "params_ema", "ema", "generator", "G", "g", "state_dict", "model", "params")
"""Where the generator's state is put in files that hold more, best first: averaged weights draw better pictures."""
PREFIXES = ("module.", "_orig_mod.", *(f"{wrapper}." for wrapper in WRAPPERS))
"""What may stand before every name: of torch's DataParallel, of its compiler, of a trainer that holds the generator."""
WRAPPED_SETTINGS = ("config", "init_kwargs", "init_args")
"""Where the network's arguments are put in JSON files that say more."""

ADVICE = ("Weights only load failed", "Check the documentation", "Please file an issue")
"""How lines of torch's explanations begin that say nothing about the file."""
ZIP_MAGIC = b"PK\x03\x04"
"""By which torch tells an archive from its older form; the two readers must agree."""
MAX_SENTENCE = 200
"""Characters quoted from a library's error."""
MAX_WRAPPERS = 4
"""Wrappings taken off: real files have two; a pickle can be wrapped in itself."""


class Found(NamedTuple):
    """What a reader finds in a file: the parts of a `Checkpoint`."""

    tensors: dict[str, Tensor]
    header: dict[str, str] = {}
    settings: dict[str, Any] = {}
    values: dict[str, float | str] = {}
    notes: tuple[str, ...] = ()


def read(path: Path, *, sha256: str | None = None) -> Checkpoint:
    """The tensors of a file, in float32 (integers as they are), copied out of it.

    Raises ModelError: no such file, a kind that we do not read, not the pinned hash, too large, truncated, a pickle
    that holds more than tensors.
    """
    if not path.is_file():
        raise ModelError(f"There is no model at {path}; give the path of a checkpoint, or `bundled`")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise ModelError(f"{path.name} is not of a kind that can be read safely; readable are {known}")
    if (size := path.stat().st_size) > MAX_FILE_BYTES:
        raise ModelError(f"{path.name} has {size} bytes; the most we read is {MAX_FILE_BYTES}")
    digest = pinned(path, sha256)
    found = reader(path)
    settings = settings_beside(path) | found.settings
    if sum(value.numel() * value.element_size() for value in found.tensors.values()) > max(size, MAX_SHARED_BYTES):
        raise ModelError(f"{path.name} shows the same numbers as many tensors, more than it holds; fetch it again")
    tensors = copied(path.name, found.tensors)
    return Checkpoint(path, digest, tensors, found.header, settings, found.values, found.notes)


def pinned(path: Path, sha256: str | None) -> str:
    """The file's hash. Raises ModelError when it is not the one given."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 is not None and found != sha256.lower():
        raise ModelError(f"{path.name} has sha256 {found}, not the pinned {sha256}; fetch the file again")
    return found


def copied(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Plain tensors of our own: the file may change or go while a wall draws from it. Raises ModelError."""
    if any(value.layout != torch.strided or value.is_quantized for value in tensors.values()):
        raise ModelError(f"{name} holds sparse or quantised tensors; save its generator as plain float weights")
    if any(value.is_complex() for value in tensors.values()):
        raise ModelError(f"{name} holds complex numbers; no generator that we know has any")
    if (size := sum(4 * value.numel() for value in tensors.values())) > MAX_WEIGHT_BYTES:
        raise ModelError(f"{name} holds {size} bytes of weights; the most we read is {MAX_WEIGHT_BYTES}")
    return {
        key: value.detach().to(torch.float32 if value.is_floating_point() else value.dtype, copy=True).contiguous()
        for key, value in tensors.items()
    }


def settings_beside(path: Path) -> dict[str, Any]:
    """The network's arguments from `NAME.json` beside the file, or from `config.json` in its folder; {} without one."""
    for beside in (path.with_suffix(".json"), path.with_name("config.json")):
        if beside.is_file():
            return settings_of(beside)
    return {}


def settings_of(path: Path) -> dict[str, Any]:
    """A JSON object, or the part of it that holds the arguments. Raises ModelError."""
    if path.stat().st_size > MAX_SETTINGS_BYTES:
        raise ModelError(f"{path.name} has more than {MAX_SETTINGS_BYTES} bytes; the config of a generator is a page")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path.name} is not JSON ({error}); mend it or take it away from the model") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path.name} holds no JSON object; it should hold the arguments of the generator beside it")
    for wrapped in WRAPPED_SETTINGS:
        if isinstance(inner := found.get(wrapped), dict):
            return inner
    return found


# -- kinds of file ---------------------------------------------------------------------------------------------------


def read_safetensors(path: Path) -> Found:
    tensors, header = plain_safetensors(path)
    tensors, notes = unprefixed(tensors)
    return Found(tensors, header, notes=notes)


def plain_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors as they are named in the file, and its header. Raises ModelError."""
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            return {key: file.get_tensor(key) for key in file.keys()}, header  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{path.name} cannot be read as safetensors ({error}); it may be truncated: fetch it again"
        ) from error


def read_torch(path: Path) -> Found:
    """What torch.save wrote, zipped or in its older form."""
    try:
        zipped = guarded(path)
        # A Namespace is a bag of options that trainers save along. What torch would warn of, it also refuses.
        with torch.serialization.safe_globals([argparse.Namespace]), warnings.catch_warnings(action="ignore"):
            held = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except Bomb as error:
        raise ModelError(f"{path.name} cannot be read: {error}") from error
    except Exception as error:  # of a broken or hostile pickle torch's reader makes whatever comes
        fact = first_line(error)
        if isinstance(error, pickle.UnpicklingError) and "global" in fact.lower():
            raise ModelError(f"{path.name} holds more than tensors, and what it holds could run: {fact}") from error
        raise ModelError(f"{path.name} cannot be read ({fact}); it may be truncated: fetch it again") from error
    tensors, notes = unwrapped(path.name, held)
    return Found(tensors, notes=notes)


def read_nvidia(path: Path) -> Found:
    """NVIDIA's pickled networks: the averaged generator, its arguments, and the plain numbers its modules keep."""
    network = read_nvidia_pickle(path)
    header = {"class_name": network.class_name}
    return Found(network.tensors, header, network.settings, network.values, ("took the network 'G_ema'",))


def first_line(error: BaseException) -> str:
    """The fact in torch's explanation, without its advice, which would undo the safety."""
    lines = [line.strip() for line in str(error).splitlines()]
    facts = [line for line in lines if line and "weights_only" not in line and not line.startswith(ADVICE)]
    return facts[0][:MAX_SENTENCE].rstrip(".") if facts else type(error).__name__


def guarded(path: Path) -> bool:
    """Whether torch will take the file for an archive. Raises Bomb, and whatever a broken file makes Python raise."""
    with path.open("rb") as file:
        zipped = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
        file.seek(0)
        if not zipped:
            guard_legacy(file)
            return False
        with zipfile.ZipFile(file) as archive:
            refuse_disguised(archive)
            guard_archive(archive)
    return True


def refuse_disguised(archive: zipfile.ZipFile) -> None:
    """torch stores its tensors uncompressed, from the first byte on. A compressed one could unpack to any size, and an
    archive with something before or behind it is not the same to every reader. Raises Bomb."""
    entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise Bomb("it is a compressed archive, which torch.save never writes; save the state again")
    if archive.comment or min((entry.header_offset for entry in entries), default=0):
        raise Bomb("it is an archive with something around it, which torch.save never writes; save the state again")


def unwrapped(name: str, held: Any) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The generator's state out of what a trainer saved, with a note for every step. Raises ModelError."""
    notes: tuple[str, ...] = ()
    while isinstance(held, Mapping) and not is_state(held) and len(notes) < MAX_WRAPPERS:
        inner = next((key for key in WRAPPERS if isinstance(held.get(key), Mapping)), None)
        if inner is None:
            inside = ", ".join(str(key) for key in list(held)[:8])
            raise ModelError(f"{name} holds no generator's state that we can find, only {inside or 'nothing'}")
        # what lies beside a state and is a tensor belongs to it: the mean latent of StyleGAN2's common port
        beside = {key: value for key, value in held.items() if isinstance(value, Tensor)}
        held = {**held[inner], **beside}
        notes += (f"took the state from {inner!r}",)
    if not isinstance(held, Mapping):
        raise ModelError(f"{name} holds a {type(held).__name__}, not a generator's state")
    tensors, prefix_note = unprefixed({str(key): value for key, value in held.items() if isinstance(value, Tensor)})
    return tensors, notes + prefix_note


def is_state(held: Mapping[Any, Any]) -> bool:
    """A state is all tensors; what wraps one has at least one mapping among its values."""
    return bool(held) and not any(isinstance(value, Mapping) for value in held.values())


def unprefixed(tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Without what stands before every name, `module.` for one, with a note for each."""
    notes: tuple[str, ...] = ()
    while tensors and len(notes) < MAX_WRAPPERS:
        common = next((prefix for prefix in PREFIXES if all(key.startswith(prefix) for key in tensors)), None)
        if common is None:
            break
        tensors = {key.removeprefix(common): value for key, value in tensors.items()}
        notes += (f"took {common!r} off every name",)
    return tensors, notes


READERS: dict[str, Callable[[Path], Found]] = {
    ".safetensors": read_safetensors,
    ".pth": read_torch,
    ".pt": read_torch,
    ".bin": read_torch,
    ".ckpt": read_torch,
    ".pkl": read_nvidia,
}
"""By suffix: what a file is called is what its maker says it is, and each reader refuses what is not so."""
