"""The shared blend: what hands do to it, whatever they do, and what is shown of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_state.blend import Palette
from shared_state.gestures import HISTORY
from shared_state.messages import MAX_PORTIONS, Edit, Portion, Slider
from shared_state.settings import DEFAULTS

WORKS = [f"work-{i}" for i in range(10)]
HELD_S, TAU_S = DEFAULTS.blend_hold_s, DEFAULTS.blend_tau_s
PLAYED = settings(deadline=None, max_examples=120)

AMOUNTS = st.floats(-2, 2) | st.floats(allow_nan=True, allow_infinity=True) | st.none()
EDITS: st.SearchStrategy[Edit] = st.builds(
    Edit,
    st.just(0),
    st.sampled_from(["add", "add", "remove", "weigh", "weigh", "nudge", "lock", "unlock", "let_go", "equal", "undo"]),
    st.sampled_from([*WORKS, "forgery"]),
    AMOUNTS,
)
PEOPLE = st.sampled_from(["ann", "ben", "cyd"])
LOGS = st.lists(st.tuples(PEOPLE, EDITS, st.floats(0, 2)), max_size=40)
WEIGHTS = st.lists(st.floats(0.01, 1), min_size=2, max_size=MAX_PORTIONS)


class Blend:
    """A palette and its clock. Everything happens at `now_s`, which stands still until it is told."""

    def __init__(self, **weights: float) -> None:
        self.palette = Palette(DEFAULTS, lambda work: work != "forgery")
        self.now_s = 100.0
        if weights:
            self.palette.bring("setup", [Portion(work, weight) for work, weight in weights.items()], self.now_s)

    def __getitem__(self, work: str) -> float:
        return self.slider(work).weight

    def slider(self, work: str) -> Slider:
        return next(slider for slider in self.palette.told if slider.id == work)

    def do(self, person: str, do: Any, work: str | None = None, amount: float | None = None) -> str | None:
        return self.palette.edit(person, Edit(0, do, work, amount), self.now_s)

    def later(self, seconds: float) -> Blend:
        """In one step."""
        self.now_s += seconds
        self.palette.advance(seconds, self.now_s)
        return self

    def play(self, log: list[tuple[str, Edit, float]]) -> Blend:
        for person, edit, pause_s in log:
            self.palette.edit(person, edit, self.now_s)
            self.later(pause_s)
        return self

    @property
    def weights(self) -> dict[str, float]:
        return {slider.id: slider.weight for slider in self.palette.told}

    @property
    def shown(self) -> dict[str, float]:
        return {portion.id: portion.weight for portion in self.palette.shown}


def a_blend(weights: list[float]) -> Blend:
    return Blend(**dict(zip(WORKS, weights, strict=False)))


def sums_to_one(weights: dict[str, float]) -> bool:
    return math.isclose(math.fsum(weights.values()), 1.0, abs_tol=1e-9)


# -- whatever people do


@PLAYED
@given(LOGS)
def test_whatever_people_do_the_weights_sum_to_one_or_there_is_no_blend(log: list[tuple[str, Edit, float]]) -> None:
    """B1."""
    blend = Blend()
    for one in log:
        blend.play([one])
        assert not blend.weights or sums_to_one(blend.weights)
        assert all(0 <= weight <= 1 for weight in blend.weights.values())
        assert len(blend.weights) <= MAX_PORTIONS


@PLAYED
@given(LOGS)
def test_what_is_shown_sums_to_one_too_and_tells_only_what_there_is_of_it(log: list[tuple[str, Edit, float]]) -> None:
    """B13."""
    blend = Blend()
    for one in log:
        blend.play([one])
        shown = blend.palette.shown
        assert not shown or sums_to_one(blend.shown)
        assert all(0 < portion.weight <= 1 for portion in shown)
        assert [portion.id for portion in shown] == sorted(portion.id for portion in shown)


@PLAYED
@given(LOGS, PEOPLE, EDITS)
def test_what_is_locked_or_held_by_somebody_else_stays_where_it_is(
    log: list[tuple[str, Edit, float]], person: str, edit: Edit
) -> None:
    """B3, B5: weigh, nudge, add, equal and a lock move nothing that is fixed."""
    blend = Blend().play(log)
    fixed = {
        slider.id: slider.weight
        for slider in blend.palette.told
        if slider.id != edit.id and (slider.locked or slider.hand not in (None, person))
    }
    if edit.do not in ("remove", "undo"):
        blend.palette.edit(person, edit, blend.now_s)
        assert {work: blend.weights[work] for work in fixed} == fixed


@PLAYED
@given(LOGS, st.sampled_from(["weigh", "nudge"]), st.sampled_from([math.nan, math.inf, -math.inf, None]))
def test_an_amount_that_is_no_number_changes_nothing(log: list[tuple[str, Edit, float]], do: str, bad: Any) -> None:
    """B2."""
    blend = Blend().play(log)
    before = blend.palette.told
    assert blend.do("ann", do, "work-1", bad) in ("not finite", "not in the blend")
    assert blend.palette.told == before


# -- one slider


@PLAYED
@given(WEIGHTS, st.floats(0, 1))
def test_a_slider_gets_exactly_the_weight_it_is_given_and_the_others_keep_their_proportions(
    weights: list[float], wanted: float
) -> None:
    """B2."""
    blend = a_blend(weights)
    before = blend.weights
    assert blend.do("ann", "weigh", "work-0", wanted) is None
    assert blend["work-0"] == wanted
    rest = 1 - before["work-0"]
    for work in blend.weights.keys() - {"work-0"}:
        assert blend[work] == pytest.approx((1 - wanted) * before[work] / rest, abs=1e-9)


def test_more_than_there_is_gives_all_that_is_not_fixed_and_less_than_nothing_gives_none() -> None:
    """B2."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    blend.do("ann", "lock", "c")
    blend.do("ann", "weigh", "a", 1e300)
    assert (blend["a"], blend["b"], blend["c"]) == (0.8, 0.0, 0.2)
    blend.do("ann", "weigh", "a", -3.0)
    assert (blend["a"], blend["b"], blend["c"]) == (0.0, 0.8, 0.2)


