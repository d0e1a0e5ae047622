"""The original's map: its constants and weights, pinned; and where ours goes another way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.latent import length
from models.maps.ring import BUMP, HIGH, LEAVE, LOW, START, Ring, own_axes, ring_places, ring_weights
from shared_state.settings import DEFAULTS
from tests.models.drawings import seeds_on_shell

SEEDS = seeds_on_shell(6)

HAND_SET = ((0.7, 1.15), (1.15, 1.0), (1.2, 0.5), (0.9, 0.25), (0.5, 0.25), (0.2, 0.5))
"""The first six places of the original's list, before it moved them by chance."""

GOLDEN = [
    (HAND_SET, (0.7, 0.7), (0.232227340, 0.134655634, 0.136540042, 0.180018471, 0.180018471, 0.136540042)),
    (HAND_SET, (1.0, 0.9), (0.179599043, 0.634055409, 0.127806852, 0.036158708, 0.013645856, 0.008734132)),
    (HAND_SET, (0.1, 0.1), (0.004134569, 0.001459108, 0.005220510, 0.044334754, 0.451336838, 0.493514222)),
    (HAND_SET, (0.7, 1.15), (0.925425100, 0.053742456, 0.006752328, 0.003663894, 0.003663894, 0.006752328)),
    (None, (1.0, 0.9), (0.132280516, 0.719034871, 0.100990813, 0.017479790, 0.009677320, 0.020536691)),
    (None, (0.7, 1.2), (0.898368836, 0.044727151, 0.004975015, 0.002226834, 0.004975015, 0.044727151)),
    (None, (0.7, 0.7), (1 / 6,) * 6),
]
"""Places (None: our ring), where the point is, and the weights, from the original's formula run in JavaScript."""


def on_the_wire(x: float, y: float) -> tuple[float, float]:
    """A place on the ring's axes, as the wire tells it."""
    return (x - LOW) / (HIGH - LOW), (HIGH - y) / (HIGH - LOW)


def distances(places: NDArray[np.float64], point: tuple[float, float]) -> NDArray[np.float64]:
    return np.asarray(np.hypot(*(places - np.array(point)).T))


@pytest.mark.parametrize(("places", "point", "weights"), GOLDEN)
def test_the_weights_are_the_originals(
    places: tuple[tuple[float, float], ...] | None, point: tuple[float, float], weights: tuple[float, ...]
) -> None:
    six = own_axes(ring_places()) if places is None else np.array(places)
    np.testing.assert_allclose(ring_weights(distances(six, point)), weights, atol=1e-7)


def test_the_constants_are_the_originals() -> None:
    assert (LOW, HIGH, START, BUMP) == (0.1, 1.3, (0.7, 0.7), 0.05)


def test_the_original_began_where_a_room_begins() -> None:
    assert on_the_wire(*START) == pytest.approx((0.5, 0.5))


def test_six_works_stand_at_equal_angles_around_the_start_the_first_at_the_top() -> None:
    own = own_axes(ring_places())
    np.testing.assert_allclose(distances(own, START), 0.5, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(own - np.roll(own, 1, axis=0), axis=1), 0.5, atol=1e-6)
    np.testing.assert_allclose(own[0], (0.7, 1.2), atol=1e-6)
    assert ring_places()[0, 1] < 0.1, "small y is the top of the wall"
    assert own[1, 0] > START[0], "the second to the right: clockwise"


def test_thumbnails_of_the_originals_size_lie_within_the_map() -> None:
    own = own_axes(ring_places())
    assert own.min() - 0.1 >= LOW - 1e-6 and own.max() + 0.1 <= HIGH + 1e-6


@pytest.mark.parametrize("point", [(0.7, 0.7), (1.0, 0.9), (0.1, 0.1), (0.7, 1.149), (1.25, 0.4)])
def test_outside_of_the_discs_decode_is_the_originals_linear_mean(point: tuple[float, float]) -> None:
    far = distances(own_axes(ring_places()), point)
    assert far.min() > BUMP
    raised = [float(np.exp(-6 * d)) for d in far]
    wanted = sum(SEEDS[work].astype(np.float64) * raised[work] / sum(raised) for work in range(6))
    np.testing.assert_allclose(Ring(SEEDS).decode(*on_the_wire(*point)), wanted, atol=1e-6)


def test_in_the_middle_z_is_the_plain_mean_shorter_than_any_seed() -> None:
    middle = Ring(SEEDS).decode(0.5, 0.5)
    np.testing.assert_allclose(middle, SEEDS.mean(axis=0), atol=1e-5)
    assert length(middle) < 0.6 * length(SEEDS[0])


def test_at_the_rim_of_a_disc_the_original_leapt_and_ours_does_not() -> None:
    ring, (x, y) = Ring(SEEDS), own_axes(ring_places())[0]
    outside, inside = (ring.decode(*on_the_wire(x + BUMP * part, y)) for part in (1.0001, 0.9999))
    assert length(outside - inside) < 1e-2
    assert length(outside - SEEDS[0]) > 0.1 * length(SEEDS[0]), "where the original showed the seed at once"


def test_a_bump_begins_where_the_original_had_it_and_ends_further_out() -> None:
    reach = Ring(SEEDS).reach * (HIGH - LOW)
    np.testing.assert_allclose(reach, LEAVE)
    np.testing.assert_allclose(reach * DEFAULTS.enter_ratio, BUMP)


@pytest.mark.parametrize("works", [1, 2, 5])
def test_a_ring_of_fewer_works_is_one_too(works: int) -> None:
    ring = Ring(SEEDS[:works])
    assert len(np.unique(ring.places, axis=0)) == works
    np.testing.assert_array_equal(ring.decode(*ring.places[-1]), SEEDS[works - 1])


def test_a_ring_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not \(N, width\)"):
        Ring(np.zeros((0, 140), np.float32))
