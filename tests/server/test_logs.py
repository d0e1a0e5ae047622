"""What is written down, and what never is."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server import logs

SESSION, ADDRESS = "QUJDREVGR0hJSktMTU5PUA", "198.51.100.23"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the whole process': leave it as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    structlog.stdlib.get_logger("genstudio.test").info("the doors are open", room="main")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["room"]) == ("the doors are open", "info", "main")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("form", ["json", "console"])
def test_nobodys_address_or_session_is_written(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form, "info")  # type: ignore[arg-type]
    structlog.stdlib.get_logger("genstudio.test").info(
        "came in", session=SESSION, client=ADDRESS, ip=ADDRESS, room="main"
    )
    written = capsys.readouterr().err
    assert "came in" in written and "main" in written
    assert SESSION not in written and ADDRESS not in written


def test_what_a_library_says_of_a_client_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "info")
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', ADDRESS, "/ws")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.access").info("%s GET /", ADDRESS)
    assert capsys.readouterr().err == ""


def test_the_errors_of_a_library_come_out_in_our_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    try:
        raise ValueError("seeds are missing")
    except ValueError:
        logging.getLogger("somebody.else").exception("failed")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "failed" and "seeds are missing" in line["exception"]


def test_less_important_lines_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "warning")
    structlog.stdlib.get_logger("genstudio.test").info("nothing much")
    assert capsys.readouterr().err == ""
