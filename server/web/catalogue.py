"""What pages ask before and beside the socket: the room, its artworks, their pictures, and the code that leads to it.

Plain HTTP that caches well. Nothing here changes anything.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec
import segno
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from server.announce import DEFAULT_ROOM, join_url
from server.gateway.lobby import Lobby
from server.web.answers import NoAnswer, answering
from server.web.pictures import IMAGE_TYPES, Pictures
from server.web.representation import Representation
from server.web.shown import Shown
from server.web.thumbs import Thumbs

if TYPE_CHECKING:
    from models.works.collection import Collection
    from models.works.work import Work

REVALIDATE: Final = "no-cache"
"""Kept, but asked for again each time: one round trip that says "not modified"."""

A_DAY: Final = "public, max-age=86400"
"""Pictures of artworks: they hardly ever change, and a curator who replaces one waits a day."""


class Listed(msgspec.Struct, frozen=True):
    """An artwork as pages get it (docs/SPEC.md)."""

    id: str
    title: str
    artist: str
    date: str
    culture: str
    medium: str
    department: str
    museum: str
    credit: str
    license: str
    link: str
    image: str
    """Path of the picture on this server, which asks the museum where it must; empty when there is none."""
    at_hand: bool
    """The picture lies in the collection's own folder: a long list may load it without asking a museum."""
    thumb: str
    """Path of a small picture, 192 px; empty when none can be made without asking a museum."""
    thumbhash: str
    width: int
    height: int
    x: float
    y: float


class Works(msgspec.Struct, frozen=True):
    """A whole collection; `digest` is what a welcome names."""

    digest: str
    works: list[Listed]


def listed(collection: Collection, pictures: Pictures, thumb: Callable[[Work], str]) -> Works:
    """The collection for pages: everything a label needs, and the place on the map. `thumb`: where a small picture
    is."""
    works = [
        Listed(
            id=work.id,
            title=work.title,
            artist=work.artist,
            date=work.date,
            culture=work.culture,
            medium=work.medium,
            department=work.department,
            museum=work.museum,
            credit=work.credit,
            license=work.license,
            link=work.link,
            image=pictures.address(work),
            at_hand=pictures.at_hand(work.id) is not None,
            thumb=thumb(work),
            thumbhash=work.thumbhash,
            width=work.width,
            height=work.height,
            x=round(float(x), 6),
            y=round(float(y), 6),
        )
        for work, (x, y) in zip(collection.works, collection.places, strict=True)
    ]
    return Works(collection.digest, works)


class Catalogue:
    """The routes of one installation's rooms and works."""

    def __init__(self, lobby: Lobby, shown: Shown, pictures: Pictures, thumbs: Thumbs) -> None:
        self._lobby = lobby
        self._shown = shown
        self._pictures = pictures
        self._thumbs = thumbs
        self._works: dict[str, Representation] = {}
        """By digest: a room that switched its model has other seeds, and so another collection."""

    @property
    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/api/rooms/{room}", answering(self.room)),
            Route("/api/rooms/{room}/works", answering(self.works)),
            Route("/images/{id:path}", answering(self.image)),
            Route("/qr.svg", answering(self.qr)),
        ]

    async def room(self, request: Request) -> Response:
        """What a page shows of a room before it connects."""
        card = await self._lobby.card(request.path_params["room"])
        about = {
            "room": card.room,
            "model": card.model,
            "resolution": card.resolution,
            "collection": card.collection,
            "truncation": card.truncation,
            "truncation_means": card.truncation_means,
            "join": join_url(self._lobby.settings, card.room),
            "qr": f"/qr.svg?room={quote(card.room, safe='')}",
            "people": self._lobby.steering(card.room),
        }
        return JSONResponse(about, headers={"Cache-Control": REVALIDATE})

    async def works(self, request: Request) -> Response:
        """Every artwork of the collection."""
        card = await self._lobby.card(request.path_params["room"])
        if card.collection not in self._works:
            collection = await self._shown.of(card)
            await self._pictures.opened()
            # Off the event loop: 10,000 works are 5 MB of JSON.
            self._works[card.collection] = await asyncio.to_thread(self._write_works, collection)
        return self._works[card.collection].answer(request, REVALIDATE)

    async def image(self, request: Request) -> Response:
        """A work's picture. It may take a while to come from its museum, and may come at a later attempt."""
        path = await self._pictures.find(request.path_params["id"])
        if path is None:
            raise NoAnswer(404, "no_image")
        return FileResponse(path, media_type=IMAGE_TYPES[path.suffix.lower()], headers={"Cache-Control": A_DAY})

    async def qr(self, request: Request) -> Response:
        """The code that a phone scans to join a room."""
        card = await self._lobby.card(request.query_params.get("room", DEFAULT_ROOM))
        picture = io.BytesIO()
        segno.make(join_url(self._lobby.settings, card.room), micro=False).save(picture, kind="svg", scale=8, border=4)
        return Response(picture.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": REVALIDATE})

    def _write_works(self, collection: Collection) -> Representation:
        works = listed(collection, self._pictures, self._thumbs.address)
        return Representation(msgspec.json.encode(works), "application/json")
