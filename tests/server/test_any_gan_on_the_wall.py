"""Generators with classes, from a file and a folder with pictures to frames on a wall, as a person starts them."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from client.session import Session, SessionFrame
from models.generator import Generator, load_generator
from models.inversion.descent import InversionSettings
from models.inversion.preset import Inversion
from models.latent import LatentSpace
from models.works.collection import Collection, read_prepared
from models.works.prepare import prepare
from models.works.work import CollectionError
from server.hanging import on_the_map
from server.installation import read_collection
from server.metrics import Metrics
from server.renderer.easel import Easel
from server.settings import ServerSettings
from shared_state.scene import Scene
from tests.models.drawings import write_folder
from tests.server.installed import COMMAND, any_gan, genstudio, small_collection, small_model
from tests.support.program import Program

FAMILIES = ["biggan", "biggan_deep", "stylegan2", "stylegan3"]
FEW_STEPS = Inversion(settings=InversionSettings(steps=2))


def silent(_what: str, _done: int, _of: int) -> None:
    """No bar."""


def prepared(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The file of a generator, and a folder with eight drawings for which it has seeds."""
    monkeypatch.setenv("GENSTUDIO_CACHE", str(folder / "cache"))
    model, drawings = any_gan(name, folder), write_folder(folder / "drawings", 8)
    prepare(drawings, load_generator(model), inversion=FEW_STEPS, report=silent)
    return model, drawings


