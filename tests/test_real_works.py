"""A bump, seen: the real work cross-fades with the dream, from the collection's folder, its museum, or as a likeness.

A small installation of six drawings under the real server: `w0` lies in the folder, the others are said to hang in a
museum on loopback, which has `w1`, is slow with `w2`, has a broken `w3` and has lost `w4` (G29, G30, C6, C7).
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from models.works.collection import prepared_path
from models.works.folder import read_folder
from tests.server.installed import small_collection, small_model
from tests.support.museum import Museum, drawing
from tests.support.program import Installation
from tests.support.screens import Gallery, page, visitor

LABEL = {
    "artist": "Wren (Testish, 1900-1999)",
    "date": "1931",
    "medium": "ink on paper",
    "museum": "Museum of Discs",
    "credit": "Gift of nobody, 1932",
    "license": "CC0-1.0",
}


@pytest.fixture(scope="module")
def museum() -> Iterator[Museum]:
    with Museum() as museum:
        museum.hang("w1.jpg", drawing(960, 640))
        museum.hang("w2.jpg", drawing(640, 960))
        museum.slow.add("w2.jpg")
        museum.hang("w3.jpg", drawing(960, 640)[:-900])
        yield museum


@pytest.fixture(scope="module")
def gallery(museum: Museum, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GENSTUDIO_CACHE", str(folder / "cache"))
        environment.setenv("GENSTUDIO_MUSEUM_PICTURES", "true")
        environment.setenv("GENSTUDIO_MUSEUMS_NEARBY", "true")
        model = small_model(folder)
        prepared = small_collection(folder, model)
        hung_elsewhere(prepared, museum.url)
        kept = prepared_path(read_folder(folder / "drawings").digest, model.stem)
        kept.parent.mkdir(parents=True)
        prepared.rename(kept)
        with Installation("--model", str(model), "--collection", str(folder / "drawings")) as installation:
            yield installation.url


def hung_elsewhere(prepared: Path, museum: str) -> None:
    """Say of all works but the first that they hang in a museum, and give all of them a label."""
    works = [json.loads(line) for line in (prepared / "works.jsonl").read_text().splitlines()]
    for work in works:
        work |= LABEL
        if work["id"] != "w0":
            work |= {"file": "", "image": f"{museum}{work['id']}.jpg"}
    written = "".join(json.dumps(work) + "\n" for work in works).encode()
    (prepared / "works.jsonl").write_bytes(written)
    manifest = json.loads((prepared / "manifest.json").read_text())
    manifest["files"]["works.jsonl"] = hashlib.sha256(written).hexdigest()
    (prepared / "manifest.json").write_text(json.dumps(manifest))


class Visit:
    """A wall and a phone in one room, both open for all tests: what is pulled to next replaces what was."""

    def __init__(self, wall: Page, phone: Page) -> None:
        self.wall, self.phone = wall, phone

    def pull(self, number: int) -> None:
        """Until the wall has settled on that work."""
        pull = self.phone.get_by_role("button", name=f"Pull towards Disc {number}")
        if pull.get_attribute("aria-pressed") != "true":
            pull.click()
        self.wall.locator(f'.settled[data-shown="true"] [data-work="w{number}"]').wait_for()

    @property
    def real(self) -> Locator:
        """The real work over the dream."""
        return self.wall.locator('.real[data-shown="true"]')

    def opacity(self, selector: str) -> float:
        """As it is seen now."""
        return float(self.wall.locator(selector).evaluate("element => getComputedStyle(element).opacity"))

    def rise(self) -> list[float]:
        """The real work's opacity at a hundred moments of one coming and going: its clock is set, nobody waits."""
        watch = """layer => {
            const [rise] = layer.getAnimations().filter(animation => animation instanceof CSSAnimation);
            const whole = rise.effect.getComputedTiming().duration;
            rise.pause();
            const seen = Array.from({ length: 100 }, (_, i) => {
                rise.currentTime = whole * i / 99.0001;
                return +getComputedStyle(layer).opacity;
            });
            rise.play();
            return seen;
        }"""
        seen: list[float] = self.real.evaluate(watch)
        return seen

    def hold_up(self) -> None:
        """The moment at which the real work stands alone, for as long as one likes to look."""
        self.real.evaluate("""layer => {
            const [rise] = layer.getAnimations().filter(animation => animation instanceof CSSAnimation);
            rise.pause();
            rise.currentTime = rise.effect.getComputedTiming().duration * 0.4;
        }""")


@pytest.fixture(scope="module")
def visit(browser: Browser, gallery: str) -> Iterator[Visit]:
    with page(browser, f"{gallery}/wall", 1920, 1080) as wall, visitor(browser, Gallery(gallery)) as phone:
        phone.get_by_role("button", name="Artworks").click()
        # The dream itself fades in when the page opens.
        wall.wait_for_function("() => getComputedStyle(document.querySelector('canvas.picture')).opacity === '1'")
        yield Visit(wall, phone)


