"""A whole installation for tests of commands: a model of 32 px and seeds for six drawings, all of them random."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from models.generator import load_generator, save_generator
from models.networks.light import LightConfig, LightGenerator
from models.works.prepare import prepare
from tests.models.drawings import write_folder

COMMAND = (sys.executable, "-m", "server.cli")


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
