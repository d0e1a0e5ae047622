"""A made-up museum of any size, the same for the same seed: labels with words as unevenly common as real ones are.

For `bench/search.py` alone: the largest open collection has 470,000 works, and no project ships that table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.works.work import Work

SEED = 1

WORDS, ARTISTS = 60_000, 40_000

STEEPNESS = 1.07
"""Zipf's exponent of words in English texts."""

COMMON_SHARE = 0.4
"""The commonest word, "portrait", is in this part of the works."""

MEDIA = (
    "Oil on canvas", "Oil on wood", "Watercolor on paper", "Etching", "Engraving", "Albumen silver print", "Bronze",
    "Terracotta", "Marble", "Silk", "Pen and brown ink on paper", "Hard-paste porcelain", "Silver, gilt", "Glass",
    "Wool", "Ivory", "Tempera and gold on wood", "Gelatin silver print", "Limestone", "Steel, leather",
)  # fmt: skip

PLACES = ("American", "French", "Italian", "Japanese", "British", "Chinese", "German", "Roman", "Egyptian", "Dutch",
          "Greek", "Indian", "Spanish", "Iranian", "Korean", "Flemish", "Coptic", "Mexican", "Edo", "Akan")  # fmt: skip

DATES = ("ca. {0}", "{0}–{1}", "{0}", "dated {0}", "{2}th century", "late {2}th–early {3}th century", "{0}s", "n.d.")

SYLLABLES = [a + b for a in "bcdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "ul")]

HASHES = ("1QcSHQRnh493V4dIh4eXh1h4kJUI", "3PcNNYSFeXh/d3eld0iHZoZgVwh2", "HBkSHYSIeHiPiHh8eJd4eTN0EEQG", "")
"""ThumbHashes published with the format, and no picture."""


def museum(count: int) -> list[Work]:
    """`count` works."""
    rng = np.random.default_rng(SEED)
    words = [name(i) for i in range(WORDS)]
    artists = [f"{name(i * 7 + 11).title()} {name(i * 13 + 5).title()}" for i in range(ARTISTS)]
    titles = texts(rng, words, rng.integers(1, 7, count))
    tags = texts(rng, words, rng.integers(2, 12, count))
    common = rng.random(count) < COMMON_SHARE
    by, given = zipf(rng, ARTISTS, count), zipf(rng, 4_000, count)
    medium, place, department = (zipf(rng, size, count) for size in (len(MEDIA), len(PLACES), 19))
    year, form, look = rng.integers(1400, 1960, count), rng.integers(0, len(DATES), count), rng.integers(0, 4, count)
    return [
        Work(
            id=f"m{i}",
            title=(f"Portrait of {titles[i]}" if common[i] else titles[i].capitalize()),
            artist=artists[by[i]] if i % 2 else "",
            date=DATES[form[i]].format(year[i] // 10 * 10, year[i] + 9, year[i] // 100 + 1, year[i] // 100 + 2),
            medium=MEDIA[medium[i]],
            department=f"Department {department[i] + 1}",
            culture=PLACES[place[i]],
            credit=f"Gift of {words[given[i]].title()}, {1870 + given[i] % 150}",
            museum="A Museum of Everything",
            description=tags[i],
            thumbhash=HASHES[look[i]],
        )
        for i in range(count)
    ]


def name(number: int) -> str:
    """A pronounceable word of its own for every number."""
    made = ""
    while number or not made:
        number, digit = divmod(number, len(SYLLABLES))
        made += SYLLABLES[digit]
    return made


def zipf(rng: np.random.Generator, size: int, count: int) -> NDArray[np.intp]:
    """`count` numbers below `size`, the n-th as common as 1 / n ** STEEPNESS."""
    weights = np.arange(1, size + 1) ** -STEEPNESS
    return rng.choice(size, count, p=weights / weights.sum())


def texts(rng: np.random.Generator, words: Sequence[str], lengths: NDArray[np.int_]) -> list[str]:
    """A text of each length."""
    drawn, ends = zipf(rng, len(words), int(lengths.sum())), np.cumsum(lengths)
    return [
        " ".join(words[word] for word in drawn[end - length : end]) for end, length in zip(ends, lengths, strict=True)
    ]
