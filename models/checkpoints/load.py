"""A file -> a network, strictly: every key, every shape, every weight finite; and a network -> a plain file."""

from __future__ import annotations

import dataclasses
import json
import math
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
from models.errors import ModelError, in_a_line

SHOWN_FAULTS = 3
"""Keys named in a refusal: the first few tell what is wrong, six hundred hide it."""
MAX_SIDE = 4096
"""Pixels. Published generators end at 1,024; every further doubling takes four times the memory to draw."""
MAX_LAYERS = 64
"""Widths in a config; the largest published network has 15."""
MAX_WIDTH = 1 << 24
"""Of any number in a config: the widest layer that is known has 2,048 channels, the largest label set 21,000."""


def load_network(path: str | Path, *, sha256: str | None = None) -> Loaded:
    """The network of a checkpoint in any layout that we know, optionally pinned to the file's hash.

    Raises ModelError, with no side effect: no such file, not the pinned one, truncated, of no family we know, keys or
    shapes that do not fit, a weight that is not finite. A program (TorchScript, torch.export) is run only where its
    manifest lies beside it.
    """
    path = Path(path)
    try:
        if program.is_program(path):
            return program.load_program(path, sha256=sha256)
        return built(read(path, sha256=sha256))
    except OSError as error:
        raise ModelError(f"{path.name[:80]} cannot be opened: {error.strerror or in_a_line(error)}") from error


def built(checkpoint: Checkpoint) -> Loaded:
    """The network of what was read. Raises ModelError."""
    family = recognise(checkpoint)
    if is_own(checkpoint):
        config, tensors = own_config(checkpoint, family), checkpoint.tensors
    else:
        config, tensors = inferred(checkpoint, family)
    network = filled(checkpoint.path.name, family, config, tensors)
    return Loaded(family.name, config, network, facts(checkpoint, family, config, network), family.drawing)


def inferred(checkpoint: Checkpoint, family: Family) -> tuple[Any, dict[str, Tensor]]:
    """The config, and the tensors by the network's own names. Raises ModelError."""
    try:
        config = family.infer(checkpoint)
        return config, family.renamed(checkpoint, config)
    except ModelError:
        raise
    except Exception as error:  # of shapes and settings that no network has, arithmetic makes whatever comes
        raise ModelError(
            f"{checkpoint.path.name} is not the {family.name} it looks like: {in_a_line(error)}"
        ) from error


def own_config(checkpoint: Checkpoint, family: Family) -> Any:
    """The config in the header of a file that we wrote. Raises ModelError."""
    try:
        fields = json.loads(checkpoint.header["config"])
        config = family.config(**{name: frozen(value) for name, value in fields.items()})
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(f"{checkpoint.path.name} does not fit its own description: {in_a_line(error)}") from error
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if not alike(value, field.default) and not (value is None and "None" in str(field.type)):
            raise ModelError(
                f"{checkpoint.path.name} does not fit its own description: {field.name} is {str(value)[:40]}"
            )
    return config


def alike(value: Any, usual: Any) -> bool:
    """Whether a setting is of the usual one's kind and of a sane size: files may say anything."""
    if isinstance(usual, tuple):
        return isinstance(value, tuple) and len(value) <= MAX_LAYERS and all(alike(item, 1) for item in value)
    if isinstance(usual, bool | str):
        return type(value) is type(usual)
    if isinstance(usual, int):
        return type(value) is int and 0 <= value <= MAX_WIDTH
    return type(value) in (int, float) and abs(value) <= MAX_WIDTH and math.isfinite(value)


def frozen(value: Any) -> Any:
    """JSON knows no tuples; our configs know no lists."""
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


def filled(name: str, family: Family, config: Any, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The network with these very tensors as its weights: no copy, and no time spent on random ones."""
    try:
        if config.resolution > MAX_SIDE:
            raise ValueError(f"it would draw {config.resolution} px a side; the most we draw is {MAX_SIDE}")
        with torch.device("meta"):
            network = family.network(config)
    except Exception as error:  # of a config that fits no network, arithmetic makes whatever comes
        raise ModelError(f"{name} is no {family.name} that can be built: {in_a_line(error)}") from error
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
    """What is missing, too much, of another shape or of another kind, in the order of the network."""
    faults = [f"{key} is missing" for key in wanted if key not in found]
    faults += [f"{key} is not known" for key in found if key not in wanted]
    for key, value in wanted.items():
        if key in found and found[key].shape != value.shape:
            faults.append(f"{key} has shape {tuple(found[key].shape)}, not {tuple(value.shape)}")
        elif key in found and found[key].is_floating_point() != value.is_floating_point():
            faults.append(f"{key} holds {found[key].dtype} numbers, not {value.dtype}")
    return faults


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
