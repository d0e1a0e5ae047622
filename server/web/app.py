"""The web application: which address leads where, and the headers on every answer. What happens there is elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from server.gateway import connection
from server.gateway.lobby import Lobby
from server.metrics import Metrics
from server.search.searching import Searching
from server.search.similar import Similar
from server.settings import ServerSettings
from server.web import pages
from server.web.catalogue import Catalogue
from server.web.found import Found
from server.web.operator import Operator
from server.web.pictures import Pictures
from server.web.shown import Shown
from server.web.thumbs import Thumbs
from shared_state.hub import Hub

if TYPE_CHECKING:
    from models.works.collection import Collection

SECURITY_HEADERS: Final = {
    # Everything comes from here, artworks' pictures too (pictures.py).
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""On every answer. No page of ours is ever shown inside another, loads foreign code or tells where it was opened."""

ONE_YEAR_OF_TLS: Final = "max-age=31536000"
"""Strict-Transport-Security, once somebody came by HTTPS."""


def create_app(hub: Hub, collection: Collection, settings: ServerSettings, metrics: Metrics) -> Starlette:
    """The application of one gateway. `app.state.lobby` holds who is here; it lives with the application's lifespan."""
    lobby = Lobby(hub, settings, metrics)
    shown = Shown(collection, settings)
    pictures = Pictures(collection, settings)
    thumbs = Thumbs(pictures, settings)
    similar = Similar(lobby, shown)
    searching = Searching(lobby, shown)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with lobby, pictures, thumbs, similar, searching:
            yield

    async def socket(websocket: WebSocket) -> None:
        await connection.serve(websocket, lobby)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        reasons = await lobby.reasons_not_ready()
        return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    async def figures(_request: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": metrics.CONTENT_TYPE})

    app = Starlette(
        routes=[
            WebSocketRoute("/ws", socket),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", figures),
            *Catalogue(lobby, shown, pictures, thumbs).routes,
            *thumbs.routes,
            *similar.routes,
            *searching.routes,
            *Found(lobby, shown).routes,
            *(Operator(lobby, token.get_secret_value()).routes if (token := settings.operator_token) else ()),
            *pages.routes(settings.web_root),
        ],
        middleware=[Middleware(SecurityHeaders)],
        lifespan=lifespan,
    )
    app.state.lobby = lobby
    return app


class SecurityHeaders:
    """Adds `SECURITY_HEADERS` to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = ONE_YEAR_OF_TLS
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
