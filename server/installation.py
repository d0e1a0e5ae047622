"""Puts an installation together from its parts, for one process or as one of several.

    serve      hub (in memory, or Redis) + renderer + gateway, on one event loop
    gateway    Redis + gateway: sockets and pages, no torch
    renderer   Redis + renderer: no sockets

Everything that can be wrong with what a person gave is found before anything is started. What draws is imported only
where something is drawn.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

import prometheus_client
import structlog
import uvloop
from pydantic import SecretStr

from models.cache import CacheError, cache_dir, private_folder
from models.works.collection import Collection, NotPrepared, load_collection
from models.works.work import CollectionError
from server.announce import announce
from server.exits import CannotStart, Exit
from server.hanging import on_the_map
from server.lasting_hub import LastingHub
from server.metrics import Metrics
from server.near_hub import NearHub
from server.room_files import RoomFiles
from server.settings import ServerSettings
from server.web.server import WebServer, reserved_port
from shared_state.hub import Hub, HubError
from shared_state.hubs import open_hub
from shared_state.memory_hub import MemoryHub

if TYPE_CHECKING:
    from models.inversion.preset import Inversion
    from server.renderer.renderer import Renderer

log = structlog.stdlib.get_logger("genstudio.installation")

Ready = Callable[[], None]
Part = Literal["serve", "gateway", "renderer"]


async def serve(settings: ServerSettings, collection: Collection, port: socket.socket, ready: Ready) -> None:
    """All in one process. `ready` is called once the pages answer. Raises CannotStart."""
    metrics = Metrics()
    async with reached_hub(settings, metrics, near=collection) as hub:
        web = _web(hub, collection, settings, metrics)
        async with opened_renderer(hub, collection, settings, metrics) as drawing:
            await _until_stopped(web, port, drawing, ready)


async def gateway(settings: ServerSettings, collection: Collection, port: socket.socket, ready: Ready) -> None:
    """Sockets and pages, for rooms that renderers elsewhere draw. Raises CannotStart."""
    metrics = Metrics()
    async with reached_hub(settings, metrics) as hub:
        await _until_stopped(_web(hub, collection, settings, metrics), port, None, ready)


async def renderer(settings: ServerSettings, collection: Collection, ready: Ready) -> None:
    """Draws rooms for gateways elsewhere. `ready` is called once it waits for a room. Raises CannotStart."""
    metrics = Metrics()
    async with (
        reached_hub(settings, metrics) as hub,
        opened_renderer(hub, collection, settings, metrics) as drawing,
    ):
        if settings.metrics_port is not None:
            prometheus_client.start_http_server(settings.metrics_port, registry=metrics.registry)
        await _until_stopped(None, None, drawing, ready)


def run(part: Part, settings: ServerSettings, since_s: float) -> NoReturn:
    """Run a part until SIGTERM or Ctrl-C, and end the process. `since_s`: when the command began (monotonic)."""
    try:
        _run(part, settings, since_s)
        code = Exit.OK
    except CannotStart as error:
        print(f"genstudio: {error}", file=sys.stderr)
        code = error.code
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: Python would wait for the easel's thread, and a large model may be in the middle of a picture.
    os._exit(code)


def _run(part: Part, settings: ServerSettings, since_s: float) -> None:
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    if part != "gateway":
        threading.Thread(target=_import_torch, name="import torch", daemon=True).start()
    if part != "serve":
        _check_redis(part, settings)
    if part == "renderer":
        collection = on_the_map(read_collection(settings, prepares=True), settings)
        runner.run(renderer(settings, collection, lambda: log.info("waiting for a room to draw", rooms=settings.rooms)))
        return
    with reserved_port(settings) as port:
        collection = on_the_map(read_collection(settings, prepares=part == "serve"), settings)
        main = serve if part == "serve" else gateway
        settings, drawn = with_guide_key(settings) if part == "serve" else (settings, None)
        runner.run(
            main(settings, collection, port, lambda: announce(settings, time.monotonic() - since_s, guide_key=drawn))
        )


# -- the parts -------------------------------------------------------------------------------------------------------


def with_guide_key(settings: ServerSettings) -> tuple[ServerSettings, str | None]:
    """Settings with a guide's key, and the key where it was drawn now: who chose one knows it, and a terminal may be
    kept."""
    if settings.guide_key is not None:
        return settings, None
    drawn = secrets.token_urlsafe(12)
    return settings.model_copy(update={"guide_key": SecretStr(drawn)}), drawn


def read_collection(settings: ServerSettings, *, prepares: bool) -> Collection:
    """The collection; a folder with images that is new to us is prepared first, where we can. Raises CannotStart."""
    try:
        return load_collection(settings.collection, model=model_name(settings.model))
    except CollectionError as error:
        if isinstance(error, NotPrepared) and prepares and settings.collection is not None:
            return prepared_collection(settings.collection, model=settings.model, device=settings.device)
        raise CannotStart(str(error), Exit.BAD_INPUT) from error


def prepared_collection(
    folder: Path,
    *,
    model: str,
    device: str,
    out: Path | None = None,
    inversion: Inversion | None = None,
    features: str | None = None,
) -> Collection:
    """Give every artwork of a folder its seed and its place, telling of the progress. `features`: one of
    `models.search.describers.CHOICES`. Raises CannotStart."""
    from models import ModelError, load_generator
    from models.search.describers import named_describer
    from models.works.prepare import prepare

    try:
        describer = named_describer(features) if features else None
        generator = load_generator(model, device=device)
        return prepare(folder, generator, out=out, inversion=inversion, describer=describer)
    except (ModelError, CollectionError, CacheError) as error:
        raise CannotStart(str(error), Exit.BAD_INPUT) from error


def model_name(model: str) -> str:
    """What the generator of `settings.model` calls itself; known without loading it."""
    return Path(model).stem


@asynccontextmanager
async def reached_hub(
    settings: ServerSettings, metrics: Metrics, *, near: Collection | None = None
) -> AsyncIterator[Hub]:
    """A hub that answers. `near`: what is shown, where renderer and gateway are both in this process. Raises
    CannotStart."""
    try:
        hub = open_hub(settings.redis_url)
        if near is not None:
            hub = NearHub(hub) if settings.redis_url is not None else lasting_hub(settings, near)
        await hub.start()
    except HubError as error:
        raise CannotStart(str(error), Exit.HUB_UNREACHABLE) from error
    metrics.hub_healthy.set_function(lambda: float(hub.healthy))
    try:
        yield hub
    finally:
        await hub.close()


def lasting_hub(settings: ServerSettings, collection: Collection) -> Hub:
    """A hub in memory that remembers the last run at this port with these works; or nothing, where nothing can be
    kept."""
    try:
        files = RoomFiles(private_folder(cache_dir() / "rooms"), f"{settings.port} {collection.digest}")
    except OSError as error:
        log.warning("rooms begin anew after a restart", found=str(error))
        return MemoryHub()
    return LastingHub(files, settings.rooms)


@asynccontextmanager
async def opened_renderer(
    hub: Hub, collection: Collection, settings: ServerSettings, metrics: Metrics
) -> AsyncIterator[Renderer]:
    """With its generator loaded, not yet running. Raises CannotStart."""
    from server.renderer.easel import Easel
    from server.renderer.renderer import Renderer
    from server.renderer.switching import open_easel

    easel = await Easel.set_up(collection, settings, metrics)
    renderer = Renderer(hub, easel, settings, metrics, open_easel=lambda model: open_easel(model, settings, metrics))
    try:
        yield renderer
    finally:
        renderer.close()


def _import_torch() -> None:
    """Most of the time to the first frame: done in a thread while the rest is read and checked."""
    with suppress(ImportError):  # the easel says so
        import models.generator  # noqa: F401


def _check_redis(part: Part, settings: ServerSettings) -> None:
    if settings.redis_url is None:
        raise CannotStart(
            f"`genstudio {part}` is one of several processes; give the Redis that joins them with --redis "
            "redis://HOST:6379, or run all in one process with `genstudio serve`.",
            Exit.BAD_INPUT,
        )


def _web(hub: Hub, collection: Collection, settings: ServerSettings, metrics: Metrics) -> WebServer:
    from server.web.app import create_app

    return WebServer(create_app(hub, collection, settings, metrics), settings)


async def _until_stopped(
    web: WebServer | None, port: socket.socket | None, drawing: Renderer | None, ready: Ready
) -> None:
    """Run the parts side by side until a signal comes; then all end at once, the sockets within `shutdown_s`."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        rooms = tasks.create_task(drawing.run()) if drawing is not None else None
        if web is not None and port is not None:
            tasks.create_task(web.serve([port]))
            await web.listening.wait()
        ready()
        await stop.wait()
        if web is not None:
            web.should_exit = True
        if rooms is not None:
            rooms.cancel()
