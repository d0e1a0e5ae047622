"""A visitor's own picture: what looks like it, its place in the room at once, and a better place when that is found.

Two lines of JSON answer it. The first comes as soon as the picture has been looked at, with the encoder's guess as the
room's guest already; the second when the guess has been refined, which goes on behind it and stops when nobody listens
any more. The picture is looked at in memory and forgotten: nothing of it is kept, logged or sent on but latents.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.gateway.admission import origin_is_ours
from server.gateway.lobby import Lobby
from server.search.guests import Guessed, GuestSeeds, NoSeed
from server.search.looking import Alike, Looking, seen
from server.search.refining import Refining
from server.search.room_guests import RoomGuests
from server.search.uploads import Uploads
from server.web.answers import NoAnswer
from server.web.desk import Desk
from shared_state.hub import RoomCard
from shared_state.messages import Guest

if TYPE_CHECKING:
    from models.works.collection import Collection

LINES: Final = "application/x-ndjson"
NO_STORE: Final = {"Cache-Control": "no-store"}


class Answer(msgspec.Struct, frozen=True):
    """What looks like a picture, and the picture's own guess in this room; `why` there is none, and the code of that.
    Where there is a `guest` another line follows."""

    works: list[Alike]
    guest: str | None
    why: str | None
    code: str | None


class Refined(msgspec.Struct, frozen=True):
    """Whether the guest draws the picture more exactly now; `why` not, and the code of that."""

    refined: bool
    why: str | None = None
    code: str | None = None


class OwnPictures:
    """Those that visitors bring to one gateway. `eyes`: the desk with the one thread that sees."""

    def __init__(self, lobby: Lobby, looking: Looking, seeds: GuestSeeds, guests: RoomGuests, eyes: Desk) -> None:
        settings = lobby.settings
        self._lobby, self._looking, self._seeds, self._guests, self._eyes = lobby, looking, seeds, guests, eyes
        self._uploads = Uploads(settings.upload_max_mb * 2**20, settings.upload_timeout_s)
        self._refining = Refining()

    async def close(self) -> None:
        """Refine nothing more."""
        await self._refining.close()

    def require_ours(self, request: Request) -> None:
        """Raises NoAnswer for a form on another site."""
        origin, host = request.headers.get("origin"), request.headers.get("host")
        if not origin_is_ours(origin, host, self._lobby.settings.allowed_origins):
            raise NoAnswer(403, "foreign")

    async def answer(self, request: Request, card: RoomCard, collection: Collection, k: int) -> Response:
        """To a picture as the body of a request. Raises NoAnswer."""
        picture = await self._eyes.ask(seen, await self._uploads.read(request))
        works = await self._eyes.ask(self._looking.like_picture, collection, picture, k)
        try:
            guessed = await self._eyes.ask(self._seeds.guess, collection, card.model, picture)
        except (NoSeed, NoAnswer) as no:
            return Response(_line(Answer(works, None, no.sentence, no.code)), media_type=LINES, headers=NO_STORE)
        self._guests.bring(card, guessed.guest)
        lines = self._twice(Answer(works, guessed.guest.id, None, None), card, guessed, picture)
        return StreamingResponse(lines, media_type=LINES, headers=NO_STORE)

    async def _twice(
        self, first: Answer, card: RoomCard, guessed: Guessed, picture: NDArray[np.uint8]
    ) -> AsyncIterator[bytes]:
        """Cancelled when nobody listens any more, and the refinement with it."""
        yield _line(first)
        try:
            latent = await self._refining.latent(guessed.name, guessed.sha256, picture)
        except NoSeed as no:
            yield _line(Refined(False, no.sentence, no.code))
            return
        self._guests.bring(card, Guest(guessed.guest.id, latent, guessed.guest.model))
        yield _line(Refined(True))


def _line(body: msgspec.Struct) -> bytes:
    return msgspec.json.encode(body) + b"\n"
