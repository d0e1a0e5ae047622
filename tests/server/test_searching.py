"""Search by words, type-ahead and paths over HTTP: what is answered, and who is refused with which sentence."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from models.search import text_store
from models.search.text import TextIndex
from models.works.collection import Collection
from server.metrics import Metrics
from server.search import searching
from server.settings import ServerSettings
from server.web.app import create_app
from shared_state.memory_hub import MemoryHub
from tests.models.labels import WORKS, many
from tests.models.test_similar import hung
from tests.models.test_text_search import HOSTILE
from tests.server.gallery import announce


class Site:
    """The application without a socket; its room `main` shows `works`."""

    def __init__(self, folder: Path, works: Any = WORKS, **settings: Any) -> None:
        self.hub = MemoryHub()
        features = np.random.default_rng(1).normal(size=(len(works), 3)).astype(np.float32)
        places = np.random.default_rng(2).random((len(works), 2), np.float32)
        self.collection: Collection = dataclasses.replace(
            hung(1), works=list(works), features=features, places=places, digest="d1"
        )
        options = ServerSettings(**({"web_root": folder / "dist", "museum_pictures": False} | settings))
        self.client = TestClient(
            create_app(self.hub, self.collection, options, Metrics()), base_url="http://gallery.local:8000"
        )

    def get(self, what: str, **params: str) -> Any:
        return self.client.get(f"/api/rooms/main/{what}", params=params)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def site(tmp_path: Path, cache: Path) -> Iterator[Site]:
    yield from opened(tmp_path)


def opened(folder: Path, works: Any = WORKS, **settings: Any) -> Iterator[Site]:
    site = Site(folder, works, **settings)
    with site.client as client:
        client.portal.call(announce, site.hub)  # type: ignore[union-attr]
        yield site


def test_a_search_answers_with_ids_total_and_facets(site: Site) -> None:
    answer = site.get("search", q="fan", culture="French")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "private, max-age=60"
    told = answer.json()
    assert told["works"] == ["w6"] and told["total"] == 1 and told["explained"] is told["after"] is None
    assert told["reasons"] == []
    assert sorted(told["facets"]["culture"]) == [["Chinese", 1], ["French", 1]]
    assert set(told["facets"]) == {"department", "culture", "period", "medium", "artist", "colour"}


def test_pages_follow_by_after(site: Site) -> None:
    first = site.get("search", limit="4").json()
    assert len(first["works"]) == 4 and first["after"] == "w4" and first["total"] == len(WORKS)
    assert site.get("search", limit="4", after="w4").json()["works"] == ["w5", "w6", "w7", "w8"]


def test_who_finds_nothing_is_told_why(site: Site) -> None:
    """Q7"""
    told = site.get("search", q="rembrant").json()
    assert told["total"] == 0 and "“rembrandt”" in told["explained"]
    assert told["reasons"] == [{"why": "meant", "term": "rembrant", "meant": "rembrandt"}]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_answered_politely(site: Site, typed: str) -> None:
    """Q1"""
    typed = typed.encode("utf-8", "replace").decode()
    assert site.get("search", q=typed).status_code == 200
    assert site.get("suggest", q=typed).status_code == 200


def test_bytes_that_are_no_text_are_answered_politely(site: Site) -> None:
    assert site.client.get("/api/rooms/main/search?q=%ff%fe%00&culture=%ff").status_code == 200


@pytest.mark.parametrize(
    "params", [{"limit": "0"}, {"limit": "61"}, {"limit": "many"}, {"limit": "-1"}, {"after": "nowhere"}]
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(site: Site, params: dict[str, str]) -> None:
    refused = site.get("search", q="fan", **params)
    assert refused.status_code == 400 and refused.json()["error"].endswith(".")


def test_type_ahead_answers_with_names(site: Site) -> None:
    told = site.get("suggest", q="rembr").json()["suggestions"]
    assert {"text": "Rembrandt", "kind": "artist", "count": 2} in told


def test_a_path_has_both_its_ends(site: Site) -> None:
    works = site.get("path", **{"from": "w1", "to": "w10"}).json()["works"]
    assert works[0] == "w1" and works[-1] == "w10" and 2 <= len(works) <= 32


def test_a_path_without_an_end_or_to_nowhere_is_refused_with_a_sentence(site: Site) -> None:
    assert site.get("path", **{"from": "w1"}).status_code == 400
    refused = site.get("path", **{"from": "w1", "to": "nowhere"})
    assert refused.status_code == 404 and "'nowhere'" in refused.json()["error"]
    assert refused.json()["code"] == "no_work"


@pytest.mark.parametrize("what", ["search", "suggest", "path?from=w1&to=w2"])
def test_a_room_that_there_is_not_is_answered_as_everywhere(site: Site, what: str) -> None:
    """G48"""
    answer = site.client.get(f"/api/rooms/nowhere/{what}")
    assert answer.status_code == 404 and answer.json()["code"] == "no_room"


def test_one_network_address_may_search_only_so_often(tmp_path: Path, cache: Path) -> None:
    """Q10; type-ahead has a bucket of its own."""
    for site in opened(tmp_path, searches_per_minute=3, suggestions_per_minute=5):
        assert [site.get("search", q="fan").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = site.get("path", **{"from": "w1", "to": "w2"})
        assert refused.status_code == 429 and refused.headers["retry-after"] and "error" in refused.json()
        assert [site.get("suggest", q="fan").status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_crowd_beyond_the_desks_places_is_told_to_come_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q10"""
    monkeypatch.setattr(searching, "SEARCHES_WAITING", -2)
    for site in opened(tmp_path):
        refused = site.get("search", q="fan")
        assert refused.status_code == 503 and refused.headers["retry-after"]


def test_a_search_that_takes_too_long_is_told_so(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q10"""
    monkeypatch.setattr("models.search.text.STEPS", 1)
    monkeypatch.setattr(searching, "TextIndex", partial(TextIndex, limit_s=-1.0))
    for site in opened(tmp_path, many(300)):
        refused = site.get("search", q='"red man"')
        assert refused.status_code == 503 and refused.json()["code"] == "too_long"


def test_an_index_that_breaks_while_it_is_used_is_made_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q9"""

    class Broken(TextIndex):
        def search(self, *_: Any, **__: Any) -> Any:
            raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(searching, "TextIndex", Broken)
    broken = site.get("search", q="peacocks")
    assert broken.status_code == 503 and broken.headers["retry-after"]
    monkeypatch.setattr(searching, "TextIndex", TextIndex)
    assert site.get("search", q="peacocks").json()["total"] == 2


def test_the_words_are_read_once_for_all_who_ask(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    build = text_store.build
    monkeypatch.setattr(text_store, "build", lambda *how: (built.append(1), build(*how)))
    for site in opened(tmp_path):
        assert [site.get("search", q=word).status_code for word in ("fan", "oil", "man")] == [200] * 3
    assert built == [1]
