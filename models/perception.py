"""What sees: the encoder and the critic that were trained beside a generator.

The encoder guesses a latent, which means something for that generator alone. The critic's features say what any picture
looks like, so those of the bundled one describe works whatever generator draws. A file `perception.safetensors` lies
beside the generator's; it names by hash the weights it belongs to. Loading is as strict as the generator's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from models.cache import write_atomically
from models.checkpoints.read import plain_safetensors
from models.generator import BUNDLED, Generator, ModelError, float16
from models.networks.critic import Critic
from models.networks.encoder import Encoder
from models.networks.light import LightConfig

NAME: Final = "perception.safetensors"
FORMAT: Final = "genstudio.perception.v1"

CHUNK: Final = 32
"""Pictures seen at once: bounds memory to about 200 MB."""


class Perception(nn.Module):
    """Encoder and critic, for looking only: evaluation mode, no gradients on weights, float32."""

    def __init__(self, encoder: Encoder, critic: Critic, *, sha256: str = "", generator_sha256: str = "") -> None:
        super().__init__()
        self.encoder, self.critic = encoder, critic
        self.sha256 = sha256
        """Of the file; empty when it was never written."""
        self.generator_sha256 = generator_sha256
        """Of the generator whose latents `guess` gives."""
        self.eval().requires_grad_(False)

    @torch.inference_mode()
    def guess(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Pictures uint8 (N, 3, H, W) -> the latents (N, z_dim) that would draw them, roughly."""
        return self._each(pictures, self.encoder)

    @torch.inference_mode()
    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Pictures uint8 (N, 3, 256, 256) -> features (N, F): mean and spread of each of the critic's channels."""
        return self._each(pictures, lambda x: pooled(self.critic(x).features))

    def _each(self, pictures: NDArray[np.uint8], see: Callable[[Tensor], Tensor]) -> NDArray[np.float32]:
        if pictures.ndim != 4 or pictures.shape[1] != 3 or pictures.dtype != np.uint8 or not len(pictures):
            raise ValueError(f"{pictures.dtype} {pictures.shape}; pictures are uint8 (N, 3, H, W), N >= 1")
        chunks = (torch.from_numpy(pictures[i : i + CHUNK]) for i in range(0, len(pictures), CHUNK))
        return torch.cat([see(chunk.float().div_(127.5).sub_(1)) for chunk in chunks]).numpy()


def pooled(maps: list[Tensor]) -> Tensor:
    """Maps (B, C, side, side) -> (B, 2 * sum of C): what is there, and how unevenly."""
    return torch.cat([part for x in maps for part in (x.mean(dim=(2, 3)), x.std(dim=(2, 3)))], dim=1)


def load_perception(generator: Generator | None = None) -> Perception | None:
    """The bundled one, or the one that lies beside this generator's file; None where there is none for its weights.

    Raises ModelError for a file that is damaged.
    """
    home = BUNDLED if generator is None else generator.path
    path = home.with_name(NAME) if home else None
    if path is None or not path.is_file():
        return None
    perception = read_perception(path)
    fits = generator is None or perception.generator_sha256 == generator.sha256
    return perception if fits else None


def read_perception(path: Path) -> Perception:
    """Strictly. Raises ModelError."""
    tensors, header = plain_safetensors(path)
    tensors = {key: value.float() for key, value in tensors.items()}
    if header.get("format") != FORMAT:
        raise ModelError(f"{path.name} says its format is {header.get('format')!r}; this version reads {FORMAT!r}")
    try:
        fields = json.loads(header["config"])
        config = LightConfig(**{**fields, "channels": tuple(fields["channels"])})
        perception = Perception(
            Encoder(config.z_dim),
            Critic(config),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            generator_sha256=header["generator"],
        )
        perception.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path.name} does not fit its own description: {error}") from error
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise ModelError(f"{path.name} holds a weight that is not finite; the training that wrote it had diverged")
    return perception


def save_perception(encoder: Encoder, critic: Critic, config: LightConfig, generator: Path) -> Path:
    """Write beside the generator's file, which must be there: its hash is written into this one. float16."""
    path = generator.with_name(NAME)
    header = {
        "format": FORMAT,
        "config": json.dumps(asdict(config)),
        "generator": hashlib.sha256(generator.read_bytes()).hexdigest(),
    }
    both = nn.ModuleDict({"encoder": encoder, "critic": critic})
    write_atomically(path, save(float16(both), header))
    return path
