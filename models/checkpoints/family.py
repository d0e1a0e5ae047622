"""What a family of generators is to the frame: how to know its files, its shape, and its own names for their tensors.

A family's network is a pure torch module in `models/networks/` whose class the frame calls with the config alone, on
torch's "meta" device: what it keeps must be in its state dict, or made by numpy, which that device leaves alone. It is
called as `network(z, y, truncation)`: z (B, z_dim), y (B, n_classes) or None -> float32 (B, 3, R, R), about [-1, 1].
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from models.truncation import Truncation

log = logging.getLogger(__name__)


class Shape(Protocol):
    """What every config says, beside what it needs for itself: a frozen dataclass of numbers, strings and tuples."""

    @property
    def z_dim(self) -> int: ...
    @property
    def resolution(self) -> int: ...


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds: tensors and words, nothing that runs."""

    path: Path
    sha256: str
    """Of the whole file."""
    tensors: dict[str, Tensor]
    """The generator's state, float32 or integers, by the file's own names, freed of wrappings."""
    header: Mapping[str, str] = field(default_factory=dict)
    """Of a safetensors file; of a pickled network, its `class_name`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The arguments the network was made with: from the file where it keeps them, else from a JSON file beside it."""
    values: Mapping[str, float | str] = field(default_factory=dict)
    """Plain numbers that the network's modules keep beside their tensors: only NVIDIA's pickles tell them."""
    notes: tuple[str, ...] = ()
    """What the reader did on the way ("took g_ema out of ..."), for whoever inspects the file."""


def called(network: nn.Module, z: Tensor, y: Tensor | None, truncation: float) -> Tensor:
    """As our networks are called: they know themselves what truncation means."""
    picture: Tensor = network(z, y, truncation)
    return picture


def as_it_is(network: nn.Module) -> nn.Module:
    return network


@dataclass(frozen=True)
class Halves:
    """A drawing cut in two, for an engine that rounds what it runs: what must stay float32 comes before it."""

    first: Callable[[Any, Tensor, Tensor | None, float], Tensor]
    """By torch, in float32: the fast network, z, y and truncation -> what the second half takes, (B, ...)."""
    second: Callable[[Any, Tensor], Tensor]
    """By the engine: the fast network and that -> pictures."""


@dataclass(frozen=True)
class Drawing:
    """How a wall draws with a family's network."""

    fast: Callable[[Any], nn.Module] = as_it_is
    """A copy of the network that computes the same, faster."""
    call: Callable[[nn.Module, Tensor, Tensor | None, float], Tensor] = called
    bf16: bool = False
    """Whether the whole network may run in bf16, with an error below what an eye sees (docs/design/checkpoints.md)."""
    mixed: Callable[[Any, torch.dtype], nn.Module] | None = None
    """In the place of `fast`, for a network that keeps parts in float32: it sets the precision of the others itself,
    and takes latents and classes in float32."""
    packed: Callable[[nn.Module], nn.Module] | None = None
    """For torch on a processor: the fast network with its weights laid out once. It may raise RuntimeError; then the
    fast network draws."""
    compiles: bool = False
    """Whether an engine (`models/engines/`) may take the fast network as one graph of tensors."""
    halves: Halves | None = None
    """Where an engine takes over; None: from the latents on."""

    def for_torch(self, fast: nn.Module) -> nn.Module:
        """The form of a fast network, on its device, in which torch draws quickest; maybe the same."""
        if self.packed is None or any(tensor.device.type != "cpu" for tensor in fast.parameters()):
            return fast
        try:
            return self.packed(fast)
        except RuntimeError as error:  # another build of torch, without oneDNN or with other operators
            log.info("torch draws with its common convolutions: %s", error)
            return fast


@dataclass(frozen=True)
class Family:
    """One architecture with the layouts that it is published in."""

    name: str
    config: type[Any]
    """The frozen dataclass that its network takes; has `z_dim`, `resolution` and, with classes, `n_classes`."""
    network: Callable[[Any], nn.Module]
    fits: Callable[[Checkpoint], bool]
    """Whether these keys are this family's. A look at a few names; whether all is well is found out when loading."""
    infer: Callable[[Checkpoint], Any]
    """The config, from tensors first, from `settings` where tensors cannot tell. Raises ModelError."""
    renamed: Callable[[Checkpoint, Any], dict[str, Tensor]]
    """The tensors by the network's own names and in its shapes. Raises ModelError."""
    truncation: Truncation
    """What truncation means here: it differs from family to family."""
    drawing: Drawing = Drawing()


@dataclass(frozen=True)
class Facts:
    """What `genstudio model inspect` tells."""

    path: Path
    sha256: str
    parameters: int
    tensors: int
    z_dim: int
    n_classes: int
    resolution: int
    """Side of a picture in pixels."""
    truncation: Truncation
    notes: tuple[str, ...] = ()
    """What was unwrapped, what had to be assumed."""


@dataclass(frozen=True)
class Loaded:
    """A network ready to draw: float32, on the processor, in eval mode, no gradients."""

    family: str
    config: Any
    network: nn.Module
    facts: Facts
    drawing: Drawing = Drawing()
