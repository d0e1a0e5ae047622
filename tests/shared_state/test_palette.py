"""The colours of people: that they can be told apart, and who gets which."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from shared_state.palette import PALETTE, Colours

Vector = tuple[float, float, float]

EYES: dict[str, tuple[Vector, Vector, Vector]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red-blind": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "green-blind": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}
"""What is left of linear red, green and blue (Vienot, Brettel and Mollon 1999)."""

WALL_LUMINANCE = 0.0067
"""Of #121214, lighter than the wall's ground."""


def times(rows: tuple[Vector, Vector, Vector], vector: Vector) -> Vector:
    a, b, c = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in rows)
    return a, b, c


def linear(colour: str) -> Vector:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    r, g, b = (float(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in channels)
    return r, g, b


def oklab(rgb: Vector) -> Vector:
    """Ottosson's uniform colour space: distances are about as large as they look."""
    long, medium, short = times(
        ((0.41222, 0.53633, 0.05145), (0.21190, 0.68070, 0.10740), (0.08830, 0.28172, 0.62998)), rgb
    )
    roots = max(0.0, long) ** (1 / 3), max(0.0, medium) ** (1 / 3), max(0.0, short) ** (1 / 3)
    return times(((0.21045, 0.79362, -0.00407), (1.97800, -2.42859, 0.45059), (0.02590, 0.78277, -0.80868)), roots)


def least_difference(colours: tuple[str, ...], eyes: str) -> float:
    seen = [oklab(times(EYES[eyes], linear(colour))) for colour in colours]
    return min(math.dist(a, b) for a, b in combinations(seen, 2))


def test_there_are_24_colours_that_can_be_told_apart() -> None:
    assert len(set(PALETTE)) == len(PALETTE) >= 24
    assert least_difference(PALETTE, "usual") > 0.07


@pytest.mark.parametrize(("eyes", "least"), [("usual", 0.16), ("red-blind", 0.09), ("green-blind", 0.09)])
def test_the_first_eight_colours_differ_clearly_for_all_eyes(eyes: str, least: float) -> None:
    assert least_difference(PALETTE[:8], eyes) > least


@pytest.mark.parametrize("colour", PALETTE)
def test_every_colour_stands_out_from_the_wall(colour: str) -> None:
    luminance = sum(part * c for part, c in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))
    assert (luminance + 0.05) / (WALL_LUMINANCE + 0.05) >= 4.5


def test_a_newcomer_gets_the_lowest_free_colour() -> None:
    colours = Colours(kept_s=120.0, limit=200)
    assert [colours.take(person, 0.0) for person in "abc"] == list(PALETTE[:3])
    colours.leave("b", 1.0)
    assert colours.take("d", 2.0) == PALETTE[3]
    assert colours.take("e", 121.5) == PALETTE[1]


def test_a_colour_is_kept_while_its_owner_may_return() -> None:
    """R20."""
    colours = Colours(kept_s=120.0, limit=200)
    colours.take("a", 0.0)
    colours.leave("a", 10.0)
    assert colours.take("b", 130.0) == PALETTE[1]
    assert colours.take("a", 130.0) == PALETTE[0]


def test_with_more_people_than_colours_the_palette_starts_again() -> None:
    colours = Colours(kept_s=120.0, limit=200)
    given = [colours.take(f"person{n}", 0.0) for n in range(len(PALETTE) + 1)]
    assert given == [*PALETTE, PALETTE[0]]


def test_of_too_many_who_left_the_one_longest_away_is_forgotten() -> None:
    colours = Colours(kept_s=120.0, limit=2)
    for n, person in enumerate("abc"):
        colours.take(person, n)
        colours.leave(person, n)
    assert set(colours.slots()) == {"b", "c"}
