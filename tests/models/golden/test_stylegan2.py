"""StyleGAN2 against its authors' code, in NVIDIA's layout and in the common port's: the same pictures, the same w."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.checkpoints.family import Checkpoint
from models.checkpoints.load import Loaded, built, load_network
from models.errors import ModelError
from models.networks.stylegan2 import StyleGAN2, StyleGAN2Config
from models.networks.stylegan2_fast import folded
from tests.models.golden.stylegan import check, styled_state
from tests.models.golden.vectors import FOLDER, GoldenSet

SMALL = {"synthesis.b4.resample_filter": StyleGAN2(StyleGAN2Config(8, 0, 8, 1, 4, (4,))).synthesis.b4.resample_filter}


def names(layout: str) -> list[str]:
    """Every set of the layout, also those that were added since."""
    found = sorted(f"{layout}/{path.stem}" for path in (FOLDER / layout).glob("*.safetensors"))
    return found or [f"{layout}/none"]


def loaded_set(name: str) -> tuple[GoldenSet, Loaded]:
    golden = GoldenSet(name)
    filters = {key: SMALL["synthesis.b4.resample_filter"] for key in golden.facts["keys"] if key.endswith("_filter")}
    state = styled_state(golden, filters | SMALL)
    if "in.truncation_latent" in golden.tensors:
        state["latent_avg"] = golden.tensors["in.truncation_latent"][0]
    return golden, built(golden.checkpoint(state))


def classes(golden: GoldenSet, loaded: Loaded, name: str = "in.c") -> Tensor | None:
    """What the sets call `c`: one row of class weights, or numbers of classes."""
    given = golden.tensors.get(name)
    if not loaded.facts.n_classes or given is None:
        return None
    return given.float() if given.ndim == 2 else F.one_hot(given.long(), loaded.facts.n_classes).float()


@pytest.mark.parametrize("name", names("stylegan2_ada"))
def test_nvidias_layout_is_drawn_as_its_authors_drew_it(name: str) -> None:
    golden, loaded = loaded_set(name)
    network, z, y = loaded.network, golden.tensors["in.z"], classes(golden, loaded)
    assert loaded.facts.parameters == golden.facts["n_params"]
    with torch.inference_mode():
        picture = network(z, y)
        outputs = {"image": picture, "pool16": picture, "corner8": picture, "w": network.mapping(z, y)}
        outputs["pool16_psi0.7"] = network(z, y, 0.7)
        outputs["w_psi0.7"] = network.mapping.styles(z, y, 1, 0.7)[:, 0]
        if "out.pool16_noise_none" in golden.tensors:
            outputs["pool16_noise_none"] = network(z, y, noise="none")
    check(golden, outputs)


@pytest.mark.parametrize("name", [name for name in names("stylegan2_ada") if not name.endswith("_real")])
def test_coarse_layers_take_one_picture_and_fine_ones_another(name: str) -> None:
    golden, loaded = loaded_set(name)
    network, count = loaded.network, loaded.config.count
    with torch.inference_mode():
        fine = network.mapping.styles(golden.tensors["in.z"], classes(golden, loaded), count)
        coarse = network.mapping.styles(golden.tensors["in.z2"], classes(golden, loaded, "in.c2"), count)
        mixed = network.synthesis(torch.cat([coarse[:, :4], fine[:, 4:]], dim=1))
    assert golden.worst("mix4_pool16", mixed) < golden.tolerance


@pytest.mark.parametrize("name", names("stylegan2_ada") + names("stylegan2_rosinality"))
def test_the_fast_network_draws_as_the_authors_did(name: str) -> None:
    golden, loaded = loaded_set(name)
    z, y = golden.tensors["in.z"], classes(golden, loaded)
    with torch.inference_mode():
        picture = folded(loaded.network)(z, y)
    check(
        golden,
        {"image": picture, "pool16": picture, "corner8": picture, "w": loaded.network.mapping(z, y)}
        if "out.w" in golden.tensors
        else {"pool16": picture, "latent": loaded.network.mapping.styles(z, y, loaded.config.count)},
    )


@pytest.mark.parametrize("name", names("stylegan2_rosinality"))
def test_the_common_layout_is_drawn_as_its_author_drew_it(name: str) -> None:
    golden, loaded = loaded_set(name)
    z = golden.tensors["in.z"]
    with torch.inference_mode():
        outputs = {"latent": loaded.network.mapping.styles(z, None, loaded.config.count)}
        outputs["image"] = outputs["pool16"] = loaded.network(z)
        outputs["pool16_trunc0.7"] = loaded.network(z, None, 0.7)
    check(golden, outputs)


def test_the_common_layout_as_its_trainer_saves_it_keeps_the_mean_latent(tmp_path: Path) -> None:
    golden, loaded = loaded_set("stylegan2_rosinality/rosinality_64_tiny")
    mean = golden.tensors["in.truncation_latent"][0]
    torch.save({"g_ema": golden.state(), "latent_avg": mean}, tmp_path / "port.pt")
    found = load_network(tmp_path / "port.pt")
    assert torch.equal(found.network.mapping.w_avg, mean)
    z = golden.tensors["in.z"]
    with torch.inference_mode():
        assert torch.equal(found.network(z, None, 0.7), loaded.network(z, None, 0.7))


def test_without_a_mean_latent_the_common_layout_gets_a_repeatable_estimate() -> None:
    golden = GoldenSet("stylegan2_rosinality/rosinality_64_tiny")
    one, two = (built(golden.checkpoint(golden.state())).network for _ in range(2))
    assert torch.equal(one.mapping.w_avg, two.mapping.w_avg)
    z = torch.randn(4096, golden.tensors["in.z"].shape[1], generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        other = one.mapping(z)
    assert (one.mapping.w_avg - other.mean(0)).abs().max() < 5 * (other.std(0) / 4096**0.5).max()


def test_a_file_of_the_common_layout_without_noise_is_drawn_without() -> None:
    golden = GoldenSet("stylegan2_rosinality/rosinality_64_tiny")
    state = {key: value for key, value in golden.state().items() if not key.startswith("noises.")}
    without, z = built(golden.checkpoint(state)).network, golden.tensors["in.z"]
    with torch.inference_mode():
        assert torch.equal(without(z), built(golden.checkpoint(golden.state())).network(z, noise="none"))


def test_a_name_that_the_common_layout_does_not_have_is_refused() -> None:
    golden = GoldenSet("stylegan2_rosinality/rosinality_64_tiny")
    with pytest.raises(ModelError, match=r"convs\.0\.surplus is not known"):
        built(Checkpoint(golden.path, "", golden.state() | {"convs.0.surplus": torch.zeros(1)}))
