"""BigGAN-deep against the code of its published PyTorch weights, at the truncations where its statistics are tricky."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.checkpoints.load import built
from models.generator import Generator
from tests.models.golden.vectors import GoldenSet

TINY = "biggan_deep_hf/bigganDeep256_tiny"
REAL = "biggan_deep_hf/bigganDeep256_real"


def aligned(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The recipe's second half for this layout: gains around 1, and u and v one step of the power iteration further."""
    state["generator.bn.weight"] += 1
    for key in [key for key in state if key.endswith(".weight_orig")]:
        layer = key.removesuffix("_orig")
        matrix, u = state[key].double().flatten(1), state[f"{layer}_u"].double()
        v = matrix.t() @ u
        v /= v.norm().clamp_min(1e-4)
        u = matrix @ v
        u /= u.norm().clamp_min(1e-4)
        state[f"{layer}_u"], state[f"{layer}_v"] = u.float(), v.float()
    return state


@pytest.mark.parametrize("truncation", [0.4, 0.58, 0.73, 1.0])
def test_the_tiny_set_is_drawn_as_its_authors_drew_it_at_every_truncation(truncation: float) -> None:
    golden = GoldenSet(TINY)
    loaded = built(golden.checkpoint(golden.state()))
    z, y = golden.tensors["in.z"], golden.tensors["in.y_onehot"]
    with torch.inference_mode():
        picture = loaded.network(z, y, truncation)
    assert golden.worst(f"pool16_t{truncation}", picture) < golden.tolerance
    if truncation == 0.4:
        assert golden.worst("image_t0.4", picture) < golden.tolerance
        with torch.inference_mode():
            mixed = loaded.network(z, (y + golden.tensors["in.y2_onehot"]) / 2, truncation)
        assert golden.worst("mix_pool16", mixed) < golden.tolerance


def test_the_door_draws_the_tiny_set_without_being_told_its_config() -> None:
    golden = GoldenSet(TINY)
    loaded = built(golden.checkpoint(golden.state(), unrelated=True))
    generator = Generator("deep", loaded.network, device="cpu", precision="float32", drawing=loaded.drawing)
    picture = generator.synthesize(golden.tensors["in.z"], golden.tensors["in.y_onehot"], truncation=0.4)
    assert golden.worst("image_t0.4", picture) < golden.tolerance


def test_the_real_size_set_is_drawn_as_its_authors_drew_it_by_the_network_that_walls_use() -> None:
    """The folded one, as in `test_biggan.py`."""
    golden = GoldenSet(REAL)
    loaded = built(golden.checkpoint(aligned(golden.state())))
    assert loaded.facts.parameters == golden.facts["n_params"]
    with torch.inference_mode():
        picture = loaded.drawing.fast(loaded.network)(golden.tensors["in.z"], golden.tensors["in.y_onehot"], 0.4)
    assert golden.worst("pool16_t0.4", picture) < golden.tolerance
    assert golden.worst("corner8", picture) < golden.tolerance
