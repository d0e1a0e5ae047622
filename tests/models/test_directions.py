"""Principal directions: found where they are known, the same each time, kept, named, and stopped at their layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.checkpoints import biggan, biggan_deep, stylegan2, stylegan3
from models.checkpoints.family import Drawing
from models.generator import Generator
from models.maps.directions import (
    NAME_LIMIT,
    Recipe,
    activations,
    find_directions,
    name_direction,
    names_path,
    principal_directions,
)
from models.networks.light import LightConfig, LightGenerator
from models.networks.stylegan2 import StyleGAN2, StyleGAN2Config
from models.networks.stylegan3 import StyleGAN3, StyleGAN3Config
from tests.models.checkpoints import small

Z = 8
SPREAD = (5.0, 3.0, 2.0, 1.0, 0.5, 0.4, 0.3, 0.2)
"""How strongly each number of z moves the early layer: its principal directions are the axes of z, in this order."""


class Stretching(nn.Module):
    """z times SPREAD, turned; then a late part that must never run."""

    def __init__(self) -> None:
        super().__init__()
        turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(Z, Z)))
        self.early = nn.Linear(Z, Z, bias=True)
        self.early.weight = nn.Parameter(torch.from_numpy(turn @ np.diag(SPREAD)).float())
        nn.init.constant_(self.early.bias, 40.0)  # what all latents share is no direction
        self.beside = nn.Linear(Z, Z)
        self.requires_grad_(False)

    def forward(self, z: Tensor) -> Tensor:
        self.early(z)
        raise AssertionError("the network went on past its early layer")


class Stretcher:
    """A generator of two classes; a class adds to z before the network, as an embedding does."""

    name, z_dim, n_classes, sha256 = "stretcher", Z, 0, "5a" * 32

    def __init__(self) -> None:
        self.network = Stretching()
        self.passes = 0

    def synthesize(self, z: NDArray[np.float32], y: NDArray[np.float32] | None = None) -> Tensor:
        self.passes += 1
        if y is not None:
            assert len(y) == len(z)
        picture: Tensor = self.network(torch.from_numpy(z))
        return picture


@pytest.fixture
def stretcher() -> Stretcher:
    return Stretcher()


def find(stretcher: Stretcher, folder: Path, **changed: object) -> object:
    return principal_directions(stretcher, "early", count=3, folder=folder, **changed)  # type: ignore[arg-type]


def test_the_strongest_axes_of_a_linear_layer_are_found_in_order(stretcher: Stretcher) -> None:
    found = find_directions(stretcher, Recipe("early", count=3))  # type: ignore[arg-type]
    np.testing.assert_allclose(found.steps, np.eye(3, Z), atol=0.1)
    shares = np.square(SPREAD) / np.square(SPREAD).sum()
    np.testing.assert_allclose(found.explained, shares[:3], atol=0.02)


def test_neighbours_of_a_flat_spectrum_are_told_apart_as_by_an_exact_decomposition() -> None:
    torch.manual_seed(0)
    generator = Generator("small", LightGenerator(LightConfig(resolution=32)), precision="float32")
    found = find_directions(generator, Recipe("blocks.0", count=8, samples=512))
    z = np.random.default_rng(0).standard_normal((512, 140)).astype(np.float32)
    seen = np.concatenate(list(activations(generator, "blocks.0", z)))
    left, _, _ = np.linalg.svd(seen - seen.mean(0), full_matrices=False)
    exact = (left[:, :8].T @ (z - z.mean(0))) * (511**0.5 / 512)
    lengths = np.linalg.norm(found.steps, axis=1) * np.linalg.norm(exact, axis=1)
    assert (np.abs((found.steps * exact).sum(1)) / lengths > 0.999).all()
    np.testing.assert_allclose(np.linalg.norm(found.steps, axis=1), np.linalg.norm(exact, axis=1), rtol=1e-3)


def test_a_step_moves_its_component_by_one_standard_deviation(stretcher: Stretcher) -> None:
    found = find_directions(stretcher, Recipe("early", count=2))  # type: ignore[arg-type]
    weight = stretcher.network.early.weight.numpy()
    for step, deviation in zip(found.steps, SPREAD, strict=False):
        assert np.linalg.norm(weight @ step) == pytest.approx(deviation, rel=0.05)


def test_the_same_weights_and_seed_give_the_same_directions(stretcher: Stretcher) -> None:
    recipe = Recipe("early", count=3, samples=512)
    first, again = (find_directions(stretcher, recipe) for _ in range(2))  # type: ignore[arg-type]
    np.testing.assert_array_equal(first.steps, again.steps)


def test_a_short_last_batch_is_counted_too(stretcher: Stretcher) -> None:
    found = find_directions(stretcher, Recipe("early", count=3, samples=130))  # type: ignore[arg-type]
    assert found.steps.shape == (3, Z) and np.isfinite(found.steps).all()


def test_no_hook_stays_behind(stretcher: Stretcher) -> None:
    find_directions(stretcher, Recipe("early", count=3, samples=256))  # type: ignore[arg-type]
    assert not stretcher.network.early._forward_hooks


def test_what_was_found_once_is_kept(stretcher: Stretcher, tmp_path: Path) -> None:
    first = find(stretcher, tmp_path)
    passes = stretcher.passes
    again = find(stretcher, tmp_path)
    assert stretcher.passes == passes > 0
    np.testing.assert_array_equal(again.steps, first.steps)  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", ["weights", "seed", "bytes"])
def test_other_weights_another_seed_or_a_broken_file_are_found_anew(
    stretcher: Stretcher, tmp_path: Path, change: str
) -> None:
    find(stretcher, tmp_path)
    passes = stretcher.passes
    if change == "weights":
        stretcher.sha256 = "b0" * 32
    if change == "bytes":
        (path,) = tmp_path.glob("*.npz")
        path.write_bytes(path.read_bytes()[:100])
    find(stretcher, tmp_path, seed=1 if change == "seed" else 0)
    assert stretcher.passes == 2 * passes


def test_a_network_never_written_is_not_kept(stretcher: Stretcher, tmp_path: Path) -> None:
    stretcher.sha256 = ""
    find(stretcher, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_generator_with_classes_must_be_told_which_to_hold(stretcher: Stretcher, tmp_path: Path) -> None:
    stretcher.n_classes = 2
    with pytest.raises(ValueError, match="2 classes; give the class weights"):
        find(stretcher, tmp_path)
    find(stretcher, tmp_path, classes=np.array([1, 0], np.float32))
    find(stretcher, tmp_path, classes=np.array([0, 1], np.float32))
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_a_layer_that_there_is_not_or_that_never_speaks_is_refused(stretcher: Stretcher, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no layer 'late'"):
        principal_directions(stretcher, "late", folder=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="has no layer ''"):
        principal_directions(stretcher, folder=tmp_path)  # type: ignore[arg-type]
    stretcher.network.forward = lambda z: z  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="draws without its layer 'beside'"):
        principal_directions(stretcher, "beside", folder=tmp_path)  # type: ignore[arg-type]


def test_an_operators_names_are_kept_beside_and_lead_to_the_step(stretcher: Stretcher, tmp_path: Path) -> None:
    found = find(stretcher, tmp_path)
    path = Recipe("early", count=3).path(stretcher, tmp_path)  # type: ignore[arg-type]
    assert name_direction(path, 2, " dark to light ") == {2: "dark to light"}
    named = find(stretcher, tmp_path)
    assert named.names == {2: "dark to light"}  # type: ignore[attr-defined]
    np.testing.assert_array_equal(named.step("dark to light"), found.steps[1])  # type: ignore[attr-defined]
    np.testing.assert_array_equal(named.step("2"), found.steps[1])  # type: ignore[attr-defined]
    assert name_direction(path, 2, "") == {}


@pytest.mark.parametrize(("number", "name"), [(0, "x"), (4, "x"), (1, "7"), (1, "x" * (NAME_LIMIT + 1)), (1, "taken")])
def test_a_name_that_would_mislead_is_refused(stretcher: Stretcher, tmp_path: Path, number: int, name: str) -> None:
    find(stretcher, tmp_path)
    path = Recipe("early", count=3).path(stretcher, tmp_path)  # type: ignore[arg-type]
    name_direction(path, 3, "taken")
    with pytest.raises(ValueError, match="no direction|is a number"):
        name_direction(path, number, name)


def test_names_that_a_person_broke_are_left_out_not_fatal(stretcher: Stretcher, tmp_path: Path) -> None:
    find(stretcher, tmp_path)
    names_path(Recipe("early", count=3).path(stretcher, tmp_path)).write_text("[not json")  # type: ignore[arg-type]
    assert find(stretcher, tmp_path).names == {}  # type: ignore[attr-defined]


def test_no_such_direction_is_told_with_those_that_there_are(stretcher: Stretcher, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="there are 1, 2, 3"):
        find(stretcher, tmp_path).step("4")  # type: ignore[attr-defined]


def test_the_bundled_kind_of_network_needs_no_layer_named(tmp_path: Path) -> None:
    torch.manual_seed(0)
    generator = Generator("small", LightGenerator(LightConfig(resolution=32)), precision="float32")
    found = principal_directions(generator, count=4, samples=256, folder=tmp_path)
    assert found.layer == "blocks.0" and found.steps.shape == (4, 140)
    assert (np.diff(found.explained) <= 0).all() and 0 < found.explained.sum() < 1


STYLE: dict[str, Any] = {"z_dim": 12, "n_classes": 3, "w_dim": 16, "resolution": 32}

FAMILIES: dict[str, tuple[Callable[[], nn.Module], Drawing]] = {
    "biggan": (small.biggan, biggan.FAMILY.drawing),
    "biggan_deep": (small.biggan_deep, biggan_deep.FAMILY.drawing),
    "stylegan2": (lambda: StyleGAN2(StyleGAN2Config(**STYLE, channels=(16, 12, 8, 6))), stylegan2.FAMILY.drawing),
    "stylegan3": (
        lambda: StyleGAN3(StyleGAN3Config(**STYLE, channels=(16,) * 8 + (12, 3), critical=2, margin=10)),
        stylegan3.FAMILY.drawing,
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_with_classes_has_directions_for_the_class_that_is_held(family: str, tmp_path: Path) -> None:
    make, drawing = FAMILIES[family]
    torch.manual_seed(0)
    generator = Generator(family, make(), precision="float32", drawing=drawing)
    classes = np.eye(generator.n_classes, dtype=np.float32)[1]
    found = principal_directions(generator, count=4, samples=512, classes=classes, folder=tmp_path)
    assert found.steps.shape == (4, generator.z_dim) and np.isfinite(found.steps).all()
    z = np.random.default_rng(1).standard_normal((4, generator.z_dim)).astype(np.float32)
    y = np.tile(classes, (4, 1))
    moved = generator.synthesize(z + 2 * found.steps[0], y) - generator.synthesize(z, y)
    assert float(moved.abs().mean()) > 1e-4, "the picture changes along the first direction"


def test_a_layer_of_few_degrees_has_no_further_directions(stretcher: Stretcher) -> None:
    stretcher.network.early.weight[:, 2:] = 0
    found = find_directions(stretcher, Recipe("early", count=4))  # type: ignore[arg-type]
    assert (np.linalg.norm(found.steps[:2], axis=1) > 0.9).all()
    np.testing.assert_array_equal(found.steps[2:], 0)
