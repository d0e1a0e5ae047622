"""The phone: before one joins, with each of its tabs, in the modes that change it, and when one leaves."""

from __future__ import annotations

from tests.looks.hands import BLEND, blend, bump, find, guide, join, show, steer, vote
from tests.looks.scene import DESK, PHONE, WALL, Scene, Scenes
from tests.support.screens import WAIT_MS, hold

LASTING = (PHONE, DESK, WALL)


def invited(scene: Scene) -> None:
    page = scene.open("join", PHONE)
    scene.settle(page)
    scene.shoot(page, *LASTING)


def steering(scene: Scene) -> None:
    """Three pull, and this is one of them."""
    phones = [join(scene) for _ in range(3)]
    scene.settle(phones[0])
    steer(*phones)
    scene.shoot(phones[0], *LASTING)


def artworks(scene: Scene) -> None:
    phone = join(scene)
    show(phone, "works")
    phone.locator(".row").first.wait_for()
    scene.settle(phone)
    scene.shoot(phone, *LASTING)
    find(phone, "rembrandt")
    scene.settle(phone)
    scene.shoot(phone, PHONE, part="found")


def blended(scene: Scene) -> None:
    phone = join(scene)
    blend(scene)
    show(phone, "blend")
    scene.settle(phone)
    scene.shoot(phone, *LASTING)


def found(scene: Scene) -> None:
    """A bump, and then the list that it has entered."""
    phone = join(scene)
    bump(scene, phone, phone)
    scene.shoot(phone, PHONE, part="bump")
    show(phone, "found")
    scene.settle(phone)
    scene.shoot(phone, *LASTING)


def turn(scene: Scene) -> None:
    """One's own turn: announced three seconds ahead, and then there."""
    guide(scene, "Lead")
    other, phone = join(scene), join(scene)
    hold(other, 0.15, 0.8)
    other.locator('.announcement[data-kind="now"]').wait_for()
    hold(phone, 0.85, 0.2)
    phone.locator('.announcement[data-kind="soon"]').wait_for(timeout=2 * WAIT_MS)
    scene.answer(phone)
    scene.shoot(phone, PHONE, part="soon")
    phone.locator('.announcement[data-kind="now"]').wait_for()
    scene.answer(phone)
    scene.shoot(phone, PHONE, part="now")


def voting(scene: Scene) -> None:
    guide(scene, "Vote")
    phone, other = join(scene), join(scene)
    for voter, words in ((other, "van gogh"), (phone, "springtime rousseau")):
        vote(voter, words)
    show(phone, "map")
    phone.locator(".ballot li").first.wait_for()
    scene.shoot(phone, *LASTING)


def receipt(scene: Scene) -> None:
    phone = join(scene)
    bump(scene, phone, phone)
    show(phone, "found")
    phone.get_by_role("button", name="Leave").click()
    phone.locator(".receipt li").first.wait_for()
    scene.shoot(phone, *LASTING)


def link(scene: Scene) -> None:
    phone = join(scene, fragment=BLEND)
    phone.locator(".link").wait_for()
    scene.settle(phone)
    scene.shoot(phone, *LASTING)


def arabic(scene: Scene) -> None:
    page = scene.open("join", PHONE, language="ar")
    scene.settle(page)
    scene.shoot(page, PHONE, part="invitation")
    page.locator(".button-own").click()
    blend(scene)
    for way in ("map", "works", "blend", "found"):
        show(page, way)
        scene.settle(page)
        scene.shoot(page, PHONE, part=way)


SCENES: Scenes = {
    "phone-invitation": invited,
    "phone-map": steering,
    "phone-works": artworks,
    "phone-blend": blended,
    "phone-found": found,
    "phone-turn": turn,
    "phone-vote": voting,
    "phone-receipt": receipt,
    "phone-link": link,
    "phone-arabic": arabic,
}
