"""The command `genstudio`. Only words and options: what a command does is imported when it is called, so help is quick.

Exit codes: 0 done, 2 bad arguments or files, 3 port taken, 4 hub unreachable (`exits.py`).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.commands.collection import collection_app
from server.commands.model import model_app
from server.commands.refusals import needs_folder, refuse

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from server.settings import ServerSettings

SINCE_S = time.monotonic()
"""When the command began, nearly: what "open after" is counted from."""

app = typer.Typer(
    help="A wall that shows what a GAN dreams, steered together from phones.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(collection_app, name="collection")
app.add_typer(model_app, name="model")

Host = Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 (the default) lets phones in.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on (8000).")]
Model = Annotated[str | None, typer.Option(help="Name of a generator, or a .safetensors file (bundled).")]
Models = Annotated[
    str | None, typer.Option(help="Further generators that a live room may be switched to, separated by commas.")
]
Truncation = Annotated[
    float | None, typer.Option(help="1 (the default) draws as trained; towards 0 pictures grow alike.")
]
CollectionFolder = Annotated[
    Path | None, typer.Option(help="Folder with artworks; the starter collection if left out.")
]
Map = Annotated[str | None, typer.Option(help="atlas (the whole collection), ring (six works) or slice (a plane).")]
MapWorks = Annotated[str | None, typer.Option(help="Ids of the works on a ring or slice, separated by commas.")]
MapDirections = Annotated[
    str | None, typer.Option(help="Two principal directions of the generator, as 1,2: a slice along them.")
]
Redis = Annotated[str | None, typer.Option(help="redis://HOST:6379 joins several processes; without it, one does all.")]
Rooms = Annotated[
    list[str] | None, typer.Option("--room", help="A room, one for each wall; repeat it for more (main).")
]
PublicUrl = Annotated[
    str | None, typer.Option(help="Address in the QR code; this machine's in the network if left out.")
]
Threads = Annotated[int | None, typer.Option(help="Processor threads that draw one picture (all but one, at most 4).")]
Device = Annotated[str | None, typer.Option(help="auto, cpu or cuda.")]
Engine = Annotated[
    str | None, typer.Option(help="auto (the fastest found here), torch, compile, openvino, or graphs on a GPU.")
]
LogFormat = Annotated[str | None, typer.Option(help="console or json.")]


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    model: Model = None,
    models: Models = None,
    truncation: Truncation = None,
    collection: CollectionFolder = None,
    map: Map = None,
    map_works: MapWorks = None,
    map_directions: MapDirections = None,
    redis: Redis = None,
    room: Rooms = None,
    public_url: PublicUrl = None,
    threads: Threads = None,
    device: Device = None,
    engine: Engine = None,
    log_format: LogFormat = None,
) -> None:
    """Open an installation: pages, sockets and drawing in one process."""
    settings = read_settings(
        host=host,
        port=port,
        model=model,
        models=models,
        truncation=truncation,
        collection=collection,
        map=map,
        map_works=map_works,
        map_directions=map_directions,
        redis_url=redis,
        rooms=room,
        public_url=public_url,
        threads=threads,
        device=device,
        engine=engine,
        log_format=log_format,
    )
    from server.installation import run

    run("serve", settings, SINCE_S)


@app.command()
def gateway(
    host: Host = None,
    port: Port = None,
    model: Model = None,
    collection: CollectionFolder = None,
    map: Map = None,
    map_works: MapWorks = None,
    map_directions: MapDirections = None,
    redis: Redis = None,
    room: Rooms = None,
    public_url: PublicUrl = None,
    log_format: LogFormat = None,
) -> None:
    """Hold pages and sockets for rooms that renderers draw elsewhere; needs --redis, and no torch."""
    settings = read_settings(
        host=host,
        port=port,
        model=model,
        collection=collection,
        map=map,
        map_works=map_works,
        map_directions=map_directions,
        redis_url=redis,
        rooms=room,
        public_url=public_url,
        log_format=log_format,
    )
    from server.installation import run

    run("gateway", settings, SINCE_S)


@app.command()
def renderer(
    model: Model = None,
    models: Models = None,
    truncation: Truncation = None,
    collection: CollectionFolder = None,
    map: Map = None,
    map_works: MapWorks = None,
    map_directions: MapDirections = None,
    redis: Redis = None,
    room: Rooms = None,
    threads: Threads = None,
    device: Device = None,
    engine: Engine = None,
    metrics_port: Annotated[int | None, typer.Option(help="Serve figures for Prometheus on this port.")] = None,
    log_format: LogFormat = None,
) -> None:
    """Draw rooms for gateways elsewhere; needs --redis. A second one stands by and takes over."""
    settings = read_settings(
        model=model,
        models=models,
        truncation=truncation,
        collection=collection,
        map=map,
        map_works=map_works,
        map_directions=map_directions,
        redis_url=redis,
        rooms=room,
        threads=threads,
        device=device,
        engine=engine,
        metrics_port=metrics_port,
        log_format=log_format,
    )
    from server.installation import run

    run("renderer", settings, SINCE_S)


@app.command()
def switch(
    model: Annotated[str, typer.Argument(help="Name of one of the installation's --models.")],
    at: Annotated[str, typer.Option(help="Address of the installation.")] = "http://127.0.0.1:8000",
    room: Annotated[str, typer.Option(help="The room whose wall is to show it.")] = "main",
) -> None:
    """Put another model on a live wall, dropping nobody; needs GENSTUDIO_OPERATOR_TOKEN, as the installation has it."""
    token = read_settings().operator_token
    if token is None:
        refuse("Set GENSTUDIO_OPERATOR_TOKEN, here and where the installation runs, to the same 16 characters or more")
    from server.commands.switch import SwitchError
    from server.commands.switch import switch as ask

    try:
        ask(at, room, model, token.get_secret_value(), print)
    except SwitchError as error:
        refuse(str(error))


@app.command()
def doctor(
    port: Port = None,
    model: Model = None,
    collection: CollectionFolder = None,
    redis: Redis = None,
    device: Device = None,
) -> None:
    """Check everything that an installation needs on this machine, and say what to do about what is missing."""
    settings = read_settings(port=port, model=model, collection=collection, redis_url=redis, device=device)
    from server.commands.doctor import examine

    raise typer.Exit(examine(settings))


@app.command()
def tour(
    begin: Annotated[str, typer.Argument(metavar="A", help="The first work: its id, or its title.")],
    end: Annotated[str, typer.Argument(metavar="B", help="The last work.")],
    out: Annotated[Path, typer.Option(help="The film, an MP4 file.")] = Path("tour.mp4"),
    seconds_per_work: Annotated[float, typer.Option(min=0.2, max=60, help="From one work to the next.")] = 3.0,
    fps: Annotated[int, typer.Option(min=1, max=60, help="Frames a second.")] = 30,
    size: Annotated[
        int | None, typer.Option(min=64, max=4096, help="Side in pixels; as drawn, but at least 512, if left out.")
    ] = None,
    model: Model = None,
    collection: CollectionFolder = None,
    truncation: Truncation = None,
    device: Device = None,
) -> None:
    """Film the way from one work to another, through works that look alike."""
    settings = read_settings(model=model, collection=collection, truncation=truncation, device=device)
    from rich.console import Console

    from server.commands.tour import film_tour
    from server.exits import CannotStart

    console = Console()
    try:
        works = film_tour(
            settings, (begin, end), out, seconds_per_work=seconds_per_work, fps=fps, size=size, console=console
        )
    except (CannotStart, OSError) as error:
        refuse(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None  # nothing was written
    console.print(f"{out}: {len(works)} works, from {works[0].title} to {works[-1].title}.", soft_wrap=True)


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="Folder with images, at any depth.")],
    out: Annotated[Path, typer.Option(help="Where checkpoints, samples and the generator go.")] = Path("runs/train"),
    minutes: Annotated[
        float, typer.Option(min=0.1, help="Budget from the first step on, over all resumed runs.")
    ] = 60.0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Train a generator on a folder of images. Stop it at any moment; the same command goes on from there."""
    needs_folder(folder)
    from rich.console import Console

    from models.training.run import CheckpointError, CollectionError, train_folder

    console = Console()
    try:
        made = train_folder(folder, out, minutes=minutes, device=device, console=console)
    except (CheckpointError, CollectionError, OSError) as error:
        refuse(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None  # saved and said so already
    console.print(f"Done. Show it with: genstudio serve --model {made} --collection {folder}", soft_wrap=True)


def read_settings(**given: Any) -> ServerSettings:
    """Settings from the environment, overridden by what was `given` (not None). Ends the command on a wrong value."""
    from pydantic import ValidationError

    from server import logs
    from server.settings import ServerSettings

    try:
        settings = ServerSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        refuse("; ".join(f"{_name(fault['loc'])}: {_complaint(fault)}" for fault in error.errors()))
    logs.configure(settings.log_format, settings.log_level)
    return settings


def _name(place: tuple[int | str, ...]) -> str:
    """How a person calls a setting: the option, and so the variable."""
    return "--" + str(place[0]).removesuffix("_url").replace("_", "-") if place else "settings"


def _complaint(fault: ErrorDetails) -> str:
    """What a validator of ours says in its own words, what pydantic says with the value that it found."""
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    sentence = fault["msg"]
    return f"{sentence[0].lower()}{sentence[1:]}, not {fault['input']!r}"
