"""Several pictures at once: small layers together, large ones one picture after the other, and the same pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from models.networks.biggan import BigGAN
from models.networks.biggan_deep import BigGANDeep
from models.networks.one_by_one import one_by_one
from models.networks.stylegan2 import StyleGAN2, StyleGAN2Config
from tests.models.checkpoints import small

WIDE = StyleGAN2Config(z_dim=12, w_dim=16, resolution=128, channels=(8, 8, 8, 6, 6, 4))


def test_a_part_gets_one_picture_at_a_time_and_what_belongs_to_it() -> None:
    seen: list[tuple[list[float], list[float], list[list[float]], float]] = []

    def part(x: Tensor, y: Tensor, rest: list[Tensor], factor: float) -> Tensor:
        seen.append((x.tolist(), y.tolist(), [each.tolist() for each in rest], factor))
        return x * factor

    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    assert one_by_one(part, x, y, [x, y], 5.0).tolist() == [5.0, 10.0]
    assert seen == [([1.0], [3.0], [[1.0], [3.0]], 5.0), ([2.0], [4.0], [[2.0], [4.0]], 5.0)]


def test_one_picture_goes_as_it_is() -> None:
    x = torch.ones(1, 3)
    assert one_by_one(lambda given: given, x) is x


@pytest.mark.parametrize("make", [small.biggan, small.biggan_deep, lambda: StyleGAN2(WIDE)])
@pytest.mark.parametrize("together", [0, 1, 99])
def test_wherever_pictures_part_they_are_drawn_as_each_alone(
    make: Callable[[], BigGAN | BigGANDeep | StyleGAN2], together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    network = make().eval()
    if isinstance(network, StyleGAN2):
        monkeypatch.setattr("models.networks.stylegan2.TOGETHER_UP_TO", 4 << together)
    else:
        network.together = min(together, len(network.blocks))
    z = torch.randn(3, network.config.z_dim)
    classes = int(getattr(network.config, "n_classes", 0))
    y = torch.eye(classes)[torch.arange(3) % classes] if classes else None
    drawn = tuple(network(z[i : i + 1], None if y is None else y[i : i + 1]) for i in range(3))
    torch.testing.assert_close(network(z, y), torch.cat(drawn), rtol=0, atol=1e-5)


def test_large_features_never_lie_in_memory_for_several_pictures() -> None:
    torch.manual_seed(0)
    network, sizes = StyleGAN2(WIDE).eval(), []
    for layer in network.modules():
        if isinstance(layer, nn.Module) and type(layer).__name__ == "StyledConv":
            layer.register_forward_hook(lambda _layer, _given, x: sizes.append((x.shape[-1], len(x))))
    network(torch.randn(3, 12))
    assert {side for side, _ in sizes} == {4, 8, 16, 32, 64, 128}
    assert all(rooms == (3 if side <= 64 else 1) for side, rooms in sizes)
