"""Labels for tests of the search by words: a dozen that are easy to reason about, and as many drawn by a seed."""

from __future__ import annotations

import random
from pathlib import Path

from models.search.text import TextIndex
from models.works.work import Work

WORKS = [
    Work(id="w1", title="Peacocks", artist="Melchior d'Hondecoeter (Dutch, Utrecht 1636–1695 Amsterdam)", date="1683",
         medium="Oil on canvas", department="European Paintings"),
    Work(id="w2", title="Madame Cézanne in the Conservatory", artist="Paul Cézanne (French, 1839–1906)", date="1891",
         medium="Oil on canvas", department="European Paintings"),
    Work(id="w3", title="The Card Players", artist="Paul Cézanne (French, 1839–1906)", date="1890–92",
         medium="Oil on canvas", department="European Paintings"),
    Work(id="w4", title="Portrait of a Man", artist="Rembrandt (Rembrandt van Rijn) (Dutch, Leiden 1606–1669)",
         date="ca. 1655–60", medium="Oil on canvas", department="European Paintings"),
    Work(id="w5", title="Self-Portrait", artist="Rembrandt (Dutch, Leiden 1606–1669 Amsterdam)", date="1660",
         medium="Oil on wood", department="European Paintings"),
    Work(id="w6", title="Fan", date="18th century", medium="Ivory, silk", department="Decorative Arts",
         culture="French"),
    Work(id="w7", title="Fan with peacocks", date="mid-18th century", medium="Paper", department="Decorative Arts"),
    Work(id="w8", title="Fan", date="", medium="", department="Decorative Arts", culture="Chinese"),
    Work(id="w9", title="Krater", date="ca. 530–520 B.C.", medium="Terracotta", culture="Greek, Attic",
         department="Greek and Roman Art", description="A man plays cards; portrait-like"),
    Work(id="w10", title="مزهرية", date="n.d.", medium="Glass", culture="Iranian"),
]  # fmt: skip


def opened(folder: Path, works: list[Work] | None = None, **how: object) -> TextIndex:
    return TextIndex(WORKS if works is None else works, "digest", folder, **how)  # type: ignore[arg-type]


def many(count: int, seed: int = 1) -> list[Work]:
    """Labels of a few words, so that every word is in many."""
    rng = random.Random(seed)
    words = ["red", "blue", "man", "woman", "dragon", "boat", "river", "moon", "cat"]
    return [
        Work(
            id=f"m{i}",
            title=" ".join(rng.choices(words, k=rng.randint(1, 4))).title(),
            artist=rng.choice(["", "A. Painter", "B. Potter", "C. Weaver"]),
            culture=rng.choice(["", "French", "Dutch"]),
            date=rng.choice(["", "1650", "17th–18th century", "1900"]),
            medium=rng.choice(["Oil on canvas", "Silk", "Bronze"]),
            department=rng.choice(["One", "Two"]),
            description=" ".join(rng.choices(words, k=rng.randint(0, 3))),
        )
        for i in range(count)
    ]