def test_with_no_free_others_a_slider_takes_what_is_left() -> None:
    """B2."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "lock", "b")
    blend.do("ann", "weigh", "a", 0.1)
    assert blend.weights == {"a": 0.5, "b": 0.5}
    alone = Blend(a=1)
    alone.do("ann", "weigh", "a", 0.3)
    assert alone.weights == {"a": 1.0}


@PLAYED
@given(WEIGHTS)
def test_a_slider_pushed_to_the_end_and_back_finds_the_others_as_they_were(weights: list[float]) -> None:
    """B2."""
    blend = a_blend(weights)
    before = blend.weights
    for there in (1.0, 1.0, before["work-0"]):
        blend.do("ann", "weigh", "work-0", there)
    assert blend.weights == pytest.approx(before, abs=1e-9)


def test_where_the_others_never_had_any_they_share_equally() -> None:
    """B2."""
    blend = Blend(a=1, b=0, c=0)
    blend.do("ann", "weigh", "a", 0.5)
    assert blend.weights == {"a": 0.5, "b": 0.25, "c": 0.25}


@PLAYED
@given(WEIGHTS, st.lists(st.tuples(PEOPLE, st.floats(-0.05, 0.05)), max_size=8))
def test_nudges_of_several_people_add_up(weights: list[float], nudges: list[tuple[str, float]]) -> None:
    """B4."""
    blend = a_blend(weights)
    expected = blend["work-0"]
    for person, by in nudges:
        expected = min(1.0, max(0.0, expected + by))
        blend.do(person, "nudge", "work-0", by)
    assert blend["work-0"] == pytest.approx(expected, abs=1e-9)


def test_a_locked_slider_is_moved_by_nobody_until_it_is_unlocked() -> None:
    """B5."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    assert blend.do("ann", "lock", "a") is None
    assert blend.slider("a").locked
    assert blend.do("ann", "weigh", "a", 0.1) == "locked"
    assert blend.do("ben", "nudge", "a", 0.1) == "locked"
    assert blend["a"] == 0.5
    assert blend.do("ben", "unlock", "a") is None
    assert blend.do("ben", "weigh", "a", 0.1) is None
    assert blend["a"] == 0.1


