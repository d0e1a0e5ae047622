"""A whole installation for tests of commands: models of 32 px and seeds for six drawings, all of them random."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.checkpoints import biggan, biggan_deep, stylegan2, stylegan3
from models.checkpoints.family import Facts, Family, Loaded
from models.checkpoints.load import save_network
from models.generator import load_generator, save_generator
from models.networks.light import LightConfig, LightGenerator
from models.networks.stylegan2 import StyleGAN2, StyleGAN2Config
from models.networks.stylegan3 import StyleGAN3, StyleGAN3Config
from models.works.prepare import prepare
from tests.models.checkpoints import small
from tests.models.drawings import write_folder

COMMAND = (sys.executable, "-m", "server")


def small_model(folder: Path) -> Path:
    torch.manual_seed(1)
    path = folder / "small.safetensors"
    save_generator(LightGenerator(LightConfig(resolution=32)), path)
    return path


def small_collection(folder: Path, model: Path) -> Path:
    generator = load_generator(model)
    ids = [f"w{number}" for number in range(6)]
    seeds = np.random.default_rng(2).standard_normal((len(ids), generator.z_dim)).astype(np.float32)
    prepare(write_folder(folder / "drawings", len(ids)), generator, out=folder / "prepared", seeds=seeds, ids=ids)
    return folder / "prepared"


def genstudio(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, env=dict(environment))


def written(folder: Path, family: Family, network: Any) -> Path:
    """A network of any family as a file that `--model` takes, named after the family."""
    path, config = folder / f"{family.name}.safetensors", network.config
    facts = Facts(path, "", 0, 0, config.z_dim, config.n_classes, config.resolution, family.truncation)
    save_network(Loaded(family.name, config, network, facts), path)
    return path


def any_gan(name: str, folder: Path) -> Path:
    """The file of a tiny generator with classes: biggan, biggan_deep, stylegan2 or stylegan3."""
    if name == "biggan":
        return written(folder, biggan.FAMILY, small.biggan())
    if name == "biggan_deep":
        return written(folder, biggan_deep.FAMILY, small.biggan_deep())
    torch.manual_seed(4)
    if name == "stylegan2":
        config = StyleGAN2Config(
            z_dim=12, n_classes=3, w_dim=16, mapping_layers=2, resolution=32, channels=(16, 12, 8, 6)
        )
        return written(folder, stylegan2.FAMILY, with_a_mean(StyleGAN2(config)))
    wide = StyleGAN3Config(
        z_dim=12, n_classes=3, w_dim=16, resolution=32, channels=(16,) * 8 + (12, 3), critical=2, margin=10
    )
    return written(folder, stylegan3.FAMILY, with_a_mean(StyleGAN3(wide)))


def with_a_mean(network: Any) -> Any:
    """As after training: w has a mean, without which StyleGAN3 draws NaN at truncation 0."""
    network.mapping.w_avg.normal_()
    return network.eval().requires_grad_(False)
