"""How an address answers instead of what was asked: `{"error": sentence, "code": code, ...values}` and a status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.sentences import Value, sentence
from server.gateway.faults import NO_ROOM, Refusal
from server.web.no_answers import SENTENCES

Handler = Callable[[Request], Awaitable[Response]]


class NoAnswer(Exception):
    """This request is not answered, for the person at the other side."""

    def __init__(
        self, status: int, code: str, particular: str = "", *, retry_after_s: int | None = None, **values: Value
    ) -> None:
        """`code` is one of `no_answers.SENTENCES`, `values` fill it. `particular`: a sentence that says more than it,
        for whoever writes a program or keeps this server."""
        self.sentence = particular or sentence(SENTENCES, code, values)
        super().__init__(self.sentence)
        self.status, self.code, self.values, self.retry_after_s = status, code, values, retry_after_s

    @property
    def response(self) -> Response:
        """As JSON that nobody keeps."""
        again = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        body = {"error": self.sentence, "code": self.code, **self.values}
        return JSONResponse(body, status_code=self.status, headers={"Cache-Control": "no-store"} | again)


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
    status, code = (404, "no_room") if refusal.code == NO_ROOM else (503, "unready")
    return NoAnswer(status, code, refusal.message).response


def in_words(error: Exception) -> str:
    """What an error says, as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
