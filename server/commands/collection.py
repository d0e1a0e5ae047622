"""The commands `genstudio collection ...`: where artworks come from and what is computed for them.

Only words and options, as in `cli.py`: what a command does is imported when it is called.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from server.commands.refusals import needs_folder, refuse

Into = Annotated[Path, typer.Option("--into", help="Folder that is added to; made if it is not there.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Most works of this source in the folder; all, if left out.")]
Rate = Annotated[float, typer.Option(min=0.1, max=20, help="Most requests a second to one host.")]
Private = Annotated[bool, typer.Option("--private", help="Also fetch from addresses of this building's own network.")]

collection_app = typer.Typer(help="Collections of artworks.", no_args_is_help=True)


@collection_app.command()
def prepare(
    folder: Annotated[Path, typer.Argument(help="Folder with images and, if there is one, metadata.csv.")],
    out: Annotated[Path | None, typer.Option(help="Where the result goes; the cache, if left out.")] = None,
    model: Annotated[str, typer.Option(help="Name of a generator, or a .safetensors file.")] = "bundled",
    features: Annotated[
        str | None, typer.Option(help="looks, bundled, looks+bundled or resnet50:FILE; the best at hand, if left out.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Give every artwork of a folder its seed, its features and its place on the map. Stop and repeat it at will."""
    needs_folder(folder)
    from server.exits import CannotStart
    from server.installation import prepared_collection

    try:
        made = prepared_collection(folder, model=model, device=device, out=out, features=features)
    except CannotStart as error:
        refuse(str(error))
    print(f"{len(made.works)} artworks are ready. Show them with: genstudio serve --collection {out or folder}")


@collection_app.command()
def index(
    collection: Annotated[
        Path | None, typer.Argument(help="Folder with images, or a prepared one; the starter's.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="Name of the generator that it was prepared for, or its file.")
    ] = "bundled",
) -> None:
    """Build ahead what finds works quickly, by seed, by look and by words, so that a wall begins with it."""
    from models.cache import CacheError, cache_dir
    from models.search.index import feature_index, seed_index
    from models.search.text import TextIndex
    from models.works.collection import load_collection
    from models.works.work import CollectionError

    try:
        held = load_collection(collection, model=Path(model).stem)
        indices = {"seeds": seed_index(held.seeds, cache_dir()), "looks": feature_index(held.features, cache_dir())}
    except (CollectionError, CacheError) as error:
        refuse(str(error))
    for name, works in indices.items():
        found = "a graph is ready" if works.prepare().result() else "searched exactly, work by work"
        print(f"{name} of {len(held.works)} works: {found}")
    TextIndex(held.works, held.digest).close()
    print(f"words of {len(held.works)} works: ready")


@collection_app.command()
def invert(
    folder: Annotated[Path, typer.Argument(help="Folder with images and, if there is one, metadata.csv.")],
    out: Annotated[Path | None, typer.Option(help="Where the result goes; the cache, if left out.")] = None,
    model: Annotated[str, typer.Option(help="Name of a generator, or a .safetensors file.")] = "bundled",
    preset: Annotated[str, typer.Option(help="ours, or legacy: the recipe of 2019.")] = "ours",
    features: Annotated[
        Path | None, typer.Option(help="File of ResNet50's weights; what was trained with the generator, if left out.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Find all seeds anew, whatever was found before.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Prepare a folder, and say how well each seed shows its work. Stop and repeat it at will."""
    needs_folder(folder)
    from server.commands.inverting import inverted_collection, report
    from server.exits import CannotStart

    try:
        made = inverted_collection(
            folder, model=model, device=device, out=out, preset=preset, features=features, again=again
        )
    except CannotStart as error:
        refuse(str(error))
    print(report(made))


@collection_app.command()
def add(
    folder: Annotated[Path, typer.Argument(help="Folder with pictures.")],
    into: Into,
    metadata: Annotated[
        Path | None, typer.Option(help="CSV that says what they are; the folder's own metadata.csv, if left out.")
    ] = None,
) -> None:
    """Add pictures of yours to a folder with works. Stop and repeat it at will."""
    needs_folder(folder)
    from models.sources.folder import folder_items
    from server.commands.adding import add_to

    add_to(into, lambda _: folder_items(folder, metadata, into), at_once=1)


@collection_app.command()
def met(
    into: Into,
    csv: Annotated[str | None, typer.Option(help="The Met's MetObjects.csv: a file, or its web address.")] = None,
    search: Annotated[str | None, typer.Option(help="Words for the Met's own search, in place of its CSV.")] = None,
    department: Annotated[str, typer.Option(help="Only rows of the CSV with this in their department.")] = "",
    classification: Annotated[str, typer.Option(help="Only rows of the CSV with this in it, as Paintings.")] = "",
    original: Annotated[bool, typer.Option("--original", help="From the largest picture, not the web page's.")] = False,
    limit: Limit = None,
    rate: Rate = 5.0,
    api: Annotated[str | None, typer.Option(help="Address of the API; the Met's, if left out.")] = None,
    private: Private = False,
) -> None:
    """Add works of The Met that are in the public domain. Stop and repeat it at will."""
    from models.sources.met import API, Wish, search_items, table_items
    from server.commands.adding import add_to

    at = (api or API).rstrip("/")
    if csv and not search:
        wish = Wish(department, classification)
        source = partial(table_items, csv, wish=wish, original=original, api=at)
    elif search and not (csv or department or classification):
        source = partial(search_items, search, original=original, api=at)
    else:
        refuse("Give --csv, with --department and --classification if you like, or --search alone")
    add_to(into, source, limit=limit, per_second=rate, allow_private=private)


@collection_app.command()
def iiif(
    address: Annotated[str, typer.Argument(help="Of a IIIF manifest or collection (Presentation 2 or 3).")],
    into: Into,
    every_page: Annotated[bool, typer.Option("--every-page", help="Each page a work, not each manifest.")] = False,
    limit: Limit = None,
    rate: Rate = 5.0,
    private: Private = False,
) -> None:
    """Add works of any museum that shares them by IIIF. Stop and repeat it at will."""
    from models.sources.iiif import iiif_items
    from server.commands.adding import add_to

    source = partial(iiif_items, address, every_page=every_page)
    add_to(into, source, limit=limit, per_second=rate, allow_private=private)
