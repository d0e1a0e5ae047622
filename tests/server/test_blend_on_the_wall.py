"""Hands on sliders, from the hub to the frames that a wall gets; and walls that flicker. B3, B6, D1, D3, D5, D7."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from server.metrics import Metrics
from server.renderer.easel import Easel
from shared_state.hub import Subscription
from shared_state.messages import (
    Bring,
    ChooseMode,
    Cursor,
    Deed,
    Did,
    Edit,
    Enter,
    Frame,
    Guest,
    Input,
    Place,
    Portion,
    Present,
    Pushed,
    Switch,
)
from tests.server.flash_counter import flashes_in_the_worst_second
from tests.server.stand_ins import SIDE, Painter, Studio, hearing, next_frame, next_people, small_easel, until
from tests.server.test_switching import report

WATCHED = Present("g", ["ada", "ben"], 1)
SEEDS = np.random.default_rng(7).standard_normal((6, 8)).astype(np.float32)
"""As in the stand-ins' collection."""
GUEST = "guest:0123456789abcdef"


class Strobe(Painter):
    """Paints black and white in turns."""

    def generate(
        self, z: NDArray[np.float32], y: NDArray[np.float32] | None = None, truncation: float = 1.0, /
    ) -> NDArray[np.uint8]:
        self.batches.append(len(z))
        return np.full((len(z), SIDE, SIDE, 3), 255 * (len(self.batches) % 2), np.uint8)


class Opener:
    """Opens one easel."""

    def __init__(self, easel: Easel) -> None:
        self.easel = easel

    async def __call__(self, model: str) -> Easel:
        return self.easel


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path, models=("museum/other.safetensors",))
    yield studio
    studio.close()


def did(person: str, deed: Deed) -> Input:
    return Did(person, deed, guide=False)


def edit(seq: int, do: str, work: str | None = None, amount: float | None = None) -> Edit:
    return Edit(seq, do, work, amount)  # type: ignore[arg-type]


def picture(jpeg: bytes) -> NDArray[np.int64]:
    return np.asarray(Image.open(io.BytesIO(jpeg))).astype(int)


def painted(latent: NDArray[np.float32]) -> NDArray[np.int64]:
    return Painter().generate(latent[None])[0].astype(int)


async def seconds_later(studio: Studio, values: Subscription, seconds: float) -> Frame:
    """The newest frame when so much time has passed, with somebody watching."""
    frame = await next_frame(values)
    for step in range(int(seconds * 30)):
        studio.clock.now_s += 1 / 30
        if step % 30 == 0:
            await studio.say(WATCHED)
        frame = await next_frame(values)
    return frame


async def test_a_blend_of_one_shows_the_picture_of_its_seed_and_is_a_bump(studio: Studio) -> None:
    """D1."""
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        await studio.say(
            WATCHED, Enter("ada"), did("ada", ChooseMode(1, "blend")), did("ada", edit(2, "add", "work-2"))
        )
        frame = await seconds_later(studio, values, 6)
    assert abs(picture(frame.jpeg) - painted(SEEDS[2])).max() <= 4
    assert (frame.near[0].id, frame.near[0].closeness, frame.bump) == ("work-2", 1.0, "work-2")


async def test_two_people_on_two_sliders_both_get_what_they_set_and_both_see_whose_hands_they_are(
    studio: Studio,
) -> None:
    """B3, B6."""
    portions = [Portion("work-0", 0.5), Portion("work-1", 0.3), Portion("work-2", 0.2)]
    async with hearing(studio.hub, "people") as values, studio.drawing():
        await next_people(values)
        await studio.say(WATCHED, Enter("ada"), Enter("ben"), did("ada", Bring(1, portions)))
        await studio.say(did("ada", edit(2, "weigh", "work-0", 0.4)), did("ben", edit(1, "weigh", "work-1", 0.35)))
        people = await next_people(values)
        while not any(slider.hand == "ben" for slider in people.blend):
            people = await next_people(values)
    assert [(slider.id, slider.hand) for slider in people.blend] == [
        ("work-0", "ada"),
        ("work-1", "ben"),
        ("work-2", None),
    ]
    assert [slider.weight for slider in people.blend] == pytest.approx([0.4, 0.35, 0.25])


async def test_a_guest_comes_into_the_blend_like_a_work(studio: Studio) -> None:
    """D3."""
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        await studio.say(WATCHED, Enter("ada"), Guest(GUEST, (SEEDS[3] * 0.5).tobytes(), "stand-in"))
        await studio.say(did("ada", ChooseMode(1, "blend")), did("ada", edit(2, "add", GUEST)))
        frame = await seconds_later(studio, values, 6)
    assert abs(picture(frame.jpeg) - painted(SEEDS[3] * np.float32(0.5))).max() <= 4
    assert frame.bump is None


async def test_a_hand_on_a_slider_wakes_a_room_at_rest_and_a_cursor_does_not(tmp_path: Path) -> None:
    studio = Studio(tmp_path, heartbeat_s=1_000, people_rate=0.01)  # nothing else wakes it
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        await next_frame(values)
        await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, 0.5, 0.5)))
        loop = renderer.loops[0]
        before = await studio.at_rest(loop.room)
        loop._apply([did("ada", Cursor(1, 0.5, 0.5))])
        assert not loop._moved.is_set()
        await studio.say(did("ada", ChooseMode(2, "blend")), did("ada", edit(3, "add", "work-2")))
        await until(lambda: studio.hub.newest["main"] > before)
    studio.close()


async def until_seen(studio: Studio, values: Subscription, frames: int) -> list[tuple[float, bytes]]:
    """When so many frames came, and their pictures; between two of them a sixtieth of a second passes."""
    seen = []
    for step in range(frames):
        studio.clock.now_s += 1 / 60
        if step % 30 == 0:
            await studio.say(WATCHED)
        seen.append((studio.clock.now_s, (await next_frame(values)).jpeg))
    return seen


async def test_a_generator_that_flickers_does_not_flicker_on_the_wall(studio: Studio, tmp_path: Path) -> None:
    """D5."""
    studio.easel.close()
    studio.easel = small_easel(Strobe(), studio.metrics, tmp_path)
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        seen = await until_seen(studio, values, 200)
    assert len({jpeg for _, jpeg in seen}) > 3
    assert flashes_in_the_worst_second(seen) <= 3


async def test_a_fade_between_two_models_that_flicker_does_not_flicker(studio: Studio, tmp_path: Path) -> None:
    """D7."""
    studio.easel.close()
    studio.easel = small_easel(Strobe("first"), studio.metrics, tmp_path)
    other = small_easel(Strobe("other"), Metrics(), tmp_path)
    studio.open_easel = Opener(other)
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        seen = await until_seen(studio, values, 30)
        await studio.say(WATCHED, Switch("wish-1", "other"))
        while (told := await report(studio)) is None or told.stage != "done":
            assert told is None or told.stage != "failed", told.told
            seen += await until_seen(studio, values, 1)
        seen += await until_seen(studio, values, 60)
    other.close()
    assert len(seen) > 120
    assert flashes_in_the_worst_second(seen) <= 3
