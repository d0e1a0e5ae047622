"""A file -> a network, strictly: every key, every shape, every weight finite; and a network -> a plain file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from models.cache import write_atomically
from models.checkpoints import program
from models.checkpoints.family import Checkpoint, Facts, Family, Loaded
from models.checkpoints.read import read
from models.checkpoints.recognise import is_own, own_format, recognise
from models.errors import ModelError

SHOWN_FAULTS = 3
"""Keys named in a refusal: the first few tell what is wrong, six hundred hide it."""


def load_network(path: str | Path, *, sha256: str | None = None) -> Loaded:
    """The network of a checkpoint in any layout that we know, optionally pinned to the file's hash.

    Raises ModelError, with no side effect: no such file, not the pinned one, truncated, of no family we know, keys or
    shapes that do not fit, a weight that is not finite. A program (TorchScript, torch.export) is run only where its
    manifest lies beside it.
    """
    path = Path(path)
    if program.is_program(path):
        return program.load_program(path, sha256=sha256)
    return built(read(path, sha256=sha256))


def built(checkpoint: Checkpoint) -> Loaded:
    """The network of what was read. Raises ModelError."""
    family = recognise(checkpoint)
    if is_own(checkpoint):
        config, tensors = own_config(checkpoint, family), checkpoint.tensors
    else:
        config = family.infer(checkpoint)
        tensors = family.renamed(checkpoint, config)
    network = filled(checkpoint.path.name, family, config, tensors)
    return Loaded(family.name, config, network, facts(checkpoint, family, config, network), family.drawing)


def own_config(checkpoint: Checkpoint, family: Family) -> Any:
    """The config in the header of a file that we wrote. Raises ModelError."""
    try:
        fields = json.loads(checkpoint.header["config"])
        return family.config(**{name: frozen(value) for name, value in fields.items()})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{checkpoint.path.name} does not fit its own description: {error}") from error


def frozen(value: Any) -> Any:
    """JSON knows no tuples; our configs know no lists."""
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


def filled(name: str, family: Family, config: Any, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The network with these very tensors as its weights: no copy, and no time spent on random ones."""
    try:
        with torch.device("meta"):
            network = family.network(config)
    except (TypeError, ValueError, RuntimeError, IndexError) as error:
        raise ModelError(f"{name} is no {family.name} that can be built: {error}") from error
    if faults := misfits(network.state_dict(), tensors):
        more = f" and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise ModelError(f"{name} is not the {family.name} it looks like: {'; '.join(faults[:SHOWN_FAULTS])}{more}")
    for key, value in tensors.items():
        if not bool(torch.isfinite(value).all()):
            raise ModelError(
                f"{name}: {key} holds a weight that is not finite; the training that wrote it had diverged"
            )
    network.load_state_dict(dict(tensors), assign=True)
    unsaved = [key for key, value in network.named_buffers() if value.is_meta]
    assert not unsaved, f"{family.name} keeps {unsaved[0]} out of its state; make it with numpy (`family.py`)"
    return network.eval().requires_grad_(False)


def misfits(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> list[str]:
    """What is missing, too much, or of another shape, in the order of the network."""
    faults = [f"{key} is missing" for key in wanted if key not in found]
    faults += [f"{key} is not known" for key in found if key not in wanted]
    return faults + [
        f"{key} has shape {tuple(found[key].shape)}, not {tuple(value.shape)}"
        for key, value in wanted.items()
        if key in found and found[key].shape != value.shape
    ]


def facts(checkpoint: Checkpoint, family: Family, config: Any, network: nn.Module) -> Facts:
    return Facts(
        path=checkpoint.path,
        sha256=checkpoint.sha256,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        tensors=len(checkpoint.tensors),
        z_dim=config.z_dim,
        n_classes=getattr(config, "n_classes", 0),
        resolution=config.resolution,
        truncation=family.truncation,
        notes=checkpoint.notes,
    )


def save_network(loaded: Loaded, path: Path) -> None:
    """Write the plain form, replacing atomically: the network's own names in safetensors, its config in the header.

    Raises ModelError for a program, which has no plain form.
    """
    if not dataclasses.is_dataclass(loaded.config) or isinstance(loaded.network, program.Program):
        raise ModelError(f"{loaded.facts.path.name} is a program, not tensors; it has no plain form")
    config = json.dumps(dataclasses.asdict(loaded.config))  # type: ignore[arg-type]
    header = {"format": own_format(loaded.family), "config": config, "source_sha256": loaded.facts.sha256}
    tensors = {key: value.contiguous().clone() for key, value in loaded.network.state_dict().items()}
    write_atomically(path, save(tensors, header))
