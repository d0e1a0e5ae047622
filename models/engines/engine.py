"""What an engine is, and what it is made of: a network in float32, cut where torch hands over to the engine.

Pure torch; nothing here imports a compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import torch
from torch import Tensor, nn

from models.checkpoints.family import Drawing

Name = Literal["auto", "torch", "graphs", "compile", "openvino"]

ON_CPU: Final[tuple[Name, ...]] = ("openvino", "compile")
"""Tried where a processor draws. OpenVINO first: it is ready within seconds."""
ON_CUDA: Final[tuple[Name, ...]] = ("graphs", "compile")
"""Tried where a GPU draws."""


class EngineError(RuntimeError):
    """An engine cannot be used here; the text says why. Torch draws on."""


class Engine(Protocol):
    """Draws one generator. One thread at a time."""

    @property
    def name(self) -> Name: ...

    @property
    def truncation(self) -> float:
        """The only one that it draws; it is part of the compiled graph."""

    def draw(self, z: Tensor, y: Tensor | None) -> Tensor:
        """float32 latents (B, z_dim), class weights (B, n_classes) -> float32 pictures (B, 3, R, R), about [-1, 1]."""


@dataclass(frozen=True)
class Subject:
    """A generator as an engine gets it."""

    network: nn.Module
    """As loaded: plain, float32, on the processor."""
    drawing: Drawing
    device: torch.device
    dtype: torch.dtype
    """The fastest precision that the device multiplies in, bf16 or float32."""
    truncation: float = 1.0
    threads: int = 1

    @property
    def z_dim(self) -> int:
        return int(self._config.z_dim)

    @property
    def n_classes(self) -> int:
        return int(getattr(self._config, "n_classes", 0))

    @property
    def _config(self) -> Any:
        return self.network.config

    def folded(self, dtype: torch.dtype) -> nn.Module:
        """A copy that draws the same, faster, on the device, in `dtype` as far as the family bears it."""
        if self.drawing.mixed:
            return self.drawing.mixed(self.network, dtype).to(self.device)
        fast = self.drawing.fast(self.network).to(self.device, dtype)
        return fast.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]

    def graph(self, dtype: torch.dtype) -> Graph:
        return Graph(self.folded(dtype), self.drawing, self.truncation, self.takes(dtype))

    def takes(self, dtype: torch.dtype) -> torch.dtype:
        """In which a network of this precision takes latents."""
        return torch.float32 if self.drawing.mixed else dtype


class Graph(nn.Module):
    """The part that an engine runs: tensors in, float32 picture out, no numbers beside them."""

    def __init__(self, network: nn.Module, drawing: Drawing, truncation: float, takes: torch.dtype) -> None:
        super().__init__()
        self.network, self.drawing, self.truncation, self.takes = network, drawing, truncation, takes

    def inputs(self, z: Tensor, y: Tensor | None) -> tuple[Tensor, ...]:
        """What `forward` takes, float32: latents and classes, or what torch makes of them."""
        if self.drawing.halves:
            return (self.drawing.halves.first(self.network, z, y, self.truncation),)
        return (z,) if y is None else (z, y)

    def forward(self, first: Tensor, second: Tensor | None = None) -> Tensor:
        """-> (B, 3, R, R), about [-1, 1]."""
        first = first.to(self.takes)
        if self.drawing.halves:
            return self.drawing.halves.second(self.network, first).float()
        classes = None if second is None else second.to(self.takes)
        return self.drawing.call(self.network, first, classes, self.truncation).float()
