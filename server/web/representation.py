"""One thing to send over HTTP as bytes, compressed once, with the ETag that spares sending it again."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

KEPT_FILES: Final = 64
"""Compressed files of the pages held in memory: all that a build has, a few MB."""


class Representation:
    """A body with its compressed twin. `media_type` is what it is; only text is worth making one of these."""

    def __init__(self, body: bytes, media_type: str) -> None:
        self.body = body
        self.media_type = media_type
        self.compressed = gzip.compress(body, compresslevel=6, mtime=0)
        self.etag = f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"'

    def answer(self, request: Request, cache_control: str) -> Response:
        """200, or 304 to a client that has it already; gzip for clients that take it."""
        headers = {"ETag": self.etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
        if self._is_known(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.compressed, media_type=self.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(self.body, media_type=self.media_type, headers=headers)

    def _is_known(self, if_none_match: str) -> bool:
        known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return self.etag in known or "*" in known


def of_file(path: Path, media_type: str) -> Representation:
    """A file as it is now. Raises OSError."""
    stat = path.stat()
    return _of_file(path, media_type, stat.st_mtime_ns, stat.st_size)


@lru_cache(KEPT_FILES)
def _of_file(path: Path, media_type: str, _mtime_ns: int, _size: int) -> Representation:
    return Representation(path.read_bytes(), media_type)
