"""Generators of published shapes with seeded weights, and their authors' computation: no checkpoint is needed.

Speed does not depend on weights; error does, a little, so that statistics, norms and gains are those of a trained
network: spectral norms have settled, pictures span black to white.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench import stylegan, stylegan3
from models.checkpoints.family import Facts, Loaded
from models.checkpoints.load import load_network, save_network
from models.checkpoints.recognise import FAMILIES
from models.generator import BUNDLED
from models.networks import stylegan2
from models.networks.biggan import BigGAN, BigGANConfig
from models.networks.biggan_deep import BigGANDeep, BigGANDeepConfig
from models.networks.spectral import SpectralConv2d, SpectralLinear, step
from models.networks.stylegan2 import StyledConv, StyleGAN2, StyleGAN2Config
from models.networks.stylegan3 import StyleGAN3, StyleGAN3Config

BIGGAN_512: Final = BigGANConfig(z_dim=128, widths=(1536, 1536, 768, 768, 384, 192, 96, 96), attention=(64,))
STYLEGAN3_R: Final = StyleGAN3Config(
    kernel=1, radial=True, channels=(1024,) * 7 + (724, 512, 362, 256, 181, 128, 128, 3)
)
SPREAD: Final = 0.5
"""Standard deviation of a StyleGAN's pictures, brought to that of photographs in [-1, 1]."""


def biggan() -> nn.Module:
    return settled(BigGAN())


def biggan_512() -> nn.Module:
    return settled(BigGAN(BIGGAN_512))


def biggan_deep() -> nn.Module:
    return settled(BigGANDeep(BigGANDeepConfig()))


@torch.no_grad()
def stylegan2_256() -> nn.Module:
    network = stylegan.lived_in(StyleGAN2(StyleGAN2Config()))
    spread = network(torch.randn(2, 512)).std()
    for name, value in network.named_parameters():  # the picture is a sum of what the torgb layers draw
        if name.endswith(("torgb.weight", "torgb.bias")):
            value.data *= SPREAD / spread
    return network


def stylegan3_t_256() -> nn.Module:
    return stylegan3.lived_in(StyleGAN3(), SPREAD)


def stylegan3_r_256() -> nn.Module:
    return stylegan3.lived_in(StyleGAN3(STYLEGAN3_R), SPREAD)


NETWORKS: Final[dict[str, tuple[str, Callable[[], nn.Module] | None]]] = {
    "bundled": ("light", None),
    "biggan-256": ("biggan", biggan),
    "biggan-deep-256": ("biggan_deep", biggan_deep),
    "stylegan2-256": ("stylegan2", stylegan2_256),
    "stylegan3-t-256": ("stylegan3", stylegan3_t_256),
    "stylegan3-r-256": ("stylegan3", stylegan3_r_256),
    "biggan-512": ("biggan", biggan_512),
}
"""Family and network by name; the bundled one has a file."""


def written(name: str, folder: Path) -> Path:
    """The network's file, made where there is none yet."""
    family_name, make = NETWORKS[name]
    if make is None:
        return BUNDLED
    path = folder / f"{name}.safetensors"
    if not path.exists():
        torch.manual_seed(1)
        network: Any = make()
        family = next(family for family in FAMILIES if family.name == family_name)
        facts = Facts(path, "", 0, 0, network.config.z_dim, 0, network.config.resolution, family.truncation)
        save_network(Loaded(family_name, network.config, network, facts), path)
    return path


@torch.no_grad()
def settled(network: Any) -> nn.Module:
    """As after training: norms found, attention heard, statistics away from 0 and 1."""
    for name, value in network.state_dict().items():
        if name.endswith("stored_var"):
            value.uniform_(0.5, 1.5)
        elif name.endswith("stored_mean"):
            value.normal_(std=0.1)
        elif name.endswith("gamma"):
            value.fill_(0.5)
    for layer in network.modules():
        if isinstance(layer, SpectralConv2d | SpectralLinear):
            matrix = layer.weight.flatten(1)
            u = F.normalize(torch.randn(len(matrix)), dim=0)
            for _ in range(8):
                u, v = step(matrix, u)
            if hasattr(layer, "u0"):
                layer.get_buffer("u0").copy_(u[None])
            else:
                layer.get_buffer("u").copy_(u), layer.get_buffer("v").copy_(v)
    made: nn.Module = network.eval().requires_grad_(False)
    return made


# -- as their authors compute ----------------------------------------------------------------------------------------


@contextmanager
def authors_operations() -> Iterator[None]:
    """Within, plain StyleGANs compute in their authors' operations; the other families always do."""
    ours = StyledConv.forward, stylegan2.doubled
    stylegan.as_its_authors()
    try:
        with stylegan3.authors_operations():
            yield
    finally:
        StyledConv.forward, stylegan2.doubled = ours  # type: ignore[method-assign]


def reference(path: Path, device: str) -> tuple[Callable[[Tensor, Tensor | None], Tensor], Any]:
    """Eager float32, plain layers, every norm in every forward; and the network's config."""
    loaded = load_network(path)
    network = loaded.network.to(device)

    @torch.inference_mode()
    def draw(z: Tensor, y: Tensor | None) -> Tensor:
        with authors_operations():
            classes = None if y is None else y.to(device)
            return loaded.drawing.call(network, z.to(device), classes, 1.0).float()

    return draw, loaded.config
