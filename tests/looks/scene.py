"""One state of a page in a room of its own: pages are opened, pictures taken, and everything is closed at its end.

No picture holds an artwork: the works' own pictures are refused, and one that came all the same ends the run. What is
seen is the generator's dreams and the works' blurred likenesses.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.support.screens import WAIT_MS, Gallery

Size = tuple[int, int]

PHONE: Final[Size] = (390, 844)
DESK: Final[Size] = (1440, 900)
WALL: Final[Size] = (1920, 1080)
PORTRAIT: Final[Size] = (1080, 1920)
EVERY: Final = (WALL, DESK, PHONE)

ARTWORKS: Final = ("/images/", "/thumbs/")
"""Where a gallery serves the works' own pictures."""

SETTLE_MS: Final = 4_000
"""What fades has faded (a label takes 2.5 s in all), and the light of the picture lies on the wall."""
ANSWER_MS: Final = 900
"""A page has found its new shape; what changed has faded in (.7 s)."""


class ArtworkShown(RuntimeError):
    """A page was given an artwork's own picture, so what was taken of it must not be kept."""


@dataclass
class Scene:
    """Use as a context. `guide_key`: who says it may choose every mode."""

    browser: Browser
    gallery: Gallery
    guide_key: str
    name: str
    folder: Path
    taken: list[Path] = field(default_factory=list)
    """What was written, in order."""

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._artworks: list[str] = []
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def open(self, path: str, size: Size, *, language: str = "en-GB", fragment: str = "") -> Page:
        """`path`: '' (start), wall, join or studio, in this scene's room, showing the picture."""
        phone = path == "join"
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            locale=language,
        )
        self._open.callback(context.close)
        context.set_default_timeout(WAIT_MS)
        context.route(self._forbidden, lambda route: route.abort())
        page = context.new_page()
        page.on("response", lambda response: self._seen(response.url))
        page.goto(self.gallery.page(path) + fragment)
        page.locator("canvas.picture[data-seq]").wait_for()
        return page

    def shoot(self, page: Page, *sizes: Size, part: str = "") -> None:
        """At each of these sizes, the first of them as it is now. `part` tells one moment of a scene from another."""
        for size in sizes:
            if page.viewport_size != {"width": size[0], "height": size[1]}:
                page.set_viewport_size({"width": size[0], "height": size[1]})
                self.answer(page)
            name = "-".join(filter(None, (self.name, part, f"{size[0]}x{size[1]}")))
            picture = page.screenshot()
            if self._artworks:
                raise ArtworkShown(f"{name} was given {self._artworks[0]}")
            path = self.folder / f"{name}.png"
            path.write_bytes(picture)
            self.taken.append(path)
            print(path, flush=True)

    def answer(self, page: Page) -> None:
        """Until what just appeared is there, and no longer: it may be gone soon."""
        page.wait_for_timeout(ANSWER_MS)

    def settle(self, page: Page) -> None:
        """Until everything that fades has faded."""
        page.wait_for_timeout(SETTLE_MS)

    def _forbidden(self, url: str) -> bool:
        there, ours = urlsplit(url), urlsplit(self.gallery.url)
        elsewhere = there.scheme in ("http", "https") and there.netloc != ours.netloc
        return elsewhere or there.path.startswith(ARTWORKS)

    def _seen(self, url: str) -> None:
        if urlsplit(url).path.startswith(ARTWORKS):
            self._artworks.append(url)


Scenes = dict[str, Callable[[Scene], None]]
"""What a page can look like, by the name that its pictures bear."""