# -- several hands


@PLAYED
@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), st.floats(0, 0.5), st.floats(0, 0.5))
def test_hands_on_different_sliders_come_to_the_same_in_either_order(weights: list[float], a: float, b: float) -> None:
    """B3."""
    one, other = a_blend(weights), a_blend(weights)
    one.do("ann", "weigh", "work-0", a)
    one.do("ben", "weigh", "work-1", b)
    other.do("ben", "weigh", "work-1", b)
    other.do("ann", "weigh", "work-0", a)
    assert (one["work-0"], one["work-1"]) == (a, b)
    assert one.weights == pytest.approx(other.weights, abs=1e-9)


def test_two_people_who_drag_different_sliders_never_move_each_others() -> None:
    """B3."""
    blend = Blend(a=0.4, b=0.4, c=0.2)
    for step in range(20):
        blend.do("ann", "weigh", "a", 0.4 + step / 100)
        blend.do("ben", "weigh", "b", 0.4 - step / 100)
        blend.later(1 / 30)
        assert (blend["a"], blend["b"]) == (0.4 + step / 100, 0.4 - step / 100)


def test_what_somebody_holds_leaves_only_the_rest_to_others() -> None:
    """B3."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    blend.do("ann", "weigh", "a", 0.6)
    blend.do("ben", "weigh", "b", 0.9)
    assert blend.weights == pytest.approx({"a": 0.6, "b": 0.4, "c": 0.0})


def test_on_the_same_slider_the_later_hand_wins_and_is_shown() -> None:
    """B6."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "weigh", "a", 0.2)
    assert (blend["a"], blend.slider("a").hand) == (0.2, "ann")
    blend.do("ben", "weigh", "a", 0.7)
    assert (blend["a"], blend.slider("a").hand) == (0.7, "ben")
    assert blend.do("ann", "let_go", "a") == "not held"
    assert blend.slider("a").hand == "ben"


@pytest.mark.parametrize("how", ["let_go", "time", "leave"])
def test_a_hand_comes_off_when_it_lets_go_rests_or_leaves(how: str) -> None:
    """B7."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    blend.do("ann", "weigh", "a", 0.5)
    match how:
        case "let_go":
            assert blend.do("ann", "let_go", "a") is None
        case "time":
            blend.later(HELD_S - 0.01)
            assert blend.slider("a").hand == "ann"
            blend.later(0.02)
        case _:
            blend.palette.leave("ann")
    assert blend.slider("a").hand is None
    blend.do("ben", "weigh", "b", 0.9)
    assert blend["a"] < 0.5


def test_a_hand_that_rested_too_long_holds_nothing_even_before_the_clock_is_told() -> None:
    """B7."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "weigh", "a", 0.5)
    blend.now_s += HELD_S
    blend.do("ben", "weigh", "b", 0.9)
    assert blend["b"] == 0.9


# -- works come and go


def test_a_work_enters_as_one_among_equals_and_the_only_one_is_everything() -> None:
    """B8."""
    blend = Blend()
    assert blend.do("ann", "add", "a") is None
    assert blend.weights == {"a": 1.0}
    blend.do("ann", "add", "b")
    assert blend.weights == {"a": 0.5, "b": 0.5}
    blend.do("ann", "weigh", "a", 0.8)
    blend.do("ann", "add", "c")
    assert blend.weights == pytest.approx({"a": 0.8 * 2 / 3, "b": 0.2 * 2 / 3, "c": 1 / 3})


