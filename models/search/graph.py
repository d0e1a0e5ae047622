"""A prepared PyNNDescent search graph as plain files: how it is built, kept and read back. `index.py` decides when.

No pickle: what PyNNDescent would pickle is written as arrays (.npz, read without pickles) and JSON, under a manifest
with their sha256, keyed by the vectors and by every version that shapes the bytes. Anything else than that exact key
and those exact bytes is not read, so a corrupt or foreign folder is rebuilt. The hashes tell damage, not malice:
against another user of the machine stands the folder itself, ours and closed to writing (`cache.private_folder`), as it
must be for Numba's compiled code anyhow. Importing this module imports neither Numba nor PyNNDescent; its functions do
(2 s, cold a minute).
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.cache import private_folder

FORM: Final = 1
"""Version of the files below."""

NEIGHBOURS: Final = 30
"""Edges a work while building: with 15, recall on 50,000 structured seeds misses .95; with 60 the build takes twice as
long."""

BUILD_SEED: Final = 1
"""The same vectors give the same graph."""


class GraphError(ValueError):
    """A kept graph that is not ours, not whole or not for these vectors. It is rebuilt, not repaired."""


class Manifest(msgspec.Struct, frozen=True):
    """manifest.json: written last, so a folder without it was never finished."""

    key: str
    files: dict[str, str]
    """sha256 of arrays.npz and settings.json."""


def graph_key(vectors: NDArray[np.float32]) -> str:
    """Names the graph of these vectors under this software on this kind of machine."""
    versions = [metadata.version(name) for name in ("pynndescent", "numba", "numpy", "scipy")]
    facts = [str(FORM), str(NEIGHBOURS), str(vectors.shape), platform.machine(), platform.python_version(), *versions]
    return hashlib.sha256("|".join(facts).encode() + np.ascontiguousarray(vectors).tobytes()).hexdigest()


def numba_here(cache: Path) -> None:
    """Keep compiled code in our cache. Must come before the first import of Numba; later it changes nothing."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(private_folder(cache / "numba")))


def build_graph(vectors: NDArray[np.float32]) -> Any:
    """The prepared index of vectors (N, D) under Euclidean distance. Uses every core it is given for seconds to
    minutes."""
    from pynndescent import NNDescent

    graph = NNDescent(vectors, metric="euclidean", n_neighbors=NEIGHBOURS, random_state=BUILD_SEED)
    graph.prepare()
    return graph


def save_graph(graph: Any, folder: Path, key: str) -> None:
    """Write into `folder`, whole or not at all; an older one is replaced."""
    settings: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    for name, value in graph.__getstate__().items():
        if name == "_search_forest":
            settings["leaf_sizes"] = [int(tree[4]) for tree in value]
            arrays |= {f"tree{i}.{j}": tree[j] for i, tree in enumerate(value) for j in range(4)}
        elif name == "_search_graph":
            arrays |= {"graph.data": value.data, "graph.indices": value.indices, "graph.indptr": value.indptr}
        elif isinstance(value, np.ndarray):
            arrays[f"state.{name}"] = value
        elif isinstance(value, str | bool | int | float | None):
            settings.setdefault("state", {})[name] = value
    settings["min_distance"] = float(graph._min_distance)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    files = {"arrays.npz": packed.getvalue(), "settings.json": msgspec.json.encode(settings)}
    private_folder(folder.parent)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    for name, data in files.items():
        (part / name).write_bytes(data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    (part / "manifest.json").write_bytes(msgspec.json.encode(Manifest(key, hashes)))
    shutil.rmtree(folder, ignore_errors=True)
    try:
        part.replace(folder)
    except OSError:  # another process was first, with the same bytes; load_graph checks whatever is there
        shutil.rmtree(part)


def load_graph(folder: Path, key: str) -> Any:
    """The prepared index kept in `folder`. Raises GraphError when it is not whole or not `key`'s."""
    private_folder(folder.parent)
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
        files = {name: (folder / name).read_bytes() for name in ("arrays.npz", "settings.json")}
    except (OSError, msgspec.DecodeError) as error:
        raise GraphError(f"{folder} is no search graph ({error})") from error
    if manifest.key != key:
        raise GraphError(f"{folder} was built for other vectors or other software")
    for name, data in files.items():
        if hashlib.sha256(data).hexdigest() != manifest.files.get(name):
            raise GraphError(f"{folder / name} is damaged")
    try:
        return restore(files)
    except Exception as error:
        # PyNNDescent's own state, read by PyNNDescent: what it raises is its business, exact search is ours.
        raise GraphError(f"{folder} cannot be read back ({error!r})") from error


def restore(files: dict[str, bytes]) -> Any:
    """PyNNDescent's own way back from a pickle, fed from plain files."""
    from pynndescent import NNDescent
    from scipy.sparse import csr_array

    settings = msgspec.json.decode(files["settings.json"])
    with np.load(io.BytesIO(files["arrays.npz"]), allow_pickle=False) as arrays:
        held = {name: arrays[name] for name in arrays.files}
    state = dict(settings["state"])
    state |= {name.removeprefix("state."): value for name, value in held.items() if name.startswith("state.")}
    n = len(state["_raw_data"])
    state["_search_graph"] = csr_array((held["graph.data"], held["graph.indices"], held["graph.indptr"]), shape=(n, n))
    state["_search_forest"] = tuple(
        (*(held[f"tree{i}.{j}"] for j in range(4)), leaf_size) for i, leaf_size in enumerate(settings["leaf_sizes"])
    )
    state["_min_distance"] = np.float32(settings["min_distance"])
    state["_dist_args"] = ()
    graph = NNDescent.__new__(NNDescent)
    graph.__setstate__(state)
    return graph
