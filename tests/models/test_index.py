"""The indices: exact at once, the graph measured against it, kept on disk, and rebuilt rather than believed.

Most of it is said of seeds; what differs between the two spaces is said of both.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.search.graph import GraphError, graph_key, load_graph
from models.search.index import EFFORTS, WORTH_IT, NearestIndex, Search, feature_index, main, seed_index
from models.search.trials import ASIDE, midway, pushed, recall
from tests.models.drawings import seeds_on_shell

ROOT = Path(__file__).parents[2]

SEEDS = seeds_on_shell(1_000)


def looks(count: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Features (count, 60) as a collection has them: kinds of works, with works between kinds, and a few directions in
    which everything differs most. Of unequal lengths, and not about the origin."""
    rng = np.random.default_rng(seed)
    kinds = rng.normal(size=(12, 60)) / 3
    spread = 1 / np.sqrt(np.arange(1, 61))
    return (3 + kinds[rng.integers(0, 12, count)] + spread * rng.normal(size=(count, 60))).astype(np.float32)


FEATURES = looks(700)


def ten(search: Callable[[NDArray[np.float32], int], Any]) -> Callable[[NDArray[np.float32]], NDArray[np.intp]]:
    """query -> rows"""
    return lambda query: search(query, 10)[0]


@pytest.fixture(scope="session")
def built() -> tuple[Path, NearestIndex]:
    """A cache with the graph of SEEDS, and an index that uses it. The only build of these tests, by the real builder;
    it takes a minute or two, so what it made is kept for the next run, and used only for these seeds and this
    software."""
    cache = ROOT / ".cache" / "index"
    index = seed_index(SEEDS, cache)
    assert index.prepare().result(), "the graph was not built; the log says why"
    return cache, index


@pytest.fixture(scope="session")
def built_features(built: tuple[Path, NearestIndex]) -> NearestIndex:
    """The same of FEATURES, in the same cache: two indices live side by side."""
    index = feature_index(FEATURES, built[0])
    assert index.prepare().result(), "the graph was not built; the log says why"
    return index


@pytest.fixture
def cache(built: tuple[Path, NearestIndex], tmp_path: Path) -> Path:
    """A copy of the built cache, to be damaged."""
    shutil.copytree(the_graph(built[0]), the_graph(tmp_path / "cache"))
    return tmp_path / "cache"


def the_graph(cache: Path) -> Path:
    return cache / "graphs" / graph_key(SEEDS)[:24]


# -- exact ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 10, 999, 1_000])
def test_before_any_graph_the_answer_is_exact(tmp_path: Path, k: int) -> None:
    index = seed_index(SEEDS, tmp_path)
    for z in midway(SEEDS, 20):
        rows, distances = index.nearest(z, k)
        truth = np.linalg.norm(SEEDS.astype(np.float64) - z, axis=1)
        np.testing.assert_allclose(distances, np.sort(truth)[:k], rtol=1e-5)  # of equals, either may come first
        np.testing.assert_allclose(distances, truth[rows], rtol=1e-5)
    assert not index.approximate


def test_a_seed_is_at_no_distance_from_itself(tmp_path: Path) -> None:
    rows, distances = seed_index(SEEDS, tmp_path).nearest(SEEDS[7], 1)
    assert (rows[0], distances[0]) == (7, 0.0)


def test_asked_for_more_than_there_are_it_gives_all(tmp_path: Path) -> None:
    assert len(seed_index(SEEDS[:3], tmp_path).nearest(SEEDS[0], 10)[0]) == 3


@pytest.mark.parametrize("z", [np.zeros(3), np.full(140, np.nan), np.zeros((1, 140))])
def test_what_is_not_a_latent_is_refused(tmp_path: Path, z: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="not one finite vector of 140 numbers"):
        seed_index(SEEDS, tmp_path).nearest(z, 1)
    with pytest.raises(ValueError, match="ask for 1 or more"):
        seed_index(SEEDS, tmp_path).nearest(SEEDS[0], 0)


@pytest.mark.parametrize("seeds", [np.zeros((0, 4)), np.zeros(4), np.full((2, 4), np.inf)])
def test_what_are_not_seeds_is_refused(tmp_path: Path, seeds: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match=r"not \(N, D\) of finite numbers"):
        seed_index(seeds, tmp_path)


def test_a_few_works_are_never_worth_a_graph(tmp_path: Path) -> None:
    index = seed_index(SEEDS[: WORTH_IT - 1], tmp_path)
    assert not index.prepare().result()
    assert not (tmp_path / "graphs").exists()


def test_the_way_to_the_first_frame_does_not_import_the_compiler() -> None:
    slow = {"numba", "pynndescent", "torch"}
    code = f"import models.search.index, models.search.graph, sys; sys.exit(bool({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- the graph -------------------------------------------------------------------------------------------------------


def test_the_graph_finds_what_exact_search_finds(built: tuple[Path, NearestIndex]) -> None:
    index = built[1]
    assert index.approximate
    assert recall(ten(index.nearest), ten(index.exact), midway(SEEDS, 300, seed=5)) >= 0.95


