"""What moves the point in each mode: who is heard, and what they ask for together.

Pure: time is passed in. Not here: modes in which no push moves the point, ambient (`idle.py`) and blend (`blend.py`),
and how a force becomes a movement (`steering.py`, `room.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared_state import kept
from shared_state.ballot import Ballot
from shared_state.groups import mix
from shared_state.hand import Hand, Lure
from shared_state.idle import ARRIVED
from shared_state.kept import moment, span
from shared_state.messages import Mode, Turn
from shared_state.rota import Rota, lead_say, lean, steering
from shared_state.settings import SteeringSettings
from shared_state.snapping import Nearby
from shared_state.steering import Fused
from shared_state.tide import Tide
from shared_state.voyage import Voyage


@dataclass(frozen=True, slots=True)
class Moment:
    """What there is at one tick. `hands` are sampled, in the order of their ids; `seen`: visits by work."""

    now_s: float
    x: float
    y: float
    hands: Sequence[Hand]
    nearby: Sequence[Nearby]
    seen: Mapping[str, int]


class Mover(Protocol):
    """One way to move the point."""

    @property
    def busy(self) -> bool:
        """Something is under way that goes on by itself: the room does not wander meanwhile."""
        ...

    def step(self, at: Moment) -> Fused:
        """What is asked for now; each hand that is heard is told its `say`."""
        ...

    def leave(self, person: str) -> None:
        """Somebody has left, or counts no longer."""
        ...

    def stop(self) -> None:
        """The room is in another mode now."""
        ...


class Together:
    """Everybody by the law: groups, a lead's turn among many, camps that take turns, and the tour they ride."""

    def __init__(self, settings: SteeringSettings) -> None:
        self._settings = settings
        self.rota = Rota(settings, settings.lead_slot_s)
        self.tide = Tide(settings)
        self.voyage = Voyage(settings)
        self._crowd = 0.0, 0.0
        """The force of the last step."""

    @property
    def busy(self) -> bool:
        return self.voyage.on

    def step(self, at: Moment) -> Fused:
        self.tide.step(at.hands, at.x, at.y, at.now_s)
        lure = self.voyage.step(at.x, at.y, self._crowd, at.now_s)
        heard = self.tide.heard(at.hands)
        crowd = mix(heard if lure is None else [lure, *heard], self._settings)
        self._crowd = (crowd.fx, crowd.fy) if lure is None else _without(lure, crowd)
        if self.tide.on or not lead_say(steering(at.hands), self._settings):
            self.rota.stop()  # camps that take turns have turns enough; a few people need none
            return crowd
        self.rota.step(at.hands, at.now_s)
        return lean(crowd, at.hands, self.rota.lead, self._settings)

    def leave(self, person: str) -> None:
        self.rota.leave(person)

    def stop(self) -> None:
        self.rota.stop()
        self.tide.stop()
        self.voyage.ride(())
        self._crowd = 0.0, 0.0

    def durable(self, now_s: float) -> kept.Together:
        """What a snapshot of now keeps: all of it."""
        parts = self.rota.durable(now_s), self.tide.durable(now_s), self.voyage.durable(now_s)
        return kept.Together(*parts, crowd=self._crowd)

    def restore(self, together: kept.Together, now_s: float) -> None:
        """Go on from a snapshot."""
        self.rota.restore(together.rota, now_s)
        self.tide.restore(together.tide, now_s)
        self.voyage.restore(together.voyage, now_s)
        self._crowd = together.crowd


class Lead:
    """The one whose turn it is, alone."""

    busy = False

    def __init__(self, settings: SteeringSettings) -> None:
        self._settings = settings
        self.rota = Rota(settings, settings.lead_turn_s)

    def step(self, at: Moment) -> Fused:
        self.rota.step(at.hands, at.now_s)
        return mix([hand for hand in at.hands if hand.id == self.rota.lead], self._settings)

    def leave(self, person: str) -> None:
        self.rota.leave(person)

    def stop(self) -> None:
        self.rota.stop()


class Docent:
    """The guide who chose it, alone. `who`: their public id, while there is one."""

    busy = False

    def __init__(self, settings: SteeringSettings, who: Callable[[], str | None]) -> None:
        self._settings, self._who = settings, who

    def step(self, at: Moment) -> Fused:
        who = self._who()
        return mix([hand for hand in at.hands if hand.id == who], self._settings)

    def leave(self, person: str) -> None: ...

    def stop(self) -> None: ...


