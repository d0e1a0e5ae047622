"""BigGAN against its authors' code: the same pictures from the same weights, the same latents, the same classes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from models.checkpoints.load import Loaded, built, load_network
from models.generator import load_generator
from tests.models.golden.vectors import GoldenSet

TINY_SETS = ("biggan/biggan64_tiny", "biggan/biggan256_z140_tiny", "biggan/biggandeep_ajbrock256_tiny")
REAL_SETS = ("biggan/biggan256_z140_ch96_real", "biggan/biggandeep_ajbrock128_ch128_real")


def classes(golden: GoldenSet, loaded: Loaded, name: str = "in.y") -> Tensor:
    return F.one_hot(golden.tensors[name], loaded.facts.n_classes).float()


@pytest.mark.parametrize("name", TINY_SETS)
def test_a_tiny_set_is_drawn_as_its_authors_drew_it(name: str) -> None:
    golden = GoldenSet(name)
    loaded = built(golden.checkpoint(golden.state()))
    y = classes(golden, loaded)
    with torch.inference_mode():
        picture = loaded.network(golden.tensors["in.z"], y)
        half = (y[:1] + classes(golden, loaded, "in.y2")) / 2
        mixed = loaded.network(golden.tensors["in.z"][:1], half)
    assert golden.worst("image", picture) < golden.tolerance
    assert golden.worst("mix_pool16", mixed) < golden.tolerance, "half of each class is half of each embedding"
    assert loaded.facts.parameters == golden.facts["n_params"]


@pytest.mark.parametrize("name", REAL_SETS)
def test_a_real_size_set_is_drawn_as_its_authors_drew_it_by_the_network_that_walls_use(name: str) -> None:
    """The folded one; that the plain one is the same function, the tiny sets and identity tests show in less time."""
    golden = GoldenSet(name)
    loaded = built(golden.checkpoint(golden.state()))
    assert loaded.facts.parameters == golden.facts["n_params"]
    z, y = golden.tensors["in.z"], classes(golden, loaded)
    with torch.inference_mode():
        picture = loaded.drawing.fast(loaded.network)(z, y)
    assert golden.worst("pool16", picture) < golden.tolerance
    assert golden.worst("corner8", picture) < golden.tolerance


def test_a_converted_file_without_singular_values_is_the_same_generator() -> None:
    golden = GoldenSet(TINY_SETS[0])
    state = {key: value for key, value in golden.state().items() if not key.endswith("sv0")}
    loaded = built(golden.checkpoint(state))
    with torch.inference_mode():
        picture = loaded.network(golden.tensors["in.z"], classes(golden, loaded))
    assert golden.worst("image", picture) < golden.tolerance


@pytest.mark.parametrize("name", TINY_SETS)
def test_statistics_of_a_standing_sum_draw_as_those_of_a_mean(name: str) -> None:
    """The `mybn` layout, after re-accumulation over 16 batches."""
    golden = GoldenSet(name)
    state: dict[str, Tensor] = {}
    for key, value in golden.state().items():
        layer, _, leaf = key.rpartition(".")
        if leaf in ("stored_mean", "stored_var"):
            state[f"{layer}.bn.{leaf}"] = value * 16
            state[f"{layer}.bn.accumulation_counter"] = torch.tensor([16.0])
        else:
            state[key] = value
    loaded = built(golden.checkpoint(state))
    with torch.inference_mode():
        picture = loaded.network(golden.tensors["in.z"], classes(golden, loaded))
    assert golden.worst("image", picture) < golden.tolerance


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_file_without_a_config_draws_the_same_through_the_door_and_after_conversion(
    suffix: str, tmp_path: Path
) -> None:
    from models.checkpoints.load import save_network

    golden = GoldenSet(TINY_SETS[0])
    file, plain = tmp_path / f"theirs{suffix}", tmp_path / "plain.safetensors"
    if suffix == ".pth":
        torch.save({"G_ema": golden.state(), "config": {"epoch": 3}}, file)
    else:
        save_file(golden.state(), str(file))
    save_network(load_network(file), plain)
    for path in (file, plain):
        generator = load_generator(path, device="cpu", precision="float32")
        picture = generator.synthesize(golden.tensors["in.z"], golden.tensors["in.y"])
        assert golden.worst("image", picture) < golden.tolerance
