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

GUEST_PATTERN: Final = r"^guest:[0-9a-f]{16}\Z"
"""Ids of visitors' own pictures: no artwork's may begin so."""

Role = Literal["visitor", "wall", "viewer"]
Mode = Literal["together", "lead", "vote", "docent", "blend", "ambient"]
"""Who moves the picture: everybody by the law, one at a time, the most votes, one guide, the sliders, nobody."""

MAX_PORTIONS: Final = 8
"""Works in one blend: more than fit under a thumb, and more than an eye finds again in the picture."""

MAX_STOPS: Final = 32
"""Works of one tour: at a stroll half an hour."""

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


class Hello(Message, tag="hello", frozen=True, omit_defaults=True):
    """The first message of every connection, within 5 s. `session` resumes an earlier visit: same person and colour."""

    room: Name
    role: Role
    session: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")] | None = None
    remote: bool = False
    """Not in the room of the wall: remote visitors are a group of their own, and the room keeps its say."""
    key: Name | None = None
    """The guide's key, for whoever may choose every mode."""


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


class Cursor(Message, tag="cursor", frozen=True):
    """Where somebody points on the map without pulling, in [0, 1]^2: others see it, the room does not move."""

    seq: Seq
    x: float
    y: float


class Vote(Message, tag="vote", frozen=True):
    """For the artwork that the wall should go to next; nil takes the vote back."""

    seq: Seq
    id: Name | None


Handling = Literal["add", "remove", "weigh", "nudge", "lock", "unlock", "let_go", "equal", "clear", "undo"]


class Edit(Message, tag="edit", frozen=True, omit_defaults=True):
    """One hand on the shared blend. `equal`, `clear` and `undo` name no work; `amount` is a weight for `weigh`, a
    difference for `nudge`."""

    seq: Seq
    do: Handling
    id: Name | None = None
    amount: float | None = None


class Portion(Struct, frozen=True, array_like=True, gc=False):
    """A part of a blend, written as [id, weight]."""

    id: Name
    weight: float


class Bring(Message, tag="bring", frozen=True):
    """A whole blend in place of the present one, as a link carries it. Weights are in proportion to each other."""

    seq: Seq
    portions: Annotated[list[Portion], Meta(min_length=1, max_length=MAX_PORTIONS)]


class Ride(Message, tag="ride", frozen=True):
    """A tour that the point shall ride, work by work; an empty one ends it."""

    seq: Seq
    works: Annotated[list[Name], Meta(max_length=MAX_STOPS)]


class ChooseMode(Message, tag="mode", frozen=True):
    """Another mode for the room."""

    seq: Seq
    mode: Mode


class Ack(Message, tag="ack", frozen=True):
    """This screen has painted frame `seq`."""

    seq: Seq


Push = Stick | Place | Work | Release
Deed = Cursor | Vote | Edit | Bring | Ride | ChooseMode
"""What a visitor does beside pushing. Counted by seq apart from pushes."""
FromClient = Hello | Push | Deed | Ack


# -- to a screen ---------------------------------------------------------------------------------------------------


class Welcome(Message, tag="welcome", frozen=True, omit_defaults=True):
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
    modes: list[Mode] = []
    """Those that this person may choose."""
    guide: bool = False
    """The key was right."""


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


class Spot(Struct, frozen=True, array_like=True, gc=False):
    """A place on the map, written as [x, y]."""

    x: float
    y: float


