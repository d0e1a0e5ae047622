"""The artworks of a room, fetched over plain HTTP. It changes only with the collection; nothing is cached."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Final
from urllib.parse import quote

import msgspec

from client.link import SessionError

TIMEOUT_S: Final = 10.0
"""For each wait on the network: a list of thousands of works is some megabytes on a slow line."""

MAX_BYTES: Final = 64 * 2**20
"""The largest list we read: about 100,000 works."""


class Artwork(msgspec.Struct, frozen=True):
    """A work as /api/rooms/{room}/works tells it. (x, y) is its place on the map, in [0, 1]^2."""

    id: str
    x: float
    y: float
    title: str = ""
    artist: str = ""
    date: str = ""
    culture: str = ""
    medium: str = ""
    department: str = ""
    museum: str = ""
    credit: str = ""
    license: str = ""
    link: str = ""
    image: str = ""
    """Address of its picture: the museum's, or a path on this server, or ""."""
    thumb: str = ""
    """Path of a small picture on this server, or ""."""
    thumbhash: str = ""
    """base64; see `client.atlas`."""
    width: int = 0
    height: int = 0


class _Answer(msgspec.Struct):
    works: list[Artwork]


def fetch_works(base: str, room: str) -> list[Artwork]:
    """Every work of the room at the installation `base`. Blocks; raises SessionError."""
    url = f"{base}/api/rooms/{quote(room, safe='')}/works"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 -- Session checked the scheme
            body = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise SessionError(
            f"{url} answers {error.code} {error.reason}; is there a room {room!r}?", error.code
        ) from error
    except (OSError, HTTPException) as error:
        raise SessionError(f"{url} does not answer: {error}") from error
    if len(body) > MAX_BYTES:
        raise SessionError(f"{url} gives more than {MAX_BYTES} bytes, the most we read")
    try:
        return msgspec.json.decode(body, type=_Answer).works
    except msgspec.MsgspecError as error:
        raise SessionError(f"{url} gives no list of works: {error}") from error
