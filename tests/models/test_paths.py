"""Paths from work to work, and the ride along them (Q11, Q12)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.latent import LatentSpace
from models.search.paths import MOST, NEIGHBOURS, Paths, islands, joined, neighbours, shortest, ties
from models.search.ride import frames_in, ride
from models.works.collection import Collection
from models.works.work import CollectionError, Work
from tests.models.test_similar import hung


def placed(features: np.ndarray) -> Collection:
    """A collection of works that look as far apart as these points lie."""
    works = [Work(id=f"p{i}", title="") for i in range(len(features))]
    return dataclasses.replace(hung(1), works=works, features=np.asarray(features, np.float32))


def line(count: int) -> Collection:
    """Works in a row, one step apart."""
    return placed(np.stack([np.arange(count), np.zeros(count)], axis=1))


def test_many_small_steps_are_taken_before_a_leap() -> None:
    """Q11"""
    assert Paths(line(20)).between("p0", "p19") == [f"p{i}" for i in range(20)]


def test_each_step_goes_to_a_near_neighbour() -> None:
    """Q11"""
    points = np.random.default_rng(1).normal(size=(300, 3))
    path = [int(id[1:]) for id in Paths(placed(points)).between("p3", "p200")]
    assert path[0] == 3 and path[-1] == 200 and len(set(path)) == len(path)
    near = {i: set(np.square(points - points[i]).sum(1).argsort()[1 : NEIGHBOURS + 1].tolist()) for i in path}
    assert all(b in near[a] or a in near[b] for a, b in zip(path, path[1:], strict=False))


def test_the_path_is_the_cheapest_there_is() -> None:
    """Against SciPy's."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    points = np.random.default_rng(2).normal(size=(200, 4)).astype(np.float32)
    graph = joined(neighbours(points), points)
    cost = np.square(points[graph.begin].astype(np.float64) - points[graph.end]).sum(1)
    exact = dijkstra(coo_array((cost, (graph.begin, graph.end)), shape=(200, 200)).tocsr(), directed=False)
    for begin, end in np.random.default_rng(3).integers(0, 200, (20, 2)):
        rows = shortest(ties(graph, points), int(begin), int(end))
        found = np.square(points[rows[1:]].astype(np.float64) - points[rows[:-1]]).sum()
        assert found == pytest.approx(exact[begin, end])


def test_islands_are_joined_so_that_any_two_works_have_a_path() -> None:
    """Q11"""
    rng = np.random.default_rng(4)
    clusters = np.concatenate([rng.normal(size=(15, 2)) * 0.01 + centre for centre in ((0, 0), (50, 0), (0, 90))])
    points = clusters.astype(np.float32)
    assert len(set(islands(neighbours(points)).tolist())) == 3
    paths = Paths(placed(points))
    for begin, end in ((0, 20), (0, 44), (20, 44)):
        path = paths.between(f"p{begin}", f"p{end}")
        assert path[0] == f"p{begin}" and path[-1] == f"p{end}"


def test_the_way_back_is_the_way_out_and_always_the_same() -> None:
    """Q11; on a grid, where many paths cost the same."""
    grid = placed(np.array([(x, y) for x in range(9) for y in range(9)]))
    out = Paths(grid).between("p0", "p80")
    assert out == Paths(grid).between("p0", "p80") == Paths(grid).between("p80", "p0")[::-1]


def test_a_long_path_is_thinned_to_what_a_room_rides_and_keeps_its_ends() -> None:
    """Q11"""
    path = Paths(line(200)).between("p0", "p199")
    assert len(path) == MOST == 32 and path[0] == "p0" and path[-1] == "p199"
    assert max(np.diff([int(id[1:]) for id in path])) <= 13, "no leap over a large part of it"


def test_from_a_work_to_itself_and_among_works_that_look_the_same() -> None:
    assert Paths(line(3)).between("p1", "p1") == ["p1"]
    assert Paths(line(1)).between("p0", "p0") == ["p0"]
    same = Paths(placed(np.zeros((30, 2)))).between("p0", "p29")
    assert same[0] == "p0" and same[-1] == "p29"


def test_a_work_that_there_is_not_is_named() -> None:
    with pytest.raises(CollectionError, match="'nowhere'"):
        Paths(line(3)).between("p0", "nowhere")


# -- the ride


def test_at_each_work_the_ride_rests_on_its_seed_exactly() -> None:
    """Q12"""
    seeds = np.random.default_rng(5).normal(size=(4, 8)).astype(np.float32)
    moments = list(ride(seeds, LatentSpace(8), seconds_per_work=2, fps=10))
    rests = [moment for moment in moments if moment.frames > 1]
    assert len(rests) == 4 and all(np.array_equal(m.latent, seed) for m, seed in zip(rests, seeds, strict=True))
    assert sum(moment.frames for moment in moments) == frames_in(4, seconds_per_work=2, fps=10) == 4 * 6 + 3 * 14


def test_the_ride_begins_and_ends_softly_and_never_jumps() -> None:
    """Q12"""
    seeds = np.eye(2, 8, dtype=np.float32)
    latents = np.stack([m.latent for m in ride(seeds, LatentSpace(8), seconds_per_work=4, fps=30)])
    steps = np.linalg.norm(np.diff(latents, axis=0), axis=1)
    assert steps[0] < 0.05 * steps.max() > steps[-1] and steps.max() < 0.05


def test_the_shortest_film_has_a_frame_for_each_work() -> None:
    seeds = np.eye(2, 8, dtype=np.float32)
    moments = list(ride(seeds, LatentSpace(8), seconds_per_work=0.2, fps=1))
    assert [moment.frames for moment in moments] == [1, 1, 1]
