"""Every published layout, written here from a small network by the inverse of what reading does, draws the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.checkpoints.family import Checkpoint
from models.checkpoints.load import built
from models.checkpoints.recognise import recognise
from models.errors import ModelError
from models.networks.biggan_deep import BigGANDeep
from tests.models.checkpoints.small import DEEP, PLAIN, biggan, biggan_deep, latents, one_hot


def read(state: dict[str, Tensor]) -> Checkpoint:
    return Checkpoint(Path("theirs.pth"), "", {key: value.clone().contiguous() for key, value in state.items()})


def port_layout(network: BigGANDeep) -> dict[str, Tensor]:
    """BigGAN-deep as the plain one's port has it: one set of statistics, u one step behind, singular values."""
    state: dict[str, Tensor] = {}
    for key, value in network.state_dict().items():
        key = key.replace("output_norm.", "output_layer.0.").replace("to_rgb.", "output_layer.2.")
        layer, _, leaf = key.rpartition(".")
        if leaf in ("stored_mean", "stored_var"):
            state[key] = value[0]
        elif leaf == "u":
            state[f"{layer}.u0"], state[f"{layer}.sv0"] = value[None], torch.ones(1)
        elif leaf != "v":
            state[key] = value
    return state


def published_layout(network: BigGANDeep) -> dict[str, Tensor]:
    """BigGAN-deep as its weights are published: rows place by place, z before the class, layers counted through."""
    config = network.config
    z_first = torch.arange(config.condition_dim).roll(-config.class_dim)
    by_place = torch.arange(config.widths[0] * 16).view(-1, 16).t().flatten()
    numbers: dict[str, int] = {}
    state: dict[str, Tensor] = {}
    for key, value in network.state_dict().items():
        layer, _, leaf = key.rpartition(".")
        if layer == "linear" or layer.endswith((".gain", ".bias")):
            value = value[..., z_first] if leaf in ("weight", "v") else value
            value = value[by_place] if layer == "linear" and leaf in ("weight", "bias", "u") else value
        if key == "shared.weight":
            state["embeddings.weight"] = value.t()
            continue
        parts = key.split(".")
        if parts[0] == "blocks":
            number = numbers.setdefault(".".join(parts[1:3]), len(numbers))
            parts = ["generator", "layers", str(number), *parts[3:]]
            if parts[3] in ("theta", "phi", "g", "o"):
                parts[3] = "snconv1x1_" + {"o": "o_conv"}.get(parts[3], parts[3])
            elif parts[3] == "gamma":
                value = value[None]
            else:
                parts[3] = f"{parts[3][:-1]}_{int(parts[3][-1]) - 1}"
        else:
            parts[0] = {"linear": "generator.gen_z", "output_norm": "generator.bn", "to_rgb": "generator.conv_to_rgb"}[
                parts[0]
            ]
        name = ".".join(parts).replace(".gain.", ".scale.").replace(".bias.weight", ".offset.weight")
        name = name.replace(".bias.u", ".offset.u").replace(".bias.v", ".offset.v").replace("bn.gain", "bn.weight")
        name = name.replace("stored_mean", "running_means").replace("stored_var", "running_vars")
        if f"{layer}.u" in network.state_dict():
            name = {"weight": f"{name}_orig", "u": f"{name[:-1]}weight_u", "v": f"{name[:-1]}weight_v"}.get(leaf, name)
        state[name] = value
    return state


def test_the_plain_layout_tells_its_own_config() -> None:
    network = biggan()
    loaded = built(read(network.state_dict()))
    assert loaded.family == "biggan" and loaded.config == PLAIN
    assert (loaded.facts.z_dim, loaded.facts.n_classes, loaded.facts.resolution) == (20, 5, 32)


def test_a_generator_without_hierarchy_is_read_too() -> None:
    flat = replace(PLAIN, hierarchical=False)
    network, z = biggan(flat), latents(2, 20)
    loaded = built(read(network.state_dict()))
    assert loaded.config == flat
    assert torch.equal(loaded.network(z, one_hot(1, 2)), network(z, one_hot(1, 2)))


def test_both_layouts_of_the_deep_one_draw_the_same_picture() -> None:
    z, y = latents(2, DEEP.z_dim), one_hot(1, 2)
    network = biggan_deep()
    published = built(read(published_layout(network)))
    assert published.config == DEEP
    assert (published.network(z, y, 0.43) - network(z, y, 0.43)).abs().max() < 1e-5
    single = biggan_deep(replace(DEEP, n_statistics=1, rgb_channels=3, output_eps=1e-5))
    port = built(read(port_layout(single)))
    assert port.config == single.config
    # one step of the power iteration lies between them, and it moves a settled one a little
    assert (port.network(z, y, 0.43) - single(z, y, 0.43)).abs().max() < 2e-4


@pytest.mark.parametrize("layout", ["plain", "port", "published"])
def test_a_key_too_few_or_too_many_is_named(layout: str) -> None:
    state = {
        "plain": lambda: dict(biggan().state_dict()),
        "port": lambda: port_layout(biggan_deep()),
        "published": lambda: published_layout(biggan_deep()),
    }[layout]()
    gone = next(key for key in state if key.endswith(("conv2.bias", "conv_1.bias")))
    with pytest.raises(ModelError, match=r"conv2\.bias is missing"):
        built(read({key: value for key, value in state.items() if key != gone}))
    with pytest.raises(ModelError, match="extra.weight is not known"):
        built(read({**state, "extra.weight": torch.zeros(3)}))


def test_a_tensor_of_another_shape_is_named_with_both_shapes() -> None:
    state = dict(biggan().state_dict())
    state["blocks.1.0.conv2.bias"] = torch.zeros(7)
    with pytest.raises(ModelError, match=r"blocks\.1\.0\.conv2\.bias has shape \(7,\), not \(16,\)"):
        built(read(state))


def test_a_state_of_two_generators_at_once_is_refused() -> None:
    with pytest.raises(ModelError, match="looks like biggan and biggan_deep"):
        recognise(read({**biggan().state_dict(), **published_layout(biggan_deep())}))


def test_a_state_that_nobody_knows_is_described() -> None:
    with pytest.raises(ModelError, match=r"holds 1 tensors \(fc\.weight\) of no architecture that we know"):
        built(read({"fc.weight": torch.zeros(3, 3)}))
