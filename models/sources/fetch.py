"""Fetching what others name: from public addresses, at a polite pace, within limits of size and time, or not at all.

One `Fetcher` for a run. It tries again what may pass (no answer, 429, 5xx), waits where a host asks for it, and gives
every failure as a FetchError of one sentence. It does not look at what it fetched: `keep.py` opens pictures.
"""

from __future__ import annotations

import asyncio
import io
import random
import time
import zlib
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

import httpcore2
import httpx2

from models.sources.addresses import PrivateAddress, PublicBackend
from models.sources.files import whole_file
from models.sources.pace import Pace, Sleep
from models.works.images import MAX_FILE_BYTES

PER_SECOND: Final = 5.0
"""Requests to one host each second, if not told otherwise: a visitor's pace. The Met allows 80, most say nothing."""

MOST_PER_SECOND: Final = 20.0
"""The fastest that can be asked for: a quarter of what the Met allows, so that two of us at once are still polite."""

MAX_RECORD_BYTES: Final = 16 * 2**20
"""Of a record (JSON): a IIIF manifest of a book of 2,000 pages is about 4 MiB."""

DEADLINE_S: Final = 120.0
"""For one thing to arrive, with all redirects, tries and waits."""

SILENCE_S: Final = 20.0
"""Without a byte from the other side: then the try has failed."""

MAX_REDIRECTS: Final = 5

TRIES: Final = 4
PAUSE_S: Final = 0.5
"""Before the second try, doubled before each further one: .5, 1, 2 s, each times .5 to 1.5, so that many do not knock
together."""

MAX_WAIT_S: Final = 60.0
"""The longest wait that a host may ask for; one who wants more is left for another day."""

PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be others in a moment."""

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

CONNECTIONS: Final = 8
IDLE_S: Final = 10.0
"""A kept connection is let go after so long: hosts close theirs at 15 s or more."""

AGENT: Final = f"genstudio/{version('genstudio')} (artworks for a museum wall)"
"""Says who asks: some museums turn away clients without a name."""


class FetchError(Exception):
    """Something did not arrive. `reason` is without the address, so that a summary can count alike ones."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address[:200]}: {reason}")
        self.address = address
        self.reason = reason


