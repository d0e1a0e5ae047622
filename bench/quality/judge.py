"""The measurements in order: which pictures go into which figure, beside which floors and peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bench.quality import report
from bench.quality.copies import nearness
from bench.quality.flatness import flatness
from bench.quality.likeness import likeness, recognised
from bench.quality.patches import PER_PICTURE
from bench.quality.pictures import BATCH, Pictures, draw, from_the_prior, nearest_works, on_the_map
from bench.quality.sample import Sample, look_at, thumbnails
from bench.quality.subject import Subject, shown
from bench.quality.walks import changes, lines, smoothness, walk
from bench.quality.wasserstein import between_halves, distances, strengths, to_gaussian
from server.settings import ServerSettings
from shared_state.settings import DEFAULTS

MAP, PRIOR, OWN = "samples from the map", "samples from the prior", "the works' own seeds"
"""Where pictures come from: random places as a wall shows them, z from N(0, I), and the seeds themselves."""

NEAR = 0.5
"""Share of a work's disc within which the latent has turned more than half to its seed: there the wall shows the work,
and is meant to."""


def anchors(subject: Subject) -> str:
    """How well seeds show their works."""
    works = thumbnails(subject.works)
    mean = subject.works.mean(axis=0, keepdims=True).round().astype(np.uint8)
    others = np.roll(subject.dreams, 1, axis=0)
    found = {}
    for name, pictures in {OWN: subject.dreams, "another work's seed": others, "the mean picture": mean}.items():
        found[name] = likeness(pictures, subject.works), recognised(thumbnails(pictures), works)
    return report.anchors_table(found)


def samples(subject: Subject, count: int, rng: np.random.Generator) -> Iterator[str]:
    """Tables of sets of pictures: distance and strength of detail, copies, dead grey, colour."""
    generator, n = subject.generator, len(subject.works)

    def seen(name: str, batches: Iterable[Pictures], pictures: int) -> Sample:
        total = PER_PICTURE * min(n, pictures)  # as many as the smaller side of the comparison has
        return look_at(shown(batches, name, pictures), side=generator.resolution, count=pictures, total=total, rng=rng)

    def compared(name: str, batches: Iterable[Pictures], pictures: int) -> Sample:
        sample = seen(name, batches, pictures)
        apart[name] = distances(sample.patches, works.patches, rng)
        strong[name] = strengths(sample.patches, works.patches)
        return replace(sample, patches=[])  # 160 MB that nobody needs again

    apart: dict[str, list[float]] = {}
    strong: dict[str, list[float]] = {}
    places = rng.uniform(0, 1, (count, 2))
    works = seen("the works", batched(subject.works), n)
    on_map = compared(MAP, draw(generator, on_the_map(subject.atlas, places)), count)
    prior = compared(PRIOR, draw(generator, from_the_prior(generator.z_dim, count, rng)), count)
    own = compared(OWN, batched(subject.dreams), n)
    apart["floor: half of the works, the other half"] = between_halves(works.patches, rng)
    apart["floor: a Gaussian fitted to the patches"] = to_gaussian(works.patches, rng)
    yield report.distance_table(generator.resolution, apart)
    yield report.strength_table(generator.resolution, strong)

    nearest, away = nearest_works(subject.atlas, places)
    near = away < NEAR * subject.atlas.reach[nearest]
    parts = {f"{MAP}, near a work": on_map.only(near), f"{MAP}, elsewhere": on_map.only(~near), PRIOR: prior, OWN: own}
    parts = {name: part for name, part in parts.items() if len(part.thumbs)}  # of a few samples none may be near
    yield f"{near.mean():.0%} of the map is near a work, and shows that work by design.\n\n" + report.copies_table(
        {f"{name}: pixels": nearness(part.thumbs, works.thumbs) for name, part in parts.items()}
        | {f"{name}: looks": nearness(part.looks, works.looks) for name, part in parts.items()}
    )
    sets = {MAP: on_map, PRIOR: prior, OWN: own, "the works": works}
    yield report.flatness_table({name: flatness(sample, works) for name, sample in sets.items()})
    yield report.colour_table({name: sample.colour for name, sample in sets.items()}, works.colour)


def walks(subject: Subject, count: int, rng: np.random.Generator) -> str:
    """Change of the picture from frame to frame."""
    generator, atlas = subject.generator, subject.atlas
    frame_s = 1 / ServerSettings().frame_rate_max
    fast, slow = (walk(count, speed * frame_s, rng) for speed in (DEFAULTS.v_max, DEFAULTS.idle_speed))
    latents = on_the_map(atlas, fast)  # (count, T, z_dim)
    speed = float(np.median(np.linalg.norm(np.diff(latents, axis=1), axis=-1)))
    switching = atlas.seeds[nearest_works(atlas, fast)[0]]
    paths = {
        f"the wall at top speed, {DEFAULTS.v_max} widths/s": latents,
        f"the wall strolling, {DEFAULTS.idle_speed} widths/s": on_the_map(atlas, slow),
        "peer: only the nearest seed, at top speed": switching,
        "peer: straight lines between random z, as fast in z": lines(generator.z_dim, count, speed, rng),
    }

    def along(name: str, latents: NDArray[np.float32]) -> NDArray[np.float64]:
        bar = track(latents, name, console=Console(stderr=True))
        return np.concatenate([changes(np.concatenate(list(draw(generator, path)))) for path in bar])

    return report.walks_table({name: smoothness(along(name, latents)) for name, latents in paths.items()})


def batched(pictures: Pictures) -> Iterator[Pictures]:
    """BATCH at a time, as `draw` gives them."""
    for start in range(0, len(pictures), BATCH):
        yield pictures[start : start + BATCH]
