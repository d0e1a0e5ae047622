"""Search by words, type-ahead and paths over HTTP, among the works that a room shows.

A thin layer: what is found is `models/search`'s affair. Searches run at desks off the event loop; the words of a
collection are read at its first search, once, and whoever comes meanwhile waits a little or is told to come again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.search.facets import FACETS
from models.search.paths import Paths
from models.search.text import SearchError, SearchTooSlow, TextIndex
from models.works.work import CollectionError
from server.gateway.admission import Buckets
from server.gateway.lobby import Lobby
from server.web.answers import NoAnswer, answering, in_words
from server.web.desk import Desk
from server.web.shown import Shown

if TYPE_CHECKING:
    from models.works.collection import Collection

LIMIT, MAX_LIMIT = 24, 60
"""Works in an answer: a screen full of them; a desktop's wall of them."""

SEARCHES_WAITING: Final = 64
"""Behind the two under way, each some milliseconds among thousands of works, at most 100 among half a million."""

PATHS_WAITING: Final = 16
"""Behind the one under way, each a tenth of a second among 10,000 works."""

PATIENCE_S: Final = 5.0
"""For a collection to be made ready: 10,000 works take one second. Who asks a larger one first is told to come again,
rather than left with a page that seems dead."""

KEPT: Final = 2
"""Collections whose words and neighbours stay at hand: the present model's and the one before."""

A_MINUTE: Final = "private, max-age=60"
"""Back and forth between two searches asks nobody; and what a person types is kept in no cache but their own."""

T = TypeVar("T")

_log = structlog.get_logger("genstudio.searching")


class Searching:
    """The routes of one gateway. Use it as an async context: leaving it closes the desks."""

    def __init__(self, lobby: Lobby, shown: Shown) -> None:
        settings = lobby.settings
        self._lobby, self._shown = lobby, shown
        self._searches = Buckets(settings.searches_per_minute)
        self._suggestions = Buckets(settings.suggestions_per_minute)
        self._words_desk = Desk("words", threads=2, waiting=SEARCHES_WAITING)
        self._paths_desk = Desk("paths", threads=1, waiting=PATHS_WAITING)
        self._words = Made(_words_of)
        self._paths = Made(Paths)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._words_desk.close()
        self._paths_desk.close()

    @property
    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/api/rooms/{room}/search", answering(self.search)),
            Route("/api/rooms/{room}/suggest", answering(self.suggest)),
            Route("/api/rooms/{room}/path", answering(self.path)),
        ]

    async def search(self, request: Request) -> Response:
        """`?q=WORDS`, a value for any facet, `&limit=` at most 60, `&after=` the last answer's."""
        self._admit(request, self._searches)
        collection, asked = await self._collection(request), request.query_params
        chosen = {facet: asked[facet] for facet in FACETS if asked.get(facet)}
        limit, after = _limit(asked.get("limit", str(LIMIT))), asked.get("after") or None
        return await self._answer(
            collection, lambda words: words.search(asked.get("q", ""), chosen, limit=limit, after=after)
        )

    async def suggest(self, request: Request) -> Response:
        """`?q=` what has been typed so far."""
        self._admit(request, self._suggestions)
        typed = request.query_params.get("q", "")
        return await self._answer(await self._collection(request), lambda words: {"suggestions": words.suggest(typed)})

    async def path(self, request: Request) -> Response:
        """`?from=ID&to=ID`."""
        self._admit(request, self._searches)
        begin, end = request.query_params.get("from"), request.query_params.get("to")
        if not begin or not end:
            raise NoAnswer(400, "unclear", "Say where the path begins and ends: ?from=ID&to=ID.")
        paths = await self._paths.of(await self._collection(request))
        try:
            works = await self._paths_desk.ask(paths.between, begin, end)
        except CollectionError as error:
            raise NoAnswer(404, "no_work", in_words(error)) from error
        return _json({"works": works})

    async def _answer(self, collection: Collection, ask: Callable[[TextIndex], object]) -> Response:
        words = await self._words.of(collection)
        try:
            return _json(await self._words_desk.ask(ask, words))
        except SearchError as error:
            raise NoAnswer(400, "unclear", in_words(error)) from error
        except SearchTooSlow as error:
            raise NoAnswer(503, "too_long", retry_after_s=3) from error
        except sqlite3.Error as error:
            # Somebody else wrote into our file, or took it away: it is made again.
            _log.warning("the words of a collection cannot be read, and are made again", found=str(error))
            self._words.forget(collection)
            raise NoAnswer(503, "mending", retry_after_s=10) from error

    async def _collection(self, request: Request) -> Collection:
        return await self._shown.of(await self._lobby.card(request.path_params["room"]))

    def _admit(self, request: Request, buckets: Buckets) -> None:
        if not buckets.take(request.client.host if request.client else "", self._lobby.now_s()):
            raise NoAnswer(429, "too_often", retry_after_s=3)


class Made(Generic[T]):
    """Something of each collection that takes seconds to make: off the event loop, once, the newest `KEPT` kept."""

    def __init__(self, make: Callable[[Collection], T]) -> None:
        self._make = make
        self._tasks: dict[str, asyncio.Task[T]] = {}

    async def of(self, collection: Collection) -> T:
        """What was made, or is made now. Raises NoAnswer (503) when it takes longer than `PATIENCE_S` or fails."""
        task = self._tasks.pop(collection.digest, None)
        if task is None or (task.done() and task.exception() is not None):
            task = asyncio.create_task(asyncio.to_thread(self._make, collection))
        self._tasks[collection.digest] = task
        if len(self._tasks) > KEPT:
            del self._tasks[next(iter(self._tasks))]
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(task)
        except TimeoutError as error:
            raise NoAnswer(503, "reading", retry_after_s=20) from error
        except OSError as error:
            _log.warning("a collection cannot be searched", found=str(error))
            raise NoAnswer(503, "no_space", retry_after_s=60) from error

    def forget(self, collection: Collection) -> None:
        """Make it again at the next question."""
        self._tasks.pop(collection.digest, None)


def _words_of(collection: Collection) -> TextIndex:
    return TextIndex(collection.works, collection.digest)


def _limit(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 3 and 1 <= int(asked) <= MAX_LIMIT):
        raise NoAnswer(400, "unclear", f"limit says how many works, 1 to {MAX_LIMIT}.")
    return int(asked)


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": A_MINUTE})