class _Passing(Exception):
    """A failure that another try may mend."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s
        """How long the host asks us to stay away."""


class Fetcher:
    """Fetches from the web, for one event loop. `allow_private` also from this machine and the network it stands in.

    `sleep` and `now_s` are for tests: they wait for nobody.
    """

    def __init__(
        self,
        *,
        per_second: float = PER_SECOND,
        allow_private: bool = False,
        deadline_s: float = DEADLINE_S,
        silence_s: float = SILENCE_S,
        sleep: Sleep = asyncio.sleep,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < per_second <= MOST_PER_SECOND:
            raise ValueError(f"{per_second:g} requests a second; ask for more than 0 and at most {MOST_PER_SECOND:g}")
        self._per_second = per_second
        self._deadline_s = deadline_s
        self._silence_s = silence_s
        self._sleep = sleep
        self._now_s = now_s
        self._paces: dict[bytes, Pace] = {}
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpcore2.default_ssl_context(),
            max_connections=CONNECTIONS,
            keepalive_expiry=IDLE_S,
            network_backend=PublicBackend(allow_private=allow_private),
        )

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._pool.aclose()

    async def read(self, address: str, *, max_bytes: int = MAX_RECORD_BYTES) -> bytes:
        """What is at an address. Raises FetchError."""
        held = io.BytesIO()
        await self._fetch(address, held, max_bytes, self._deadline_s)
        return held.getvalue()

    async def save(
        self, address: str, path: Path, *, max_bytes: int = MAX_FILE_BYTES, deadline_s: float | None = None
    ) -> None:
        """Write what is at an address to `path`: whole, or not at all. Raises FetchError; OSError for the disk."""
        with whole_file(path) as part:
            await self._fetch(address, part, max_bytes, deadline_s or self._deadline_s)

    async def _fetch(self, address: str, into: IO[bytes], max_bytes: int, deadline_s: float) -> None:
        try:
            async with asyncio.timeout(deadline_s):
                await self._try(address, into, max_bytes)
        except TimeoutError as error:
            raise FetchError(address, f"took longer than {deadline_s:g} s") from error

    async def _try(self, address: str, into: IO[bytes], max_bytes: int) -> None:
        for tried in range(1, TRIES + 1):
            into.seek(0)
            into.truncate()
            try:
                return await self._once(address, into, max_bytes)
            except _Passing as failure:
                if tried == TRIES or failure.wait_s > MAX_WAIT_S:
                    asked = f", asks to wait {failure.wait_s:.0f} s" if failure.wait_s > MAX_WAIT_S else ""
                    raise FetchError(address, failure.reason + asked) from failure
            await self._sleep(PAUSE_S * 2 ** (tried - 1) * random.uniform(0.5, 1.5))

    async def _once(self, address: str, into: IO[bytes], max_bytes: int) -> None:
        """One try, through all its redirects."""
        at = _url(address, httpx2.URL())
        for _ in range(MAX_REDIRECTS + 1):
            pace = self._pace(at.raw_host)
            await pace.turn()
            try:
                async with self._pool.stream("GET", _target(at), headers=HEADERS, extensions=self._timeouts) as answer:
                    headers = httpx2.Headers(answer.headers)
                    if answer.status in REDIRECTS and "location" in headers:
                        at = _url(headers["location"], at)
                        continue
                    _check_status(answer.status, headers, pace, address)
                    return await _receive(answer, headers, into, max_bytes, address)
            except PrivateAddress as error:
                raise FetchError(address, "leads to a private address") from error
            except httpcore2.TimeoutException as error:
                raise _Passing("did not answer in time") from error
            except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
                raise _Passing("the connection failed or broke") from error
        raise FetchError(address, f"more than {MAX_REDIRECTS} redirects")

    def _pace(self, host: bytes) -> Pace:
        if host not in self._paces:
            self._paces[host] = Pace(self._per_second, sleep=self._sleep, now_s=self._now_s)
        return self._paces[host]

    @property
    def _timeouts(self) -> dict[str, dict[str, float]]:
        return {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._silence_s)}


HEADERS: Final[Mapping[str | bytes, str | bytes]] = {
    "User-Agent": AGENT,
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
"""Uncompressed: pictures are packed already, and what arrives is what is counted."""


def _url(location: str, base: httpx2.URL) -> httpx2.URL:
    """An address, relative to `base`. Raises FetchError for one that is not of the web."""
    try:
        url = base.join(location)
    except (httpx2.InvalidURL, ValueError) as error:
        raise FetchError(location, "is not a web address") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise FetchError(location, "is not a web address")
    return url


def _target(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _check_status(status: int, headers: httpx2.Headers, pace: Pace, address: str) -> None:
    """Raises FetchError or _Passing unless the answer is the thing itself."""
    if status in PASSING:
        wait_s = _retry_after_s(headers.get("retry-after", ""))
        if wait_s <= MAX_WAIT_S:
            pace.hold(wait_s)
        raise _Passing(f"HTTP {status}", wait_s)
    if status != 200:
        raise FetchError(address, f"HTTP {status}")
    if headers.get("content-type", "").startswith(("text/html", "application/xhtml")):
        raise FetchError(address, "is a web page, not what it was said to be")


def _retry_after_s(value: str) -> float:
    """Retry-After: seconds or a date (RFC 9110, 10.2.3); 0 when it says neither."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return 0.0


async def _receive(
    answer: httpcore2.Response, headers: httpx2.Headers, into: IO[bytes], max_bytes: int, address: str
) -> None:
    """The body, counted as it comes. A host may pack what we asked for unpacked; gzip is unpacked no further than the
    limit."""
    too_large = FetchError(address, f"is more than {max_bytes:,} bytes")
    packed = headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise FetchError(address, "is packed in a way we did not ask for")
    if int(headers.get("content-length", "0")) > max_bytes:
        raise too_large
    gzip, size = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    async for data in answer.aiter_stream():
        try:
            data = gzip.decompress(data, max_bytes - size + 1) if packed == "gzip" else data
        except zlib.error as error:
            raise FetchError(address, "is packed wrongly") from error
        size += len(data)
        if size > max_bytes:
            raise too_large
        into.write(data)
    if packed == "gzip" and not gzip.eof:
        raise _Passing("the connection failed or broke")
