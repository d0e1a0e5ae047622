"""CUDA graphs: a whole drawing is recorded once for each batch size and replayed, so that nobody launches kernels.

A light generator at batch 1 is a few hundred small kernels; launching them takes longer than running them. Written
against torch's interface and tested with a stand-in: it has not run on a GPU yet (docs/design/engines.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from models.engines.engine import EngineError, Name, Subject

Replay = Callable[[], None]

WARM_UPS: Final = 3
"""Drawings before recording: libraries choose their kernels and reserve memory, which must not be recorded."""


class Graphs:
    """See the module. Raises EngineError off a GPU."""

    name: Name = "graphs"

    def __init__(self, subject: Subject, record: Callable[[Callable[[], None]], Replay] | None = None) -> None:
        """`record`: draws once in a way that can be repeated; gives what repeats it."""
        if record is None and subject.device.type != "cuda":
            raise EngineError(f"graphs are for a GPU, not for {subject.device.type}")
        self.truncation = subject.truncation
        self._graph = subject.graph(subject.dtype)
        self._device = subject.device
        self._record = record or recorded
        self._made: dict[int, tuple[tuple[Tensor, ...], Tensor, Replay]] = {}

    @torch.inference_mode()
    def draw(self, z: Tensor, y: Tensor | None) -> Tensor:
        inputs = self._graph.inputs(z.to(self._device), None if y is None else y.to(self._device))
        held, picture, replay = self._made.get(len(z)) or self._prepared(inputs)
        for place, value in zip(held, inputs, strict=True):
            place.copy_(value)
        replay()
        return picture.clone()  # the next replay writes into the same memory

    def _prepared(self, inputs: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], Tensor, Replay]:
        held = tuple(value.clone() for value in inputs)
        picture = self._graph(*held).clone()

        def drawing() -> None:
            picture.copy_(self._graph(*held))

        self._made[len(picture)] = made = (held, picture, self._record(drawing))
        return made


def recorded(drawing: Callable[[], None]) -> Replay:
    """On a stream of its own first, as torch asks for, then recorded."""
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UPS):
            drawing()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        drawing()
    replay: Replay = graph.replay
    return replay