def test_a_newcomer_finds_no_more_room_than_the_fixed_ones_leave() -> None:
    """B8."""
    blend = Blend(a=0.9, b=0.1)
    blend.do("ann", "lock", "a")
    blend.do("ann", "add", "c")
    assert blend.weights == pytest.approx({"a": 0.9, "b": 0.0, "c": 0.1})
    assert blend["a"] == 0.9


def test_what_is_there_is_not_added_twice_and_the_ninth_and_the_unknown_not_at_all() -> None:
    """B8."""
    blend = a_blend([1.0] * MAX_PORTIONS)
    before = blend.palette.told
    assert blend.do("ann", "add", "work-3") == "in the blend already"
    assert blend.do("ann", "add", "work-8") == "blend full"
    assert blend.do("ann", "add", "forgery") == "unknown work"
    assert blend.palette.told == before


def test_what_is_not_there_cannot_be_moved() -> None:
    """B8."""
    blend = Blend(a=1)
    for do in ("weigh", "nudge", "lock", "unlock", "let_go", "remove"):
        assert blend.do("ann", do, "b", 0.5) == "not in the blend"
        assert blend.do("ann", do, None, 0.5) == "not in the blend"
    assert blend.weights == {"a": 1.0}


def test_what_a_removed_work_had_goes_to_the_free_ones_in_proportion() -> None:
    """B9."""
    blend = Blend(a=0.4, b=0.3, c=0.2, d=0.1)
    blend.do("ann", "lock", "b")
    blend.do("ann", "remove", "a")
    assert blend.weights == pytest.approx({"b": 0.3, "c": 0.7 * 2 / 3, "d": 0.7 / 3})
    assert blend["b"] == 0.3


def test_where_all_are_fixed_a_removed_work_leaves_to_all_in_proportion() -> None:
    """B9."""
    blend = Blend(a=0.5, b=0.4, c=0.1)
    blend.do("ann", "lock", "b")
    blend.do("ann", "lock", "c")
    blend.do("ann", "remove", "a")
    assert blend.weights == pytest.approx({"b": 0.8, "c": 0.2})
    blend.do("ann", "remove", "b")
    assert blend.weights == {"c": 1.0}
    blend.do("ann", "remove", "c")
    assert blend.weights == {}


def test_equal_shares_what_the_locked_ones_leave() -> None:
    """B10."""
    blend = Blend(a=0.4, b=0.3, c=0.2, d=0.1)
    blend.do("ann", "lock", "a")
    blend.do("ann", "equal")
    assert blend["a"] == 0.4
    assert blend["b"] == blend["c"] == blend["d"] == pytest.approx(0.2)


def test_clear_takes_everything_away_hands_and_locks_with_it() -> None:
    """B10."""
    blend = Blend(a=0.4, b=0.6)
    blend.do("ann", "lock", "a")
    blend.do("ben", "weigh", "b", 0.6)
    blend.do("cyd", "clear")
    assert blend.palette.told == []
    blend.do("cyd", "add", "b")
    assert blend.palette.told == [Slider("b", 1.0, False, None)]


def test_a_whole_blend_takes_the_place_of_the_present_one_in_proportion() -> None:
    """B11."""
    blend = Blend(a=0.4, b=0.6)
    blend.do("ben", "weigh", "b", 0.6)
    blend.do("ann", "lock", "a")
    assert blend.palette.bring("cyd", [Portion("a", 3.0), Portion("c", 1.0)], blend.now_s) is None
    assert blend.palette.told == [Slider("a", 0.75, False, None), Slider("c", 0.25, False, None)]


