"""The commands `genstudio model ...`: what a checkpoint file is, and its plain form.

Only words and options, as in `cli.py`: what a command does is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.refusals import refuse

if TYPE_CHECKING:
    from models.checkpoints.family import Loaded

model_app = typer.Typer(help="Checkpoint files of generators.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="A checkpoint: .safetensors, .pth, .pt, .bin, .ckpt, .pkl or .pt2.")]
Pin = Annotated[str | None, typer.Option(help="Refuse the file unless it has this hash.")]


@model_app.command()
def inspect(file: File, sha256: Pin = None) -> None:
    """Say what a checkpoint is, without drawing with it; a file that cannot be used is refused with the reason."""
    loaded = opened(file, sha256)
    facts = loaded.facts
    rows = {
        "file": str(facts.path),
        "sha256": facts.sha256,
        "family": loaded.family,
        "picture": f"{facts.resolution} x {facts.resolution} px",
        "z": f"{facts.z_dim} numbers",
        "classes": f"{facts.n_classes}" if facts.n_classes else "none",
        "truncation": facts.truncation,
        "parameters": f"{facts.parameters:,} in {facts.tensors} tensors",
        "config": str(loaded.config),
        "notes": "; ".join(facts.notes) or "none",
        "problems": "none",
    }
    for name, value in rows.items():
        print(f"{name:<12}{value}")


@model_app.command()
def convert(
    file: File,
    out: Annotated[Path, typer.Argument(help="Where the plain .safetensors file goes.")],
    sha256: Pin = None,
    force: Annotated[bool, typer.Option(help="Replace a file that is there.")] = False,
) -> None:
    """Write a checkpoint's generator as plain safetensors: tensors and a JSON header, quick and safe to load."""
    if out.suffix != ".safetensors":
        refuse(f"{out.name} must end in .safetensors, the only form that is written")
    if out.exists() and not force:
        refuse(f"{out} is there already; --force replaces it")
    if not out.parent.is_dir():
        refuse(f"There is no folder {out.parent}")
    loaded = opened(file, sha256)
    from models.checkpoints.load import save_network
    from models.errors import ModelError

    try:
        save_network(loaded, out)
    except (ModelError, OSError) as error:
        refuse(str(error))
    print(f"{out} holds the {loaded.family} of {file.name}. Show it with: genstudio serve --model {out}")


@model_app.command()
def directions(
    model: Annotated[str, typer.Argument(help="Name of a generator, or its file.")],
    collection: Annotated[
        Path | None, typer.Option(help="Folder with artworks; the starter collection if left out.")
    ] = None,
    work: Annotated[
        str | None, typer.Option(help="A work to go out from; a generator with classes goes along its mixture.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="N=LABEL calls direction N so, N= takes it away; repeat it for more.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw what each direction does into this picture.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """A generator's principal directions, the strongest first; steer along two with --map slice --map-directions."""
    from models.errors import ModelError
    from models.works.work import CollectionError
    from server.commands.directions import tell

    try:
        tell(model, collection, work, name or [], sheet, device)
    except (ModelError, CollectionError, ValueError, OSError) as error:
        refuse(str(error))


def opened(file: Path, sha256: str | None) -> Loaded:
    """The network of a file; ends the command where there is none."""
    from models.checkpoints.load import load_network
    from models.errors import ModelError

    try:
        return load_network(file, sha256=sha256)
    except (ModelError, OSError) as error:
        refuse(str(error))
