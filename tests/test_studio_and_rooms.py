"""The second half, seen: studios, phones and a wall in Chromium against the real server, in a gallery with a guide."""

import io
import re
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from models import load_generator
from models.works.collection import load_collection
from tests.support.program import Installation
from tests.support.screens import WAIT_MS, Gallery, hold, page, settled, studio, visitor, wait_for_point

KEY = "a-key-for-the-guide-of-this-test"
NIGHT_WATCH = "se-2848840778"


ROOMS = [f"room-{number}" for number in range(1, 21)]
"""More than there are tests: each has a room of its own, as nobody left it."""


@pytest.fixture(scope="module")
def rooms() -> Iterator[Iterator[Gallery]]:
    environment = {"GENSTUDIO_GUIDE_KEY": KEY, "GENSTUDIO_ROOMS": ",".join(ROOMS)}
    with Installation(environment=environment) as installation:
        yield (Gallery(installation.url, room) for room in ROOMS)


@pytest.fixture
def gallery(rooms: Iterator[Gallery]) -> Gallery:
    return next(rooms)


def search(opened: Page, words: str) -> None:
    """Type words into the search and wait for what they find."""
    opened.get_by_role("tab", name="Search").click()
    asked = re.compile(r"/search\?.*q=" + re.escape(quote_plus(words)))
    with opened.expect_response(asked):
        opened.get_by_role("combobox", name="Search the collection").fill(words)
    opened.get_by_role("combobox", name="Search the collection").press("Enter")
    opened.locator('.results[aria-busy="false"] .result').first.wait_for()


def add(opened: Page, words: str) -> str:
    """Drop the first work that these words find into the blend; its title."""
    search(opened, words)
    result = opened.locator(".results .result").first
    title = result.locator("cite").inner_text()
    result.get_by_role("button", name="to the blend").click()
    return title


def choose(opened: Page, mode: str) -> None:
    """The guide, or anybody where it is open to all, chooses how the wall is steered."""
    chosen = opened.get_by_role("group", name="Choose how").get_by_role("button", name=mode, exact=True)
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")


AT_REST = """async () => {
  const canvas = document.querySelector("canvas.picture");
  let [picture, sinceMs] = [canvas.toDataURL(), performance.now()];
  while (performance.now() - sinceMs < 2000) {
    await new Promise(requestAnimationFrame);
    const now = canvas.toDataURL();
    if (now !== picture) [picture, sinceMs] = [now, performance.now()];
  }
  return picture;
}"""
"""Two seconds without a change: a picture that only just begins to turn stands still for some frames, too."""


def pixels(screen: Page) -> str:
    """Everything that this page's picture is made of, once it has come to rest."""
    return str(screen.evaluate(AT_REST))


def empty(opened: Page) -> None:
    """Nothing is in the blend, and everybody steers: as the next test expects it."""
    opened.get_by_role("tab", name="Blend").click()
    clear = opened.get_by_role("button", name="Clear")
    if clear.is_visible():
        clear.click()
    choose(opened, "Together")


def test_two_people_mix_one_blend_and_the_wall_shows_it(browser: Browser, gallery: Gallery) -> None:
    with (
        page(browser, gallery.page("wall"), 1920, 1080) as wall,
        studio(browser, gallery) as first,
        studio(browser, gallery) as second,
    ):
        one, other = add(first, "night watch rembrandt"), add(first, "van gogh")
        for opened in (first, second):
            opened.get_by_role("tab", name="Blend").click()
            expect(opened.locator(".sliders .slider")).to_have_count(2)

        exact = first.get_by_label(f"Part of {one} in percent")
        exact.fill("30")
        exact.press("Enter")
        expect(second.get_by_label(f"Part of {one} in percent")).to_have_value("30")
        expect(second.get_by_label(f"Part of {other} in percent")).to_have_value("70")

        second.get_by_role("button", name=f"More of {other}").click()
        expect(first.get_by_label(f"Part of {other} in percent")).to_have_value("75")
        expect(first.get_by_label(f"Part of {one} in percent")).to_have_value("25")

        first.get_by_role("button", name="Show on the wall").click()
        expect(wall.locator('.now[data-mode="blend"]')).to_be_visible(timeout=WAIT_MS)
        expect(wall.locator(".now")).to_contain_text(one)

        second.get_by_role("button", name="Undo").click()
        expect(first.get_by_label(f"Part of {one} in percent")).to_have_value("30")