@pytest.mark.parametrize("bad", [-0.5, math.nan, math.inf])
def test_a_blend_with_a_weight_that_is_none_is_not_brought(bad: float) -> None:
    """B11."""
    blend = Blend(a=1)
    assert blend.palette.bring("cyd", [Portion("b", 1.0), Portion("c", bad)], blend.now_s) == "not a blend"
    assert blend.palette.bring("cyd", [Portion("b", 0.0)], blend.now_s) == "not a blend"
    assert blend.palette.bring("cyd", [Portion(work, 1.0) for work in WORKS], blend.now_s) == "not a blend"
    assert blend.palette.bring("cyd", [], blend.now_s) == "unknown work"
    assert blend.weights == {"a": 1.0}


@PLAYED
@given(st.lists(st.builds(Portion, st.sampled_from(WORKS[:5]), st.floats(0, 1.7e308)), min_size=1, max_size=8))
def test_however_large_or_small_weights_are_brought_they_sum_to_one(portions: list[Portion]) -> None:
    """B1, B11."""
    blend = Blend()
    assert blend.palette.bring("ann", portions, 0.0) in (None, "not a blend")
    assert not blend.weights or sums_to_one(blend.weights)


@PLAYED
@given(LOGS)
def test_the_weights_that_a_link_carries_come_back_to_the_last_digit(log: list[tuple[str, Edit, float]]) -> None:
    """B11."""
    blend, other = Blend().play(log), Blend(z=1)
    other.palette.bring("ann", [Portion(work, weight) for work, weight in blend.weights.items()], 0.0)
    assert not blend.weights or other.weights == blend.weights


def test_of_a_brought_blend_the_works_that_are_known_here_come_in() -> None:
    """B11."""
    blend = Blend()
    assert blend.palette.bring("ann", [Portion("a", 0.25), Portion("forgery", 0.5), Portion("b", 0.25)], 0.0) is None
    assert blend.weights == {"a": 0.5, "b": 0.5}
    assert blend.palette.bring("ann", [Portion("forgery", 1.0)], 0.0) == "unknown work"


# -- undoing


@PLAYED
@given(LOGS, EDITS)
def test_undo_brings_back_exactly_what_was_before_when_nobody_else_changed_anything(
    log: list[tuple[str, Edit, float]], edit: Edit
) -> None:
    """B12."""
    blend = Blend().play(log).later(HELD_S)
    before = [(slider.id, slider.weight, slider.locked) for slider in blend.palette.told]
    if edit.do not in ("undo", "let_go"):
        blend.palette.edit("dee", edit, blend.now_s)
    if [(slider.id, slider.weight, slider.locked) for slider in blend.palette.told] != before:
        assert blend.do("dee", "undo") is None
    assert [(slider.id, slider.weight, slider.locked) for slider in blend.palette.told] == before


def test_a_run_along_one_slider_is_undone_at_once_and_then_the_gesture_before_it() -> None:
    """B12."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    first = blend.weights
    blend.do("ann", "weigh", "b", 0.1)
    between = blend.weights
    for step in range(30):
        blend.do("ann", "weigh", "a", step / 30)
        blend.later(1 / 30)
    assert blend.do("ann", "undo") is None
    assert blend.weights == between
    assert blend.do("ann", "undo") is None
    assert blend.weights == first
    assert blend.do("ann", "undo") == "nothing to undo"


def test_a_slider_that_was_let_go_and_taken_again_is_undone_in_two() -> None:
    """B12."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "weigh", "a", 0.4)
    blend.do("ann", "let_go", "a")
    blend.do("ann", "weigh", "a", 0.3)
    blend.do("ann", "undo")
    assert blend["a"] == 0.4
    blend.do("ann", "weigh", "a", 0.9)
    blend.do("ann", "undo")
    assert blend["a"] == 0.4, "what was undone is not part of the next gesture"


