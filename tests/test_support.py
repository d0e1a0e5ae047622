"""The ground the other tests stand on holds: the Redis and the browser are real, and leave nothing behind."""

import socket

import pytest
from playwright.sync_api import Browser

from tests.conftest import missing
from tests.support.redis_process import RedisProcess


def ping(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64)


def test_a_redis_can_be_taken_away_and_comes_back_on_its_port(redis_process: RedisProcess) -> None:
    assert ping(redis_process.port) == b"+PONG\r\n"
    redis_process.stop()
    with pytest.raises(ConnectionRefusedError):
        ping(redis_process.port)
    redis_process.start()
    assert ping(redis_process.port) == b"+PONG\r\n"


def test_a_redis_that_cannot_start_says_why(redis_process: RedisProcess) -> None:
    with pytest.raises(RuntimeError, match="[Aa]ddress already in use"):
        RedisProcess(redis_process.port).start()


def test_the_browser_runs_scripts_and_lays_out_text(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<p></p><script>document.querySelector('p').textContent = 6 * 7</script>")
    assert page.inner_text("p") == "42"
    assert page.locator("p").bounding_box() is not None
    page.close()


def test_a_missing_redis_skips_but_fails_where_nothing_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENSTUDIO_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no redis"):
        missing("no redis")
    monkeypatch.setenv("GENSTUDIO_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no redis"):
        missing("no redis")