@pytest.mark.parametrize("name", FAMILIES)
async def test_every_family_with_classes_is_prepared_for_and_drawn_on_the_map(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, drawings = prepared(name, tmp_path, monkeypatch)
    told = ServerSettings(model=str(model), collection=drawings, threads=1)
    collection = on_the_map(read_collection(told, prepares=False), told)
    generator = load_generator(model)
    _, classes = LatentSpace(generator.z_dim, generator.n_classes).split(collection.seeds)
    assert classes is not None and np.allclose(classes.sum(1), 1, atol=1e-5) and (classes >= 0).all()
    easel = await Easel.set_up(collection, told, Metrics())
    try:
        for row, (x, y) in enumerate(collection.places):
            drawing = await easel.draw(Scene(float(x), float(y)))
            assert collection.works[row].id in [near.id for near in drawing.near if near.closeness > 0.999]
            assert far(drawing.picture, seeds_picture(generator, collection, row)) < 1
    finally:
        easel.close()


def seeds_picture(generator: Generator, collection: Collection, row: int) -> np.ndarray:
    """What the generator itself draws of a work's seed."""
    z, y = LatentSpace(generator.z_dim, generator.n_classes).split(collection.seeds[row : row + 1])
    return np.asarray(generator.generate(z, y)[0])


def far(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance of two pictures in 8-bit levels."""
    return float(np.abs(a.astype(float) - b).mean())


async def test_a_wall_steers_a_generator_with_classes_and_says_what_its_truncation_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    model, drawings = prepared("biggan", tmp_path, monkeypatch)
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [*COMMAND, "serve", "--model", str(model), "--collection", str(drawings), "--truncation", "0.7"]
    environment = {"GENSTUDIO_CACHE": os.environ["GENSTUDIO_CACHE"], "GENSTUDIO_THREADS": "1"}
    with Program([*command, "--host", "127.0.0.1", "--port", str(port)], "Ctrl-C closes", environment):
        async with asyncio.timeout(60), ready(url), Session(url) as phone:
            works = {work.id: work for work in await phone.works()}
            assert phone.welcome.model == "biggan" and len(works) == 8
            begun = await anext(aiter(phone.frames()))
            target = max(works.values(), key=lambda work: abs(work.x - begun.state.position[0]))
            await phone.pull(target.id)
            arrived = await settled(phone, target.id)
            about = httpx2.get(f"{url}/api/rooms/main").json()
    generator, collection = (
        load_generator(model),
        read_collection(ServerSettings(model=str(model), collection=drawings), prepares=False),
    )
    row = collection.index_of(target.id)
    assert row is not None
    z, y = LatentSpace(generator.z_dim, generator.n_classes).split(collection.seeds[row : row + 1])
    shown = np.asarray(Image.open(io.BytesIO(arrived.jpeg)))
    assert far(shown, generator.generate(z, y, 0.7)[0]) < far(shown, generator.generate(z, y, 1.0)[0])
    assert (about["truncation"], about["truncation_means"]) == (0.7, "scales z")


async def settled(phone: Session, work: str) -> SessionFrame:
    """The frame in which the room has settled on a work."""
    async for frame in phone.frames():
        if frame.state.bump == work:
            return frame
    raise AssertionError("the visit ended")


async def test_a_live_wall_changes_its_model_and_nobody_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    """R22, R23, G32, C8: a real installation, a phone that holds a work, a wall, and the operator's command."""
    model, drawings = prepared("biggan", tmp_path, monkeypatch)
    begun_with = small_model(tmp_path)
    prepare(drawings, load_generator(begun_with), inversion=FEW_STEPS, report=silent)
    unprepared = any_gan("stylegan2", tmp_path)
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [*COMMAND, "serve", "--model", str(begun_with), "--models", f"{model},{unprepared}"]
    command += ["--collection", str(drawings), "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "GENSTUDIO_CACHE": os.environ["GENSTUDIO_CACHE"],
        "GENSTUDIO_THREADS": "1",
        "GENSTUDIO_OPERATOR_TOKEN": "correct horse battery",
    }
    with Program(command, "Ctrl-C closes", environment):
        async with asyncio.timeout(120), ready(url), Session(url) as phone, Session(url, role="wall") as wall:
            works = await phone.works()
            await phone.pull(works[0].id)
            before = await settled(phone, works[0].id)

            refused = await switch(url, "stylegan2", environment)
            assert refused.returncode == 2 and "has not been prepared for" in refused.stderr
            unknown = await switch(url, "passwd", environment)
            assert unknown.returncode == 2 and "There is no model 'passwd' here" in unknown.stderr
            assert phone.welcome.model == "small"

            pictures: list[np.ndarray] = []
            watching = asyncio.create_task(keep(wall, pictures))
            done = await switch(url, "biggan", environment)
            assert done.returncode == 0 and "biggan is on the wall." in done.stdout, done.stderr
            async for _ in phone.frames():
                if phone.welcome.model == "biggan":
                    break
            after = await settled(phone, works[0].id)
            watching.cancel()
            assert (phone.reconnects, wall.reconnects) == (0, 0)
            assert after.seq > before.seq, "one stream, under one lease"
            again = {work.id: (work.x, work.y) for work in await phone.works()}
            about = httpx2.get(f"{url}/api/rooms/main/works").json()
    collection = read_collection(ServerSettings(model=str(model), collection=drawings), prepares=False)
    assert about["digest"] == collection.digest and again.keys() == {work.id for work in works}
    row = collection.index_of(works[0].id)
    assert row is not None
    wanted = seeds_picture(load_generator(model), collection, row)
    cut = far(pictures[0], wanted)
    assert far(pictures[-1], wanted) < 0.2 * cut, "the new model draws the same work"
    assert len(pictures) > 10 and max(far(a, b) for a, b in pairwise(pictures)) < 0.7 * cut


@asynccontextmanager
async def ready(url: str) -> AsyncIterator[None]:
    """Once the rooms are announced."""
    while (await asyncio.to_thread(httpx2.get, f"{url}/readyz")).status_code != 200:
        pass
    yield


async def switch(url: str, model: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The operator's command, to its end."""
    told = os.environ | environment
    return await asyncio.to_thread(genstudio, "switch", model, "--at", url, environment=told)


async def keep(wall: Session, pictures: list[np.ndarray]) -> None:
    """Every picture that the wall shows."""
    async for frame in wall.frames():
        pictures.append(np.asarray(Image.open(io.BytesIO(frame.jpeg))).astype(float))


def test_seeds_of_other_weights_or_other_classes_are_refused(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    collection, generator = read_prepared(small_collection(tmp_path, model)), load_generator(model)
    collection.require_generator(generator.name, generator.z_dim, 0, generator.sha256)
    with pytest.raises(CollectionError, match="other weights than those of 'small' now"):
        collection.require_generator("small", generator.z_dim, 0, "f00d" * 16)
    with pytest.raises(CollectionError, match="weigh 0 classes for 'small', the generator 'biggan' has 1000"):
        collection.require_generator("biggan", generator.z_dim, 1_000, generator.sha256)
