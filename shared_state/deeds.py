"""What a visitor does beside pushing: what each deed changes, and why it may change nothing.

Pure: time is passed in. The gateway has seen the guide's key; what a guide may do is checked here all the same.
"""

from __future__ import annotations

from collections.abc import Callable

from shared_state.blend import Palette
from shared_state.crowd import Crowd, Ignored
from shared_state.messages import Bring, ChooseMode, Cursor, Did, Edit, Ride, Vote
from shared_state.modes import Modes
from shared_state.movers import Movers


class Deeds:
    """See the module."""

    def __init__(
        self,
        crowd: Crowd,
        modes: Modes,
        movers: Movers,
        palette: Palette,
        places: Callable[[str], tuple[float, float] | None],
    ) -> None:
        self._crowd, self._modes, self._movers, self._palette, self._places = crowd, modes, movers, palette, places

    def do(self, did: Did, now_s: float) -> bool:
        """Let a deed count, if its person is here and it is new. True when it is a touch: pointing is none, nor
        is what has no effect."""
        reason = self._crowd.deed(did.id, did.deed.seq, now_s) or self._act(did, now_s)
        if reason is not None:
            self._crowd.ignored[reason] += 1
        return reason is None and not isinstance(did.deed, Cursor)

    def _act(self, did: Did, now_s: float) -> Ignored | None:
        """Do it. Why it had no effect, or None."""
        person = did.id
        match did.deed:
            case Cursor(_, x, y):
                return self._crowd.point(person, x, y, now_s)
            case Edit() as edit:
                return self._palette.edit(person, edit, now_s)
            case Bring(_, portions):
                return self._palette.bring(person, portions, now_s)
            case Vote(_, work):
                return self._vote(person, work, now_s)
            case Ride(_, works):
                return self._ride(works)
            case ChooseMode(_, mode):
                return self._modes.choose(person, mode, did.guide, now_s)

    def _vote(self, person: str, work: str | None, now_s: float) -> Ignored | None:
        if self._modes.chosen != "vote":
            return "not in this mode"
        if work is not None and self._places(work) is None:
            return "unknown work"
        self._movers.vote.ballot.vote(person, work, now_s)
        return None

    def _ride(self, works: list[str]) -> Ignored | None:
        """Works without a place, as on a map of another collection, are passed by."""
        if self._modes.chosen != "together":
            return "not in this mode"
        stops = [(work, *place) for work in works if (place := self._places(work)) is not None]
        if works and not stops:
            return "unknown work"
        self._movers.together.voyage.ride(stops)
        return None
