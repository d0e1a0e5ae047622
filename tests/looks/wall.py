"""The wall, in every mode."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.looks.hands import blend, bump, guide, join, ride, steer, vote
from tests.looks.scene import EVERY, PORTRAIT, WALL, Scene, Scenes
from tests.support.screens import WAIT_MS, hold

LASTING = (*EVERY, PORTRAIT)


def wall(scene: Scene, language: str = "en-GB") -> Page:
    return scene.open("wall", WALL, language=language)


def together(scene: Scene) -> None:
    """Three people pull to three places."""
    page = wall(scene)
    phones = [join(scene) for _ in range(3)]
    scene.settle(page)
    steer(*phones)
    scene.shoot(page, *LASTING)


def ambient(scene: Scene) -> None:
    page = wall(scene)
    guide(scene, "Wander")
    page.locator('.now[data-mode="ambient"]').wait_for()
    scene.settle(page)
    scene.shoot(page, *LASTING)


def bumped(scene: Scene) -> None:
    page = wall(scene)
    bump(scene, join(scene), page)
    scene.shoot(page, *LASTING)


def blended(scene: Scene) -> None:
    page = wall(scene)
    blend(scene)
    page.locator('.now[data-mode="blend"]').wait_for()
    scene.settle(page)
    scene.shoot(page, *LASTING)


def voted(scene: Scene) -> None:
    """Three votes for two works; a round is counted after 20 s."""
    page = wall(scene)
    guide(scene, "Vote")
    phones = [join(scene) for _ in range(3)]
    for phone, words in zip(phones, ("springtime rousseau", "van gogh", "springtime rousseau"), strict=True):
        vote(phone, words)
    page.locator('.hung li[data-votes="2"]').wait_for()
    scene.shoot(page, *LASTING)


def led(scene: Scene) -> None:
    """One leads, another is next."""
    page = wall(scene)
    guide(scene, "Lead")
    first, second = join(scene), join(scene)
    hold(first, 0.15, 0.8)
    page.locator(".now-lead").wait_for()
    hold(second, 0.85, 0.2)
    page.locator(".now-next").wait_for(timeout=2 * WAIT_MS)
    scene.shoot(page, *LASTING)


def guided(scene: Scene) -> None:
    page = wall(scene)
    guide(scene, "Guide")
    page.locator('.now[data-mode="docent"]').wait_for()
    scene.settle(page)
    scene.shoot(page, *LASTING)


def toured(scene: Scene) -> None:
    page = wall(scene)
    ride(scene)
    page.locator(".now-tour").wait_for()
    scene.settle(page)
    scene.shoot(page, *LASTING)


def arabic(scene: Scene) -> None:
    """A bump, and people; both read from right to left."""
    page = wall(scene, language="ar")
    phone = join(scene)
    scene.settle(page)
    scene.shoot(page, *LASTING)
    bump(scene, phone, page)
    scene.shoot(page, *LASTING, part="bump")


SCENES: Scenes = {
    "wall-together": together,
    "wall-ambient": ambient,
    "wall-bump": bumped,
    "wall-blend": blended,
    "wall-vote": voted,
    "wall-lead": led,
    "wall-docent": guided,
    "wall-tour": toured,
    "wall-arabic": arabic,
}
