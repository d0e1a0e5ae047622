"""The easel: scenes in, pictures out, on a thread of its own. D4."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.metrics import Metrics
from server.renderer.easel import MAX_BATCH, NO_GUESTS, DrawingError, Easel
from server.renderer.mixing import Picture
from shared_state.guests import Guests
from shared_state.messages import Portion
from shared_state.scene import Scene
from tests.server.stand_ins import PLACES, SIDE, Painter, small_collection, small_easel, until

GUEST = "guest:0123456789abcdef"


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def easel(painter: Painter, tmp_path: Path) -> Iterator[Easel]:
    easel = small_easel(painter, Metrics(), tmp_path)
    yield easel
    painter.gate.set()
    easel.close()


async def test_a_drawing_is_a_jpeg_of_the_generators_size(easel: Easel) -> None:
    drawing = await easel.draw(Scene(0.4, 0.4))
    with Image.open(io.BytesIO(drawing.jpeg)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (SIDE, SIDE))


async def test_at_an_artworks_place_the_artwork_is_nearest_and_wholly_close(easel: Easel) -> None:
    drawing = await easel.draw(Scene(*PLACES[4]))
    assert drawing.near[0].id == "work-4"
    assert drawing.near[0].closeness == pytest.approx(1.0, abs=1e-3)
    nearest = drawing.nearby[0]
    assert (nearest.id, nearest.x, nearest.y) == ("work-4", *PLACES[4])
    assert 0 < nearest.reach <= 0.08


async def test_works_are_told_nearest_first_and_no_more_than_five(easel: Easel) -> None:
    near = (await easel.draw(Scene(0.35, 0.52))).near
    closeness = [work.closeness for work in near]
    assert len(near) == 5 and closeness == sorted(closeness, reverse=True)
    assert all(0 <= one <= 1 for one in closeness)


async def test_the_same_works_are_told_to_the_screens_and_to_the_law(easel: Easel) -> None:
    drawing = await easel.draw(Scene(0.2, 0.7))
    assert [work.id for work in drawing.near] == [work.id for work in drawing.nearby]


async def test_rooms_that_are_due_in_one_moment_share_one_pass(easel: Easel, painter: Painter) -> None:
    await asyncio.gather(*(easel.draw(Scene(x, y)) for x, y in PLACES))
    assert painter.batches == [len(PLACES)]


async def test_blends_and_places_share_a_pass_too(easel: Easel, painter: Painter) -> None:
    blend = Scene(0.5, 0.5, (Portion("work-1", 1.0),), 1.0)
    drawings = await asyncio.gather(easel.draw(Scene(*PLACES[4])), easel.draw(blend), easel.draw(Scene(*PLACES[0])))
    assert painter.batches == [3]
    assert [drawing.near[0].id for drawing in drawings] == ["work-4", "work-1", "work-0"]


async def test_a_picture_goes_through_what_its_room_says_before_it_is_encoded(easel: Easel) -> None:
    seen: list[str] = []

    def negative(picture: Picture) -> Picture:
        seen.append(threading.current_thread().name)
        return 255 - picture

    plain, turned = await asyncio.gather(easel.draw(Scene(0.4, 0.4)), easel.draw(Scene(0.4, 0.4), NO_GUESTS, negative))
    assert np.array_equal(turned.picture, 255 - plain.picture)
    shown = np.asarray(Image.open(io.BytesIO(turned.jpeg))).astype(int)
    assert abs(shown - turned.picture).max() < 8
    assert len(seen) == 1 and seen[0].startswith("easel")


async def test_a_guest_is_drawn_from_the_latent_that_there_was_when_it_was_ordered(
    easel: Easel, painter: Painter
) -> None:
    latents = {GUEST: small_collection().seeds[2].tobytes()}
    guests = Guests(painter.name, latents)
    painter.gate.clear()
    first = asyncio.create_task(easel.draw(Scene(0.1, 0.1)))
    await until(lambda: bool(painter.batches))
    drawing = asyncio.create_task(easel.draw(Scene(0.5, 0.5, (Portion(GUEST, 1.0),), 1.0), guests))
    await asyncio.sleep(0)  # it places its order
    latents.clear()
    painter.gate.set()
    await first
    assert (await drawing).near[0].id == "work-2"


async def test_a_guest_of_another_model_is_left_out_although_its_latent_is_as_long(easel: Easel) -> None:
    """D3."""
    blend = Scene(0.5, 0.5, (Portion(GUEST, 0.5), Portion("work-2", 0.5)), 1.0)
    strangers = Guests("another", {GUEST: small_collection().seeds[3].tobytes()})
    assert (await easel.draw(blend, strangers)).near[0].closeness == 1.0
    assert (await easel.draw(blend, strangers)).near[0].id == "work-2"


async def test_rooms_that_draw_on_and_on_find_together(easel: Easel, painter: Painter) -> None:
    async def room(first: int) -> None:
        for _ in range(first, 6):
            await easel.draw(Scene(0.5, 0.5))

    await asyncio.gather(room(0), room(0), room(0))
    assert painter.batches == [3] * 6


async def test_rooms_that_were_out_of_step_find_together(easel: Easel, painter: Painter) -> None:
    async def room() -> None:
        for _ in range(4):
            await easel.draw(Scene(0.5, 0.5))

    painter.gate.clear()
    first = asyncio.create_task(room())
    await until(lambda: bool(painter.batches))
    others = asyncio.gather(room(), room())
    await asyncio.sleep(0)  # they place their orders
    painter.gate.set()
    await asyncio.gather(first, others)
    assert painter.batches == [1, 3, 3, 3, 2]


async def test_a_pass_never_holds_more_than_its_limit(easel: Easel, painter: Painter) -> None:
    drawings = await asyncio.gather(*(easel.draw(Scene(0.5, 0.5)) for _ in range(MAX_BATCH + 3)))
    assert len(drawings) == MAX_BATCH + 3
    assert painter.batches == [MAX_BATCH, 3]


async def test_the_event_loop_goes_on_while_the_generator_draws(easel: Easel, painter: Painter) -> None:
    painter.gate.clear()
    drawing = asyncio.create_task(easel.draw(Scene(0.5, 0.5)))
    await until(lambda: bool(painter.batches))
    assert not drawing.done()
    painter.gate.set()
    assert (await drawing).jpeg


async def test_everything_is_drawn_in_the_easels_own_thread(easel: Easel, painter: Painter) -> None:
    for _ in range(3):
        await easel.draw(Scene(0.1, 0.2))
    assert len(painter.threads) == 1 and next(iter(painter.threads)).startswith("easel")


async def test_a_failing_generator_is_a_drawing_error_that_says_why(easel: Easel, painter: Painter) -> None:
    painter.failures = 1
    with pytest.raises(DrawingError, match="ArithmeticError: the picture is not finite"):
        await easel.draw(Scene(0.5, 0.5))
    assert (await easel.draw(Scene(0.5, 0.5))).jpeg


async def test_a_room_that_cannot_be_drawn_fails_alone(easel: Easel, painter: Painter) -> None:
    painter.refuses = small_collection().seeds[4]
    good, bad, other = await asyncio.gather(
        easel.draw(Scene(0.1, 0.1)), easel.draw(Scene(0.5, 0.5)), easel.draw(Scene(0.9, 0.9)), return_exceptions=True
    )
    assert isinstance(bad, DrawingError)
    assert not isinstance(good, BaseException) and good.near[0].id == "work-0"
    assert not isinstance(other, BaseException) and other.near[0].id == "work-3"


async def test_a_place_that_is_no_place_is_refused_before_the_generator_sees_it(easel: Easel, painter: Painter) -> None:
    with pytest.raises(DrawingError):
        await easel.draw(Scene(float("nan"), 0.5))
    assert painter.batches == []


async def test_a_room_that_stops_in_the_middle_of_a_pass_does_not_disturb_the_others(
    easel: Easel, painter: Painter
) -> None:
    painter.gate.clear()
    leaving, staying = (
        asyncio.create_task(easel.draw(Scene(0.1, 0.1))),
        asyncio.create_task(easel.draw(Scene(0.9, 0.9))),
    )
    await until(lambda: bool(painter.batches))
    leaving.cancel()
    painter.gate.set()
    assert (await staying).near[0].id == "work-3"
    assert leaving.cancelled()