def colour(seen: bytes, wall: Page) -> tuple[int, int, int]:
    """Of a screenshot, a third from its top: where the museum's pictures have theirs."""
    read = """async bytes => {
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], {type: 'image/png'}));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        canvas.drawImage(bitmap, 0, 0);
        return [...canvas.getImageData(bitmap.width / 2, bitmap.height / 3, 1, 1).data.slice(0, 3)];
    }"""
    red, green, blue = wall.evaluate(read, list(seen))
    return red, green, blue


def test_a_work_of_the_folder_rises_through_the_dream_and_sinks_back(visit: Visit) -> None:
    visit.pull(0)
    visit.real.locator('img[data-came="true"]').wait_for()
    seen = visit.rise()
    top = seen.index(max(seen))
    assert seen[0] == seen[-1] == 0 and seen[top] == 1, "the dream alone, the work alone, the dream alone"
    assert seen[:top] == sorted(seen[:top]) and seen[top:] == sorted(seen[top:], reverse=True), "up once and down once"
    assert max(abs(b - a) for a, b in zip(seen, seen[1:], strict=False)) < 0.2, "never a flash"
    assert visit.opacity("canvas.picture") == 1, "the dream stays under it: two layers that both fade would go dark"


def test_a_work_that_hangs_in_a_museum_comes_through_our_own_server(visit: Visit, gallery: str, museum: Museum) -> None:
    asked: list[Request] = []
    for screen in (visit.wall, visit.phone):
        screen.on("request", lambda request: asked.append(request))
    visit.pull(1)
    visit.real.locator('img[data-came="true"]').wait_for()
    visit.phone.locator('.bump img[data-came="true"]').wait_for()
    visit.wall.wait_for_function(
        "() => getComputedStyle(document.querySelector('.real[data-shown=\"true\"] img')).opacity === '1'"
    )
    visit.hold_up()
    red, green, blue = colour(visit.wall.locator(".stage").screenshot(), visit.wall)
    assert red > 180 and green < 90 and blue < 70, "the museum's own colours stand where the dream was"
    assert museum.asked.count("w1.jpg") == 1, "for two screens"
    assert asked and all(request.url.startswith((gallery, "blob:", "data:")) for request in asked)


def test_until_a_slow_museum_answers_the_likeness_stands_and_nothing_moves_when_it_does(
    visit: Visit, museum: Museum
) -> None:
    visit.pull(2)
    piece = visit.wall.locator(".settled .likeness")
    expect(visit.real.locator("canvas")).to_have_count(1)
    expect(piece.locator("img")).to_have_attribute("data-came", "false")
    assert visit.opacity(".settled .likeness img") == 0
    assert max(visit.rise()) == 1, "the likeness does not wait for the picture"
    before = piece.bounding_box()
    museum.hurry()
    piece.locator('img[data-came="true"]').wait_for()
    assert piece.bounding_box() == before


@pytest.mark.parametrize("number", [3, 4], ids=["broken", "lost"])
def test_without_a_picture_the_likeness_cross_fades_beside_the_label(visit: Visit, number: int) -> None:
    visit.pull(number)
    expect(visit.wall.locator(".likeness img")).to_have_count(0)
    assert max(visit.rise()) == 1
    assert 0 < visit.opacity(".real canvas") < 1, "it tints the dream and never hides it"
    expect(visit.wall.locator(".settled .label-title")).to_have_text(f"Disc {number}, 1931")


def test_the_label_has_what_a_museum_writes(visit: Visit) -> None:
    visit.pull(0)
    visit.phone.locator('.bump[data-shown="true"] [data-work="w0"]').wait_for()
    visit.phone.locator('.tabs [data-way="map"]').click()  # over a list's small picture there is no room for the medium
    for label in (visit.wall.locator(".settled .label"), visit.phone.locator(".bump .label")):
        assert [line.strip() for line in label.inner_text().splitlines() if line.strip()] == [
            "Wren",
            "Testish, 1900-1999",
            "Disc 0, 1931",
            "Ink on paper",
            "Museum of Discs. Gift of nobody, 1932",
            "CC0 1.0",
        ]
    visit.phone.locator('.tabs [data-way="works"]').click()


def test_who_asked_for_less_motion_sees_one_fade_and_no_coming_and_going(visit: Visit) -> None:
    visit.wall.emulate_media(reduced_motion="reduce")
    visit.pull(1)
    visit.wall.wait_for_function(
        "() => getComputedStyle(document.querySelector('.real[data-shown=\"true\"]')).opacity === '1'"
    )
    still = "layer => layer.getAnimations().filter(animation => animation instanceof CSSAnimation).length"
    assert visit.real.evaluate(still) == 0
