"""Wandering shows no jump, no frozen frame and no dead grey, and meets works: the judgement, and a short real walk."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.wandering import Hand, small, wandered
from bench.watching import FROZEN_S, SIDE, Flat, Report, Seen, flattest, watched

Picture = NDArray[Any]

FLAT = Flat(contrast=8.0, saturation=7.0)
STEP = 0.0025
"""Way from frame to frame, in widths: a stroll at 60 frames a second."""

CORNERS = (
    np.random.default_rng(3).integers(0, 256, (2, 4, 4, 3)).astype(float).repeat(SIDE // 4, 1).repeat(SIDE // 4, 2)
)
"""Two motley pictures (2, SIDE, SIDE, 3), between which a made-up map blends."""


def strolled(paint: Callable[[float], Picture], frames: int = 360, bumps: Sequence[int] = (50,)) -> list[Seen]:
    """A walk to and fro along x at an even pace, on a map that shows `paint(x)`; a bump at some frames."""
    ways = np.abs((np.arange(frames) * STEP + 1) % 2 - 1)
    return [
        Seen(i / 60, float(x), 0.5, paint(float(x)).astype(np.uint8), "a" if i in bumps else None, "a")
        for i, x in enumerate(ways)
    ]


def blended(x: float) -> Picture:
    return np.asarray((1 - x) * CORNERS[0] + x * CORNERS[1])


def report(seen: Sequence[Seen]) -> Report:
    return watched(seen, FLAT)


def test_a_smooth_colourful_walk_that_meets_a_work_has_no_fault() -> None:
    seen = report(strolled(blended))
    assert seen.faults == []
    assert (seen.frames, seen.bumps, seen.met, seen.flat) == (360, 1, 1, 0)
    assert seen.rate == pytest.approx(60)
    assert seen.jump < 2


def test_a_map_that_jumps_is_found_out() -> None:
    seen = report(strolled(lambda x: blended(x) if x < 0.5 else 255 - blended(x)))
    assert seen.jump > 50
    assert [fault for fault in seen.faults if "jumps" in fault] == seen.faults


def test_half_as_many_frames_of_a_smooth_walk_are_no_jump() -> None:
    every = strolled(blended)
    slow = every[:100] + every[100:200:6] + every[200:]
    assert report(slow).leap > 2 * report(every).leap, "the eye sees larger steps"
    assert report(slow).faults == [], "but the map is as smooth as it was"
    assert report(slow).strides < report(every).strides, "and of a long step nobody can say more"


def test_going_from_a_pale_region_into_a_rich_one_is_no_jump() -> None:
    """Half of a blend within ten strides, thirty times as steep as the rest, with a soft beginning and end."""

    def paint(x: float) -> Picture:
        within = np.clip((x - 0.5) / (10 * STEP), 0, 1)
        return blended(0.5 * x + 0.5 * within**2 * (3 - 2 * within))

    seen = report(strolled(paint))
    assert seen.leap > 20 and seen.faults == []


def test_a_painter_that_freezes_is_found_out() -> None:
    seen = report(strolled(lambda x: blended(min(x, 0.4))))
    assert seen.still_way > 0.3
    assert any("froze" in fault for fault in seen.faults)


def test_frames_that_stay_away_while_the_point_moves_are_found_out() -> None:
    every = strolled(blended)
    late = every[:100] + [replace(one, at_s=one.at_s + 2 * FROZEN_S) for one in every[100:]]
    assert report(late).gap_s == pytest.approx(2 * FROZEN_S + 1 / 60)
    assert [fault for fault in report(late).faults if "no new picture" in fault] == report(late).faults


def test_a_point_at_rest_may_show_the_same_picture_for_as_long_as_it_likes() -> None:
    every = strolled(blended)
    rest = [replace(every[99], at_s=every[99].at_s + second) for second in range(1, 30)]
    after = [replace(one, at_s=one.at_s + 30) for one in every[100:]]
    assert report(every[:100] + rest + after).faults == []


def test_a_dead_grey_region_is_found_out() -> None:
    grey = np.full((SIDE, SIDE, 3), 127.0)
    seen = report(strolled(lambda x: grey + 40 * x if 0.3 < x < 0.4 else blended(x)))
    assert 0.05 < seen.flat < 0.2
    assert any("grey and flat" in fault for fault in seen.faults)


def test_a_pale_drawing_and_a_field_of_one_colour_are_not_dead_grey() -> None:
    drawing, field = np.full((SIDE, SIDE, 3), 230), np.full((SIDE, SIDE, 3), (180, 40, 30))
    drawing[::4] = 120
    assert report(strolled(lambda x: drawing)).flat == report(strolled(lambda x: field)).flat == 0


def test_a_wall_that_meets_no_work_is_found_out() -> None:
    assert report(strolled(blended, bumps=())).faults == ["the point settled on no work"]


def test_a_bump_counts_when_it_begins_and_a_work_met_twice_is_one_work() -> None:
    seen = report(strolled(blended, bumps=(0, 10, 11, 12, 30)))
    assert (seen.bumps, seen.met) == (2, 1)


def test_flat_is_half_of_what_the_flattest_works_show() -> None:
    greys = np.stack([np.full((SIDE, SIDE, 3), level) for level in range(100)]).astype(np.uint8)
    assert flattest(greys) == Flat(0.0, 0.0)
    motley = np.stack([CORNERS[0] * strength for strength in np.linspace(0, 1, 101)])
    full = flattest(np.stack([CORNERS[0]]))
    assert flattest(motley).contrast == pytest.approx(0.05 * full.contrast, rel=0.01)
    assert full.saturation == pytest.approx(0.5 * float(np.ptp(CORNERS[0], axis=2).mean()))


def test_nothing_is_said_of_a_single_frame() -> None:
    with pytest.raises(ValueError, match="1 frames"):
        report(strolled(blended, frames=1))


def test_the_hand_is_smooth_lets_go_and_stays_off_the_edges() -> None:
    hand, x, y = Hand(random.Random(1)), 0.5, 0.5
    pushes = []
    for _ in range(3_000):
        push = hand.next(x, y)
        pushes.append(push)
        if push is not None:
            x, y = (min(1.0, max(0.0, at + 0.01 * by)) for at, by in zip((x, y), push, strict=True))
            assert np.hypot(*push) <= 1 + 1e-9
            assert 0 < x < 1 and 0 < y < 1
    steps = [np.hypot(*np.subtract(a, b)) for a, b in zip(pushes, pushes[1:], strict=False) if a and b]
    assert max(steps) < 0.6
    assert 0.2 < sum(push is None for push in pushes) / len(pushes) < 0.5


def test_a_picture_of_any_size_is_judged_at_one() -> None:
    large = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    assert small(large).shape == (SIDE, SIDE, 3)
    assert np.abs(small(large) - large.reshape(SIDE, 2, SIDE, 2, 3).mean((1, 3))).max() <= 1
    assert small(small(large)).shape == (SIDE, SIDE, 3)


def test_a_walk_through_the_real_thing_neither_jumps_nor_freezes_nor_turns_grey() -> None:
    """Ten seconds, so that it need not meet a work; how fast frames come is the machine's affair."""
    seen, _ = wandered(10.0, None)
    faults = [fault for fault in seen.faults if "no new picture" not in fault and "settled" not in fault]
    assert not faults
    assert seen.frames > 20 and seen.passed > 3
