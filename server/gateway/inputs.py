"""What the visitors of one room did since the last tick, folded into one message for the hub.

Pure: no sockets, no hub, no clock. Bounded by who is here: at most one coming, one going, one push, one cursor and
`MAX_DEEDS` other deeds a visitor, and as many guests as a room keeps.
"""

from __future__ import annotations

from typing import Final

from shared_state.guests import MAX_GUESTS
from shared_state.messages import Cursor, Deed, Did, Edit, Enter, Guest, Input, Leave, Present, Push, Pushed

MAX_DEEDS: Final = 16
"""Of one visitor in one tick: two seconds of quick taps that a bad network held back, eight a second. A slider that
glides is one of them, however far."""


class Inputs:
    """Newest wins, by visitor. Order is kept where it matters: who comes in and pushes is heard in that order, and so
    is what one hand does to the blend."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str, int], Input] = {}
        self._hands: dict[str, _Hand] = {}
        self._guests = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def enter(self, visitor: str, *, remote: bool = False) -> None:
        """Somebody came in."""
        self._put(("enter", visitor, 0), Enter(visitor, remote))

    def leave(self, visitor: str) -> None:
        """Somebody's last connection ended: what they still wanted does not matter any more, what they did does."""
        self._waiting.pop(("push", visitor, 0), None)
        self._waiting.pop(("cursor", visitor, 0), None)
        if visitor in self._hands:
            self._hands[visitor].weighs = None
        self._put(("leave", visitor, 0), Leave(visitor))

    def push(self, visitor: str, push: Push) -> None:
        """Somebody pushes; it replaces what they wanted a moment ago."""
        self._put(("push", visitor, 0), Pushed(visitor, push))

    def do(self, visitor: str, deed: Deed, *, guide: bool = False) -> bool:
        """Somebody does something else; False when it was one too many and is dropped.

        A cursor replaces the one before. A weight replaces the one that this visitor gave the same work just before;
        everything else is kept as it came.
        """
        did = Did(visitor, deed, guide)
        if isinstance(deed, Cursor):
            self._put(("cursor", visitor, 0), did)
            return True
        hand = self._hands.setdefault(visitor, _Hand())
        weighs = deed.id if isinstance(deed, Edit) and deed.do == "weigh" else None
        if weighs is None or weighs != hand.weighs:
            if hand.deeds == MAX_DEEDS:
                return False
            hand.deeds += 1
        hand.weighs = weighs
        self._put(("deed", visitor, hand.deeds), did)
        return True

    def bring(self, guest: Guest) -> None:
        """A visitor's own picture; of too many the oldest goes."""
        self._guests += 1
        self._waiting.pop(("guest", "", self._guests - MAX_GUESTS), None)
        self._put(("guest", "", self._guests), guest)

    def present(self, gateway: str, visitors: list[str], screens: int, remote: list[str] | None = None) -> None:
        """Everybody this gateway holds, now."""
        self._put(("present", gateway, 0), Present(gateway, visitors, screens, remote or []))

    def take(self) -> list[Input]:
        """All of it, oldest first, and begin anew."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._hands.clear()
        self._guests = 0
        return taken

    def _put(self, key: tuple[str, str, int], message: Input) -> None:
        self._waiting.pop(key, None)
        self._waiting[key] = message


class _Hand:
    """One visitor's deeds of this tick, cursors aside."""

    __slots__ = ("deeds", "weighs")

    def __init__(self) -> None:
        self.deeds = 0
        self.weighs: str | None = None
        """The work whose weight the last of them gives."""
