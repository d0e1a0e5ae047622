"""ResNet-50 by its own names: the numbers of a plain reference, and files read strictly. No weights are downloaded."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from models.errors import ModelError
from models.networks.resnet50 import MEAN, STD, ResNet50, filled, folded, load_resnet50, prepared

torch.set_num_threads(1)

State = dict[str, Tensor]


@pytest.fixture(scope="module")
def state() -> State:
    """Random weights that keep activations alive to the end, and lived-in statistics."""
    rng = torch.Generator().manual_seed(5)
    network, state = ResNet50(), {}
    for key, value in network.state_dict().items():
        if key.endswith("num_batches_tracked"):
            state[key] = torch.tensor(7)
        elif value.ndim == 4:
            state[key] = torch.randn(value.shape, generator=rng) * (2 / value[0].numel()) ** 0.5
        elif key.endswith("running_var") or (key.endswith("weight") and value.ndim == 1):
            state[key] = torch.rand(value.shape, generator=rng) + 0.5
        else:
            state[key] = torch.randn(value.shape, generator=rng) * 0.1
    return state


@pytest.fixture(scope="module")
def file(state: State, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As torchvision's are: a pickle of the state dict; in half precision, to be quick."""
    path = tmp_path_factory.mktemp("weights") / "resnet50.pth"
    torch.save({key: value.half() if value.is_floating_point() else value for key, value in state.items()}, path)
    return path


