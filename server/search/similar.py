"""Search by look over HTTP: from a work, a visitor's picture that is in the room, the present frame, or a blend.

Whoever asks is bounded by address, and all together by two desks: one that knows the index, and one that sees. Not
here: a picture that a visitor brings (`own_picture.py`).
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.one_core import on_one_core
from server.gateway.admission import Buckets
from server.gateway.lobby import Lobby
from server.search.guests import GuestSeeds, NoSeed
from server.search.looking import Alike, Features, Looking, portions
from server.search.own_picture import NO_STORE, OwnPictures
from server.search.room_guests import REMEMBERED, RoomGuests
from server.web.answers import NoAnswer, answering
from server.web.desk import Desk
from server.web.shown import Shown
from shared_state.hub import RoomCard
from shared_state.messages import GUEST_PATTERN, Portion

if TYPE_CHECKING:
    from models.works.collection import Collection

K, MAX_K = 24, 48
"""Works in an answer: a screen full of them, and two."""

PICTURES_WAITING: Final = 4
"""Behind the one that is looked at, each a tenth of a second, or with a first one's loading two: who would wait longer
is told to come again."""

LOOKS_WAITING: Final = 64
"""Behind those two that are under way, each a millisecond in a collection of thousands, a fifth of a second among half
a million."""


class Similar:
    """The routes of one gateway. Use it as an async context: leaving it closes the desks."""

    def __init__(self, lobby: Lobby, shown: Shown) -> None:
        settings = lobby.settings
        self._lobby, self._shown = lobby, shown
        self._looking = Looking()
        self._seeds = GuestSeeds(settings)
        self._guests = RoomGuests(lobby)
        self._looks = Buckets(settings.looks_per_minute)
        self._pictures = Buckets(settings.uploads_per_minute)
        self._index_desk = Desk("look", threads=2, waiting=LOOKS_WAITING)
        self._eyes = Desk("eyes", threads=1, waiting=PICTURES_WAITING, begin=on_one_core)
        self._own = OwnPictures(lobby, self._looking, self._seeds, self._guests, self._eyes)
        self._frames: dict[tuple[str, int], asyncio.Task[list[Alike]]] = {}
        self._looks_of: OrderedDict[tuple[str, bytes], Features] = OrderedDict()
        """What guests look like, by collection and latent, the longest unasked first."""

    async def __aenter__(self) -> Similar:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._own.close()
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
        """`?to=ID`, `?to=frame` or `?works=ID*w,...`, and `&k=` at most 48. An ID is a work's or a guest's."""
        self._admit(request, self._looks)
        card, k = await self._lobby.card(request.path_params["room"]), _k(request)
        collection = await self._shown.of(card)
        to, works = request.query_params.get("to"), request.query_params.get("works")
        if to == "frame":
            found = await self._like_frame(card, collection, k)
        elif to is not None and is_guest(to):
            looks = await self._looks_like(card, collection, to)
            found = await self._index_desk.ask(self._looking.like, collection, looks, k)
        elif to is not None:
            found = await self._index_desk.ask(self._looking.like_work, collection, to, k)
        elif works is not None:
            blend = portions(works)
            guests = await self._guests_in(card, collection, blend)
            found = await self._index_desk.ask(self._looking.like_blend, collection, blend, guests, k)
        else:
            raise NoAnswer(400, "unclear", "Say what to look for: ?to=ID, ?to=frame or ?works=ID*0.5,ID*0.5.")
        return _json({"works": found})

    async def picture(self, request: Request) -> Response:
        """The body is a picture: what looks like it, and its own seed as the room's guest."""
        try:
            self._own.require_ours(request)
            self._admit(request, self._pictures)
            card, k = await self._lobby.card(request.path_params["room"]), _k(request)
            return await self._own.answer(request, card, await self._shown.of(card), k)
        except NoAnswer as no:
            refusal = no.response
            refusal.headers["Connection"] = "close"  # what else of the picture is on its way goes nowhere
            return refusal

    async def _looks_like(self, card: RoomCard, collection: Collection, guest: str) -> Features:
        """What a guest looks like as the generator draws it, described once. Raises NoAnswer."""
        latent = await self._guests.latent(card, guest)
        key = collection.digest, latent
        if key not in self._looks_of:
            self._looks_of[key] = await self._eyes.ask(self._look_at, collection, card.model, latent)
            if len(self._looks_of) > REMEMBERED:
                self._looks_of.popitem(last=False)
        self._looks_of.move_to_end(key)
        return self._looks_of[key]

    def _look_at(self, collection: Collection, model: str, latent: bytes) -> Features:
        try:
            return self._looking.described(collection, self._seeds.drawn(collection, model, latent))
        except NoSeed as no:
            raise NoAnswer(501, "no_eyes", no.sentence) from no

    async def _guests_in(self, card: RoomCard, collection: Collection, blend: list[Portion]) -> dict[str, Features]:
        """What those in a blend look like; one that cannot be told is left out."""
        seen = {}
        for part in blend:
            if is_guest(part.id):
                with suppress(NoAnswer):
                    seen[part.id] = await self._looks_like(card, collection, part.id)
        return seen

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


def is_guest(id: str) -> bool:
    """Whether this may be a guest's id."""
    return re.match(GUEST_PATTERN, id) is not None


def _k(request: Request) -> int:
    asked = request.query_params.get("k", str(K))
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 3 and 1 <= int(asked) <= MAX_K):
        raise NoAnswer(400, "unclear", f"k says how many works, 1 to {MAX_K}.")
    return int(asked)


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers=NO_STORE)
