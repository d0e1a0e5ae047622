"""What a search by look costs, each beside its peer in the same run: `python -m bench.looking --collection FOLDER`.

- finding 24 works by a work, beside finding them by a picture, which must be described first;
- a visitor's own seed as the encoder guesses it, and in the steps of its refinement, each beside all the steps of the
  bundled inversion: seconds of one core, and how well the seeds' renderings fit (PSNR);
- a thumbnail of a photograph of 12 megapixels as it is made, beside Pillow's own way without opening it small.

Visitors' pictures are pictures of a folder with images. What a wall notices of all this: `python -m bench.refining`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from bench.machine import Ratio, machine_line, median_ratio, seconds, table
from models.generator import load_generator
from models.inversion.descent import InversionSettings, Ours
from models.inversion.quality import measure
from models.inversion.recipe import recipe_for
from models.one_core import on_one_core
from models.search.features import SIDE as SQUARE
from models.works.collection import load_collection
from models.works.folder import read_folder
from models.works.images import open_image, square
from models.works.work import inside
from server.search.guests import STEPS
from server.search.looking import Looking
from server.search.similar import K
from server.web.thumbs import SIDE, thumbnail

PICTURES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", type=Path, required=True, help="a folder with images")
    folder: Path = parser.parse_args().collection
    on_one_core()
    print(machine_line())
    collection, generator, looking = load_collection(), load_generator(device="cpu"), Looking()
    works = np.random.default_rng(0).permutation(np.array([work.file for work in read_folder(folder).works]))
    files = [file for file in (inside(folder, name) for name in works[:PICTURES]) if file is not None]
    pictures = np.stack([square(open_image(file), SQUARE) for file in files])

    id = collection.works[0].id
    by_work = median_ratio(
        lambda: seconds(lambda: looking.like_work(collection, id, K), repeat=20),
        lambda: seconds(lambda: looking.like_picture(collection, pictures[0], K), repeat=5),
    )
    told: list[list[object]] = [["find by a work, by a picture", ms(by_work), f"{by_work}", ""]]

    few, many = (recipe_for(generator, settings=InversionSettings(steps=steps)) for steps in (STEPS, 40))
    few.find(pictures[:1], lambda: None)
    many.find(pictures[:1], lambda: None)
    seeds = [[recipe.find(picture[None], lambda: None)[0] for picture in pictures] for recipe in (few, many)]
    assert isinstance(few, Ours)
    starts = few.starts
    seeds.append(list(starts.quick(pictures)))
    fits = [measure(np.stack(found), pictures, generator)[:, 0].mean() for found in seeds]
    a_guess = median_ratio(
        lambda: seconds(lambda: starts.quick(pictures[:1]), repeat=20),
        lambda: seconds(lambda: many.find(pictures[:1], lambda: None)),
        rounds=3,
    )
    told.append(["a guess, a seed in 40 steps", ms(a_guess), f"{a_guess}", f"{fits[2]:.2f} dB, {fits[1]:.2f} dB"])
    a_seed = median_ratio(
        lambda: seconds(lambda: few.find(pictures[:1], lambda: None)),
        lambda: seconds(lambda: many.find(pictures[:1], lambda: None)),
        rounds=3,
    )
    told.append([f"a seed in {STEPS} steps, in 40", ms(a_seed), f"{a_seed}", f"{fits[0]:.2f} dB, {fits[1]:.2f} dB"])

    with tempfile.TemporaryDirectory() as place:
        photograph = Path(place) / "photograph.jpg"
        Image.effect_noise((4_000, 3_000), 60).convert("RGB").save(photograph, quality=90)
        a_thumb = median_ratio(
            lambda: seconds(lambda: thumbnail(photograph)), lambda: seconds(lambda: in_full(photograph))
        )
    told.append(["a thumbnail of 12 megapixels, opened in full first", ms(a_thumb), f"{a_thumb}", ""])
    print(table(told, header=("ours, its peer", "ms", "ratio", "fit")))


def ms(ratio: Ratio) -> str:
    """Both medians."""
    return f"{1e3 * ratio.ours:.1f}, {1e3 * ratio.peer:.1f}"


def in_full(photograph: Path) -> Image.Image:
    """The same picture, opened at its own size first."""
    with Image.open(photograph) as image:
        full = image.convert("RGB")
    full.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return full


if __name__ == "__main__":
    main()
