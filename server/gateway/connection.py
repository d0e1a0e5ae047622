"""One connection from hello to goodbye (docs/SPEC.md, the rules of the wire).

Turned away at the door, or: accepted, hello, a seat, welcome, frames, pushes and deeds, and a goodbye that says why.
Who else is here is the lobby's business, what everybody sees the feed's. No session, key, address or query is ever
logged.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from typing import Final, get_args

import msgspec
import structlog
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.gateway.admission import Flow, Knock, Mistakes, origin_is_ours
from server.gateway.faults import (
    SLOW,
    TOO_BIG,
    Refusal,
    bad_message,
    flood,
    no_hello,
    not_the_guide,
    not_your_mode,
    only_visitors_steer,
    other_protocol,
    text_frame,
    too_big,
)
from server.gateway.feed import RoomFeed
from server.gateway.lobby import Lobby, new_session
from server.gateway.screen import Screen
from server.gateway.sockets import Framed, OrdinarySocket, protocol_of
from shared_state.hub import RoomCard
from shared_state.messages import (
    SUBPROTOCOL,
    Ack,
    Bring,
    ChooseMode,
    Cursor,
    Edit,
    FromClient,
    Hello,
    Message,
    Mode,
    ProtocolError,
    Ride,
    Role,
    Vote,
    Welcome,
    decode_from_client,
    encode,
)

TURNED_AWAY: Final[dict[Knock, tuple[int, str]]] = {
    "rate": (429, "Too many connections came from your network within a minute. Try again in a moment."),
    "full": (503, "All connections of this gallery's server are taken. Try again soon."),
    "pending": (503, "Too many people are coming in at this moment. Try again in a moment."),
}
"""Status and sentence for those who do not reach the hello. A page sees only that it failed, and comes back."""

WIRE_ERRORS: Final = frozenset({1002, 1003, 1007, 1009})
"""Closes with which the WebSocket layer itself answers bytes that are no WebSocket message, or too many."""

_KINDS: Final = {kind: str(kind.__struct_config__.tag) for kind in get_args(FromClient)}
"""What each message from a client is called on the wire."""

_DEEDS: Final = (Cursor, Vote, Edit, Bring, Ride, ChooseMode)
"""A tuple, as everywhere where each message is asked: a union would take longer than decoding it."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.get_logger("genstudio.gateway")


async def serve(websocket: WebSocket, lobby: Lobby) -> None:
    """The whole life of one WebSocket."""
    origins = websocket.headers.getlist("origin")
    host = websocket.headers.get("host")
    if len(origins) > 1 or not origin_is_ours(next(iter(origins), None), host, lobby.settings.allowed_origins):
        await _turn_away(websocket, lobby, "origin", 403, "This page is from another site; open the gallery's own.")
        return
    refused = lobby.door.knock(websocket.client.host if websocket.client else "", lobby.now_s())
    if refused is not None:
        await _turn_away(websocket, lobby, refused, *TURNED_AWAY[refused])
        return
    try:
        await Connection(websocket, lobby).run()
    finally:
        lobby.door.leave()


async def _turn_away(websocket: WebSocket, lobby: Lobby, reason: str, status: int, sentence: str) -> None:
    lobby.metrics.refused.labels(reason).inc()
    _log.info("turned away", reason=reason)
    await websocket.send_denial_response(PlainTextResponse(sentence, status))


