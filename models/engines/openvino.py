"""OpenVINO on the processor: a compiler of whole networks that needs no C++ compiler and is ready within seconds.

It gets the float32 network and runs it in bf16 where the hardware has it. Two compiled forms: one picture on all
threads, and, from the first moment that several rooms are due, pictures side by side with a thread for each: threads
that share one small picture wait for each other more than they draw.
"""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from models.engines.engine import EngineError, Name, Subject


class OpenVINO:
    """See the module. Raises EngineError where OpenVINO is not installed or cannot take the network."""

    name: Name = "openvino"

    def __init__(self, subject: Subject) -> None:
        if subject.device.type != "cpu":
            raise EngineError(f"openvino draws on the processor, not on {subject.device.type}")
        try:
            import openvino
        except ImportError as error:
            raise EngineError("openvino is not installed; `pip install 'genstudio[openvino]'`") from error
        self.truncation = subject.truncation
        self._openvino = openvino
        self._graph = subject.graph(torch.float32)
        z = torch.zeros(1, subject.z_dim)
        y = torch.eye(1, subject.n_classes) if subject.n_classes else None
        self._model = converted(self._graph, self._graph.inputs(z, y))
        self._threads = subject.threads
        self._precision = "bf16" if subject.dtype == torch.bfloat16 else "f32"
        self._alone = self._compiled(streams=1)
        self._beside: Any = None
        if not subject.drawing.halves:
            del self._graph.network  # OpenVINO has its own copy of the weights

    def draw(self, z: Tensor, y: Tensor | None) -> Tensor:
        arrays = [tensor.numpy() for tensor in self._graph.inputs(z, y)]
        if len(z) == 1:
            return torch.from_numpy(self._alone(arrays)[0])
        if self._beside is None:
            self._beside = self._openvino.AsyncInferQueue(self._compiled(streams=self._threads), self._threads)
            self._beside.set_callback(lambda request, kept: kept.append(request.get_output_tensor(0).data.copy()))
        pictures: list[list[Any]] = [[] for _ in z]
        for i, kept in enumerate(pictures):
            self._beside.start_async([array[i : i + 1] for array in arrays], kept)
        self._beside.wait_all()
        return torch.cat([torch.from_numpy(kept[0]) for kept in pictures])

    def _compiled(self, streams: int) -> Any:
        settings = {
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": streams,
            "INFERENCE_PRECISION_HINT": self._precision,
            "ENABLE_CPU_PINNING": False,  # a thread held to a core that a neighbour keeps busy would hold up the rest
        }
        return self._openvino.Core().compile_model(self._model, "CPU", settings)


@torch.no_grad()
def converted(graph: torch.nn.Module, inputs: tuple[Tensor, ...]) -> Any:
    """The graph in OpenVINO's own form, for these shapes. Raises EngineError.

    By its reader of torch graphs itself: `openvino.convert_model` would report to its makers that it was called.
    """
    import openvino
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    try:
        with warnings.catch_warnings(action="ignore"):  # of tracing: Python numbers in the graph are meant to stay
            trace = torch.jit.trace(graph, inputs, check_trace=False)  # type: ignore[no-untyped-call]
        decoder = TorchScriptPythonDecoder(trace)  # kept until the conversion is done: it is read only then
        reader = FrontEndManager().load_by_framework("pytorch")
        model = reader.convert(reader.load(decoder))
        for place, tensor in zip(model.get_parameters(), inputs, strict=True):
            place.set_partial_shape(openvino.PartialShape(list(tensor.shape)))
        model.validate_nodes_and_infer_types()
    except Exception as error:  # a compiler can fail in any way
        raise EngineError(f"openvino cannot take the network: {str(error).strip().splitlines()[-1]}") from error
    return model
