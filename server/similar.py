"""Search by look over HTTP: from a work, from the present frame, from a blend, from a visitor's own picture.

A visitor's picture is looked at in memory and forgotten: nothing of it is kept, logged or sent on but the latent that
draws it best, as the room's guest. Whoever asks is bounded by address, and all together by two desks.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.one_core import on_one_core
from server.admission import Buckets, origin_is_ours
from server.answers import NoAnswer, answering
from server.desk import Desk
from server.guests import GuestSeeds, NoSeed
from server.lobby import Lobby
from server.looking import Alike, Looking, portions, seen
from server.shown import Shown
from server.uploads import Uploads
from shared_state.hub import RoomCard

if TYPE_CHECKING:
    from models.works.collection import Collection

K, MAX_K = 24, 48
"""Works in an answer: a screen full of them, and two."""

PICTURES_WAITING: Final = 4
"""Behind the one that is looked at, each about two seconds: who would wait longer is told to come again."""

LOOKS_WAITING: Final = 64
"""Behind those two that are under way, each a millisecond in a collection of thousands, a fifth of a second among half
a million."""

NO_STORE: Final = {"Cache-Control": "no-store"}


class Answer(msgspec.Struct, frozen=True):
    """What looks like a picture, and the picture's own seed in this room; `why` there is none, and the code of that."""

    works: list[Alike]
    guest: str | None
    why: str | None
    code: str | None


class Similar:
    """The routes of one gateway. Use it as an async context: leaving it closes the desks."""

    def __init__(self, lobby: Lobby, shown: Shown) -> None:
        settings = lobby.settings
        self._lobby, self._shown = lobby, shown
        self._looking = Looking()
        self._seeds = GuestSeeds(settings)
        self._uploads = Uploads(settings.upload_max_mb * 2**20, settings.upload_timeout_s)
        self._looks = Buckets(settings.looks_per_minute)
        self._pictures = Buckets(settings.uploads_per_minute)
        self._index_desk = Desk("look", threads=2, waiting=LOOKS_WAITING)
        self._eyes = Desk("eyes", threads=1, waiting=PICTURES_WAITING, begin=on_one_core)
        self._frames: dict[tuple[str, int], asyncio.Task[list[Alike]]] = {}

    async def __aenter__(self) -> Similar:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.close()
        self._index_desk.close()
        self._eyes.close()

    @property
    def routes(self) -> list[Route]:
        """Both of them."""
        return [
            Route("/api/rooms/{room}/similar", answering(self.look), methods=["GET"]),
            Route("/api/rooms/{room}/similar", answering(self.picture), methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        """`?to=ID`, `?to=frame` or `?works=ID*w,...`, and `&k=` at most 48."""
        self._admit(request, self._looks)
        card, k = await self._lobby.card(request.path_params["room"]), _k(request)
        collection = await self._shown.of(card)
        to, works = request.query_params.get("to"), request.query_params.get("works")
        if to == "frame":
            found = await self._like_frame(card, collection, k)
        elif to is not None:
            found = await self._index_desk.ask(self._looking.like_work, collection, to, k)
        elif works is not None:
            found = await self._index_desk.ask(self._looking.like_blend, collection, portions(works), k)
        else:
            raise NoAnswer(400, "unclear", "Say what to look for: ?to=ID, ?to=frame or ?works=ID*0.5,ID*0.5.")
        return _json({"works": found})

    async def picture(self, request: Request) -> Response:
        """The body is a picture: what looks like it, and its own seed as the room's guest."""
        try:
            return _json(await self._seen(request))
        except NoAnswer as no:
            refusal = no.response
            refusal.headers["Connection"] = "close"  # what else of the picture is on its way goes nowhere
            return refusal

    async def _seen(self, request: Request) -> Answer:
        if not origin_is_ours(
            request.headers.get("origin"), request.headers.get("host"), self._lobby.settings.allowed_origins
        ):
            raise NoAnswer(403, "foreign")
        self._admit(request, self._pictures)
        card, k = await self._lobby.card(request.path_params["room"]), _k(request)
        collection = await self._shown.of(card)
        picture = await self._eyes.ask(seen, await self._uploads.read(request))
        works = await self._eyes.ask(self._looking.like_picture, collection, picture, k)
        try:
            return Answer(works, await self._guest(card, collection, picture), None, None)
        except (NoSeed, NoAnswer) as no:
            return Answer(works, None, no.sentence, no.code)

    async def _guest(self, card: RoomCard, collection: Collection, picture: NDArray[np.uint8]) -> str:
        guest = await self._eyes.ask(self._seeds.find, collection, card.model, picture)
        self._lobby.feed(card).bring(guest)
        return guest.id

    async def _like_frame(self, card: RoomCard, collection: Collection, k: int) -> list[Alike]:
        """Those who ask at once get one answer: a crowd that looks at one wall asks about one picture."""
        if (card.room, k) not in self._frames:
            frame = self._lobby.newest_frame(card.room)
            if frame is None:
                raise NoAnswer(404, "no_frame")
            task = asyncio.create_task(self._eyes.ask(self._looking.like_frame, collection, frame, k))
            self._frames[card.room, k] = task
            task.add_done_callback(lambda _: self._frames.pop((card.room, k), None))
        return await asyncio.shield(self._frames[card.room, k])

    def _admit(self, request: Request, buckets: Buckets) -> None:
        if not buckets.take(request.client.host if request.client else "", self._lobby.now_s()):
            raise NoAnswer(429, "too_often", retry_after_s=3)


def _k(request: Request) -> int:
    asked = request.query_params.get("k", str(K))
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 3 and 1 <= int(asked) <= MAX_K):
        raise NoAnswer(400, "unclear", f"k says how many works, 1 to {MAX_K}.")
    return int(asked)


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers=NO_STORE)
