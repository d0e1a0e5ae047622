"""What a person or a screen sends: who it is, pushes, deeds, and that a frame was painted."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared_state.messages.base import MAX_PORTIONS, MAX_STOPS, Message, Mode, Name, Role, Seq


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
