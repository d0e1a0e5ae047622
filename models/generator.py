"""Load a generator and draw with it: the one door between latents and pictures.

`models/checkpoints/` reads the files, of any family. Here a network gets its device and precision: on a processor with
bf16, bf16 channels-last with its norms folded, where the family bears it; the float32 reference stays a keyword away,
and tests and bench/ compare the two.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any, Literal

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: spinning threads starve the event loop's core

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from models.cache import write_atomically
from models.checkpoints import light
from models.checkpoints.family import Drawing
from models.checkpoints.load import load_network
from models.checkpoints.recognise import own_format
from models.engines.engine import Engine
from models.errors import ModelError as ModelError
from models.networks.light import LightGenerator
from models.truncation import Truncation

log = logging.getLogger(__name__)

Precision = Literal["auto", "float32", "bfloat16"]

BUNDLED = Path(__file__).parent / "bundled" / "generator.safetensors"
FORMAT = own_format("light")

CONVEX = 0.01
"""How far class weights may sum from 1, or fall below 0: rounding of a mixture, not another meaning."""


class Generator:
    """A network with its device and precision. Not thread-safe: one thread draws."""

    def __init__(
        self,
        name: str,
        network: nn.Module,
        *,
        device: str = "auto",
        precision: Precision = "auto",
        sha256: str = "",
        path: Path | None = None,
        drawing: Drawing = light.DRAWING,
        truncation: Truncation = light.FAMILY.truncation,
    ) -> None:
        self.name = name
        self.path = path
        """Of the file; what was trained beside the network lies there too (`perception.py`)."""
        self.sha256 = sha256
        """Of the file; seeds found for one file are reused only with that file. Empty for a network never written."""
        self.truncation = truncation
        """What truncation means for this network."""
        self.config: Any = network.config
        self.device = torch.device(pick_device(device))
        self.dtype = pick_dtype("float32" if precision == "auto" and not drawing.bf16 else precision, self.device)
        self.takes = torch.float32 if drawing.mixed else self.dtype
        """In which latents and class weights go into the network."""
        if drawing.mixed:
            fast = drawing.mixed(network, self.dtype).to(self.device)
        else:
            fast = drawing.fast(network).to(self.device, self.dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network = drawing.for_torch(fast)
        self.drawing = drawing
        self.engine: Engine | None = None
        """Draws in the place of torch, at its own truncation (`models/engines/`); may be set between two pictures."""
        self.drew = Event()
        """Set with the first picture."""

    @property
    def z_dim(self) -> int:
        return int(self.config.z_dim)

    @property
    def n_classes(self) -> int:
        """0 where the network has none."""
        return int(getattr(self.config, "n_classes", 0))

    @property
    def resolution(self) -> int:
        """Side of a picture in pixels."""
        return int(self.config.resolution)

    @torch.inference_mode()
    def synthesize(
        self,
        z: NDArray[np.floating[Any]] | Tensor,
        y: NDArray[np.floating[Any]] | Tensor | None = None,
        truncation: float = 1.0,
    ) -> Tensor:
        """Latents (B, z_dim) -> float32 tensor (B, 3, H, W) on the generator's device: [-1, 1] is black to white, and a
        StyleGAN may go beyond it.

        `y` (B, n_classes): each row one class or a convex mixture; or (B) numbers of classes. `truncation` means what
        `self.truncation` says; 1 changes nothing. Raises ValueError on a wrong shape, on a latent that is not finite,
        when `y` is given to a generator without classes, and when one with classes gets none, or weights that are not
        convex.
        """
        classes = self.classes(y)
        latents = torch.as_tensor(z, dtype=torch.float32)
        if latents.ndim != 2 or latents.shape[1] != self.z_dim:
            raise ValueError(f"z has shape {tuple(latents.shape)}; {self.name} takes (B, {self.z_dim})")
        if not bool(torch.isfinite(latents).all()):
            raise ValueError("z holds a number that is not finite")
        if classes is not None and len(classes) != len(latents):
            raise ValueError(f"{len(latents)} latents, and class weights for {len(classes)}")
        return self._drawn(latents, classes, truncation)

    def _drawn(self, z: Tensor, y: Tensor | None, truncation: float) -> Tensor:
        """Checked latents -> picture, by the engine where there is one; one that fails is dropped, not waited for."""
        engine = self.engine
        if engine is not None and truncation == engine.truncation:
            try:
                return engine.draw(z, None if y is None else y.float())
            except Exception as error:  # somebody else's compiler can fail in any way
                log.warning("the engine %s failed and is dropped; torch draws on: %s", engine.name, error)
                self.engine = None
        return self.drawing.call(self.network, z.to(self.device, self.takes), y, truncation).float()

    def classes(self, y: NDArray[np.floating[Any]] | Tensor | None) -> Tensor | None:
        """Class weights, checked, on the device. Raises ValueError."""
        if not self.n_classes:
            if y is not None:
                raise ValueError(f"{self.name} has no classes; leave y out")
            return None
        if y is None:
            raise ValueError(f"{self.name} has {self.n_classes} classes; give y, their weights (B, {self.n_classes})")
        weights = torch.as_tensor(y)
        if weights.ndim == 1 and not weights.is_floating_point():
            if not bool(((weights >= 0) & (weights < self.n_classes)).all()):
                raise ValueError(f"classes of {self.name} are numbered 0 to {self.n_classes - 1}")
            weights = torch.nn.functional.one_hot(weights.long(), self.n_classes)
        weights = weights.float()
        if weights.ndim != 2 or weights.shape[1] != self.n_classes:
            raise ValueError(f"y has shape {tuple(weights.shape)}; {self.name} takes (B, {self.n_classes})")
        off = torch.maximum((weights.sum(1) - 1).abs(), -weights.amin(1))
        if not bool((off <= CONVEX).all()):
            raise ValueError("class weights must be 0 or more and sum to 1")
        return weights.to(self.device, self.takes)

    @torch.inference_mode()
    def generate(
        self,
        z: NDArray[np.floating[Any]] | Tensor,
        y: NDArray[np.floating[Any]] | Tensor | None = None,
        truncation: float = 1.0,
    ) -> NDArray[np.uint8]:
        """Latents (B, z_dim) -> contiguous uint8 array (B, H, W, 3).

        Raises as `synthesize`, and ArithmeticError when the network draws NaN.
        """
        picture = self.synthesize(z, y, truncation)
        if not bool(torch.isfinite(picture.sum())):
            raise ArithmeticError(f"{self.name} drew a picture that is not finite")
        pixels = picture.clamp(-1, 1).add_(1).mul_(127.5).round_().to(torch.uint8)
        self.drew.set()
        return read_back(pixels.permute(0, 2, 3, 1).contiguous())


def read_back(pixels: Tensor) -> NDArray[np.uint8]:
    """As an array; off a GPU through page-locked memory, written at full speed and kept by torch for next time."""
    if pixels.device.type == "cuda":
        held = torch.empty(pixels.shape, dtype=pixels.dtype, pin_memory=True)
        held.copy_(pixels, non_blocking=True)
        torch.cuda.current_stream(pixels.device).synchronize()
        pixels = held
    return pixels.cpu().numpy()


def pick_device(device: str) -> str:
    """ "auto": the first GPU where torch sees one."""
    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device


def pick_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """ "auto": bf16 where the hardware multiplies it, else float32 (emulated bf16 is slower than float32)."""
    if precision != "auto":
        return torch.float32 if precision == "float32" else torch.bfloat16
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


# -- files -----------------------------------------------------------------------------------------------------------


def load_generator(
    model: str | Path = "bundled", *, device: str = "auto", precision: Precision = "auto", sha256: str | None = None
) -> Generator:
    """A generator by name ("bundled") or by the path of a checkpoint, optionally pinned to its hash.

    Raises ModelError, and has no side effect, when there is no such file, when it is of no layout that we know,
    truncated, of another shape, not finite, or not the pinned one (`models/checkpoints/load.py`).
    """
    path = BUNDLED if str(model) == "bundled" else Path(model)
    loaded = load_network(path, sha256=sha256)
    try:
        return Generator(
            "bundled" if path == BUNDLED else path.stem,
            loaded.network,
            device=device,
            precision=precision,
            sha256=loaded.facts.sha256,
            path=path,
            drawing=loaded.drawing,
            truncation=loaded.facts.truncation,
        )
    except RuntimeError as error:
        raise ModelError(f"{path.name} cannot run on {device}: {error}") from error


def save_generator(network: LightGenerator, path: Path, *, notes: dict[str, str] | None = None) -> None:
    """Write a network as float16 safetensors (half the size, finer than the bf16 it runs in), replacing atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"format": FORMAT, "config": json.dumps(asdict(network.config)), **(notes or {})}
    write_atomically(path, save(float16(network), header))


def float16(network: torch.nn.Module) -> dict[str, Tensor]:
    """A network's tensors as they are kept: floats in half their size, everything contiguous on the CPU."""
    tensors = {key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
    return {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