class Vote:
    """The winner of each round: the point travels there as one hand would pull it, and rests."""

    def __init__(self, settings: SteeringSettings, places: Callable[[str], tuple[float, float] | None]) -> None:
        self._settings, self._places = settings, places
        self.ballot = Ballot(settings)
        self._lure: Lure | None = None
        self._rests_until_s = math.inf
        self._suggested = False

    @property
    def busy(self) -> bool:
        return self.ballot.open or self._lure is not None

    def step(self, at: Moment) -> Fused:
        if self._lure is None and self.ballot.count(at.now_s):
            self._set_out(at.now_s)
        if not self._suggested and at.nearby and not self.ballot.open:
            # Not during a round: a list that changes under a thumb gets votes that nobody meant.
            self.ballot.suggest(at.nearby, at.seen, at.x, at.y)
            self._suggested = True
        lure = self._lure
        if lure is None:
            return Fused()
        lure.sample(at.x, at.y, at.now_s, self._settings)
        self._rest(lure, at)
        return mix([lure], self._settings)

    def leave(self, person: str) -> None:
        self.ballot.vote(person, None, -math.inf)

    def stop(self) -> None:
        self.ballot.stop()
        self._lure = None
        self._rests_until_s = math.inf
        self._suggested = False

    def durable(self, now_s: float) -> kept.Vote:
        """What a snapshot of now keeps: all of it."""
        lure = None if self._lure is None else self._lure.under_way(now_s)
        return kept.Vote(self.ballot.durable(now_s), lure, span(self._rests_until_s, now_s), self._suggested)

    def restore(self, vote: kept.Vote, now_s: float) -> None:
        """Go on from a snapshot."""
        self.ballot.restore(vote.ballot, now_s)
        self._lure = None if vote.lure is None else Lure.restored(vote.lure, now_s)
        self._rests_until_s = moment(vote.rests_until_s, now_s)
        self._suggested = vote.suggested

    def _set_out(self, now_s: float) -> None:
        place = self._places(self.ballot.going or "")
        if place is not None:  # else the collection has changed since the vote
            self._lure, self._rests_until_s = Lure(place, now_s), math.inf

    def _rest(self, lure: Lure, at: Moment) -> None:
        """Once there, stay for as long as reading the label takes; then the next winner may be gone to."""
        x, y = lure.goal or (at.x, at.y)
        if math.isinf(self._rests_until_s) and math.hypot(x - at.x, y - at.y) < ARRIVED:
            self._rests_until_s, self._suggested = at.now_s + self._settings.idle_rest_s, False
        if at.now_s >= self._rests_until_s:
            self._lure = None


def _without(lure: Lure, crowd: Fused) -> tuple[float, float]:
    """The people's part of a force in which a tour pulls too."""
    return crowd.fx - lure.say * lure.fx, crowd.fy - lure.say * lure.fy


class Movers:
    """All four, by mode."""

    def __init__(
        self,
        settings: SteeringSettings,
        places: Callable[[str], tuple[float, float] | None],
        docent: Callable[[], str | None],
    ) -> None:
        """`docent`: who steers in mode docent, while there is somebody."""
        self.together, self.lead = Together(settings), Lead(settings)
        self.vote, self._docent = Vote(settings, places), Docent(settings, docent)
        self._by_mode: dict[Mode, Mover] = {
            "together": self.together,
            "lead": self.lead,
            "vote": self.vote,
            "docent": self._docent,
        }

    def of(self, mode: Mode) -> Mover | None:
        """What moves the point in a mode; None where no push does."""
        return self._by_mode.get(mode)

    def begin(self, mode: Mode) -> None:
        """A mode begins: all others end."""
        for other, mover in self._by_mode.items():
            if other != mode:
                mover.stop()

    def leave(self, person: str) -> None:
        """Somebody has left, or counts no longer."""
        for mover in self._by_mode.values():
            mover.leave(person)

    def durable(self, now_s: float) -> kept.Movers:
        """What a snapshot of now keeps: what each mode is in the midst of."""
        return kept.Movers(self.together.durable(now_s), self.lead.rota.durable(now_s), self.vote.durable(now_s))

    def restore(self, movers: kept.Movers, now_s: float) -> None:
        """Go on from a snapshot."""
        self.together.restore(movers.together, now_s)
        self.lead.rota.restore(movers.lead, now_s)
        self.vote.restore(movers.vote, now_s)

    def turn(self, now_s: float) -> Turn | None:
        """Whose turn it is to lead, in either mode that has turns."""
        return self.together.rota.told(now_s) or self.lead.rota.told(now_s)
