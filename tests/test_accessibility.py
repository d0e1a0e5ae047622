"""Every page, in its states, before axe-core: nothing serious, in any language; and a page read from right to left."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import WEB
from tests.support.program import Installation
from tests.support.screens import WAIT_MS

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
"""What WCAG A and AA failures are called by axe; its advice beyond that is for people to weigh."""

SIZES = {"wall": (1920, 1080), "studio": (1440, 900), "start": (1440, 900), "join": (390, 844)}


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with Installation() as installation:
        yield installation.url


@contextmanager
def opened(browser: Browser, gallery: str, page: str, language: str = "en") -> Iterator[Page]:
    """A page as somebody opens it who asked their system for less motion: what fades is there at once."""
    width, height = SIZES[page]
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", locale=language, has_touch=page == "join"
    )
    context.set_default_timeout(WAIT_MS)
    try:
        page_ = context.new_page()
        page_.goto(f"{gallery}/{'' if page == 'start' else page}")
        page_.locator("canvas.picture[data-seq]").wait_for()
        yield page_
    finally:
        context.close()


def findings(page: Page) -> list[str]:
    """What axe finds serious, one line each. It is evaluated by the browser's own door, past the page's policy."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def test_axe_sees_what_is_wrong(browser: Browser, gallery: str) -> None:
    """The witness itself: a page that is spoilt by hand is found out."""
    with opened(browser, gallery, "start") as page:
        page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
        assert any(line.startswith("button-name") for line in findings(page))


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("name", SIZES)
def test_no_page_has_a_serious_fault_in_any_language(browser: Browser, gallery: str, name: str, language: str) -> None:
    with opened(browser, gallery, name, language) as page:
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert findings(page) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_part_of_the_phone_has_a_serious_fault(browser: Browser, gallery: str, language: str) -> None:
    with opened(browser, gallery, "join", language) as phone:
        phone.locator(".button-own").click()
        tabs = phone.locator(".tabs button")
        expect(tabs.first).to_be_visible()
        for tab in tabs.all():
            tab.click()
            assert findings(phone) == []


def test_from_right_to_left_the_sides_of_the_wall_change_places(browser: Browser, gallery: str) -> None:
    def middle_of_the_picture(language: str) -> float:
        with opened(browser, gallery, "wall", language) as wall:
            box = wall.locator("canvas.picture").bounding_box()
            assert box is not None
            return box["x"] + box["width"] / 2

    half = SIZES["wall"][0] / 2
    assert middle_of_the_picture("en") < half < middle_of_the_picture("ar")


@pytest.mark.parametrize("name", SIZES)
def test_a_title_keeps_its_own_language_and_direction(browser: Browser, gallery: str, name: str) -> None:
    with opened(browser, gallery, name, "ar") as page:
        if name == "join":
            page.locator(".button-own").click()
            page.locator(".tabs button").nth(1).click()
            page.locator(".row-words cite").first.wait_for()
        page.locator("cite").first.wait_for(state="attached")
        titles = page.locator("cite").evaluate_all(
            "titles => titles.map(title => [title.lang, getComputedStyle(title).direction])"
        )
        assert titles and all(title == ["", "ltr"] for title in titles)