def test_when_others_have_changed_something_only_ones_own_slider_goes_back() -> None:
    """B12."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    blend.do("ann", "weigh", "a", 0.7)
    blend.do("ann", "let_go", "a")
    blend.do("ben", "weigh", "b", 0.25)
    assert blend.do("ann", "undo") is None
    assert blend["a"] == 0.5
    assert blend["b"] == 0.25, "ben holds it"
    assert sums_to_one(blend.weights)


def test_what_others_changed_in_the_middle_of_a_gesture_is_not_undone_with_it() -> None:
    """B12."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    blend.do("ann", "weigh", "a", 0.6)
    blend.do("ben", "weigh", "b", 0.1)
    blend.do("ben", "let_go", "b")
    blend.do("ann", "weigh", "a", 0.7)
    went_on = blend.weights
    assert blend.do("ann", "undo") is None
    assert blend["a"] == 0.5
    assert blend["b"] / blend["c"] == pytest.approx(went_on["b"] / went_on["c"])


def test_undo_moves_nothing_that_somebody_else_holds() -> None:
    """B3, B12."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "weigh", "a", 0.7)
    blend.do("ann", "let_go", "a")
    held = blend["b"]
    blend.do("ben", "weigh", "b", held)
    blend.do("ann", "undo")
    assert blend["b"] == held


def test_a_work_that_was_removed_comes_back_and_one_that_was_added_goes_though_others_went_on() -> None:
    """B12."""
    blend = Blend(a=0.5, b=0.3, c=0.2)
    blend.do("ann", "remove", "a")
    blend.do("ben", "add", "d")
    assert blend.do("ann", "undo") is None
    assert blend["a"] == 0.5 and sums_to_one(blend.weights)
    assert blend.do("ben", "undo") is None
    assert "d" not in blend.weights and sums_to_one(blend.weights)


def test_a_lock_is_undone_alone_and_nobody_elses_lock_is() -> None:
    """B5, B12."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "lock", "a")
    blend.do("ben", "weigh", "b", 0.5)
    blend.do("ben", "lock", "b")
    assert blend.do("ann", "undo") is None
    assert (blend.slider("a").locked, blend.slider("b").locked) == (False, True)
    blend.do("ann", "weigh", "a", 0.5)
    blend.do("ben", "undo")
    blend.do("cyd", "weigh", "a", 0.3)
    blend.do("cyd", "lock", "a")
    blend.do("dee", "equal")
    assert blend.slider("a").locked


def test_a_slider_that_somebody_locked_since_is_not_moved_by_an_undo() -> None:
    """B5, B12."""
    blend = Blend(a=0.5, b=0.5)
    blend.do("ann", "weigh", "a", 0.7)
    blend.do("ben", "lock", "a")
    assert blend.do("ann", "undo") == "changed by others"
    assert blend["a"] == 0.7 and blend.slider("a").locked


def test_a_whole_blend_that_others_went_on_with_is_not_undone() -> None:
    """B12."""
    blend = Blend(a=1)
    blend.palette.bring("ann", [Portion("b", 1.0), Portion("c", 1.0)], blend.now_s)
    blend.do("ben", "weigh", "b", 0.9)
    assert blend.do("ann", "undo") == "changed by others"
    assert blend["b"] == 0.9
    assert blend.do("ann", "undo") == "nothing to undo"


def test_memory_is_bounded_whoever_does_how_much() -> None:
    """B12."""
    blend = Blend(a=0.5, b=0.5)
    for number in range(HISTORY + 50):
        blend.do(f"person-{number}", "weigh", "a", number % 90 / 100)
    assert blend.do("person-0", "undo") == "nothing to undo"
    assert blend.do(f"person-{HISTORY + 49}", "undo") is None
    assert len(blend.palette._gestures._all) < HISTORY


# -- what is shown


@PLAYED
@given(LOGS)
def test_what_is_shown_becomes_exactly_what_is_set(log: list[tuple[str, Edit, float]]) -> None:
    """B13."""
    blend = Blend().play(log)
    for _ in range(600):
        blend.later(1 / 60)
    if blend.weights:
        assert blend.shown == {work: weight for work, weight in blend.weights.items() if weight > 0}
    assert not blend.palette.moving


