"""The commands `genstudio collection ...`: where artworks come from and what is computed for them.

Only words and options, as in `cli.py`: what a command does is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.refusals import needs_folder, refuse

collection_app = typer.Typer(help="Collections of artworks.", no_args_is_help=True)


@collection_app.command()
def prepare(
    folder: Annotated[Path, typer.Argument(help="Folder with images and, if there is one, metadata.csv.")],
    out: Annotated[Path | None, typer.Option(help="Where the result goes; the cache, if left out.")] = None,
    model: Annotated[str, typer.Option(help="Name of a generator, or a .safetensors file.")] = "bundled",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Give every artwork of a folder its seed, its features and its place on the map. Stop and repeat it at will."""
    needs_folder(folder)
    from server.exits import CannotStart
    from server.installation import prepared_collection

    try:
        made = prepared_collection(folder, model=model, device=device, out=out)
    except CannotStart as error:
        refuse(str(error))
    print(f"{len(made.works)} artworks are ready. Show them with: genstudio serve --collection {out or folder}")
