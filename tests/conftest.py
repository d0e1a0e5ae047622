"""What any test may ask for. A missing Redis or browser skips tests; with GENSTUDIO_REQUIRE_ALL=1 it fails them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support import ports
from tests.support.chromium import ARGUMENTS, CACHE, NODE, ROOT, NoBrowser, find_chromium
from tests.support.redis_process import NoRedis, RedisProcess
from tests.support.screens import WAIT_MS

# Before anything imports numba: what it compiles for the index is kept, or every run would compile for a minute.
os.environ.setdefault("NUMBA_CACHE_DIR", str(CACHE / "numba"))
# Playwright's own Node may be missing from its wheel; ours is the one the pages are built with.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))
# No test asks a real museum for a picture; those that need one set up their own and say so.
os.environ.setdefault("GENSTUDIO_MUSEUM_PICTURES", "false")
# Nor are engines tried behind every wall that a test opens: a trial takes a core for half a minute.
os.environ.setdefault("GENSTUDIO_ENGINE", "torch")
# What a page will show it may show late: a machine busy with everything else must not fail a test.
expect.set_options(timeout=WAIT_MS)


def missing(reason: str) -> NoReturn:
    """Skips, or fails where nothing may be skipped (CI)."""
    if os.environ.get("GENSTUDIO_REQUIRE_ALL"):
        pytest.fail(f"GENSTUDIO_REQUIRE_ALL is set: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis or Valkey for the whole run. Tests share it: use keys of your own, or a `redis_process`."""
    try:
        with RedisProcess() as server:
            yield server.url
    except NoRedis as error:
        missing(str(error))


@pytest.fixture
def redis_process() -> Iterator[RedisProcess]:
    """A real Redis or Valkey of this test alone, to be stopped, started and paused."""
    try:
        with RedisProcess() as server:
            yield server
    except NoRedis as error:
        missing(str(error))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, driven by playwright's synchronous interface.

    One for each module and not for the run: while it lives, playwright holds an event loop in this thread, and
    asynchronous tests could not start theirs. So a module has browser tests or asynchronous ones, not both.
    """
    try:
        chromium = find_chromium()
    except NoBrowser as error:
        missing(str(error))
    environment: dict[str, str | float | bool] = {**os.environ, **chromium.environment}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable, env=environment, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real artworks and golden outputs beside the checkout. Its images are never copied into it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: the collection and the golden outputs lie beside the checkout, not in it")
    return folder.resolve()


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Called, it gives a port that nobody listens on."""
    return ports.free_port
