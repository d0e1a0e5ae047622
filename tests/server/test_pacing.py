"""When frames begin: a push need not wait for its slot to end, and there are no more frames than slots. R44."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from server.renderer.pacing import Pace
from shared_state.messages import Enter, Place, Present, Pushed
from tests.server.stand_ins import Studio, hearing, next_frame, until


def test_after_a_rest_a_frame_begins_at_once_and_shows_that_moment() -> None:
    pace = Pace(50.0)
    assert pace.opens_in_s(7.0) == pace.ends_in_s(7.0) == 0.0
    assert pace.begin(7.0) == 7.0


def test_without_a_push_frames_begin_a_slot_apart() -> None:
    pace = Pace(50.0)
    pace.begin(7.0)
    assert pace.ends_in_s(7.015) == pytest.approx(0.005)
    assert pace.begin(7.02) == pytest.approx(7.02)


def test_a_push_begins_a_frame_early_which_shows_the_end_of_its_slot() -> None:
    pace = Pace(50.0)
    pace.begin(7.0)
    assert pace.opens_in_s(7.011) == 0.0
    assert pace.begin(7.011) == pytest.approx(7.02)
    assert pace.opens_in_s(7.011) == pytest.approx(0.009), "one frame a slot, however many push"
    assert pace.ends_in_s(7.011) == pytest.approx(0.029), "an early frame takes nothing from the next one's time"


def test_a_picture_that_takes_longer_than_a_slot_leaves_no_debt() -> None:
    pace = Pace(50.0)
    pace.begin(7.0)
    assert pace.begin(7.5) == 7.5
    assert pace.opens_in_s(7.501) == 0.0 < pace.ends_in_s(7.501)


def test_there_are_never_more_frames_than_slots_whenever_pushes_come() -> None:
    rng, pace, now_s, shown_s = random.Random(5), Pace(60.0), 0.0, []
    while now_s < 10.0:
        shown_s.append(pace.begin(now_s))
        now_s += rng.uniform(0.001, 0.02)  # the picture
        now_s += rng.uniform(pace.opens_in_s(now_s), pace.ends_in_s(now_s))  # the push
    assert len(shown_s) <= 10.0 * 60 + 2
    assert all(later - earlier >= 1 / 60 - 1e-9 for earlier, later in zip(shown_s, shown_s[1:], strict=False))


async def test_a_push_does_not_wait_for_the_end_of_its_slot(tmp_path: Path) -> None:
    studio = Studio(tmp_path, frame_rate_max=0.001, people_rate=0.01)  # a slot of a quarter of an hour
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        first = await next_frame(values)
        await studio.say(Enter("ada"), Present("g", ["ada"], 1), Pushed("ada", Place(1, 1.0, 0.5)))
        await until(lambda: studio.hub.newest["main"] > first.seq)
    studio.close()
