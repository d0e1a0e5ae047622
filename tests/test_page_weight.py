"""What a phone must load before it can steer: at most 120 KB compressed, and never the studio's three.js."""

import gzip
import re
from pathlib import Path

import pytest

from tests.support.chromium import WEB

DIST = WEB / "dist"
LIMIT_BYTES = 120_000
"""A second and a half on a slow 3G line, which is what remains of the network in a full gallery."""

LOADED = re.compile(r"""(?:src|href)="/(assets/[^"]+)"|from\s*"\./([^"]+)"|import\s*"\./([^"]+)\"""")


def loaded_by(page: str) -> list[Path]:
    """The page and what it loads by itself, through static imports; what is fetched on demand is not among it."""
    if not DIST.is_dir():
        pytest.fail("the pages are not built: `make build`")
    waiting, found = [DIST / page], []
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.append(file)
        if file.suffix in (".html", ".js"):
            names = [next(filter(None, match)) for match in LOADED.findall(file.read_text(encoding="utf-8"))]
            waiting += [DIST / name if name.startswith("assets/") else file.parent / name for name in names]
    return found


def test_the_phone_page_is_light() -> None:
    files = loaded_by("join.html")
    assert any(file.suffix == ".js" for file in files) and any(file.suffix == ".css" for file in files)
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) <= LIMIT_BYTES


def test_three_js_reaches_the_studio_and_never_the_phone_or_the_wall() -> None:
    def with_three(files: list[Path]) -> list[str]:
        return [file.name for file in files if "WebGLRenderer" in file.read_text(encoding="utf-8", errors="ignore")]

    for page in ("join.html", "wall.html", "index.html"):
        assert with_three(loaded_by(page)) == []
    assert with_three(sorted((DIST / "assets").glob("*.js"))), (
        "no three.js anywhere: this test looks for the wrong mark"
    )