def reference(state: State, x: Tensor) -> Tensor:
    """ResNet-50 straight from the paper's table, by plain calls on the state dict: (B, 3, H, W) -> (B, 2048)."""

    def normed(x: Tensor, name: str) -> Tensor:
        mean, var, weight, bias = (
            state[f"{name}.{part}"].view(1, -1, 1, 1) for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / torch.sqrt(var + 1e-5) * weight + bias

    x = F.relu(normed(F.conv2d(x, state["conv1.weight"], stride=2, padding=3), "bn1"))
    x = F.max_pool2d(x, 3, 2, 1)
    for layer, blocks in ((1, 3), (2, 4), (3, 6), (4, 3)):
        for block in range(blocks):
            name, stride = f"layer{layer}.{block}", 2 if block == 0 and layer > 1 else 1
            short = x
            if block == 0:
                short = F.conv2d(x, state[f"{name}.downsample.0.weight"], stride=stride)
                short = normed(short, f"{name}.downsample.1")
            y = F.relu(normed(F.conv2d(x, state[f"{name}.conv1.weight"]), f"{name}.bn1"))
            y = F.relu(normed(F.conv2d(y, state[f"{name}.conv2.weight"], stride=stride, padding=1), f"{name}.bn2"))
            x = F.relu(normed(F.conv2d(y, state[f"{name}.conv3.weight"]), f"{name}.bn3") + short)
    return x.mean((2, 3))


def by_hand(x: NDArray[np.float64], weight: NDArray[np.float64], stride: int, padding: int) -> NDArray[np.float64]:
    """Convolution as the sum it is: x (C, H, W), weight (O, C, K, K)."""
    k = weight.shape[-1]
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    side = (x.shape[1] - k) // stride + 1
    out = np.zeros((len(weight), side, side))
    for row in range(side):
        for column in range(side):
            window = x[:, row * stride : row * stride + k, column * stride : column * stride + k]
            out[:, row, column] = (weight * window).sum((1, 2, 3))
    return out


def pictures(side: int = 64) -> Tensor:
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def double(state: State) -> State:
    """In 64 bits sixteen blocks of sums agree to many digits, whatever their order."""
    return {key: value.double() for key, value in state.items() if value.is_floating_point()}


def test_the_features_are_those_of_a_plain_reference(state: State) -> None:
    with torch.no_grad():
        ours = filled("w", double(state))(pictures().double())
        theirs = reference(double(state), pictures().double())
    assert ours.shape == (2, 2048) and theirs.std() > 0.1
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


def test_the_first_stage_is_right_by_hand(state: State) -> None:
    """Numpy knows nothing of torch's conventions: this holds the reference itself."""
    network, x = filled("w", state), pictures(32)[:1]
    with torch.no_grad():
        ours = F.relu(network.bn1(network.conv1(x)))[0].numpy()
    w = {name: state[name].double().numpy() for name in state if name.startswith(("conv1", "bn1"))}
    seen = by_hand(x[0].double().numpy(), w["conv1.weight"], 2, 3)
    scale = w["bn1.weight"] / np.sqrt(w["bn1.running_var"] + 1e-5)
    shift = w["bn1.bias"] - w["bn1.running_mean"] * scale
    np.testing.assert_allclose(ours, np.maximum(seen * scale[:, None, None] + shift[:, None, None], 0), atol=1e-4)


def test_it_has_the_published_size_and_names() -> None:
    with torch.device("meta"):
        network = ResNet50()
    state = network.state_dict()
    assert sum(parameter.numel() for parameter in network.parameters()) == 25_557_032
    assert len(state) == 320 and sum(key.endswith("num_batches_tracked") for key in state) == 53
    shapes = {
        "conv1.weight": (64, 3, 7, 7),
        "layer1.0.downsample.0.weight": (256, 64, 1, 1),
        "layer1.2.bn3.running_var": (256,),
        "layer3.5.conv2.weight": (256, 256, 3, 3),
        "layer4.0.downsample.1.bias": (2048,),
        "fc.weight": (1000, 2048),
        "fc.bias": (1000,),
    }
    assert {key: tuple(state[key].shape) for key in shapes} == shapes
    assert "layer1.1.downsample.0.weight" not in state and "layer3.6.conv1.weight" not in state


def test_a_block_halves_the_picture_in_its_3x3_convolution() -> None:
    with torch.device("meta"):
        block = ResNet50().layer3[0]
    assert (block.conv1.stride, block.conv2.stride, block.downsample[0].stride) == ((1, 1), (2, 2), (2, 2))


def test_folded_batch_norms_change_nothing_and_the_classifier_is_gone(state: State) -> None:
    with torch.no_grad():
        whole = filled("w", double(state))(pictures().double())
        quick = folded(filled("w", double(state)))
        torch.testing.assert_close(quick(pictures().double()), whole, rtol=1e-9, atol=1e-9)
    assert not any(isinstance(part, torch.nn.BatchNorm2d | torch.nn.Linear) for part in quick.modules())


def test_maps_are_given_stage_by_stage(state: State) -> None:
    network = filled("w", state)
    with torch.no_grad():
        maps = network.maps(pictures())
        torch.testing.assert_close(maps[-1].mean((2, 3)), network(pictures()))
    assert [tuple(x.shape[1:]) for x in maps] == [(256, 16, 16), (512, 8, 8), (1024, 4, 4), (2048, 2, 2)]


def test_pictures_are_prepared_as_the_published_weights_expect() -> None:
    assert MEAN == (0.485, 0.456, 0.406) and STD == (0.229, 0.224, 0.225)
    y, x = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    seen = prepared(torch.stack([x, y, x * 0 + 127.5])[None] / 127.5 - 1)
    assert seen.shape == (1, 3, 224, 224)
    assert seen[0, 0, 0, 0].item() == pytest.approx((16 / 255 - 0.485) / 0.229, abs=1e-4)
    assert seen[0, 1, -1, 0].item() == pytest.approx((239 / 255 - 0.456) / 0.224, abs=1e-4)
    assert seen[0, 2].mean().item() == pytest.approx((0.5 - 0.406) / 0.225, abs=1e-4)


def test_pictures_of_other_sides_are_brought_to_size_with_gradients() -> None:
    picture = torch.zeros(1, 3, 64, 64, requires_grad=True)
    prepared(picture).sum().backward()
    assert picture.grad is not None and picture.grad.abs().min() >= 0 and picture.grad[0, 0, 32, 32] > 0
    torch.testing.assert_close(
        prepared(torch.full((1, 3, 512, 512), 0.25)), prepared(torch.full((1, 3, 256, 256), 0.25))
    )


# -- files -----------------------------------------------------------------------------------------------------------


def test_a_pickle_and_safetensors_of_the_same_weights_see_the_same(file: Path, state: State, tmp_path: Path) -> None:
    plain = {key: value.half() for key, value in state.items() if not key.endswith("num_batches_tracked")}
    save_file(plain, tmp_path / "older.safetensors")  # and without counters, as older files are
    (one, sha256), (other, _) = load_resnet50(file), load_resnet50(tmp_path / "older.safetensors")
    with torch.no_grad():
        torch.testing.assert_close(one(pictures(32)), other(pictures(32)), rtol=0, atol=0)
    assert len(sha256) == 64 and not one.training


def changed(state: State, key: str, value: Tensor | None) -> State:
    rest = {name: tensor for name, tensor in state.items() if name != key}
    return rest if value is None else rest | {key: value}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("fc.weight", None, "is not torchvision's ResNet-50: it lacks fc.weight$"),
        ("fc.weight", torch.zeros(10, 2048), r"it has fc.weight \(10, 2048\), not \(1000, 2048\)$"),
        ("layer3.6.conv1.weight", torch.zeros(1), "it has layer3.6.conv1.weight besides$"),
        ("bn1.bias", torch.full((64,), float("nan")), "bn1.bias holds a weight that is not finite"),
        ("layer1.0.conv1.weight", torch.zeros(64, 64, 3, 3), r"it has layer1.0.conv1.weight \(64, 64, 3, 3\), not"),
    ],
)
def test_weights_that_do_not_fit_are_refused_in_one_sentence(
    state: State, key: str, value: Tensor | None, message: str
) -> None:
    with pytest.raises(ModelError, match=message) as refusal:
        filled("other.pth", changed(state, key, value))
    assert "\n" not in str(refusal.value) and str(refusal.value).startswith("other.pth")


def test_another_architecture_is_named_by_its_first_faults_only() -> None:
    with pytest.raises(ModelError, match=r"it .*; .*; .*; and \d+ more$"):
        filled("vgg.pth", {f"features.{i}.weight": torch.zeros(1) for i in range(30)})


class Greeting:
    """What a pickle could run when it is opened."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def test_a_truncated_file_and_one_that_could_run_something_are_refused(file: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.pth"
    short.write_bytes(file.read_bytes()[: 2**20])
    torch.save({"conv1.weight": torch.zeros(1), "greeting": Greeting()}, tmp_path / "greeting.pth")
    for name, message in (
        ("short.pth", "truncated"),
        ("greeting.pth", "could run"),
        ("none.pth", "no ResNet-50 weights at"),
    ):
        with pytest.raises(ModelError, match=message):
            load_resnet50(tmp_path / name)
