"""What visitors and the guide do to bring a room into a state, each in a browser page of their own."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_plus

from playwright.sync_api import Page, expect

from tests.looks.scene import DESK, PHONE, Scene
from tests.support.screens import WAIT_MS, hold, settled, wait_for_point

SPRINGTIME: Final = "aic-894"
"""Rousseau's, whose dream has light and depth."""
BLEND: Final = f"#blend={SPRINGTIME}*0.5,se-94308fa5c1*0.3,aic-59927*0.2"
"""Three works of the starter collection, whose mixture is a picture."""
AWAY: Final = ((0.84, 0.34), (0.66, 0.12), (0.8, 0.54))
"""Where three fingers pull, in parts of the pad: three streams that part, and agree on the direction."""
PLACE: Final = "#place=0.62,0.37"


def join(scene: Scene, language: str = "en-GB", fragment: str = "") -> Page:
    """A phone that has joined; its button is the only one that is filled, in any language."""
    phone = scene.open("join", PHONE, language=language, fragment=fragment)
    phone.locator(".button-own").click()
    phone.locator(".tabs").wait_for()
    return phone


def guide(scene: Scene, mode: str | None = None) -> Page:
    """The guide's studio; with `mode`, chosen by its name in English."""
    page = scene.open("studio", DESK, fragment=f"#guide={scene.guide_key}")
    page.get_by_role("group", name="Choose how").wait_for()
    if mode:
        choose(page, mode)
    return page


def choose(page: Page, mode: str) -> None:
    """The guide chooses how the wall is steered."""
    chosen = page.get_by_role("group", name="Choose how").get_by_role("button", name=mode, exact=True)
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true", timeout=WAIT_MS)


def show(phone: Page, way: str) -> None:
    """One of the phone's tabs: map, works, blend or found."""
    phone.locator(f'.tabs [data-way="{way}"]').click()


def find(phone: Page, words: str) -> None:
    """Look for works on a phone, by words, until the first of them is there."""
    show(phone, "works")
    phone.get_by_role("searchbox").or_(phone.get_by_role("combobox")).first.fill(words)


def bump(scene: Scene, phone: Page, screen: Page) -> None:
    """This phone brings the wall to Springtime, and `screen`, a wall or itself, shows it."""
    find(phone, "springtime rousseau")
    phone.get_by_role("button", name=re.compile("Pull towards Springtime")).first.click()
    shown = phone.locator('.bump[data-shown="true"] [data-work]') if screen is phone else settled(screen, SPRINGTIME)
    shown.wait_for()
    scene.settle(screen)


def vote(phone: Page, words: str) -> None:
    """For the first work that these words find."""
    find(phone, words)
    phone.get_by_role("button", name=re.compile("Vote for")).first.click()


def blend(scene: Scene) -> Page:
    """A studio that has brought a blend of three works to the wall."""
    page = scene.open("studio", DESK, fragment=BLEND)
    page.get_by_role("button", name="Bring it to the wall").click()
    expect(page.locator(".modes-now")).to_contain_text("Blending works", timeout=WAIT_MS)
    return page


def ride(scene: Scene) -> Page:
    """A studio that has sent the point on a tour from one work to another."""
    page = scene.open("studio", DESK)
    open_card(page, "night watch rembrandt")
    page.get_by_role("button", name="From here to").click()
    open_card(page, "van gogh")
    page.get_by_role("button", name=re.compile("Ride here from")).click()
    page.locator(".voyage").wait_for()
    return page


def search(page: Page, words: str) -> None:
    """Type words into the studio's search and wait for what they find."""
    page.locator("#tab-search").click()
    field = page.locator(".words input")
    with page.expect_response(re.compile(r"/search\?.*q=" + re.escape(quote_plus(words)))):
        field.fill(words)
    field.press("Enter")
    page.locator('.results[aria-busy="false"] .result').first.wait_for()
    page.locator(".search-told p").first.wait_for()


def open_card(page: Page, words: str) -> None:
    """The card of the first work that these words find."""
    search(page, words)
    found = page.locator(".results .result-open").first
    title = found.locator("cite").inner_text()
    found.click()
    page.locator(".card", has_text=title).wait_for()


def steer(*phones: Page) -> None:
    """All three pull to the left until the point is there, and then to places on the right: it is under way."""
    for phone in phones:
        hold(phone, 0.25, 0.7)
    wait_for_point(phones[0], "x < 0.35")
    for phone, place in zip(phones, AWAY, strict=True):
        phone.mouse.up()
        hold(phone, *place)
    wait_for_point(phones[0], "x > 0.6")
