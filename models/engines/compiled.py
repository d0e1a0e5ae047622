"""`torch.compile`: the network as C++ (or, on a GPU, Triton) made for this machine. Tens of seconds, and a compiler."""

from __future__ import annotations

import os
import shutil
import warnings

import torch
from torch import Tensor

from models.engines.engine import EngineError, Name, Subject

COMPILERS = ("g++", "c++", "clang++")


class Compiled:
    """See the module. Raises EngineError where there is no compiler; compiles at once, not with the first picture."""

    name: Name = "compile"

    def __init__(self, subject: Subject) -> None:
        if subject.device.type == "cpu" and not compiler():
            raise EngineError(f"no C++ compiler ({', '.join(COMPILERS)} or $CXX) for torch.compile")
        self.truncation = subject.truncation
        self._graph = subject.graph(subject.dtype)
        self._device = subject.device
        with warnings.catch_warnings(action="ignore"):  # of torch about its own parts
            self._run = torch.compile(self._graph, dynamic=False)
            self.draw(torch.zeros(1, subject.z_dim), torch.eye(1, subject.n_classes) if subject.n_classes else None)

    @torch.inference_mode()
    def draw(self, z: Tensor, y: Tensor | None) -> Tensor:
        classes = None if y is None else y.to(self._device)
        inputs = self._graph.inputs(z.to(self._device), classes)
        if len(z) == 1 or self._device.type != "cpu":
            picture: Tensor = self._run(*inputs)
            return picture
        # One compiled graph for any number of rooms: compiling one for each number would hold up the frames.
        return torch.cat([self._run(*(part[i : i + 1] for part in inputs)) for i in range(len(z))])


def compiler() -> str | None:
    """The C++ compiler that torch will find, if there is one."""
    chosen = os.environ.get("CXX")
    return shutil.which(chosen) if chosen else next(filter(None, map(shutil.which, COMPILERS)), None)
