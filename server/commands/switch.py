"""`genstudio switch`: asks a running installation for another model, and says what becomes of it until it is done."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

POLL_S: Final = 0.5
"""Between two looks: a person reads along."""

HEARD_S: Final = 10.0
"""For a renderer to take the wish up; one that draws does so within a frame."""

TIMEOUT_S: Final = 10.0
"""For each answer."""


class SwitchError(Exception):
    """The wall shows what it showed before. One sentence."""


def switch(at: str, room: str, model: str, token: str, say: Callable[[str], None]) -> None:
    """Ask the installation at the address `at`, and `say` each sentence that it reports. Raises SwitchError."""
    url = f"{at.rstrip('/')}/api/operator/rooms/{quote(room, safe='')}/model"
    wish = str(_asked(url, token, {"model": model})["id"])
    asked_s, told = time.monotonic(), ""
    while True:
        report = _asked(url, token).get("switch") or {}
        if report.get("id") == wish:
            if report["told"] != told:
                told = report["told"]
                if report["stage"] == "failed":
                    raise SwitchError(told)
                say(told)
            if report["stage"] == "done":
                return
        elif time.monotonic() - asked_s > HEARD_S:
            raise SwitchError(f"nobody draws the room {room!r} now, or another wish came first; nothing has changed")
        time.sleep(POLL_S)


def _asked(url: str, token: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer to a GET, or to a POST of `body`. Raises SwitchError."""
    request = urllib.request.Request(  # noqa: S310 -- `switch` is told by whoever runs the command
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answered:  # noqa: S310 -- as above
            told: dict[str, Any] = json.load(answered)
            return told
    except urllib.error.HTTPError as error:
        raise SwitchError(_sentence(error)) from error
    except (OSError, ValueError) as error:
        raise SwitchError(f"{url} does not answer: {error}") from error


def _sentence(error: urllib.error.HTTPError) -> str:
    """The server's own where it gave one."""
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"the installation answers {error.code}; is GENSTUDIO_OPERATOR_TOKEN set where it runs?"