def test_the_graphs_answers_are_ranked_by_exact_distances(built: tuple[Path, NearestIndex]) -> None:
    for z in midway(SEEDS, 50):
        rows, distances = built[1].nearest(z, 5)
        assert rows.shape == distances.shape == (5,) and rows.dtype == np.intp
        np.testing.assert_allclose(distances, np.linalg.norm(SEEDS[rows] - z, axis=1), rtol=1e-5)
        assert (np.diff(distances) >= 0).all() and len(set(rows)) == 5


def test_asked_for_a_large_share_the_index_looks_at_every_seed(built: tuple[Path, NearestIndex]) -> None:
    k = len(SEEDS) // 4 - EFFORTS[0][0] + 1
    truth = np.sort(np.linalg.norm(SEEDS - SEEDS[0], axis=1))[:k]
    np.testing.assert_allclose(built[1].nearest(SEEDS[0], k)[1], truth, rtol=1e-5, atol=1e-5)


def test_threads_searching_at_once_get_the_answers_of_one(built: tuple[Path, NearestIndex]) -> None:
    index, queries = built[1], midway(SEEDS, 200)
    alone = [index.nearest(z, 10)[0] for z in queries]
    together: dict[int, list[Any]] = {}

    def search(name: int) -> None:
        together[name] = [index.nearest(z, 10)[0] for z in queries]

    threads = [threading.Thread(target=search, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answers in together.values():
        # The search is random within itself; its recall is not.
        assert np.mean([len(np.intersect1d(a, b)) / 10 for a, b in zip(alone, answers, strict=True)]) > 0.95


def test_one_search_at_a_time_uses_the_graphs_scratch_memory(tmp_path: Path) -> None:
    index = seed_index(SEEDS, tmp_path)

    class Graph:
        def query(self, z: NDArray[np.float32], k: int, epsilon: float) -> tuple[NDArray[np.int32], None]:
            assert index._searching.locked()
            return np.arange(k, dtype=np.int32)[None], None

    index._search = Search(Graph(), 20, 0.1)
    assert len(index.nearest(SEEDS[0], 5)[0]) == 5 and not index._searching.locked()


def test_a_search_that_runs_dry_is_finished_exactly(tmp_path: Path) -> None:
    class Graph:
        def query(self, z: NDArray[np.float32], k: int, epsilon: float) -> tuple[NDArray[np.int32], None]:
            return np.full((1, k), -1, np.int32), None

    index = seed_index(SEEDS, tmp_path)
    index._search = Search(Graph(), 20, 0.1)
    np.testing.assert_array_equal(index.nearest(SEEDS[8], 5)[0], index.exact(SEEDS[8], 5)[0])


def test_a_kept_graph_is_loaded_not_built(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NearestIndex, "_build", lambda *_: pytest.fail("built again"))
    index = seed_index(SEEDS, cache)
    assert index.prepare().result() and index.prepare() is index.prepare()
    np.testing.assert_array_equal(index.nearest(SEEDS[3], 1)[0], [3])


def test_nothing_in_the_cache_is_a_pickle(built: tuple[Path, NearestIndex]) -> None:
    folder = the_graph(built[0])
    assert sorted(p.name for p in folder.iterdir()) == ["arrays.npz", "manifest.json", "settings.json"]
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


# -- features ---------------------------------------------------------------------------------------------------------


def test_the_graph_of_features_finds_what_exact_search_finds(built_features: NearestIndex) -> None:
    seen_otherwise = looks(200, seed=0) + 0.3 * looks(200, seed=3) - 0.3 * looks(200, seed=4)
    for queries in (pushed(FEATURES, 200, seed=5), seen_otherwise):
        assert recall(ten(built_features.nearest), ten(built_features.exact), queries) >= 0.95


def test_two_indices_of_one_collection_keep_two_graphs(
    built: tuple[Path, NearestIndex], built_features: NearestIndex
) -> None:
    assert built[1].approximate and built_features.approximate
    for vectors in (SEEDS, FEATURES):
        load_graph(built[0] / "graphs" / graph_key(vectors)[:24], graph_key(vectors))


def test_features_are_tried_where_pictures_lie_and_not_between_works() -> None:
    """Mixed as latents are, a query would take the length of its parts, and stand among no kind of works at all."""
    spread = np.linalg.norm(FEATURES - FEATURES.mean(0), axis=1).mean()
    asked = pushed(FEATURES, 300)
    off = np.linalg.norm(asked[:, None] - FEATURES[None], axis=2)  # (300, N)
    nearest_but_own = np.sort(off, axis=1)[:, 0]
    assert asked.shape == (300, 60) and asked.dtype == np.float32
    assert (nearest_but_own > 0).mean() > 0.98, "a question that is a work itself is too easy"
    assert np.median(np.linalg.norm(asked - FEATURES.mean(0), axis=1)) < spread * np.sqrt(1 + 2 * ASIDE**2) * 1.1


def test_each_index_is_tried_in_its_own_space(tmp_path: Path) -> None:
    asked: list[NDArray[np.float32]] = []

    class Listener:
        def query(self, query: NDArray[np.float32], k: int, **_: object) -> tuple[NDArray[np.int32], None]:
            asked.append(query[0])
            return index.exact(query[0], k)[0].astype(np.int32)[None], None

    for index, vectors, trials in (
        (seed_index(SEEDS, tmp_path), SEEDS, midway),
        (feature_index(FEATURES, tmp_path), FEATURES, pushed),
    ):
        asked.clear()
        index._trusted(Listener())
        np.testing.assert_array_equal(asked, trials(vectors, len(asked)))


def retune(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what a file says, and leave it a sound file."""
    if path.suffix == ".json":
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))
    else:
        with np.load(path, allow_pickle=False) as arrays:
            content = {name: arrays[name] for name in arrays.files}
        change(content)
        np.savez(path, allow_pickle=False, **content)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: flip(folder / "arrays.npz"),
        lambda folder: flip(folder / "settings.json"),
        lambda folder: retune(folder / "arrays.npz", lambda arrays: arrays["state._vertex_order"].sort()),
        lambda folder: retune(folder / "settings.json", lambda settings: settings.update(min_distance=1e9)),
        lambda folder: (folder / "settings.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{}"),
        lambda folder: (folder / "arrays.npz").write_bytes((folder / "arrays.npz").read_bytes()[:1000]),
    ],
    ids=["bit", "text", "array", "setting", "missing", "manifest", "short"],
)
def test_a_damaged_graph_is_not_read(cache: Path, damage: Any) -> None:
    damage(the_graph(cache))
    with pytest.raises(GraphError):
        load_graph(the_graph(cache), graph_key(SEEDS))


def test_a_graph_of_other_vectors_is_not_read(cache: Path) -> None:
    with pytest.raises(GraphError, match="other vectors or other software"):
        load_graph(the_graph(cache), graph_key(SEEDS + 1))


def test_a_damaged_graph_is_built_again_with_the_same_answer(
    cache: Path, built: tuple[Path, NearestIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_: NearestIndex, folder: Path) -> None:
        """A builder that takes no minute: it has the graph at hand."""
        shutil.copytree(the_graph(built[0]), folder, dirs_exist_ok=True)

    monkeypatch.setattr(NearestIndex, "_build", build)
    flip(the_graph(cache) / "arrays.npz")
    index = seed_index(SEEDS, cache)
    exact = index.nearest(SEEDS[11], 1)[0]
    assert index.prepare().result()
    np.testing.assert_array_equal(index.nearest(SEEDS[11], 1)[0], exact)
    load_graph(the_graph(cache), graph_key(SEEDS))


def test_a_graph_that_finds_the_wrong_works_is_not_trusted(cache: Path) -> None:
    class Liar:
        def query(self, z: NDArray[np.float32], **_: object) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
            return np.zeros((1, 30), np.int32), np.zeros((1, 30), np.float32)

    with pytest.raises(GraphError, match="finds .* of the nearest works, less than 95%"):
        seed_index(SEEDS, cache)._trusted(Liar())


def test_a_harder_collection_is_searched_with_more_effort(cache: Path) -> None:
    index = seed_index(SEEDS, cache)

    class Shallow:
        """Finds the nearest only when asked to look far."""

        def query(self, z: NDArray[np.float32], k: int, epsilon: float) -> tuple[NDArray[np.int32], None]:
            rows = index.exact(z[0], k)[0] if epsilon >= 0.3 else np.arange(k)
            return rows.astype(np.int32)[None], None

    assert index._trusted(Shallow()).epsilon == 0.3


@pytest.mark.parametrize("code", ["import sys; sys.exit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_when_the_builder_dies_search_stays_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    program = tmp_path / "builder"
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    monkeypatch.setattr("models.search.index.sys.executable", str(program))
    index = seed_index(SEEDS, tmp_path / "cache")
    assert not index.prepare().result()
    assert "searching exactly, without a graph: the builder ended with" in caplog.text
    np.testing.assert_array_equal(index.nearest(SEEDS[3], 1)[0], [3])


def test_a_cache_open_to_others_is_not_used(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    (cache / "graphs").chmod(0o777)
    assert not seed_index(SEEDS, cache).prepare().result()
    assert "open to writing by others" in caplog.text


def test_closing_ends_a_build_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, started = tmp_path / "builder", tmp_path / "started"
    program.write_text(f"#!{sys.executable}\nimport signal; open({str(started)!r}, 'w').close(); signal.pause()\n")
    program.chmod(0o755)
    monkeypatch.setattr("models.search.index.sys.executable", str(program))
    index = seed_index(SEEDS, tmp_path / "cache")
    ready = index.prepare()
    index.close()
    assert not ready.result()


def test_the_builder_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mend"]) == 2
    assert "build VECTORS.npy FOLDER CACHE" in capsys.readouterr().err


def test_the_key_changes_with_a_single_number() -> None:
    other = SEEDS.copy()
    other[500, 70] += 1e-4
    assert graph_key(other) != graph_key(SEEDS) == graph_key(SEEDS.copy())
    assert len(json.dumps(graph_key(SEEDS))) == 66