class Connection:
    """See the module."""

    def __init__(self, websocket: WebSocket, lobby: Lobby) -> None:
        self._websocket = websocket
        self._lobby = lobby
        self._settings = lobby.settings
        self._ordinary = OrdinarySocket(websocket.send)
        self._socket = protocol_of(websocket.scope) or self._ordinary
        self._flow = Flow(lobby.settings, lobby.now_s())
        self._mistakes = Mistakes(lobby.settings.bad_messages, lobby.settings.bad_messages_s)
        self._ending: Refusal | None = None
        self._patience: asyncio.Timeout | None = None
        # Known from the hello on:
        self._room: str | None = None
        self._role: Role | None = None
        self._who = ""
        self._feed: RoomFeed
        self._told: Welcome
        self._screen: Screen

    async def run(self) -> None:
        """From accept to close. Raises nothing that a client could cause."""
        try:
            await self._converse()
        except WebSocketDisconnect as left:
            self._note_departure(int(left.code))
        except Refusal as refusal:
            await self._say_goodbye(refusal)

    def end(self, refusal: Refusal) -> None:
        """Close with this sentence, soon; the first one counts. May be called from anywhere on the event loop."""
        if self._ending is None:
            self._ending = refusal
            if self._patience is not None:
                self._patience.reschedule(asyncio.get_running_loop().time())

    def inform(self, card: RoomCard) -> None:
        """Another welcome, if the room shows something else than the last one said; later, if there is no room for it
        now. May be called from anywhere on the event loop."""
        now = msgspec.structs.replace(
            self._told, resolution=card.resolution, model=card.model, collection=card.collection
        )
        if now != self._told and self._socket.write(Framed(encode(now))):
            self._told = now

    # -- the story

    async def _converse(self) -> None:
        try:
            await self._accept()
            hello = await self._hello()
        except BaseException:
            self._lobby.door.hello(None)
            raise
        self._lobby.door.hello(hello.role)
        self._room, self._role = hello.room, hello.role
        card = await self._lobby.card(hello.room)
        guide = self._is_guide(hello)
        self._feed = feed = self._lobby.feed(card)
        session = hello.session or new_session()
        with self._lobby.visit(self, feed, hello.role, session, remote=hello.remote) as self._who:
            self._told = Welcome(
                card.room,
                hello.role,
                session,
                self._who,
                card.resolution,
                card.model,
                card.collection,
                modes=self._modes(hello.role, guide),
                guide=guide,
            )
            await self._reply(self._told)
            await self._take_part(hello.role)

    async def _accept(self) -> None:
        offered: list[str] = self._websocket.scope.get("subprotocols", [])
        if SUBPROTOCOL in offered:
            await self._websocket.accept(SUBPROTOCOL)
            return
        # A browser that offers protocols drops a connection that picks none of them, and would never read our sentence.
        first = offered[0] if offered and _TOKEN.fullmatch(offered[0]) else None
        await self._websocket.accept(first)
        raise other_protocol([name for name in offered[:4] if _TOKEN.fullmatch(name)])

    async def _hello(self) -> Hello:
        try:
            async with asyncio.timeout(self._settings.hello_timeout_s):
                data = await self._receive()
        except TimeoutError:
            raise no_hello(self._settings.hello_timeout_s) from None
        if len(data) > self._settings.hello_max_bytes:
            raise too_big(len(data), self._settings.hello_max_bytes)
        try:
            message = decode_from_client(data)
        except ProtocolError as error:
            raise bad_message(str(error)) from error
        self._lobby.heard[_kind(message)] += 1
        if not isinstance(message, Hello):
            raise bad_message(f"the first message must be a hello, this was {_kind(message)!r}")
        return message

    def _is_guide(self, hello: Hello) -> bool:
        """Whether the guide's key was said. Raises Refusal for another: the door bounds how many can be tried, and
        16 characters outlast it by far."""
        if hello.key is None:
            return False
        key = self._settings.guide_key
        if key is None or not hmac.compare_digest(hello.key.encode(), key.get_secret_value().encode()):
            raise not_the_guide()
        return True

    def _modes(self, role: Role, guide: bool) -> list[Mode]:
        """Those that this connection may choose: a screen none."""
        if role != "visitor":
            return []
        return list(get_args(Mode) if guide else self._settings.open_modes)

    async def _take_part(self, role: Role) -> None:
        """Frames go out, messages come in, until somebody ends it."""
        feed = self._feed
        self._screen = Screen(self._socket, role, feed.window(role), self.end)
        pump = None if self._socket is not self._ordinary else asyncio.create_task(self._ordinary.pump())
        feed.join(self._screen)
        if role == "visitor":
            feed.enter(self._who)
        try:
            await self._listen()
        finally:
            feed.leave(self._screen)
            if pump is not None:
                pump.cancel()

    async def _listen(self) -> None:
        if self._ending is not None:
            raise self._ending
        self._socket.attend(self._hear)
        try:
            async with asyncio.timeout(None) as self._patience:
                while True:
                    self._hear(await self._receive())
        except TimeoutError:
            assert self._ending is not None
            raise self._ending from None
        finally:
            self._patience = None

    # -- one message

    async def _receive(self) -> bytes:
        """The next binary message. Raises WebSocketDisconnect, or Refusal on text (a KeyError in `receive_bytes`)."""
        event = await self._websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        data: bytes | None = event.get("bytes")
        if data is None:
            raise text_frame()
        return data

    def _hear(self, data: bytes) -> None:
        """Read one message and act on it. Raises nothing: the transport calls this too."""
        if self._ending is not None:
            return
        try:
            self._act(decode_from_client(data))
        except ProtocolError as error:
            self._forgive(error)
        except Refusal as refusal:
            self.end(refusal)

    def _act(self, message: FromClient) -> None:
        self._lobby.heard[_kind(message)] += 1
        if isinstance(message, Ack):
            if not self._feed.acknowledge(self._screen, message.seq):
                self._admit()
        elif isinstance(message, Hello):
            raise bad_message("a second hello came; one opens a connection")
        elif self._role != "visitor":
            raise only_visitors_steer(str(self._role))
        elif not self._admit():
            return
        elif not isinstance(message, _DEEDS):
            self._feed.push(self._who, message)
        elif isinstance(message, ChooseMode) and message.mode not in self._told.modes:
            self._socket.write(Framed(encode(not_your_mode(message.mode).fault)))
        else:
            self._feed.do(self._who, message, guide=self._told.guide)

    def _admit(self) -> bool:
        """Whether an input is within this connection's rate. Raises Refusal on a flood."""
        now_s = self._lobby.now_s()
        if self._flow.admit(now_s):
            return True
        if self._flow.is_flood(now_s):
            raise flood(self._settings.input_rate)
        return False

    def _forgive(self, error: ProtocolError) -> None:
        """Answer a message we cannot read; one too many of them, or one too big, ends the connection."""
        self._lobby.heard["bad"] += 1
        if error.code == TOO_BIG:
            self.end(Refusal(TOO_BIG, bad_message(str(error)).message))
        elif self._mistakes.add(self._lobby.now_s()):
            self.end(bad_message(str(error)))
        else:
            self._socket.write(Framed(encode(bad_message(str(error)).fault)))

    # -- out

    async def _reply(self, message: Message) -> None:
        """Send what is never dropped. Raises Refusal when the client does not take it."""
        try:
            async with asyncio.timeout(self._settings.reply_timeout_s):
                await self._websocket.send_bytes(encode(message))
        except TimeoutError:
            raise Refusal(SLOW, f"No room for a reply for {self._settings.reply_timeout_s:g} s. Come back.") from None

    async def _say_goodbye(self, refusal: Refusal) -> None:
        """The fault, then the close; a client that takes neither is cut off."""
        self._lobby.metrics.faults.labels(str(refusal.code)).inc()
        _log.info("closed", code=refusal.code, reason=refusal.message, room=self._room, role=self._role)
        try:
            await self._reply(refusal.fault)
            await self._websocket.close(refusal.code, refusal.reason)
        except (WebSocketDisconnect, Refusal):
            self._socket.abort()

    def _note_departure(self, code: int) -> None:
        if code in WIRE_ERRORS:
            self._lobby.metrics.faults.labels(str(code)).inc()
            _log.info(
                "closed", code=code, reason="not a WebSocket message, or too big", room=self._room, role=self._role
            )


def _kind(message: FromClient) -> str:
    return _KINDS[type(message)]
