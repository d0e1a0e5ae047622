"""One control, three meanings: each is the family's own, none fails anywhere between 0 and 1, and 1 changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.generator import Generator, load_generator
from models.truncation import LEAST_STATISTICS, Truncation
from tests.server.installed import any_gan

MEANINGS = {
    "biggan": Truncation.Z,
    "biggan_deep": Truncation.STATISTICS,
    "stylegan2": Truncation.W,
    "stylegan3": Truncation.W,
}


def latents(generator: Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """z (3, z_dim), and one mixture of classes for all."""
    rng = np.random.default_rng(3)
    y = np.tile(rng.dirichlet(np.ones(generator.n_classes)), (3, 1)).astype(np.float32)
    return rng.standard_normal((3, generator.z_dim)).astype(np.float32), y


@pytest.mark.parametrize("family", MEANINGS)
def test_the_control_means_what_the_generator_says_and_never_fails(family: str, tmp_path: Path) -> None:
    generator = load_generator(any_gan(family, tmp_path), precision="float32")
    assert generator.truncation is MEANINGS[family]
    z, y = latents(generator)

    def drawn(control: float) -> torch.Tensor:
        return generator.synthesize(z, y, generator.truncation.at(control))

    assert torch.equal(drawn(1.0), generator.synthesize(z, y)), "at 1 a seed shows its work exactly"
    assert not torch.allclose(drawn(0.5), drawn(1.0), atol=1e-3)
    assert bool(torch.isfinite(drawn(0.0)).all())
    apart = [float(drawn(control).std(0).mean()) for control in (1.0, 0.0)]
    assert apart[1] < 0.2 * apart[0], "towards 0 pictures grow alike"
    if generator.truncation is Truncation.Z:
        assert torch.allclose(drawn(0.5), generator.synthesize(0.5 * z, y), atol=1e-5)
    else:
        assert not torch.allclose(drawn(0.5), generator.synthesize(0.5 * z, y), atol=1e-3), "it is not a smaller z"


def test_only_the_family_without_statistics_at_0_ends_above_it() -> None:
    assert {meaning: meaning.at(0.0) for meaning in Truncation} == {
        Truncation.Z: 0.0,
        Truncation.STATISTICS: LEAST_STATISTICS,
        Truncation.W: 0.0,
    }
    assert all(meaning.at(1.0) == 1.0 and meaning.at(0.4) == 0.4 for meaning in Truncation)
