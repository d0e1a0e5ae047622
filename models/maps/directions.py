"""Principal directions of a generator: which ways of moving z change the picture most (GANSpace, Harkonen et al. 2020).

Latents are drawn, the activations of an early layer are brought to their principal components, and least squares finds
the step in z that moves along each component by its standard deviation. Found once for a generator's weights and kept
in the cache; the names that an operator gives them lie beside, in a small JSON file.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from models.cache import cache_dir, private_folder, write_atomically

if TYPE_CHECKING:
    from models.generator import Generator

COUNT: Final = 16
"""Directions that are kept: what an operator looks through in a few minutes."""

SAMPLES: Final = 4096
"""Latents that are drawn: by chance a step is then off by about sqrt(z_dim / 4096), a fifth of its length at 140."""

BATCH: Final = 64
"""Latents at once: more cost more for each latent."""

NAME_LIMIT: Final = 40
"""Characters of an operator's name for a direction: what a phone shows in one line."""

EARLY_LAYERS: Final = {
    "FastLight": "blocks.0",
    "BigGAN": "linear",
    "BigGANDeep": "linear",
    "StyleGAN2": "mapping",
    "StyleGAN3": "mapping",
}
"""By class of network. The paper takes the first linear layer of a BigGAN (the hierarchical one gives it only the first
part of z) and w of a StyleGAN; in the bundled network it is the first map that is no longer linear in z, at 8 px.
Others are named by whoever asks."""

NOTHING: Final = 1e-6
"""A component with less of the variance than this is rounding: a layer may have fewer degrees of freedom than COUNT."""


@dataclass(frozen=True)
class Directions:
    """Numbered from 1, the strongest first."""

    layer: str
    steps: NDArray[np.float32]
    """(K, z_dim) what to add to z for one standard deviation of each component."""
    explained: NDArray[np.float32]
    """(K,) share of the layer's variance that each component carries."""
    names: dict[int, str] = field(default_factory=dict)
    """Those that the operator gave, by number."""

    def step(self, which: str) -> NDArray[np.float32]:
        """The step (z_dim,) of a direction by its number or its name. Raises KeyError, whose argument is a sentence."""
        numbers = {str(number): number for number in range(1, len(self.steps) + 1)}
        numbers |= {name: number for number, name in self.names.items()}
        if which not in numbers:
            raise KeyError(f"there is no direction {which!r}; there are {', '.join(numbers)}")
        return np.asarray(self.steps[numbers[which] - 1])


@dataclass(frozen=True)
class Recipe:
    """Everything that the result depends on beside the weights."""

    layer: str
    count: int = COUNT
    samples: int = SAMPLES
    seed: int = 0
    classes: str = ""
    """Digest of the class weights that are held."""

    def path(self, generator: Generator, folder: Path | None = None) -> Path:
        """The file in the cache for these weights."""
        told = json.dumps(["exact", self.layer, self.count, self.samples, self.seed, self.classes])
        recipe = hashlib.sha256(told.encode()).hexdigest()
        return (folder or cache_dir() / "directions") / f"{generator.sha256[:24]}-{recipe[:12]}.npz"


def principal_directions(
    generator: Generator,
    layer: str | None = None,
    *,
    count: int = COUNT,
    samples: int | None = None,
    seed: int = 0,
    classes: NDArray[np.float32] | None = None,
    folder: Path | None = None,
) -> Directions:
    """The first `count` directions, from the cache where they were found before.

    `layer`: the name of a module of `generator.network`; for the networks in EARLY_LAYERS it may be left out. `classes`
    (n_classes,): the class weights to hold, for a generator that has classes: directions of one class are not those of
    another. Raises ValueError on a layer that there is not, or on missing classes.
    """
    recipe = recipe_for(generator, layer, count=count, samples=samples, seed=seed, classes=classes)
    path = recipe.path(generator, folder)
    kept = read_directions(path) if generator.sha256 else None
    if kept is None:
        kept = find_directions(generator, recipe, classes)
        if generator.sha256:  # a network never written has no name to keep it by
            write_directions(path, kept)
    return Directions(kept.layer, kept.steps, kept.explained, read_names(path))


def recipe_for(
    generator: Generator,
    layer: str | None = None,
    *,
    count: int = COUNT,
    samples: int | None = None,
    seed: int = 0,
    classes: NDArray[np.float32] | None = None,
) -> Recipe:
    """What `principal_directions` computes with these arguments, and so under which path it keeps them. Raises as it
    does."""
    layer = layer or EARLY_LAYERS.get(type(generator.network).__name__, "")
    if not layer or layer not in dict(generator.network.named_modules()):
        raise ValueError(f"{generator.name} has no layer {layer!r}; name one of its network's modules")
    if generator.n_classes and classes is None:
        raise ValueError(f"{generator.name} has {generator.n_classes} classes; give the class weights to hold")
    held = "" if classes is None else hashlib.sha256(np.asarray(classes, np.float32).tobytes()).hexdigest()
    return Recipe(layer, count, samples or SAMPLES, seed, held)


