"""What the parts of a room hand to a snapshot beside plain values: who is here, what each mode is in the midst of.

A moment is told as seconds from the moment of the snapshot, negative when it has passed: no clock means anything to
another process. What comes back is within limits, and no part can be broken by it. Pure: shapes, and two conversions.
"""

from __future__ import annotations

import math
from typing import Annotated, Final

from msgspec import Meta, Struct

from shared_state.messages import MAX_STOPS, Name

LONGEST_S: Final = 1e7
"""Four months: further from now a moment is as good as this far."""

MAX_PEOPLE: Final = 4_096
"""People of whom anything is kept: far more than a full room leaves behind in two minutes."""

Span = Annotated[float, Meta(ge=-LONGEST_S, le=LONGEST_S)]
"""A moment, in seconds from the snapshot's."""

Scalar = Annotated[float, Meta(ge=-2.0, le=2.0)]
"""A place, a direction or a force: each is at most 1, and a little more than that by rounding."""

Vector = tuple[Scalar, Scalar]

Names = Annotated[list[Name], Meta(max_length=MAX_PEOPLE)]


def span(at_s: float, now_s: float) -> float | None:
    """A moment for a snapshot of now; None when it never comes, or never was."""
    return None if math.isinf(at_s) else min(LONGEST_S, max(-LONGEST_S, at_s - now_s))


def moment(span: float | None, now_s: float, never: float = math.inf) -> float:
    """The same moment on the clock of whoever restores it now."""
    return never if span is None else now_s + span


class Hand(Struct, frozen=True):
    """A push that counts still, or fades: (x, y) is its target, or the stick."""

    x: Scalar
    y: Scalar
    aims: bool
    """It is a target."""
    aim: Vector | None
    """Where its aim has slewed to."""
    pushed_s: Span | None
    released_s: Span | None


class Here(Struct, frozen=True, omit_defaults=True):
    """Somebody in the room."""

    remote: bool = False
    joined_s: Span | None = None
    """None: so long ago that they have their full weight."""
    hand: Hand | None = None


class Lure(Struct, frozen=True):
    """The hand of a tour, or of a vote's winner."""

    goal: Vector
    aim: Vector | None
    joined_s: Span


class Rota(Struct, frozen=True, omit_defaults=True):
    """Turns to lead."""

    waited: Annotated[dict[Name, Annotated[float, Meta(ge=0.0, le=LONGEST_S)]], Meta(max_length=MAX_PEOPLE)] = {}
    lead: Name | None = None
    next: Name | None = None
    next_s: Span | None = None
    lifted_s: Span | None = None


class Split(Struct, frozen=True):
    """A crowd in two camps."""

    camps: Annotated[dict[Name, Annotated[int, Meta(ge=0, le=1)]], Meta(min_length=1, max_length=MAX_PEOPLE)]
    directions: tuple[Vector, Vector]
    sharp: Scalar


class Tide(Struct, frozen=True, omit_defaults=True):
    """Camps that take turns, or what was noticed of a crowd so far."""

    looks_s: Span | None = None
    since_s: Span | None = None
    split: Split | None = None
    pivot: Vector = (0.5, 0.5)
    turn: Annotated[int, Meta(ge=0, le=1)] = 0
    until_s: Span | None = None


class Voyage(Struct, frozen=True, omit_defaults=True):
    """A tour: its stops with their places, and where on the way."""

    stops: Annotated[list[tuple[Name, Scalar, Scalar]], Meta(max_length=MAX_STOPS)] = []
    at: Annotated[int, Meta(ge=0)] = 0
    leaves_s: Span | None = None
    lure: Lure | None = None


class Together(Struct, frozen=True, omit_defaults=True):
    """Mode together."""

    rota: Rota = Rota()
    tide: Tide = Tide()
    voyage: Voyage = Voyage()
    crowd: Vector = (0.0, 0.0)


class Cast(Struct, frozen=True, array_like=True):
    """A vote; `reached_s`: when the work had as many as it has up to this one."""

    work: Name
    reached_s: Span


class Ballot(Struct, frozen=True, omit_defaults=True):
    """A round of a vote."""

    votes: Annotated[dict[Name, Cast], Meta(max_length=MAX_PEOPLE)] = {}
    """By person, the latest last."""
    counts_s: Span | None = None
    going: Name | None = None
    voters: Names = []
    suggested: Names = []


class Vote(Struct, frozen=True, omit_defaults=True):
    """Mode vote."""

    ballot: Ballot = Ballot()
    lure: Lure | None = None
    rests_until_s: Span | None = None
    suggested: bool = False


class Movers(Struct, frozen=True, omit_defaults=True):
    """All modes that are in the midst of something."""

    together: Together = Together()
    lead: Rota = Rota()
    vote: Vote = Vote()


class Choice(Struct, frozen=True, omit_defaults=True):
    """Who chose the mode, and since when it holds."""

    by: Name | None = None
    by_guide: bool = False
    chosen_s: Span | None = None
    touched_s: Span | None = None
    docent: Name | None = None
    docent_s: Span | None = None


class Near(Struct, frozen=True):
    """A work near the point, with its place and its reach."""

    id: Name
    x: Scalar
    y: Scalar
    reach: Scalar


class Snap(Struct, frozen=True, omit_defaults=True):
    """On which work the point rests, or is about to: `close` has been near for `close_s`."""

    bump: Near | None = None
    close: Near | None = None
    close_s: Span = 0.0


class Found(Struct, frozen=True, omit_defaults=True):
    """Whose the present bump is, and who carried the point lately, in widths."""

    snap: Snap = Snap()
    finders: Names = []
    carried: Annotated[dict[Name, Annotated[float, Meta(ge=0.0, le=LONGEST_S)]], Meta(max_length=MAX_PEOPLE)] = {}
