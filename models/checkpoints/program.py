"""A generator that is a program: TorchScript (`.pt`) or torch.export (`.pt2`), named by a manifest beside it.

A program is code. It runs as whoever runs the wall, and could do what they can do: read files, use up memory. So it is
never run because it was found: the operator writes `NAME.json` beside it, which says what it is and pins its hash:

    {"z_dim": 128, "n_classes": 0, "resolution": 256, "range": [-1, 1], "sha256": "..."}

The program takes z (B, z_dim), and with classes y (B, n_classes) after it, both float32, and gives (B, 3, R, R) in
`range`. docs/design/checkpoints.md says the same to the operator.
"""

from __future__ import annotations

import math
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.checkpoints.family import Facts, Loaded
from models.checkpoints.read import pinned, settings_of
from models.errors import ModelError, in_a_line
from models.truncation import Truncation

FAMILY = "exported"


@dataclass(frozen=True)
class Manifest:
    """What a program cannot tell by itself."""

    z_dim: int
    resolution: int
    """Side of the picture in pixels."""
    n_classes: int = 0
    low: float = -1.0
    high: float = 1.0
    """The range of the program's pictures; ours is [-1, 1]."""


class Program(nn.Module):
    """A program in the shape of our networks: truncation scales z, and pictures are brought to [-1, 1]."""

    def __init__(self, program: nn.Module, manifest: Manifest) -> None:
        super().__init__()
        self.program, self.config = program, manifest

    def forward(self, z: Tensor, y: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """z (B, z_dim), y (B, n_classes) or None -> (B, 3, R, R) in [-1, 1]."""
        latents = z * truncation
        picture: Tensor = self.program(latents, y) if self.config.n_classes else self.program(latents)
        side = self.config.resolution
        if picture.shape != (len(z), 3, side, side):
            raise ModelError(f"the program drew {tuple(picture.shape)}; its manifest says {(len(z), 3, side, side)}")
        return (picture.float() - self.config.low) * (2 / (self.config.high - self.config.low)) - 1


def is_program(path: Path) -> bool:
    """Whether a file is a program, by the names in its archive; nothing is read but those."""
    return kind_of(path) is not None


def kind_of(path: Path) -> str | None:
    """ "TorchScript", "torch.export", or None."""
    if path.suffix.lower() not in (".pt", ".pt2", ".pth", ".ts") or not path.is_file() or not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.partition("/")[2] for name in archive.namelist()]
    except Exception:  # zipfile raises whatever a broken directory makes Python raise; `read` then says what it is
        return None
    if any(name.startswith("models/") for name in names) and "archive_format" in names:
        return "torch.export"
    if "constants.pkl" in names and any(name.startswith("code/") for name in names):
        return "TorchScript"
    return None


def load_program(path: Path, *, sha256: str | None = None) -> Loaded:
    """Run what the manifest beside `path` names. Raises ModelError, before anything has run, where it does not."""
    kind = kind_of(path)
    beside = path.with_suffix(".json")
    if not beside.is_file():
        raise ModelError(
            f"{path.name} is a {kind} program, and running it runs its maker's code; if you trust it, say so in "
            f"{beside.name} beside it, with z_dim, resolution and its sha256"
        )
    said = settings_of(beside)
    manifest, pin = manifest_of(beside.name, said)
    digest = pinned(path, pin)
    if sha256 is not None and sha256.lower() != digest:
        raise ModelError(f"{path.name} has sha256 {digest}, not the pinned {sha256}; fetch the file again")
    try:
        with warnings.catch_warnings(action="ignore"):  # of TorchScript's future; this version still runs it
            inner = opened(path, kind)
    except Exception as error:  # a program can fail in any way
        raise ModelError(f"{path.name} cannot be loaded as a {kind} program ({in_a_line(error)})") from error
    tensors = inner.state_dict()
    for key, value in tensors.items():
        if not bool(torch.isfinite(value).all()):
            raise ModelError(f"{path.name}: {key} holds a weight that is not finite")
    parameters = sum(parameter.numel() for parameter in inner.parameters())
    facts = Facts(
        path, digest, parameters, len(tensors), manifest.z_dim, manifest.n_classes, manifest.resolution, Truncation.Z,
        notes=(f"a {kind} program: it runs as you",),
    )  # fmt: skip
    network = Program(inner, manifest)
    network.training = False  # not by eval(): an exported graph has no mode to change
    return Loaded(FAMILY, manifest, network.requires_grad_(False), facts)


def opened(path: Path, kind: str | None) -> nn.Module:
    """The program itself: from here on its maker's code runs."""
    if kind == "TorchScript":
        script: nn.Module = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
        return script.eval()
    return torch.export.load(path).module()


def manifest_of(name: str, said: dict[str, Any]) -> tuple[Manifest, str]:
    """The manifest and the pinned hash. Raises ModelError."""
    pin = said.get("sha256")
    if not isinstance(pin, str) or len(pin) != 64:
        raise ModelError(f"{name} must pin the program: its sha256, 64 hexadecimal digits")
    low_high = said.get("range", [-1, 1])
    numbers = {key: said.get(key, 0 if key == "n_classes" else None) for key in ("z_dim", "resolution", "n_classes")}
    for key, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < (key != "n_classes"):
            raise ModelError(f"{name} says {key} is {value!r}; it must be a whole number")
    if not (
        isinstance(low_high, list) and len(low_high) == 2 and all(isinstance(end, (int, float)) for end in low_high)
    ):
        raise ModelError(f"{name} says range is {low_high!r}; it must be two numbers, as [-1, 1] or [0, 255]")
    low, high = float(low_high[0]), float(low_high[1])
    if not 0 < high - low < math.inf:
        raise ModelError(f"{name} says range is {low_high!r}; the first must be the smaller")
    return Manifest(numbers["z_dim"], numbers["resolution"], numbers["n_classes"], low, high), pin  # type: ignore[arg-type]
