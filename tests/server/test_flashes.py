"""Never more than three flashes a second: pictures that flicker, fade and walk, and a counter of our own. D5, D6, D7.

What counts flashes is `flash_counter.py`, which shares no code with what it judges.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from PIL import Image

from models import load_generator
from models.maps.atlas import Atlas
from models.works.collection import load_collection
from server.renderer.encoder import encode_jpeg
from server.renderer.flashes import Flashes
from server.renderer.latents import Latents
from server.renderer.mixing import Picture
from shared_state.scene import Scene
from shared_state.settings import DEFAULTS
from tests.server.flash_counter import flashes_in_the_worst_second

SIDE = 64
SECONDS = 4
BLACK, WHITE = (np.full((SIDE, SIDE, 3), code, np.uint8) for code in (0, 255))


def shown(pictures: Iterable[Picture], rate: float) -> tuple[list[tuple[float, bytes]], int]:
    """What a wall gets of these, so many a second; and how many were not passed on as they were."""
    flashes, out, touched = Flashes(), [], 0
    for frame, picture in enumerate(pictures):
        passed = flashes.limited(picture, 100 + frame / rate)
        touched += passed is not picture
        out.append((100 + frame / rate, encode_jpeg(passed, 80)))
    return out, touched


def flicker(hertz: float, rate: float, dark: Picture = BLACK, bright: Picture = WHITE) -> list[Picture]:
    """`hertz` changes a second."""
    return [(dark, bright)[int(frame * hertz / rate) % 2] for frame in range(int(rate * SECONDS))]


def untouched(pictures: list[Picture], rate: float) -> list[tuple[float, bytes]]:
    return [(frame / rate, encode_jpeg(picture, 80)) for frame, picture in enumerate(pictures)]


@pytest.mark.parametrize("hertz", [60, 30, 10, 5])
def test_a_generator_that_flickers_flashes_three_times_a_second_at_most(hertz: float) -> None:
    """D5."""
    pictures = flicker(2 * hertz if hertz < 60 else 60, 60)
    assert flashes_in_the_worst_second(untouched(pictures, 60)) >= 4, "the counter counts"
    frames, _ = shown(pictures, 60)
    assert 1 <= flashes_in_the_worst_second(frames) <= 3


@pytest.mark.parametrize("rate", [8, 15, 30, 120])
def test_so_it_is_at_any_frame_rate(rate: float) -> None:
    """D5."""
    frames, _ = shown(flicker(rate, rate), rate)
    assert flashes_in_the_worst_second(frames) <= 3


def test_pictures_drawn_by_chance_flash_no_more() -> None:
    """D5."""
    rng = np.random.default_rng(0)
    pictures = [
        np.asarray(Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8)).resize((SIDE, SIDE)))
        for _ in range(60 * SECONDS)
    ]
    assert flashes_in_the_worst_second(untouched(pictures, 60)) > 3
    frames, _ = shown(pictures, 60)
    assert flashes_in_the_worst_second(frames) <= 3
    assert flashes_in_the_worst_second(frames, red=True) <= 3


@pytest.mark.parametrize("part", [0.3, 0.5])
def test_a_part_of_the_picture_that_flickers_is_enough(part: float) -> None:
    """D5."""
    corner = BLACK.copy()
    corner[: int(SIDE * part)] = 255
    pictures = flicker(20, 60, BLACK, corner)
    assert flashes_in_the_worst_second(untouched(pictures, 60)) > 3
    frames, _ = shown(pictures, 60)
    assert flashes_in_the_worst_second(frames) <= 3


def test_halves_that_flicker_in_turns_count_together() -> None:
    """D5."""
    left, right = BLACK.copy(), BLACK.copy()
    left[:, : SIDE // 2], right[:, SIDE // 2 :] = 255, 255
    pictures = [(BLACK, left, BLACK, right)[frame // 4 % 4] for frame in range(60 * SECONDS)]
    assert flashes_in_the_worst_second(untouched(pictures, 60)) > 3
    frames, _ = shown(pictures, 60)
    assert flashes_in_the_worst_second(frames) <= 3


def test_saturated_red_that_flickers_is_limited_though_its_luminance_hardly_changes() -> None:
    """D5."""
    red, grey = np.zeros_like(BLACK), np.full_like(BLACK, 127)
    red[..., 0] = 255
    pictures = flicker(20, 60, grey, red)
    assert flashes_in_the_worst_second(untouched(pictures, 60)) == 0
    assert flashes_in_the_worst_second(untouched(pictures, 60), red=True) > 3
    frames, _ = shown(pictures, 60)
    assert flashes_in_the_worst_second(frames, red=True) <= 3


def test_a_flicker_of_fine_stripes_against_their_mean_code_is_seen_as_light() -> None:
    """D5: as codes they have one mean, as light they have not."""
    stripes = BLACK.copy()
    stripes[:, 1::2] = 255
    frames, _ = shown(
        flicker(20, 60, np.full_like(BLACK, 127), np.kron(stripes[::4, ::4], np.ones((4, 4, 1), np.uint8))), 60
    )
    assert flashes_in_the_worst_second(frames) <= 3


def test_a_picture_that_changes_for_good_is_shown_as_it_is_within_a_second() -> None:
    """D6."""
    flashes = Flashes()
    for frame, picture in enumerate(flicker(60, 60)):
        flashes.limited(picture, frame / 60)
    later = SECONDS + 1.2
    assert flashes.limited(WHITE, later) is WHITE
    assert flashes.limited(BLACK, later + 1 / 60) is BLACK


def test_a_slow_fade_passes_untouched_and_so_do_three_flashes() -> None:
    """D6."""
    fade = [np.full_like(BLACK, round(127 - 127 * math.cos(frame / 60 * 2))) for frame in range(60 * 8)]
    assert shown(fade, 60)[1] == 0
    three = [BLACK] * 10 + ([WHITE] * 10 + [BLACK] * 10) * 3
    assert shown(three, 60)[1] == 0


def test_small_things_may_twinkle() -> None:
    """D6."""
    star = BLACK.copy()
    star[:16, :16] = 255
    assert shown(flicker(20, 60, BLACK, star), 60)[1] == 0


def test_a_picture_of_another_size_is_held_against_the_last_one() -> None:
    """D7."""
    large = [np.full((2 * SIDE, 2 * SIDE, 3), code, np.uint8) for code in (0, 255)]
    flashes, codes = Flashes(), []
    for frame in range(240):
        picture = (BLACK, large[1])[frame % 2]
        passed = flashes.limited(picture, frame / 60)
        assert passed.shape == picture.shape
        codes.append(np.asarray(Image.fromarray(passed).resize((SIDE, SIDE))))
    assert flashes_in_the_worst_second(untouched(codes, 60)) <= 3


def test_a_room_that_strolls_through_the_collection_passes_untouched() -> None:
    """D6: the bundled generator, at the speed of the idle walk."""
    generator, collection = load_generator("bundled", device="cpu"), load_collection()
    latents = Latents(collection, Atlas(collection.places, collection.seeds))
    rate = 12

    def stroll() -> Iterable[Picture]:
        for frame in range(5 * rate):
            way = DEFAULTS.idle_speed * frame / rate
            latent = latents.of(Scene(0.3 + way, 0.4 + way / 2), {})
            yield generator.generate(latent[None], None, 1.0)[0]

    assert shown(stroll(), rate)[1] == 0


def test_strips_that_flicker_one_right_after_the_other_count_together() -> None:
    """D5: an eighth of the picture each, in one picture each, so that no two pictures differ by a quarter."""
    pictures = [BLACK.copy() for _ in range(60 * SECONDS)]
    for frame, picture in enumerate(pictures):
        phase = frame % 10
        picture[: min(phase, 10 - phase, 4) * SIDE // 8] = 255
    assert shown(pictures, 60)[1] > 0


def test_a_picture_that_was_held_back_is_followed_softly_and_not_in_one_jump() -> None:
    """D6."""
    flashes = Flashes()
    for frame, picture in enumerate(flicker(60, 60)):
        last = flashes.limited(picture, frame / 60)
    way = [last.mean(), *(flashes.limited(WHITE, SECONDS + frame / 60).mean() for frame in range(130))]
    assert way[-1] == 255
    assert max(after - before for before, after in zip(way, way[1:], strict=False)) < 0.25 * (255 - way[0])