def test_what_is_shown_follows_with_its_time_constant_at_any_frame_rate() -> None:
    """B13."""
    for frames in (1, 15, 60):
        blend = Blend(a=1, b=0).later(0)
        blend.do("ann", "weigh", "a", 0.0)
        assert blend.shown == {"a": 1.0} and blend.palette.moving
        for _ in range(frames):
            blend.later(TAU_S / frames)
        assert blend.shown["a"] == pytest.approx(math.exp(-1))


def test_a_removed_work_fades_out_of_what_is_shown() -> None:
    """B13."""
    blend = Blend(a=0.5, b=0.5).later(0)
    blend.do("ann", "remove", "a")
    assert "a" not in blend.weights
    blend.later(TAU_S)
    assert 0.1 < blend.shown["a"] < 0.25
    assert blend.later(60).shown == {"b": 1.0}


def test_a_blend_of_one_is_exactly_that_one() -> None:
    """B14."""
    blend = Blend(a=0.3, b=0.3, c=0.4)
    blend.do("ann", "remove", "a")
    blend.do("ann", "remove", "c")
    assert blend.later(60).palette.shown == (Portion("b", 1.0),)
    other = Blend(a=0.3, b=0.7)
    other.do("ann", "weigh", "a", 1.0)
    assert other.later(60).palette.shown == (Portion("a", 1.0),)


@PLAYED
@given(st.permutations(WORKS[:5]))
def test_equal_blends_are_shown_alike_whatever_the_order_in_which_works_came(order: list[str]) -> None:
    """B14."""
    blend, sorted_one = Blend(), Blend()
    for one, works in ((blend, order), (sorted_one, sorted(order))):
        for work in works:
            one.do("ann", "add", work)
        one.do("ann", "equal")
        one.later(60)
    assert blend.palette.shown == sorted_one.palette.shown


def test_a_cleared_blend_stays_to_be_seen_until_there_is_another() -> None:
    """B13."""
    blend = Blend(a=0.5, b=0.5).later(0)
    blend.do("ann", "clear")
    assert blend.later(60).shown == {"a": 0.5, "b": 0.5}
    assert not blend.palette.moving
    blend.do("ann", "add", "c")
    blend.later(TAU_S)
    assert 0.1 < blend.shown["a"] < 0.25 and sums_to_one(blend.shown)
    assert blend.later(60).shown == {"c": 1.0}


@pytest.mark.parametrize("dt_s", [0.0, -1.0, math.nan])
def test_no_time_moves_nothing(dt_s: float) -> None:
    """B13."""
    blend = Blend(a=1, b=0).later(0)
    blend.do("ann", "weigh", "b", 0.5)
    blend.palette.advance(dt_s, blend.now_s)
    assert blend.shown == {"a": 1.0}


# -- across renderers


@PLAYED
@given(LOGS)
def test_a_restored_blend_is_the_one_that_was_kept_with_nobodys_hand_on_it(log: list[tuple[str, Edit, float]]) -> None:
    """B15."""
    blend, other = Blend().play(log), Blend(z=1)
    other.palette.restore(blend.palette.durable())
    assert other.weights == blend.weights
    assert [slider.locked for slider in other.palette.told] == [slider.locked for slider in blend.palette.told]
    assert all(slider.hand is None for slider in other.palette.told)
    assert not other.palette.moving
    assert other.do("ann", "undo") == "nothing to undo"


def test_what_cannot_be_a_blend_is_restored_as_none() -> None:
    """B15."""
    blend = Blend(a=1)
    blend.palette.restore([Slider("b", math.nan, False, None), Slider("c", 0.5, False, None)])
    assert blend.palette.told == [] and blend.palette.shown == ()
    blend.palette.restore([Slider("forgery", 0.5, False, None), Slider("c", 0.25, True, "ann")])
    assert blend.palette.told == [Slider("c", 1.0, True, None)]