def find_directions(generator: Generator, recipe: Recipe, classes: NDArray[np.float32] | None = None) -> Directions:
    """Compute them: about ten seconds of one core for the bundled generator, and twice the layer's answers in memory
    (half a gigabyte there). The same weights and recipe give the same ones."""
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    z = np.random.default_rng(recipe.seed).standard_normal((recipe.samples, generator.z_dim)).astype(np.float32)
    seen: NDArray[np.float32] | None = None  # (samples, D), what the layer says to each
    done = 0
    with threadpool_limits(1):  # beside a running wall its threads would wait for each other
        for part in activations(generator, recipe.layer, z, classes):
            if seen is None:
                seen = np.empty((len(z), part.shape[1]), np.float32)
            seen[done : done + len(part)] = part
            done += len(part)
        if seen is None:
            raise ValueError("directions need at least one sample")
        # The spectrum is flat, neighbours differ by a fiftieth: an incremental or a once-swept PCA mixes them.
        solver = "arpack" if recipe.count < min(seen.shape) else "full"
        found = PCA(recipe.count, svd_solver=solver, random_state=recipe.seed)
        scores = found.fit_transform(seen)  # (samples, K)
    # Components do not vary together, so that least squares of z on them is one covariance each.
    variances = found.explained_variance_  # (K,)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = scores.T @ (z - z.mean(0)) / len(z) / np.sqrt(variances)[:, None]  # (K, z_dim)
    steps[variances <= NOTHING * variances.sum()] = 0
    # A component has no sign of its own: the number that moves most moves up, on every machine.
    most = np.take_along_axis(steps, np.abs(steps).argmax(1)[:, None], axis=1)
    steps = steps * np.where(most < 0, -1, 1)
    return Directions(recipe.layer, steps.astype(np.float32), found.explained_variance_ratio_.astype(np.float32))


class Reached(Exception):
    """The layer that was asked for has spoken: the rest of the network need not run."""


def activations(
    generator: Generator, layer: str, z: NDArray[np.float32], classes: NDArray[np.float32] | None = None
) -> Iterator[NDArray[np.float32]]:
    """Latents (N, z_dim) -> in batches what the layer says to them, flat (B, D). Stops the network there. Raises
    ValueError when the network does not pass by the layer."""
    heard: list[Tensor] = []

    def listen(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        heard.append(output)
        raise Reached

    handle = generator.network.get_submodule(layer).register_forward_hook(listen)
    try:
        for start in range(0, len(z), BATCH):
            part = z[start : start + BATCH]
            y = None if classes is None else np.tile(classes, (len(part), 1))
            heard.clear()
            try:
                generator.synthesize(part, y)
            except Reached:
                yield heard[0].float().flatten(1).cpu().numpy()
            else:
                raise ValueError(f"{generator.name} draws without its layer {layer!r}; name another")
    finally:
        handle.remove()


# -- kept ------------------------------------------------------------------------------------------------------------


def read_directions(path: Path) -> Directions | None:
    """What was kept, without names; None where there is nothing, or nothing whole."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            steps, explained, layer = kept["steps"], kept["explained"], str(kept["layer"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    sound = steps.ndim == 2 and explained.shape == steps.shape[:1] and bool(np.isfinite(steps).all())
    return Directions(layer, steps, explained) if sound else None


def write_directions(path: Path, found: Directions) -> None:
    """Into the cache, replacing atomically. Raises CacheError when the folder cannot be trusted."""
    private_folder(path.parent)
    held = io.BytesIO()
    np.savez(held, steps=found.steps, explained=found.explained, layer=np.array(found.layer))
    write_atomically(path, held.getvalue())


def read_names(path: Path) -> dict[int, str]:
    """The operator's names for the directions kept at `path`, by number; what cannot be read is left out."""
    try:
        told = json.loads(names_path(path).read_text(encoding="utf-8"))
        return {int(number): str(name) for number, name in told.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def name_direction(path: Path, number: int, name: str) -> dict[int, str]:
    """Call direction `number` of those kept at `path` (`Recipe.path`) so; an empty name takes the old one away.

    Returns all names. Raises ValueError when there is no such direction, when another has that name, and on a name that
    is a number or too long.
    """
    kept = read_directions(path)
    if kept is None or not 1 <= number <= len(kept.steps):
        raise ValueError(f"there is no direction {number} at {path.name}")
    name = name.strip()
    names = {of: old for of, old in read_names(path).items() if of != number}
    if name.isdecimal() or len(name) > NAME_LIMIT or name in names.values():
        raise ValueError(f"{name!r} is a number, is longer than {NAME_LIMIT} characters, or names another direction")
    if name:
        names[number] = name
    text = json.dumps({str(of): names[of] for of in sorted(names)}, ensure_ascii=False, indent=2)
    write_atomically(names_path(path), text.encode())
    return names


def names_path(path: Path) -> Path:
    """Beside the directions: a file that a person may read, and edit."""
    return path.with_suffix(".names.json")
