"""Generators with classes, from a file and a folder with pictures to frames on a wall, as a person starts them."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Callable
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
from models.works.collection import Collection
from models.works.prepare import prepare
from server.easel import Easel
from server.hanging import on_the_map
from server.installation import read_collection
from server.metrics import Metrics
from server.settings import ServerSettings
from tests.models.drawings import write_folder
from tests.server.installed import COMMAND, any_gan
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
            drawing = await easel.draw(float(x), float(y))
            assert drawing.near[0].id == collection.works[row].id
            assert far(drawing.picture, seeds_picture(generator, collection, row)) < 1
    finally:
        easel.close()


def seeds_picture(generator: Generator, collection: Collection, row: int) -> np.ndarray:
    """What the generator itself draws of a work's seed."""
    z, y = LatentSpace(generator.z_dim, generator.n_classes).split(collection.seeds[row : row + 1])
    return generator.generate(z, y)[0]


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
        async with asyncio.timeout(60):
            while httpx2.get(f"{url}/readyz").status_code != 200:
                await asyncio.sleep(0.05)
            async with Session(url) as phone:
                works = {work.id: work for work in await phone.works()}
                assert phone.welcome.model == "biggan" and len(works) == 8
                begun = await anext(aiter(phone.frames()))
                target = max(works.values(), key=lambda work: abs(work.x - begun.state.position[0]))
                await phone.pull(target.id)
                arrived = await settled(phone, target.id)
            about = httpx2.get(f"{url}/api/rooms/main").json()
    generator, collection = load_generator(model), read_collection(
        ServerSettings(model=str(model), collection=drawings), prepares=False
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
