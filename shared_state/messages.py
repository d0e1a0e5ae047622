"""Every message that crosses a socket or the hub, and the one way to read and write it.

MessagePack maps with a tag `t`, over binary WebSocket messages (docs/SPEC.md tells them one by one; rules W1 ...).
A typed decoder refuses a wrong message at its first wrong byte, so nothing here builds what it will not keep.
Unknown fields are ignored: an older phone and a newer gallery understand each other.

Pure: no sockets, no Redis, no clock.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

SUBPROTOCOL: Final = "genstudio.v1"
"""The WebSocket subprotocol; its number changes when an old client could no longer be understood."""

MAX_MESSAGE_BYTES: Final = 4_096
"""The most that is read from a visitor: the largest honest message, a hello, is under 350 bytes."""

MAX_REASON_CHARS: Final = 200
"""A refusal quotes what was sent: so much tells a developer enough, and a stranger cannot fill logs or answers."""

MAX_SEQ: Final = 2**53 - 1
"""The largest whole number that JavaScript counts without error."""

ACK_WINDOW: Final = 2
"""Frames on their way to one screen. "Newest wins" alone does not bound age: the kernel's buffer holds old frames."""

Role = Literal["visitor", "wall", "viewer"]
Mode = Literal["together", "ambient"]
Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
"""Ids of rooms, works and people."""


class ProtocolError(ValueError):
    """A message we will not act on. `code` is the close code that answers it; the text says what was found."""

    def __init__(self, message: str, code: int = 4500) -> None:
        super().__init__(message)
        self.code = code


class Message(Struct, frozen=True, tag_field="t", gc=False):
    """Base of all messages: a map whose `t` names its kind."""


# -- from a person or a screen -------------------------------------------------------------------------------------


class Hello(Message, tag="hello", frozen=True):
    """The first message of every connection, within 5 s. `session` resumes an earlier visit: same person and colour."""

    room: Name
    role: Role
    session: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")] | None = None


class Stick(Message, tag="stick", frozen=True):
    """Push in a direction. (x, y) in the unit disc; y grows downward, as the map does."""

    seq: Seq
    x: float
    y: float


class Place(Message, tag="place", frozen=True):
    """Pull towards a place on the map, in [0, 1]^2."""

    seq: Seq
    x: float
    y: float


class Work(Message, tag="work", frozen=True):
    """Pull towards an artwork."""

    seq: Seq
    id: Name


class Release(Message, tag="release", frozen=True):
    """The finger is lifted."""

    seq: Seq


class Ack(Message, tag="ack", frozen=True):
    """This screen has painted frame `seq`."""

    seq: Seq


Push = Stick | Place | Work | Release
FromClient = Hello | Stick | Place | Work | Release | Ack


# -- to a screen ---------------------------------------------------------------------------------------------------


class Welcome(Message, tag="welcome", frozen=True):
    """The answer to a hello. Keep `session` to come back as the same person; `you` is the public id in `People`."""

    room: str
    role: Role
    session: str
    you: str
    resolution: int
    """Side of a frame in pixels."""
    model: str
    collection: str
    """Digest of the collection: works are fetched once per digest from /api/works. Another welcome on the same
    connection says that the room's model, and with it the collection, has changed."""


class Neighbour(Struct, frozen=True, array_like=True, gc=False):
    """An artwork near the point, written as [id, closeness]; closeness 1 is the work itself, 0 is far."""

    id: str
    closeness: float


class Frame(Message, tag="frame", frozen=True):
    """One picture of the room, encoded once for everybody. `seq` grows by one a frame within a `token`."""

    seq: Seq
    token: Seq
    """The renderer's fencing token: a frame with a lower one than seen before is from one that has lost the room."""
    x: float
    y: float
    near: list[Neighbour]
    """Nearest first, at most 5."""
    bump: str | None
    """The artwork the point has settled on."""
    jpeg: bytes


class Person(Struct, frozen=True, gc=False):
    """Somebody in the room. `share`: of the point's present movement, 0 to 1; the shares of all sum to at most 1."""

    id: str
    colour: str
    """#rrggbb"""
    share: float
    active: bool


class People(Message, tag="people", frozen=True):
    """Who is here, a few times a second. `paused`: sharing is interrupted, the picture goes on from memory."""

    people: list[Person]
    mode: Mode
    paused: bool
    finders: list[str]
    """Public ids of those whose movement led to the present bump, largest share first."""


class Fault(Message, tag="fault", frozen=True):
    """What went wrong, in a sentence for a person, sent before the close whose code it carries.

    Without a close it answers one message that we could not read and forgive.
    """

    code: int
    message: str


FromServer = Welcome | Frame | People | Fault


# -- between gateways and renderers (hub only, never from a socket) ---------------------------------------------------


class Enter(Message, tag="enter", frozen=True):
    """A visitor came in through a gateway."""

    id: Name


class Leave(Message, tag="leave", frozen=True):
    """A visitor's last connection closed."""

    id: Name


class Pushed(Message, tag="pushed", frozen=True):
    """A visitor's newest push within one tick of a gateway."""

    id: Name
    push: Push


class Present(Message, tag="present", frozen=True):
    """Each gateway, once a second: everybody it holds. Repairs a lost Enter or Leave; 5 s of silence empty it."""

    gateway: Name
    visitors: list[Name]
    screens: int
    """Sockets that show frames. With none anywhere the renderer rests."""


class Switch(Message, tag="switch", frozen=True):
    """The operator wants another model in this room, while it runs."""

    id: Name
    """Of this wish: the room's card answers under it."""
    model: Name
    """A name among those that the renderer may load; never a path."""


Input = Enter | Leave | Pushed | Present | Switch

_WITH_PLACE = (Stick, Place)  # a tuple: writing `Stick | Place` where it is used takes longer than decoding the message
_encoder = msgspec.msgpack.Encoder()
_from_client = msgspec.msgpack.Decoder(FromClient)
_from_server = msgspec.msgpack.Decoder(FromServer)
_inputs = msgspec.msgpack.Decoder(list[Input])


def encode(message: Message) -> bytes:
    """One message as MessagePack."""
    return _encoder.encode(message)


def decode_from_client(data: bytes) -> FromClient:
    """Read what a client sent. Raises ProtocolError, and nothing else, on what is not exactly a known message."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"{len(data)} bytes; the most we read is {MAX_MESSAGE_BYTES}", 1009)
    message: FromClient = _decode(_from_client, data)
    if isinstance(message, _WITH_PLACE) and not (math.isfinite(message.x) and math.isfinite(message.y)):
        raise ProtocolError(f"x {message.x}, y {message.y}; both must be finite numbers")
    return message


def decode_from_server(data: bytes) -> FromServer:
    """Read what a server sent (the Python client's side). Raises ProtocolError."""
    message: FromServer = _decode(_from_server, data)
    return message


def encode_inputs(inputs: list[Input]) -> bytes:
    """A gateway's tick: everything that its visitors did since the last."""
    return _encoder.encode(inputs)


def decode_inputs(data: bytes) -> list[Input]:
    """Read a gateway's tick. Raises ProtocolError."""
    inputs: list[Input] = _decode(_inputs, data)
    return inputs


def _decode(decoder: Any, data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = "".join(char if char.isprintable() else "?" for char in str(error)[:MAX_REASON_CHARS])
        raise ProtocolError(f"not a message we know: {found}") from error
