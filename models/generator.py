"""Load a generator and draw with it: the one door between latents and pictures.

A generator file is safetensors: tensors and a JSON header, nothing that runs. Loading is strict: every key, every
shape, every weight finite. On a processor with bf16 the network runs in bf16 channels-last with its batch norms folded;
the float32 reference stays a keyword away, and tests and bench/ compare the two.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: spinning threads starve the event loop's core

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from models.cache import write_atomically
from models.networks.light import LightConfig, LightGenerator, folded

Precision = Literal["auto", "float32", "bfloat16"]

BUNDLED = Path(__file__).parent / "bundled" / "generator.safetensors"
FORMAT = "genstudio.light.v1"


class ModelError(ValueError):
    """A generator that cannot be used. One sentence: what was found, and what to do."""


class Generator:
    """A network with its device and precision. Not thread-safe: one thread draws."""

    n_classes = 0
    """The bundled architecture has no classes."""

    def __init__(
        self,
        name: str,
        network: LightGenerator,
        *,
        device: str = "auto",
        precision: Precision = "auto",
        sha256: str = "",
        path: Path | None = None,
    ) -> None:
        self.name = name
        self.path = path
        """Of the file; what was trained beside the network lies there too (`perception.py`)."""
        self.sha256 = sha256
        """Of the file; seeds found for one file are reused only with that file. Empty for a network never written."""
        self.config = network.config
        self.device = torch.device(pick_device(device))
        self.dtype = pick_dtype(precision, self.device)
        self.network = folded(network).to(self.device, self.dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def z_dim(self) -> int:
        return self.config.z_dim

    @property
    def resolution(self) -> int:
        """Side of a picture in pixels."""
        return self.config.resolution

    @torch.inference_mode()
    def synthesize(
        self,
        z: NDArray[np.floating[Any]] | Tensor,
        y: NDArray[np.floating[Any]] | Tensor | None = None,
        truncation: float = 1.0,
    ) -> Tensor:
        """Latents (B, z_dim) -> float32 tensor (B, 3, H, W) in [-1, 1] on the generator's device.

        `truncation` scales z (1 changes nothing, 0 is the centre of the space). Raises ValueError on a wrong shape, on
        a latent that is not finite, and when `y` is given to a generator without classes.
        """
        if y is not None:
            raise ValueError(f"{self.name} has no classes; leave y out")
        latents = torch.as_tensor(z, dtype=torch.float32)
        if latents.ndim != 2 or latents.shape[1] != self.z_dim:
            raise ValueError(f"z has shape {tuple(latents.shape)}; {self.name} takes (B, {self.z_dim})")
        if not bool(torch.isfinite(latents).all()):
            raise ValueError("z holds a number that is not finite")
        picture: Tensor = self.network((latents * truncation).to(self.device, self.dtype))
        return picture.float().clamp(-1, 1)

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
        pixels = picture.add_(1).mul_(127.5).round_().to(torch.uint8)
        return np.ascontiguousarray(pixels.permute(0, 2, 3, 1).cpu().numpy())


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
    """A generator by name ("bundled") or by the path of a `.safetensors` file, optionally pinned to its hash.

    Raises ModelError, and has no side effect, when there is no such file, when it is not of this layout, truncated, of
    another shape, not finite, or not the pinned one.
    """
    path = BUNDLED if str(model) == "bundled" else Path(model)
    if not path.is_file():
        raise ModelError(
            f"There is no model at {path}; give a .safetensors file made by `genstudio train`, or `bundled`"
        )
    if path.suffix != ".safetensors":
        raise ModelError(
            f"{path.name} is not a .safetensors file; other layouts could run code when read, so they are refused"
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if sha256 is not None and found != sha256.lower():
        raise ModelError(f"{path.name} has sha256 {found}, not the pinned {sha256}; fetch the file again")
    network = read_network(path)
    name = "bundled" if path == BUNDLED else path.stem
    try:
        return Generator(name, network, device=device, precision=precision, sha256=found, path=path)
    except RuntimeError as error:
        raise ModelError(f"{path.name} cannot run on {device}: {error}") from error


def read_network(path: Path) -> LightGenerator:
    """The float32 network of a file, strictly. Raises ModelError."""
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{path.name} cannot be read as safetensors ({error}); it may be truncated: fetch it again"
        ) from error
    if header.get("format") != FORMAT:
        raise ModelError(f"{path.name} says its format is {header.get('format')!r}; this version reads {FORMAT!r}")
    try:
        fields = json.loads(header["config"])
        network = LightGenerator(LightConfig(**{**fields, "channels": tuple(fields["channels"])}))
        network.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path.name} does not fit its own description: {error}") from error
    for key, value in tensors.items():
        if not bool(torch.isfinite(value).all()):
            raise ModelError(
                f"{path.name}: {key} holds a weight that is not finite; the training that wrote it had diverged"
            )
    return network


def save_generator(network: LightGenerator, path: Path, *, notes: dict[str, str] | None = None) -> None:
    """Write a network as float16 safetensors (half the size, finer than the bf16 it runs in), replacing atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"format": FORMAT, "config": json.dumps(asdict(network.config)), **(notes or {})}
    write_atomically(path, save(float16(network), header))


def float16(network: torch.nn.Module) -> dict[str, Tensor]:
    """A network's tensors as they are kept: floats in half their size, everything contiguous on the CPU."""
    tensors = {key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
    return {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