def test_a_phone_holds_the_same_sliders(browser: Browser, gallery: Gallery) -> None:
    with studio(browser, gallery) as opened, visitor(browser, gallery) as phone:
        title = add(opened, "van gogh")
        phone.locator('.tabs [data-way="blend"]').click()
        expect(phone.locator(".blend")).to_contain_text(title)
        phone.locator('.tabs [data-way="works"]').click()
        phone.get_by_role("searchbox").or_(phone.get_by_role("combobox")).first.fill("night watch")
        phone.get_by_role("button", name=re.compile("Add The Night Watch.* to the blend")).first.click()
        opened.get_by_role("tab", name="Blend").click()
        expect(opened.locator(".sliders .slider")).to_have_count(2)


def test_a_work_that_was_searched_for_is_flown_to(browser: Browser, gallery: Gallery) -> None:
    with page(browser, gallery.page("wall"), 1280, 720) as wall, studio(browser, gallery) as opened:
        search(opened, '"night watch"')
        opened.locator(".results .result").first.locator(".result-open").click()
        opened.get_by_role("button", name="Fly there").click()
        settled(wall, NIGHT_WATCH).wait_for()
        expect(opened.locator(".aim")).to_have_count(0)  # it let go by itself


def test_what_finds_nothing_says_why(browser: Browser, gallery: Gallery) -> None:
    with studio(browser, gallery) as opened:
        opened.get_by_role("tab", name="Search").click()
        opened.get_by_role("combobox", name="Search the collection").fill("xylographzz")
        expect(opened.locator(".search-told")).to_contain_text("xylographzz")


