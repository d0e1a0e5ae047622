"""NVIDIA's `.pkl` files (StyleGAN2-ADA, StyleGAN3) -> tensors and settings, without running anything in them.

Such a file is a pickle of whole networks with their Python source inside, which the official loader executes. Here
`pickle_machine.py` walks its opcodes and makes plain records; this module picks one network out of them. Tensors stay
bytes until that network is known, and are then read by torch with `weights_only`.
"""

from __future__ import annotations

import io
import math
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.checkpoints.pickle_guard import guard_legacy
from models.checkpoints.pickle_machine import Machine, Module, Refused, View
from models.errors import ModelError

MAX_ENTRIES = 200_000
"""Names looked at in one network's modules; the largest published has about 5,000. Ends a tree that contains itself."""
MAX_DEPTH = 20
"""Modules within modules, and lists within settings; published files have 4."""
MAX_SETTINGS = 10_000
"""Values in a network's arguments; published files have about 30. Ends a list of lists of the same lists."""
SAVED_MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How torch.save's unzipped form begins, the only one that storages are pickled in; a zipped one could inflate."""


@dataclass(frozen=True)
class NvidiaNetwork:
    """One network of the file."""

    class_name: str
    settings: dict[str, Any]
    """The keyword arguments that it was made with."""
    tensors: dict[str, Tensor]
    """Parameters and buffers by their dotted names, on the processor, in the file's precision."""
    values: dict[str, float | str]
    """Plain attributes of the modules by dotted names, such as `synthesis.b4.conv1.conv_clamp`."""


def read_nvidia_pickle(path: Path, *, network: str = "G_ema") -> NvidiaNetwork:
    """The network under this name: the averaged generator unless asked otherwise.

    Raises ModelError, with no side effect: not such a pickle, truncated, or holding anything beyond tensors and plain
    values; the sentence names the global or the opcode.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            held = Machine().run(data)
        return picked(held, network, path.stat().st_size)
    except Refused as refusal:
        raise ModelError(f"{path.name} {refusal}") from refusal
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read ({error})") from error
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError, MemoryError) as error:
        said = str(error) or type(error).__name__
        raise ModelError(f"{path.name} is no whole pickle ({said}); it may be truncated: fetch it again") from error


def picked(held: Any, network: str, file_bytes: int) -> NvidiaNetwork:
    """The network of that name out of the file's dictionary. Raises Refused."""
    if isinstance(held, dict) and isinstance(held.get(network), Module):
        held = held[network]
    if not isinstance(held, Module):
        inside = ", ".join(str(key)[:20] for key in list(held)[:8]) if isinstance(held, dict) else type(held).__name__
        raise Refused(f"holds no network {network}, only {inside or 'nothing'}; give the snapshot of a training")
    tensors: dict[str, Tensor] = {}
    values: dict[str, float | str] = {}
    left_bytes = file_bytes
    for prefix, module in modules(held):
        for part in ("_parameters", "_buffers"):
            for key, view in entries(module, part).items():
                if view is None:
                    continue  # a buffer that is switched off, such as a filter of factor 1
                name = f"{prefix}{key}"
                if not isinstance(view, View):
                    raise Refused(f"has a {type(view).__name__} for the tensor {name}; fetch the file again")
                left_bytes -= len(view.storage.saved)
                if left_bytes < 0:
                    raise Refused("shows the same numbers as many tensors, more than it holds; fetch it again")
                tensors[name] = opened(view, name)
        for key, value in module.state.items():
            if type(value) in (bool, int, float, str):
                values[f"{prefix}{key}"] = value
    settings = plain(held.state.get("_init_kwargs", {}))
    if not isinstance(settings, dict):
        raise Refused("has arguments of a network that are no dictionary; fetch the file again")
    return NvidiaNetwork(held.class_name, settings, tensors, values)


def modules(root: Module) -> Iterator[tuple[str, Module]]:
    """Every module with its dotted prefix, parents first. Raises Refused for a tree that is no sane one."""
    waiting = [("", root, 0)]
    seen = 0
    while waiting:
        prefix, module, depth = waiting.pop()
        children = entries(module, "_modules")
        seen += len(module.state) + sum(len(entries(module, part)) for part in ("_modules", "_parameters", "_buffers"))
        if depth > MAX_DEPTH or seen > MAX_ENTRIES:
            raise Refused(f"nests modules {MAX_DEPTH} deep, or names {MAX_ENTRIES} things; no generator does")
        yield prefix, module
        for name, child in children.items():
            if child is None:
                continue
            if not isinstance(child, Module):
                raise Refused(f"has a {type(child).__name__} for the module {prefix}{name}; fetch the file again")
            waiting.append((f"{prefix}{name}.", child, depth + 1))


def entries(module: Module, part: str) -> dict[Any, Any]:
    found = module.state.get(part, {})
    if not isinstance(found, dict):
        raise Refused(f"has {part} that are no dictionary; fetch the file again")
    return found


def opened(view: View, name: str) -> Tensor:
    """The tensor of a window, copied out of its storage. Raises Refused when the window leaves the storage."""
    saved = view.storage.saved
    if not saved.startswith(SAVED_MAGIC):
        raise Refused(f"holds numbers of {name} that torch did not write; fetch the file again")
    try:
        guard_legacy(io.BytesIO(saved))
        storage = torch.load(io.BytesIO(saved), map_location="cpu", weights_only=True)
        whole: Tensor = torch._utils._rebuild_tensor(storage, 0, (0,), (1,))  # type: ignore[no-untyped-call]
    except Exception as error:  # of broken bytes torch's reader makes whatever comes, assertions too
        reason = str(error).strip().split("\n")[0][:120]
        raise Refused(f"holds numbers of {name} that torch does not read as plain ones ({reason})") from error
    held = whole.untyped_storage().nbytes() // whole.element_size()
    reach = view.offset + sum((n - 1) * step for n, step in zip(view.size, view.stride, strict=True)) + 1
    if 0 in view.size or reach > held or math.prod(view.size) > held:
        raise Refused(f"has a tensor {name} that reaches beyond its storage; fetch the file again")
    return whole.as_strided(view.size, view.stride, view.offset).clone(memory_format=torch.contiguous_format)


def plain(value: Any) -> Any:
    """Settings as JSON would hold them: dicts, lists, numbers, text. Raises Refused for more than a page of them."""
    left = MAX_SETTINGS

    def copy(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > MAX_DEPTH:
            raise Refused(f"has arguments of more than {MAX_SETTINGS} values or {MAX_DEPTH} levels; no generator does")
        if isinstance(value, dict):
            return {str(key): copy(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [copy(item, depth + 1) for item in value]
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise Refused(f"has a {type(value).__name__} among a network's arguments; only plain values are read")

    return copy(value, 0)
