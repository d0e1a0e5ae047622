"""How an address answers with a sentence instead of what was asked: `{"error": sentence}` and a status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.faults import NO_ROOM, Refusal

Handler = Callable[[Request], Awaitable[Response]]


class NoAnswer(Exception):
    """This request is not answered. The sentence is for the person at the other side."""

    def __init__(self, status: int, sentence: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after_s = status, sentence, retry_after_s

    @property
    def response(self) -> Response:
        """As JSON that nobody keeps."""
        again = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return error(self.sentence, self.status, **again)


def answering(handler: Handler) -> Handler:
    """A handler whose NoAnswer and Refusal become answers."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except NoAnswer as no:
            return no.response
        except Refusal as refusal:
            return refused(refusal)

    return answered


def refused(refusal: Refusal) -> Response:
    """What a socket would have been told."""
    return error(refusal.message, 404 if refusal.code == NO_ROOM else 503)


def error(sentence: str, status: int, **headers: str) -> Response:
    """A sentence, not to be kept."""
    return JSONResponse({"error": sentence}, status_code=status, headers={"Cache-Control": "no-store"} | headers)
