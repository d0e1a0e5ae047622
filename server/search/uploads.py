"""A visitor's own picture, from the socket into memory and never further: so many bytes, so much time, so many at once.

Nothing of it is written to a disk or a log.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

from server.web.answers import NoAnswer

AT_ONCE: Final = 12
"""Pictures that may be arriving: 120 MB of memory at most, and more than one address can keep open by being slow."""

HEARD_OUT: Final = 4
"""Times the limit: so much of a picture that is too large is read and thrown away, since a browser that is cut off
while it sends never reads why. Who sends more is cut off."""


class Uploads:
    """Those under way in one gateway."""

    def __init__(self, max_bytes: int, timeout_s: float) -> None:
        self._max_bytes, self._timeout_s = max_bytes, timeout_s
        self._arriving = 0

    async def read(self, request: Request) -> bytes:
        """The whole body. Raises NoAnswer: 413 too large, 408 too slow, 503 too many at once, 422 nothing at all."""
        if self._arriving >= AT_ONCE:
            raise NoAnswer(503, "many_pictures", retry_after_s=5)
        self._arriving += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read(request)
        except TimeoutError:
            raise NoAnswer(408, "late", n=self._timeout_s) from None
        except ClientDisconnect:
            raise NoAnswer(400, "not_whole") from None
        finally:
            self._arriving -= 1

    async def _read(self, request: Request) -> bytes:
        body, size = bytearray(), 0
        async for part in request.stream():
            size += len(part)
            if size <= self._max_bytes:
                body += part
            else:
                body.clear()
                if size > HEARD_OUT * self._max_bytes:
                    break
        if size > self._max_bytes:
            raise NoAnswer(413, "too_large", n=self._max_bytes >> 20)
        if not size:
            raise NoAnswer(422, "empty")
        return bytes(body)
