"""What an operator may do over HTTP: put another model on the wall, and read what became of it.

The door exists only where an operator's token is set. A wish names a model and never a file: which files a name may
stand for was said when the renderer started (`--models`), on the machine that holds them. Reports are the operator's
alone, since a failure may name a path.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.gateway.admission import origin_is_ours
from server.gateway.faults import NO_ROOM, Refusal
from server.gateway.lobby import Lobby
from shared_state.hub import HubError, RoomCard
from shared_state.messages import Switch, encode_inputs

BODY_MAX_BYTES: Final = 1_024
"""Of a wish: a name of 64 characters in JSON, ten times over."""

NO_STORE: Final = {"Cache-Control": "no-store"}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a POST."""

    model: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Operator:
    """The operator's routes of one gateway."""

    def __init__(self, lobby: Lobby, token: str) -> None:
        self._lobby, self._token = lobby, token

    @property
    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/api/operator/rooms/{room}/model", self.look, methods=["GET"]),
            Route("/api/operator/rooms/{room}/model", self.wish, methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        """The room's model, and what became of the newest wish."""
        if refused := self._refused(request):
            return refused
        card = await self._card(request)
        if isinstance(card, Response):
            return card
        switch = None if card.switch is None else msgspec.to_builtins(card.switch)
        return JSONResponse({"room": card.room, "model": card.model, "switch": switch}, headers=NO_STORE)

    async def wish(self, request: Request) -> Response:
        """Ask for another model: 202 and the wish's id, under which `look` tells of it."""
        if refused := self._refused(request):
            return refused
        try:
            wish = msgspec.json.decode(await read_body(request), type=Wish)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            return answer(f'A wish is {{"model": "NAME"}}: {error}.', 400)
        card = await self._card(request)
        if isinstance(card, Response):
            return card
        if card.switch is not None and card.switch.stage in ("loading", "fading"):
            return answer(f"{card.switch.model} is on its way to the wall; ask again after it.", 409)
        id_ = secrets.token_urlsafe(9)
        try:
            await self._lobby.hub.publish(card.room, "inputs", encode_inputs([Switch(id_, wish.model)]))
        except HubError as error:
            return answer(str(error), 503)
        return JSONResponse({"id": id_}, 202, headers=NO_STORE)

    async def _card(self, request: Request) -> RoomCard | Response:
        try:
            return await self._lobby.card(request.path_params["room"])
        except Refusal as refusal:
            return answer(refusal.message, 404 if refusal.code == NO_ROOM else 503)

    def _refused(self, request: Request) -> Response | None:
        """Why this request is not the operator's. A page of another site could send no such header; it is asked all
        the same where it comes from."""
        headers = request.headers
        if not origin_is_ours(headers.get("origin"), headers.get("host"), self._lobby.settings.allowed_origins):
            return answer("This page is from another site; open the gallery's own.", 403)
        said = headers.get("authorization", "").removeprefix("Bearer ").encode()
        if not hmac.compare_digest(said, self._token.encode()):
            return answer("This is for the operator: send the header `Authorization: Bearer TOKEN`.", 401)
        return None


async def read_body(request: Request) -> bytes:
    """All of a small body. Raises ValueError on a larger one, with the rest unread."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_MAX_BYTES:
            raise ValueError(f"more than {BODY_MAX_BYTES} bytes")
    return body


def answer(sentence: str, status: int) -> Response:
    """A refusal."""
    return JSONResponse({"error": sentence}, status, headers=NO_STORE)
