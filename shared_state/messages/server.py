"""What a screen is sent: a welcome, frames, who is here and what they are at, and faults."""

from __future__ import annotations

from msgspec import Struct

from shared_state.messages.base import Message, Mode, Role, Seq


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
