"""How long a renderer trusts its lease: rule S13 of docs/SPEC.md."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared_state.lease import Tenure


def test_a_lease_is_trusted_for_four_fifths_of_its_life() -> None:
    """S13."""
    tenure = Tenure.since(100.0, 2_000)
    assert tenure.alive(101.59)
    assert not tenure.alive(101.61)


@given(st.floats(0, 1e9), st.integers(1, 60_000), st.floats(0, 60))
def test_the_life_is_counted_from_before_the_request(asked_s: float, ttl_ms: int, answer_took_s: float) -> None:
    """S13: a slow answer makes the tenure shorter, never longer than what Redis keeps."""
    tenure = Tenure.since(asked_s, ttl_ms)
    redis_may_drop_it_at_s = asked_s + ttl_ms / 1_000
    assert not tenure.alive(redis_may_drop_it_at_s)
    assert tenure.alive(asked_s + answer_took_s) == (asked_s + answer_took_s < tenure.until_s)


def test_a_lease_without_life_is_never_trusted() -> None:
    """S13."""
    assert not Tenure.since(5.0, 0).alive(5.0)
