"""The latent of a scene: the map's, a blend's, or what lies between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.latent import LatentSpace, length
from models.maps.atlas import Atlas
from server.renderer.latents import Latents
from shared_state.messages import Portion
from shared_state.scene import Scene
from tests.server.stand_ins import PLACES, Z_DIM, small_collection

COLLECTION = small_collection()
SEEDS = COLLECTION.seeds
MAP = Atlas(COLLECTION.places, SEEDS)
LATENTS = Latents(COLLECTION, MAP)
SPACE = LatentSpace(Z_DIM)
GUEST = "guest:0123456789abcdef"
OWN = np.random.default_rng(3).standard_normal(Z_DIM).astype(np.float32)


def blend(blended: float = 1.0, guests: dict[str, bytes] | None = None, **weights: float) -> NDArray[np.float32]:
    """Of works 'work_0' ..., at a place that is no work's."""
    portions = tuple(Portion(work.replace("_", "-"), weight) for work, weight in sorted(weights.items()))
    return LATENTS.of(Scene(0.35, 0.52, portions, blended), guests or {})


@pytest.mark.parametrize("work", range(len(PLACES)))
def test_a_blend_of_one_is_exactly_its_seed(work: int) -> None:
    """D1."""
    assert np.array_equal(blend(**{f"work_{work}": 1.0}), SEEDS[work])


def test_without_a_blend_and_before_it_shows_the_map_is_the_whole_picture() -> None:
    """D2."""
    place = MAP.decode(0.35, 0.52)
    assert np.array_equal(LATENTS.of(Scene(0.35, 0.52), {}), place)
    assert np.array_equal(LATENTS.of(Scene(0.35, 0.52, (), 1.0), {}), place)
    assert np.array_equal(blend(0.0, work_1=0.5, work_2=0.5), place)


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6), st.floats(0, 1))
def test_a_blend_keeps_the_length_of_its_seeds_and_turning_to_it_never_leaves_their_shell(
    weights: list[float], blended: float
) -> None:
    """D1, D2."""
    shares = np.array(weights) / sum(weights)
    latent = blend(blended, **{f"work_{work}": share for work, share in enumerate(shares)})
    wanted = (1 - blended) * length(MAP.decode(0.35, 0.52)) + blended * float(shares @ length(SEEDS[: len(shares)]))
    assert float(length(latent)) == pytest.approx(float(wanted), rel=1e-4)


def test_turning_to_the_blend_never_jumps() -> None:
    """D2."""
    way = [blend(step / 200, work_1=0.5, work_3=0.5) for step in range(201)]
    steps = [float(length(b - a)) for a, b in zip(way, way[1:], strict=False)]
    assert max(steps) < 0.05 * float(length(way[-1]))
    assert np.array_equal(way[-1], blend(work_1=0.5, work_3=0.5))


def test_what_this_collection_does_not_have_is_left_out_and_the_others_share_its_weight() -> None:
    """D3."""
    assert np.array_equal(blend(work_1=0.25, work_2=0.25, stranger=0.5), blend(work_1=0.5, work_2=0.5))
    assert np.array_equal(blend(stranger=1.0), MAP.decode(0.35, 0.52))


def test_a_guest_is_a_work_like_any_other() -> None:
    """D3."""
    guests = {GUEST: OWN.tobytes()}
    assert np.array_equal(blend(guests=guests, **{GUEST: 1.0}), OWN)
    mixed = blend(guests=guests, work_1=0.5, **{GUEST: 0.5})
    assert np.allclose(mixed, SPACE.mix(np.stack([OWN, SEEDS[1]]), np.array([0.5, 0.5])), atol=1e-6)


@pytest.mark.parametrize(
    "latent", [b"", b"\0" * 7, OWN.tobytes() * 2, np.full(Z_DIM, np.nan, np.float32).tobytes()], ids=repr
)
def test_a_guest_of_another_model_or_that_is_no_latent_is_left_out(latent: bytes) -> None:
    """D3."""
    assert np.array_equal(blend(guests={GUEST: latent}, work_1=0.5, **{GUEST: 0.5}), SEEDS[1])
