"""Pages in a real browser as people open them: a wall, phones that join, studios from afar. Waiting is playwright's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page

WAIT_MS = 30_000
"""For things that take seconds at worst: a machine busy with everything else must not fail a test."""


@dataclass(frozen=True)
class Gallery:
    """An installation's address, and one of its rooms."""

    url: str
    room: str = "main"

    def page(self, name: str) -> str:
        """The address of `wall`, `join` or `studio` in this room."""
        return f"{self.url}/{name}?room={self.room}"


@contextmanager
def page(browser: Browser, address: str, width: int, height: int, *, phone: bool = False) -> Iterator[Page]:
    """A page of its own visitor. No request of it leaves this machine."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=phone,
        is_mobile=phone,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(WAIT_MS)
    try:
        opened = context.new_page()
        opened.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
        opened.goto(address)
        yield opened
    finally:
        context.close()


@contextmanager
def visitor(browser: Browser, gallery: Gallery) -> Iterator[Page]:
    """A phone that has joined."""
    with page(browser, gallery.page("join"), 390, 844, phone=True) as phone:
        phone.get_by_role("button", name="Join").click()
        yield phone


@contextmanager
def studio(browser: Browser, gallery: Gallery, fragment: str = "") -> Iterator[Page]:
    """A studio page that shows the picture. `fragment`: what stands behind # in its address."""
    with page(browser, gallery.page("studio") + fragment, 1440, 900) as opened:
        opened.locator("canvas.picture[data-seq]").wait_for()
        yield opened


def hold(phone: Page, x: float, y: float) -> None:
    """Press the finger on the pad, at a place in parts of its size, and keep it there."""
    box = phone.locator(".pad").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    phone.mouse.down()
    phone.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)


def wait_for_point(screen: Page, condition: str) -> None:
    """Until `condition`, JavaScript of x and y, holds for the point."""
    read = "const m = document.querySelector('canvas.map').dataset, x = +m.x, y = +m.y"
    screen.wait_for_function(f"() => {{ {read}; return {condition} }}")


def settled(screen: Page, work: str) -> Locator:
    """The wall's label of a work that it rests on."""
    return screen.locator(f'.settled[data-shown="true"] [data-work="{work}"]')
