"""The studio: its map, its cards, each tab of its drawer, and what the guide sees."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.looks.hands import BLEND, PLACE, blend, bump, guide, join, open_card, ride, search, steer
from tests.looks.scene import DESK, PHONE, WALL, Scene, Scenes

LASTING = (DESK, WALL, PHONE)

CLOSER = 5
"""Presses of the map's + until works are small pictures."""


def studio(scene: Scene, fragment: str = "", language: str = "en-GB") -> Page:
    return scene.open("studio", DESK, language=language, fragment=fragment)


def whole(scene: Scene) -> None:
    """The whole map, and three people under way on it."""
    page = studio(scene)
    phones = [join(scene) for _ in range(3)]
    scene.settle(page)
    steer(*phones)
    scene.shoot(page, *LASTING)


def thumbnails(scene: Scene) -> None:
    page = studio(scene)
    for _ in range(CLOSER):
        page.locator(".atlas-tools .tool").first.click()
    scene.settle(page)
    scene.shoot(page, *LASTING)


def card(scene: Scene) -> None:
    page = studio(scene)
    open_card(page, "springtime rousseau")
    scene.settle(page)
    scene.shoot(page, *LASTING)


def blended(scene: Scene) -> None:
    page = blend(scene)
    page.locator("#tab-blend").click()
    scene.settle(page)
    scene.shoot(page, *LASTING)


def searched(scene: Scene) -> None:
    """Words, and a facet that narrows them."""
    page = studio(scene)
    search(page, "landscape")
    page.locator(".facets select").first.select_option(index=1)
    scene.settle(page)
    scene.shoot(page, *LASTING)


def crowd(scene: Scene) -> None:
    page = studio(scene)
    phones = [join(scene) for _ in range(3)]
    page.locator("#tab-people").click()
    steer(*phones)
    scene.shoot(page, *LASTING)


def modes(scene: Scene) -> None:
    """What the guide may choose, and while they guide."""
    page = guide(scene, "Guide")
    scene.settle(page)
    scene.shoot(page, *LASTING)


def bumped(scene: Scene) -> None:
    page = studio(scene)
    phone = join(scene)
    bump(scene, phone, phone)
    scene.shoot(page, *LASTING)


def toured(scene: Scene) -> None:
    page = ride(scene)
    scene.settle(page)
    scene.shoot(page, *LASTING)


def link(scene: Scene) -> None:
    page = studio(scene, BLEND)
    page.locator(".card-link").wait_for()
    scene.settle(page)
    scene.shoot(page, *LASTING)
    place = studio(scene, PLACE)
    place.locator(".card-link").wait_for()
    scene.settle(place)
    scene.shoot(place, DESK, part="place")


def arabic(scene: Scene) -> None:
    blend(scene)
    page = studio(scene, language="ar")
    scene.settle(page)
    scene.shoot(page, *LASTING)
    open_card(page, "rembrandt")
    scene.settle(page)
    scene.shoot(page, *LASTING, part="search")


SCENES: Scenes = {
    "studio-map": whole,
    "studio-thumbnails": thumbnails,
    "studio-card": card,
    "studio-blend": blended,
    "studio-search": searched,
    "studio-people": crowd,
    "studio-modes": modes,
    "studio-bump": bumped,
    "studio-tour": toured,
    "studio-link": link,
    "studio-arabic": arabic,
}
