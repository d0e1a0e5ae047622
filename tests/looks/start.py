"""The start page."""

from __future__ import annotations

from tests.looks.scene import DESK, PHONE, WALL, Scene, Scenes

LASTING = (DESK, WALL, PHONE)


def plain(scene: Scene) -> None:
    page = scene.open("", DESK)
    scene.settle(page)
    scene.shoot(page, *LASTING)


def arabic(scene: Scene) -> None:
    page = scene.open("", DESK, language="ar")
    scene.settle(page)
    scene.shoot(page, *LASTING)


SCENES: Scenes = {"start": plain, "start-arabic": arabic}
