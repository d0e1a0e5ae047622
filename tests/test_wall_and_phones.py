"""The whole way of a push, seen: a wall and two phones in Chromium against the real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.support.program import Installation
from tests.support.screens import WAIT_MS, Gallery, hold, page, settled, visitor, wait_for_point


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with Installation() as installation:
        yield installation.url


def point(screen: Page) -> tuple[float, float]:
    """The place of the room's point, as this page shows it."""
    chart = screen.locator("canvas.map")
    return float(chart.get_attribute("data-x") or "nan"), float(chart.get_attribute("data-y") or "nan")


def picture(screen: Page) -> bytes:
    return screen.locator("canvas.picture").screenshot()


def test_two_phones_steer_one_wall_and_a_work_they_pull_to_shows_its_label(browser: Browser, gallery: str) -> None:
    with (
        page(browser, f"{gallery}/wall", 1920, 1080) as wall,
        visitor(browser, Gallery(gallery)) as first,
        visitor(browser, Gallery(gallery)) as second,
    ):
        wall.locator("canvas.picture[data-seq]").wait_for()
        expect(wall.locator(".presence .disc")).to_have_count(2)

        hold(first, 0.1, 0.1)
        hold(second, 0.1, 0.1)
        wait_for_point(wall, "x < 0.3 && y < 0.3")
        above = picture(wall)
        first.mouse.up()
        hold(second, 0.9, 0.9)
        wait_for_point(wall, "x > 0.7 && y > 0.7")
        wait_for_point(first, "x > 0.7 && y > 0.7")
        second.mouse.up()
        assert picture(wall) != above

        first.locator('.tabs [data-way="works"]').click()
        first.get_by_role("searchbox").or_(first.get_by_role("combobox")).first.fill("The Night Watch")
        first.get_by_role("button", name="Pull towards The Night Watch").first.click()
        settled(wall, "se-2848840778").wait_for()
        expect(wall.locator(".settled")).to_contain_text("The Night Watch")
        expect(wall.locator(".settled")).to_contain_text("Rembrandt van Rijn")
        second.locator('.bump[data-shown="true"] [data-work="se-2848840778"]').wait_for()


def test_the_keyboard_steers_as_a_finger_does(browser: Browser, gallery: str) -> None:
    with visitor(browser, Gallery(gallery)) as phone:
        phone.locator("canvas.picture[data-seq]").wait_for()
        phone.locator(".pad").focus()
        phone.keyboard.down("ArrowLeft")
        wait_for_point(phone, "x < 0.2")
        phone.keyboard.up("ArrowLeft")
        phone.keyboard.down("ArrowRight")
        wait_for_point(phone, "x > 0.4")
        phone.keyboard.up("ArrowRight")


def test_somebody_who_leaves_is_gone_from_the_wall(browser: Browser, gallery: str) -> None:
    with page(browser, f"{gallery}/wall", 1280, 720) as wall:
        with visitor(browser, Gallery(gallery)):
            expect(wall.locator(".presence .disc")).to_have_count(1)
        expect(wall.locator(".presence .disc")).to_have_count(0)


def test_no_page_asks_anybody_but_its_own_server(browser: Browser, gallery: str) -> None:
    """C6."""
    asked: list[Request] = []
    for path in ("/", "/wall", "/join", "/studio"):
        with page(browser, "about:blank", 1280, 800) as opened:
            opened.on("request", lambda request: asked.append(request))
            opened.goto(f"{gallery}{path}")
            opened.locator("canvas.picture[data-seq]").wait_for()
    assert asked and all(request.url.startswith((gallery, "data:", "blob:")) for request in asked)


def test_an_unknown_room_is_told_in_a_sentence(browser: Browser, gallery: str) -> None:
    with page(browser, f"{gallery}/wall?room=attic", 1280, 720) as wall:
        expect(wall.get_by_text("attic")).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1440, 900), (1080, 1920)])
def test_the_picture_is_never_stretched_and_stays_on_the_screen(
    browser: Browser, gallery: str, width: int, height: int
) -> None:
    with page(browser, f"{gallery}/wall", width, height) as wall:
        canvas = wall.locator("canvas.picture[data-seq]")
        canvas.wait_for()
        box = canvas.bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"], abs=1)
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
        assert min(width, height) * 0.8 < box["height"]