def test_a_picture_of_ones_own_finds_its_likes_and_is_visited(browser: Browser, gallery: Gallery) -> None:
    collection = load_collection()
    row = collection.index_of(NIGHT_WATCH)
    assert row is not None
    dream = load_generator().generate(collection.seeds[row][None])[0]
    file = io.BytesIO()
    Image.fromarray(dream).save(file, "JPEG", quality=92)
    with page(browser, gallery.page("wall"), 1280, 720) as wall, studio(browser, gallery) as opened:
        opened.get_by_role("tab", name="Search").click()
        opened.locator(".own input[type=file]").set_input_files(
            {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
        )
        expect(opened.locator(".search-told")).to_contain_text("your picture")
        assert opened.locator(".results .result").count() > 0
        opened.get_by_role("button", name="Visit it").click()
        expect(wall.locator('.now[data-mode="blend"]')).to_contain_text("A visitor’s picture")


def test_a_file_that_is_no_picture_is_refused_in_a_sentence(browser: Browser, gallery: Gallery) -> None:
    with studio(browser, gallery) as opened:
        opened.get_by_role("tab", name="Search").click()
        opened.locator(".own input[type=file]").set_input_files(
            {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload='alert(1)'/>"}
        )
        expect(opened.locator(".own-told")).not_to_be_empty(timeout=WAIT_MS)


def test_the_room_votes_and_the_wall_goes_to_the_winner(browser: Browser, gallery: Gallery) -> None:
    with (
        page(browser, gallery.page("wall"), 1920, 1080) as wall,
        studio(browser, gallery, f"#guide={KEY}") as guide,
        visitor(browser, gallery) as first,
        visitor(browser, gallery) as second,
    ):
        assert KEY not in guide.url
        choose(guide, "Vote")
        for phone in (first, second):
            phone.locator('.tabs [data-way="works"]').click()
            phone.get_by_role("searchbox").or_(phone.get_by_role("combobox")).first.fill("night watch")
            phone.get_by_role("button", name=re.compile("Vote for The Night Watch")).first.click()
        expect(wall.locator('.hung li[data-votes="2"]')).to_contain_text("The Night Watch")
        settled(wall, NIGHT_WATCH).wait_for(timeout=2 * WAIT_MS)


def test_a_leads_turn_is_announced_on_that_phone_and_seen_on_the_wall(browser: Browser, gallery: Gallery) -> None:
    with (
        page(browser, gallery.page("wall"), 1920, 1080) as wall,
        studio(browser, gallery, f"#guide={KEY}") as guide,
        visitor(browser, gallery) as phone,
        visitor(browser, gallery) as other,
    ):
        choose(guide, "Lead")
        hold(other, 0.1, 0.9)  # alone, it leads at once
        expect(other.locator(".announcement")).to_have_attribute("data-kind", "now")
        hold(phone, 0.9, 0.1)
        expect(phone.locator(".announcement")).to_have_attribute("data-kind", "soon")
        expect(other.locator(".announcement")).to_have_attribute("data-kind", "now")
        expect(phone.locator(".announcement")).to_have_attribute("data-kind", "now")
        expect(wall.locator(".now-lead")).to_contain_text("leads now")
        wait_for_point(wall, "x > 0.6 && y < 0.4")
        phone.mouse.up()


def test_who_is_not_the_guide_is_told_so(browser: Browser, gallery: Gallery) -> None:
    with page(browser, gallery.page("studio") + "#guide=not-the-key-of-this-gallery", 1440, 900) as opened:
        expect(opened.get_by_text("may not do that here")).to_be_visible(timeout=WAIT_MS)


def test_a_link_brings_a_third_person_to_the_very_same_picture(browser: Browser, gallery: Gallery) -> None:
    with studio(browser, gallery) as first, studio(browser, gallery) as second:
        add(first, "night watch rembrandt")
        add(first, "van gogh")
        first.get_by_role("tab", name="Blend").click()
        first.get_by_role("button", name="Show on the wall").click()
        expect(first.locator(".modes-now")).to_contain_text("Blending works")
        seen = pixels(first)
        first.get_by_role("button", name="Copy link").click()
        link = str(first.evaluate("navigator.clipboard.readText()"))
        assert "#blend=" in link
        empty(first)
        expect(second.locator(".modes-now")).to_contain_text("Steered together")

        with page(browser, link, 1440, 900) as third:
            third.get_by_role("button", name="Bring it to the wall").click()
            expect(third.locator(".modes-now")).to_contain_text("Blending works")
            assert pixels(third) == seen
            assert pixels(second) == seen


def test_a_link_to_a_place_leads_exactly_there(browser: Browser, gallery: Gallery) -> None:
    with studio(browser, gallery) as first:
        search(first, '"night watch"')
        first.locator(".results .result").first.locator(".result-open").click()
        first.get_by_role("button", name="Fly there").click()
        expect(first.locator(".aim")).to_have_count(0)
        seen = pixels(first)
        first.get_by_role("button", name="Link to this place").click()
        link = str(first.evaluate("navigator.clipboard.readText()"))
        search(first, "van gogh")
        first.locator(".results .result").first.locator(".result-open").click()
        first.get_by_role("button", name="Fly there").click()
        expect(first.locator(".aim")).to_have_count(0)
        assert pixels(first) != seen
        with page(browser, link, 1440, 900) as third:
            third.get_by_role("button", name="Bring it to the wall").click()
            expect(third.locator(".aim")).to_be_visible()
            third.wait_for_function(
                "seen => document.querySelector('canvas.picture').toDataURL() === seen", arg=seen, timeout=2 * WAIT_MS
            )


def test_who_leaves_takes_a_receipt_along(browser: Browser, gallery: Gallery) -> None:
    with visitor(browser, gallery) as phone:
        phone.locator('.tabs [data-way="works"]').click()
        phone.get_by_role("searchbox").or_(phone.get_by_role("combobox")).first.fill("night watch")
        phone.get_by_role("button", name=re.compile("Pull towards The Night Watch")).first.click()
        phone.locator('.bump[data-shown="true"] [data-work]').wait_for()
        phone.locator('.tabs [data-way="found"]').click()
        phone.get_by_role("button", name="Leave").click()
        expect(phone.get_by_text("Thank you")).to_be_visible()
        phone.get_by_role("button", name="Come back").click()
        expect(phone.locator(".tabs")).to_be_visible()
