"""Another model on a live wall, seen: a wall and a phone in Chromium that stay while the operator switches.

Two generators of 32 px with random weights, and eight drawings for which both have seeds.
"""

from __future__ import annotations

import io
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, WebSocket

from models.generator import load_generator, save_generator
from models.inversion.descent import InversionSettings
from models.inversion.preset import Inversion
from models.networks.light import LightConfig, LightGenerator
from models.works.prepare import prepare
from shared_state.messages import Welcome, decode_from_server
from tests.models.drawings import write_folder
from tests.support.program import Installation
from tests.support.screens import WAIT_MS, Gallery, hold, page, wait_for_point

TOKEN = "correct horse battery"
FEW_STEPS = Inversion(settings=InversionSettings(steps=2))


def silent(_what: str, _done: int, _of: int) -> None:
    """No bar."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """The wall shows `first`, and may be switched to `second`."""
    folder = tmp_path_factory.mktemp("switch")
    drawings = write_folder(folder / "drawings", 8)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GENSTUDIO_CACHE", str(folder / "cache"))
        first, second = [prepared(folder / f"{name}.safetensors", drawings) for name in ("first", "second")]
        environment = {"GENSTUDIO_OPERATOR_TOKEN": TOKEN, "GENSTUDIO_THREADS": "1"}
        options = ["--model", str(first), "--models", str(second), "--collection", str(drawings)]
        with Installation(*options, environment=environment) as installation:
            yield Gallery(installation.url)


def prepared(model: Path, drawings: Path) -> Path:
    """The file of a generator that draws unlike any other, with seeds for the drawings."""
    torch.manual_seed(len(model.stem))
    save_generator(LightGenerator(LightConfig(resolution=32)), model)
    prepare(drawings, load_generator(model), inversion=FEW_STEPS, report=silent)
    return model


@dataclass
class Line:
    """What a page has with the server: how often it connected, and how it was welcomed."""

    connected: int = 0
    welcomes: list[Welcome] = field(default_factory=list)

    def follow(self, socket: WebSocket) -> None:
        """One more connection."""
        self.connected += 1
        socket.on("framereceived", self.hear)

    def hear(self, payload: str | bytes) -> None:
        """One message."""
        assert isinstance(payload, bytes)
        if isinstance(message := decode_from_server(payload), Welcome):
            self.welcomes.append(message)


def overheard(opened: Page, address: str) -> Line:
    """Open an address, and keep its line from the first word on."""
    line = Line()
    opened.on("websocket", line.follow)
    opened.goto(address)
    opened.evaluate("window.never = 'reloaded'")
    return line


def asked(url: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer to a GET, or to the operator's POST."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def report_of(operator: str) -> tuple[str, str] | None:
    """Which wish is told of, and how far it is."""
    report = asked(operator)["switch"]
    return None if report is None else (report["id"], report["stage"])


def picture(screen: Page) -> NDArray[np.float64]:
    """What the canvas shows."""
    shot = screen.locator("canvas.picture").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(float)


def far(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Mean distance in 8-bit levels."""
    return float(np.abs(a - b).mean())


def until(screen: Page, condition: Callable[[], bool]) -> None:
    """Let the page go on until something holds here."""
    patience_s = time.monotonic() + WAIT_MS / 1_000
    while not condition():
        assert time.monotonic() < patience_s, "it never came to hold"
        screen.wait_for_timeout(20)


def until_at_rest(screen: Page) -> None:
    """The point has not moved for a while."""
    read = "const m = document.querySelector('canvas.map').dataset, now = m.x + ' ' + m.y"
    screen.wait_for_function(f"() => {{ {read}, was = window.was; window.was = now; return now === was }}", polling=300)


def until_frames_grow(screen: Page) -> None:
    """Three more frames than now."""
    screen.wait_for_function(
        "seq => +document.querySelector('canvas.picture').dataset.seq > seq + 3",
        arg=int(screen.locator("canvas.picture").get_attribute("data-seq") or "0"),
    )


def test_a_wall_and_a_phone_stay_while_the_model_changes_and_the_phone_steers_on(
    browser: Browser, gallery: Gallery
) -> None:
    """R22, G32, C8."""
    with (
        page(browser, "about:blank", 1280, 720) as wall,
        page(browser, "about:blank", 390, 844, phone=True) as phone,
    ):
        lines = [overheard(wall, gallery.page("wall")), overheard(phone, gallery.page("join"))]
        phone.get_by_role("button", name="Join").click()
        hold(phone, 0.2, 0.5)
        wait_for_point(wall, "x < 0.3")
        until_at_rest(wall)
        own = phone.locator('[style*="--own"]').first.get_attribute("style")
        before = picture(wall)
        still = far(before, picture(wall))

        operator = f"{gallery.url}/api/operator/rooms/{gallery.room}/model"
        wish = asked(operator, {"model": "second"})["id"]
        for screen in (wall, phone):
            until_frames_grow(screen)
        until(wall, lambda: all(line.welcomes[-1].model == "second" for line in lines))
        until(wall, lambda: report_of(operator) == (wish, "done"))
        assert asked(f"{gallery.url}/api/rooms/{gallery.room}")["model"] == "second"
        for screen in (wall, phone):
            until_frames_grow(screen)
        until_at_rest(wall)
        assert far(before, picture(wall)) > 5 + 3 * still, "another generator draws the same place"

        phone.mouse.up()
        hold(phone, 0.9, 0.5)
        wait_for_point(wall, "x > 0.7")
        phone.mouse.up()
        for line, screen in zip(lines, (wall, phone), strict=True):
            assert line.connected == 1 and screen.evaluate("window.never") == "reloaded"
            assert len({welcome.you for welcome in line.welcomes}) == 1
            assert [welcome.model for welcome in line.welcomes] == ["first", "second"]
        assert phone.locator('[style*="--own"]').first.get_attribute("style") == own
        assert len(wall.locator(".presence .disc").all()) == 1
