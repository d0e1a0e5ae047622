"""Takes pictures of every page in its states, for people to look at: `make screenshots`.

They go to build/screenshots. `--only NAME ...` takes those whose names begin so; `--readme` takes the four that the
README shows, and puts them into docs/pictures. Everything else that is said goes to `genstudio serve`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Error, sync_playwright

from tests.looks import phone, start, studio, wall
from tests.looks.scene import Scene, Scenes
from tests.support.chromium import ARGUMENTS, NODE, ROOT, find_chromium
from tests.support.program import Installation
from tests.support.screens import Gallery

FOLDER: Final = ROOT / "build" / "screenshots"
PICTURES: Final = ROOT / "docs" / "pictures"
README: Final = {"wall": "wall-together", "phone": "phone-map", "studio": "studio-blend", "start": "start"}
"""Its pictures, and the scenes whose first picture each is."""
SCENES: Final[Scenes] = {**start.SCENES, **wall.SCENES, **phone.SCENES, **studio.SCENES}
ROOMS: Final = {name: str(number) for number, name in enumerate(SCENES, start=1)}
"""Each scene finds its room as nobody left it; a number makes a short address."""
GUIDE_KEY: Final = "the-key-of-who-takes-the-pictures"
ENVIRONMENT: Final = {
    "GENSTUDIO_GUIDE_KEY": GUIDE_KEY,
    "GENSTUDIO_ROOMS": ",".join(ROOMS.values()),
    "GENSTUDIO_PUBLIC_URL": "http://gallery.example",  # short, the same each time, and nobody's
    "GENSTUDIO_MUSEUM_PICTURES": "false",
    "GENSTUDIO_ENGINE": "torch",  # trying engines would take a core from the browser for half a minute
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME", help=", ".join(SCENES))
    parser.add_argument("--readme", action="store_true", help="renew docs/pictures")
    asked, options = parser.parse_known_args()
    names = list(README.values()) if asked.readme else [name for name in SCENES if name.startswith(tuple(asked.only))]
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = take(names, options)
    if asked.readme:
        for picture, scene in README.items():
            print(shutil.copyfile(taken[scene][0], PICTURES / f"{picture}.png"))
    if missed := [name for name in names if name not in taken]:
        sys.exit(f"Not taken, or not wholly: {', '.join(missed)}")


def take(names: Sequence[str], options: Sequence[str]) -> dict[str, list[Path]]:
    """The pictures of each scene that came about, the rest being told: one must not keep the others from being seen."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))  # playwright's own may be missing from its wheel
    chromium = find_chromium()
    taken: dict[str, list[Path]] = {}
    with Installation(*options, environment=ENVIRONMENT) as gallery, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
        )
        for name in names:
            try:
                with Scene(browser, Gallery(gallery.url, ROOMS[name]), GUIDE_KEY, name, FOLDER) as scene:
                    SCENES[name](scene)
                    taken[name] = scene.taken
            except (Error, AssertionError) as error:
                print(f"{name}: {error}", file=sys.stderr)
        browser.close()
    return taken


if __name__ == "__main__":
    main()
