"""A vote for the artwork that the wall goes to next: rounds, everybody's vote in the open, and the winner.

Pure: time is passed in. Not here: how the wall goes there (`movers.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from shared_state import kept, messages
from shared_state.kept import moment, span
from shared_state.messages import Tally
from shared_state.settings import SteeringSettings
from shared_state.snapping import Nearby

MAX_SUGGESTED: Final = 4
"""Works that stand for election before anybody has voted: more are not compared, on a phone least of all."""


class Ballot:
    """Votes of one round after the other. A round begins with its first vote, and is counted `vote_round_s` later."""

    def __init__(self, settings: SteeringSettings) -> None:
        self._settings = settings
        self.stop()

    def stop(self) -> None:
        """No votes, no winner, no suggestions."""
        self.going: str | None = None
        """The last winner."""
        self.voters: list[str] = []
        """Those who voted for it, in the order in which they did."""
        self._votes: dict[str, str] = {}
        """Work by person, the latest vote last."""
        self._reached_s: dict[str, list[float]] = {}
        """When each work reached its first vote, its second, and so on up to what it has now."""
        self._counts_s = math.inf
        """When the round is counted; never, before it has begun."""
        self._suggested: list[str] = []

    @property
    def open(self) -> bool:
        """A round is under way."""
        return self._counts_s < math.inf

    def vote(self, person: str, work: str | None, now_s: float) -> None:
        """Somebody's vote, in place of the one before; None takes it back."""
        before = self._votes.get(person)
        if before == work:
            return
        if before is not None:
            del self._votes[person]
            self._reached_s[before].pop()
            if not self._reached_s[before]:
                del self._reached_s[before]
        if work is not None:
            self._votes[person] = work
            self._reached_s.setdefault(work, []).append(now_s)
            if not self.open:
                self._counts_s = now_s + self._settings.vote_round_s

    def count(self, now_s: float) -> str | None:
        """The winner, when the round has ended: most votes, and of equals the one that reached its number first."""
        if now_s < self._counts_s:
            return None
        self._counts_s = math.inf
        ranked = self._ranked()
        if not ranked:
            return None
        self.going = ranked[0]
        self.voters = [person for person, work in self._votes.items() if work == self.going]
        self._votes, self._reached_s = {}, {}
        return self.going

    def suggest(self, nearby: Sequence[Nearby], seen: Mapping[str, int], x: float, y: float) -> None:
        """Stand works near (x, y) for election, least seen first."""
        others = [work for work in nearby if work.id != self.going]
        ranked = sorted(others, key=lambda work: (seen.get(work.id, 0), work.distance(x, y), work.id))
        self._suggested = [work.id for work in ranked[:MAX_SUGGESTED]]

    def told(self, now_s: float) -> messages.Ballot:
        """For the wire. In half seconds, so that equal messages stay equal."""
        tallies = [
            Tally(work, sorted(person for person, choice in self._votes.items() if choice == work))
            for work in self._ranked()
        ]
        tallies += [Tally(work, []) for work in self._suggested if work not in self._reached_s]
        left_s = self._counts_s - now_s if self.open else self._settings.vote_round_s
        return messages.Ballot(tallies, max(0.0, round(2.0 * left_s) / 2.0), self.going)

    def durable(self, now_s: float) -> kept.Ballot:
        """What a snapshot of now keeps: all of it."""
        left = {work: iter(reached) for work, reached in self._reached_s.items()}
        votes = {person: kept.Cast(work, next(left[work]) - now_s) for person, work in self._votes.items()}
        return kept.Ballot(votes, span(self._counts_s, now_s), self.going, self.voters, self._suggested)

    def restore(self, ballot: kept.Ballot, now_s: float) -> None:
        """Go on from a snapshot."""
        self.stop()
        for person, cast in ballot.votes.items():
            self._votes[person] = cast.work
            self._reached_s.setdefault(cast.work, []).append(moment(cast.reached_s, now_s))
        self._counts_s = moment(ballot.counts_s, now_s)
        self.going, self.voters = ballot.going, list(ballot.voters)
        self._suggested = list(ballot.suggested)

    def _ranked(self) -> list[str]:
        """Works with votes, the winning one first."""
        reached_s = self._reached_s
        return sorted(reached_s, key=lambda work: (-len(reached_s[work]), reached_s[work][-1], work))
