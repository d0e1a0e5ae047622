"""A museum on loopback, a clock that nobody waits for, and a cache of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.sources.museum import Clock, Museum, open_museum


@pytest.fixture
def museum() -> Iterator[Museum]:
    with open_museum() as museum:
        yield museum


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
