"""Taking turns to lead (step 5 of the law): who has waited longest leads next, and is told so before.

In a crowd of ten and more nobody feels their own pull; so each in turn has a larger say, or, in mode `lead`, all of it.
Pure: nothing depends on who came first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from shared_state import kept
from shared_state.hand import Hand
from shared_state.kept import moment, span
from shared_state.messages import Turn
from shared_state.settings import SteeringSettings
from shared_state.steering import Fused


class Rota:
    """Turns of `turn_s` seconds. Each is announced `lead_told_s` before it begins, without exception but one: whoever
    touches alone, while nobody leads, leads at once, for there is nobody to wait for."""

    def __init__(self, settings: SteeringSettings, turn_s: float) -> None:
        self._settings, self._turn_s = settings, turn_s
        self._waited: dict[str, float] = {}
        """Credit by person: seconds of steering since their last turn. Not more for those whom the crowd pulls away
        from: a minority would lead most of the time (measured: docs/design/steering.md)."""
        self.stop()

    def stop(self) -> None:
        """Nobody leads, and nobody has been promised a turn; who has waited is remembered."""
        self.lead: str | None = None
        self._next: str | None = None
        self._next_s = math.inf
        """When the next turn begins, or the present one would end."""
        self._lifted_s = math.inf
        """Since when the lead's finger is up."""

    def leave(self, person: str) -> None:
        """Somebody has left, or counts no longer. If they lead, their finger is up, and the turn ends of itself."""
        self._waited.pop(person, None)
        self._next = None if self._next == person else self._next

    def step(self, hands: Sequence[Hand], now_s: float) -> None:
        """One tick of these hands."""
        touching = [hand.id for hand in hands if hand.touches]
        for person in touching:
            if person != self.lead:
                self._waited[person] = self._waited.get(person, 0.0) + self._settings.tick_s
        if self._next is not None and self._next not in touching and now_s >= self._next_s:
            self._next = None  # told, but not there: the next is told as early as everybody
        if self._next is None:
            self._tell(touching, now_s)
        self._end_early(touching, now_s)
        if self._next is not None and now_s >= self._next_s:
            self._begin(self._next, now_s)

    def told(self, now_s: float) -> Turn | None:
        """For the wire; None while there are no turns. In half seconds, so that equal messages stay equal."""
        if self.lead is None and self._next is None:
            return None
        left_s = max(0.0, round(2.0 * (self._next_s - now_s)) / 2.0)
        return Turn(self.lead, left_s if self.lead else 0.0, self._next, left_s if self._next else 0.0)

    def durable(self, now_s: float) -> kept.Rota:
        """What a snapshot of now keeps: all of it."""
        next_s, lifted_s = span(self._next_s, now_s), span(self._lifted_s, now_s)
        return kept.Rota(dict(self._waited), self.lead, self._next, next_s, lifted_s)

    def restore(self, rota: kept.Rota, now_s: float) -> None:
        """Go on from a snapshot."""
        self.stop()
        self._waited = dict(rota.waited)
        if rota.next_s is not None:  # else there is neither a turn nor a promise
            self.lead, self._next = rota.lead, rota.next
            self._next_s, self._lifted_s = moment(rota.next_s, now_s), moment(rota.lifted_s, now_s)

    def _tell(self, touching: Sequence[str], now_s: float) -> None:
        """Promise the next turn to whoever has waited longest, when it is time to, or as soon as somebody is there."""
        if self.lead is not None and now_s < self._next_s - self._settings.lead_told_s:
            return
        waiting = [person for person in touching if person != self.lead]
        if not waiting:
            return
        self._next = min(waiting, key=lambda person: (-self._waited.get(person, 0.0), person))
        alone = self.lead is None and len(waiting) == 1
        notice_s = now_s if alone else now_s + self._settings.lead_told_s
        self._next_s = notice_s if self.lead is None else max(self._next_s, notice_s)

    def _end_early(self, touching: Sequence[str], now_s: float) -> None:
        """A lead who has let go gives the turn to the next, who is told as early as always."""
        if self.lead is None or self.lead in touching:
            self._lifted_s = math.inf
            return
        self._lifted_s = min(self._lifted_s, now_s)
        if now_s - self._lifted_s >= self._settings.lead_lifted_s:
            self.lead = None

    def _begin(self, person: str, now_s: float) -> None:
        self.lead, self._next = person, None
        self._next_s, self._lifted_s = now_s + self._turn_s, math.inf
        self._waited[person] = 0.0


def lead_say(people: int, settings: SteeringSettings) -> float:
    """A lead's part of the force among so many who steer: none among few, who feel their own pull."""
    more = max(0, people - settings.lead_from)
    return settings.lead_say * min(1.0, more / settings.lead_grows_over)


def lean(crowd: Fused, hands: Sequence[Hand], lead: str | None, settings: SteeringSettings) -> Fused:
    """The crowd's force with the lead's in it, F = (1 - lambda) F_c + lambda f_lead; tells each hand its new `say`.

    f_lead is the force that the lead would have alone, and lambda fades with the lead's weight: a lead who lets go does
    not slow the others down.
    """
    leader = next((hand for hand in hands if hand.id == lead), None)
    if leader is None or leader.weight == 0.0:
        return crowd
    part = lead_say(steering(hands), settings) * leader.weight
    own = part * leader.weight / (leader.weight + settings.kappa)
    for hand in hands:
        hand.say *= 1.0 - part
    leader.say += own
    return replace(
        crowd,
        fx=(1.0 - part) * crowd.fx + own * leader.fx,
        fy=(1.0 - part) * crowd.fy + own * leader.fy,
        effort=(1.0 - part) * crowd.effort + own * math.hypot(leader.fx, leader.fy),
    )


def steering(hands: Sequence[Hand]) -> int:
    """How many people steer, those included whose last push still fades: a lifted finger is not yet one less."""
    return sum(hand.weight > 0.0 for hand in hands)