class Person(Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody in the room. `share`: of the point's present movement, 0 to 1; the shares of all sum to at most 1."""

    id: str
    colour: str
    """#rrggbb"""
    share: float
    active: bool
    remote: bool = False
    at: Spot | None = None
    """Where they pull to, or else point."""


class Turn(Struct, frozen=True, gc=False):
    """The lead's turn. `lead` is who has it now, `next` who has been told that theirs begins in `next_s` seconds."""

    lead: str | None
    left_s: float
    next: str | None
    next_s: float


class Camp(Struct, frozen=True, gc=False):
    """One of two halves of a divided crowd, and where it pulls, a direction of length 1."""

    people: list[str]
    x: float
    y: float
    part: float
    """Of the time, by its size; the parts of both sum to 1."""


class Tide(Struct, frozen=True, gc=False):
    """Two camps that take turns: `turn` is the index of the one that has it, for `left_s` more."""

    camps: list[Camp]
    turn: int
    left_s: float


class Tally(Struct, frozen=True, gc=False):
    """A work and who votes for it."""

    id: str
    people: list[str]


class Ballot(Struct, frozen=True, gc=False):
    """A vote: everybody's, all visible, most first; works without votes are suggestions."""

    tallies: list[Tally]
    left_s: float
    """Until this round is counted."""
    going: str | None
    """The winner of the last round, to which the wall is on its way, or where it rests."""


class Slider(Struct, frozen=True, gc=False):
    """A work in the blend. `hand`: who moved it last, while they hold it."""

    id: str
    weight: float
    locked: bool
    hand: str | None


class Voyage(Struct, frozen=True, gc=False):
    """A tour under way: its works, and the index of the one that is next or where the wall rests."""

    works: list[str]
    at: int


class People(Message, tag="people", frozen=True, omit_defaults=True):
    """Who is here, a few times a second. `paused`: sharing is interrupted, the picture goes on from memory."""

    people: list[Person]
    mode: Mode
    paused: bool
    finders: list[str]
    """Public ids of those whose movement led to the present bump, largest share first."""
    chosen: Mode = "together"
    """What the room returns to at the next touch when `mode` is ambient."""
    by: str | None = None
    """Who chose it."""
    held_s: float = 0.0
    """So long it holds against visitors who would choose another."""
    docent: str | None = None
    """Who alone steers, in mode docent."""
    turn: Turn | None = None
    tide: Tide | None = None
    ballot: Ballot | None = None
    blend: list[Slider] = []
    """The shared blend, in every mode, so that it can be prepared; weights sum to 1, or there is none."""
    voyage: Voyage | None = None


class Fault(Message, tag="fault", frozen=True):
    """What went wrong, in a sentence for a person, sent before the close whose code it carries.

    Without a close it answers one message that we could not read and forgive.
    """

    code: int
    message: str


FromServer = Welcome | Frame | People | Fault


# -- between gateways and renderers (hub only, never from a socket) ---------------------------------------------------


class Enter(Message, tag="enter", frozen=True, omit_defaults=True):
    """A visitor came in through a gateway."""

    id: Name
    remote: bool = False


class Leave(Message, tag="leave", frozen=True):
    """A visitor's last connection closed."""

    id: Name


class Pushed(Message, tag="pushed", frozen=True):
    """A visitor's newest push within one tick of a gateway."""

    id: Name
    push: Push


class Did(Message, tag="did", frozen=True):
    """A visitor's deed. `guide`: the gateway has seen the guide's key."""

    id: Name
    deed: Deed
    guide: bool


class Guest(Message, tag="guest", frozen=True):
    """A picture that a visitor brought, as its latent: a work for blends, known by this id until it is crowded out."""

    id: Annotated[str, Meta(pattern=GUEST_PATTERN)]
    latent: bytes
    """Little-endian float32, as many numbers as the model's latents have."""


class Present(Message, tag="present", frozen=True, omit_defaults=True):
    """Each gateway, once a second: everybody it holds. Repairs a lost Enter or Leave; 5 s of silence empty it."""

    gateway: Name
    visitors: list[Name]
    screens: int
    """Sockets that show frames. With none anywhere the renderer rests."""
    remote: list[Name] = []
    """Those among the visitors who are not in the room of the wall."""


class Switch(Message, tag="switch", frozen=True):
    """The operator wants another model in this room, while it runs."""

    id: Name
    """Of this wish: the room's card answers under it."""
    model: Name
    """A name among those that the renderer may load; never a path."""


Input = Enter | Leave | Pushed | Did | Guest | Present | Switch

_WITH_PLACE = (
    Stick,
    Place,
    Cursor,
)  # a tuple: writing `Stick | Place` where it is used takes longer than decoding the message
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
    if isinstance(message, Edit) and not math.isfinite(message.amount or 0.0):
        raise ProtocolError(f"amount {message.amount}; it must be a finite number")
    if isinstance(message, Bring) and not all(math.isfinite(portion.weight) for portion in message.portions):
        raise ProtocolError("a weight in bring is not a finite number")
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
