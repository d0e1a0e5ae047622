"""StyleGAN3 against its authors' code: the same pictures, also turned and shifted, from tensors and from the pickle."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.checkpoints.load import Loaded, built, load_network
from models.checkpoints.stylegan3 import infer
from models.networks.stylegan3 import StyleGAN3
from models.networks.stylegan3_fast import folded
from tests.models.golden.stylegan import check, styled_state
from tests.models.golden.test_stylegan2 import classes, names
from tests.models.golden.vectors import FOLDER, GoldenSet

TINY_SETS = [name for name in names("stylegan3") if not name.endswith("_real")]


def loaded_set(name: str) -> tuple[GoldenSet, Loaded]:
    golden = GoldenSet(name)
    as_built: dict[str, Tensor] = {}
    if name.endswith("_real"):  # the sets keep no filters: they are ours, and so is their design
        shapes = {key: torch.zeros(shape) for key, (shape, _) in golden.facts["keys"].items()}
        as_built = StyleGAN3(infer(golden.checkpoint(shapes))).state_dict()
    return golden, built(golden.checkpoint(styled_state(golden, as_built)))


@pytest.mark.parametrize("name", TINY_SETS)
def test_a_tiny_set_is_drawn_as_its_authors_drew_it(name: str) -> None:
    golden, loaded = loaded_set(name)
    network, z, y = loaded.network, golden.tensors["in.z"], classes(golden, loaded)
    assert loaded.facts.parameters == golden.facts["n_params"]
    with torch.inference_mode():
        outputs = {"w": network.mapping(z, y), "image": network(z, y), "pool16_psi0.7": network(z, y, 0.7)}
        outputs["pool16"] = outputs["image"]
        coarse = network.mapping.styles(golden.tensors["in.z2"], classes(golden, loaded, "in.c2"), 4)
        fine = network.mapping.styles(z, y, loaded.config.count)
        outputs["mix4_pool16"] = network.synthesis(torch.cat([coarse, fine[:, 4:]], dim=1))
        if "in.transform" in golden.tensors:
            network.synthesis.input.transform.copy_(golden.tensors["in.transform"])
            outputs["pool16_transform"] = network(z, y)
    check(golden, outputs)


@pytest.mark.parametrize("name", [name for name in names("stylegan3") if name.endswith("_real")] or ["stylegan3/none"])
def test_a_real_size_set_is_drawn_as_its_authors_drew_it(name: str) -> None:
    golden, loaded = loaded_set(name)
    assert loaded.facts.parameters == golden.facts["n_params"]
    z, y = golden.tensors["in.z"], classes(golden, loaded)
    with torch.inference_mode():
        picture = loaded.network(z, y)
        check(golden, {"pool16": picture, "corner8": picture, "w": loaded.network.mapping(z, y)})


@pytest.mark.parametrize("name", TINY_SETS)
def test_the_fast_network_draws_as_the_authors_did(name: str) -> None:
    golden, loaded = loaded_set(name)
    fast, z, y = folded(loaded.network), golden.tensors["in.z"], classes(golden, loaded)
    with torch.inference_mode():
        outputs = {"image": fast(z, y), "pool16_psi0.7": fast(z, y, 0.7)}
    check(golden, outputs)


@pytest.mark.parametrize("name", TINY_SETS)
def test_filters_are_designed_as_the_published_ones_are(name: str) -> None:
    _, loaded = loaded_set(name)
    designed = StyleGAN3(loaded.config).state_dict()
    held = loaded.network.state_dict()
    filters = [key for key in held if key.endswith("_filter")]
    assert len(filters) == 2 * (len(loaded.config.channels) - 1)
    assert max((designed[key] - held[key]).abs().max() for key in filters) < 1e-6


def test_the_pickle_draws_the_same_picture_and_its_code_is_not_run() -> None:
    golden = GoldenSet("stylegan3/sg3t_64_tiny")
    loaded = load_network(FOLDER / "stylegan3" / "sg3t_64_tiny.pkl")
    with torch.inference_mode():
        assert golden.worst("image", loaded.network(golden.tensors["in.z"])) < golden.tolerance
