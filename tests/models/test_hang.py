"""Which works hang on a map: those that were named, else works spread over the collection's looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.generator import Generator
from models.maps.atlas import Atlas
from models.maps.hang import MapChoice, hung, open_map
from models.maps.plane import Slice
from models.maps.ring import Ring, ring_places
from models.networks.light import LightConfig, LightGenerator
from models.works.collection import Collection, load_collection
from models.works.work import CollectionError


@pytest.fixture(scope="module")
def starter() -> Collection:
    return load_collection()


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator("small", LightGenerator(LightConfig(resolution=32)), precision="float32")


def test_the_atlas_takes_the_collection_as_it_is(starter: Collection) -> None:
    assert hung(starter, MapChoice()) is starter


@pytest.mark.parametrize(("name", "count"), [("ring", 6), ("slice", 3)])
def test_unnamed_works_are_those_nearest_to_the_maps_places_on_the_atlas(
    starter: Collection, name: str, count: int
) -> None:
    hanging = hung(starter, MapChoice(name))  # type: ignore[arg-type]
    assert len({work.id for work in hanging.works}) == len(hanging.works) == count
    for place, work in zip(hanging.places, hanging.works, strict=True):
        row = starter.index_of(work.id)
        away = np.linalg.norm(starter.places - place, axis=1)
        assert row is not None and away[row] == away.min()
    again = hung(starter, MapChoice(name))  # type: ignore[arg-type]
    assert [work.id for work in again.works] == [work.id for work in hanging.works]


def test_works_that_crowd_one_corner_of_the_atlas_still_hang_each_once(starter: Collection) -> None:
    near = np.linalg.norm(starter.places - starter.places.min(0), axis=1).argsort()[:6]
    few = replace(
        starter,
        works=[starter.works[row] for row in near],
        seeds=starter.seeds[near],
        features=starter.features[near],
        places=starter.places[near],
    )
    hanging = hung(few, MapChoice("ring"))
    assert {work.id for work in hanging.works} == {work.id for work in few.works}


def test_named_works_hang_in_their_order_with_their_own_seeds(starter: Collection) -> None:
    ids = tuple(work.id for work in starter.works[10:70:10])
    hanging = hung(starter, MapChoice("ring", ids))
    assert tuple(work.id for work in hanging.works) == ids
    np.testing.assert_array_equal(hanging.seeds, starter.seeds[10:70:10])
    np.testing.assert_array_equal(hanging.features, starter.features[10:70:10])
    np.testing.assert_allclose(hanging.places, ring_places(), atol=1e-7)
    assert hanging.index_of(ids[3]) == 3 and hanging.index_of(starter.works[0].id) is None


def test_each_hanging_has_a_name_of_its_own(starter: Collection) -> None:
    """Pages keep the list of works by its digest."""
    ids = tuple(work.id for work in starter.works[:6])
    choices = [MapChoice(), MapChoice("ring"), MapChoice("ring", ids), MapChoice("ring", ids[::-1]), MapChoice("slice")]
    assert len({hung(starter, choice).digest for choice in choices}) == len(choices)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (MapChoice("atlas", ("a",)), "holds every work"),
        (MapChoice("ring", ("a", "b")), "takes 6 different works, not a, b"),
        (MapChoice("slice", ("a", "a", "b")), "takes 3 different works"),
        (MapChoice("slice", ("a", "b", "c")), "there is no work a, b, c in"),
        (MapChoice("slice", (), ("1",)), "takes two of them"),
        (MapChoice("ring", (), ("1", "2")), "are for the map `slice`"),
    ],
)
def test_what_does_not_fit_the_map_is_refused(starter: Collection, choice: MapChoice, sentence: str) -> None:
    with pytest.raises(CollectionError, match=sentence):
        hung(starter, choice)


def test_a_collection_too_small_for_a_map_is_refused(starter: Collection) -> None:
    three = hung(starter, MapChoice("slice"))
    with pytest.raises(CollectionError, match="takes 6 works, .* has 3"):
        hung(three, MapChoice("ring"))


@pytest.mark.parametrize(("name", "kind"), [("atlas", Atlas), ("ring", Ring), ("slice", Slice)])
def test_the_map_that_opens_is_the_one_that_was_chosen_and_lies_as_the_collection_hangs(
    starter: Collection, generator: Generator, name: str, kind: type
) -> None:
    choice = MapChoice(name)  # type: ignore[arg-type]
    hanging = hung(starter, choice)
    chart = open_map(hanging, choice, generator)
    assert isinstance(chart, kind) and chart.name == name
    for row in range(0, len(hanging.works), 100):
        x, y = hanging.places[row]
        np.testing.assert_array_equal(chart.decode(float(x), float(y)), hanging.seeds[row])


def test_a_slice_along_directions_goes_through_one_work(
    starter: Collection, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.maps.directions.SAMPLES", 256)
    choice = MapChoice("slice", (starter.works[5].id,), ("1", "3"))
    hanging = hung(starter, choice)
    assert len(hanging.works) == 1
    chart = open_map(hanging, choice, generator)
    np.testing.assert_array_equal(chart.decode(0.5, 0.5), starter.seeds[5])
    assert np.abs(chart.decode(0.9, 0.5) - starter.seeds[5]).max() > 0.1


def test_a_direction_that_there_is_not_is_refused(
    starter: Collection, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.maps.directions.SAMPLES", 128)
    choice = MapChoice("slice", (), ("1", "sunset"))
    with pytest.raises(CollectionError, match="no direction 'sunset'; there are 1, 2"):
        open_map(hung(starter, choice), choice, generator)
