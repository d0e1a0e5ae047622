"""Small generators of every family that an engine takes, float32 on the processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import nn

from models.checkpoints import biggan, biggan_deep, light, stylegan2
from models.checkpoints.family import Drawing
from models.engines.engine import Subject
from models.networks.light import LightConfig, LightGenerator
from models.networks.stylegan2 import StyleGAN2, StyleGAN2Config
from tests.models.checkpoints import small


def small_light(side: int = 64) -> nn.Module:
    torch.manual_seed(3)
    network = LightGenerator(LightConfig(z_dim=20, resolution=side, channels=(16, 16, 12, 8, 8, 8)))
    for parameter in network.parameters():
        parameter.data += torch.randn_like(parameter) * 0.05
    return network.eval().requires_grad_(False)


def small_stylegan2() -> nn.Module:
    torch.manual_seed(3)
    config = StyleGAN2Config(z_dim=16, w_dim=16, mapping_layers=2, resolution=32, channels=(16, 16, 16, 8))
    return StyleGAN2(config).eval().requires_grad_(False)


FAMILIES: Final[dict[str, tuple[Callable[[], nn.Module], Drawing]]] = {
    "light": (small_light, light.DRAWING),
    "biggan": (small.biggan, biggan.DRAWING),
    "biggan_deep": (small.biggan_deep, biggan_deep.FAMILY.drawing),
    "stylegan2": (small_stylegan2, stylegan2.DRAWING),
}


def subject(family: str, dtype: torch.dtype = torch.float32, truncation: float = 1.0) -> Subject:
    make, drawing = FAMILIES[family]
    return Subject(make(), drawing, torch.device("cpu"), dtype, truncation, threads=2)
