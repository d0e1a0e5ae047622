"""What the visitors of one room did since the last tick, folded into one message for the hub.

Pure: no sockets, no hub, no clock. Bounded by who is here: at most one coming, one going and one push a visitor.
"""

from __future__ import annotations

from shared_state.messages import Enter, Input, Leave, Present, Push, Pushed


class Inputs:
    """Newest wins, by visitor. Order is kept where it matters: who comes in and pushes is heard in that order."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Input] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def enter(self, visitor: str) -> None:
        """Somebody came in."""
        self._put(("enter", visitor), Enter(visitor))

    def leave(self, visitor: str) -> None:
        """Somebody's last connection ended: what they still wanted does not matter any more."""
        self._waiting.pop(("push", visitor), None)
        self._put(("leave", visitor), Leave(visitor))

    def push(self, visitor: str, push: Push) -> None:
        """Somebody pushes; it replaces what they wanted a moment ago."""
        self._put(("push", visitor), Pushed(visitor, push))

    def present(self, gateway: str, visitors: list[str], screens: int) -> None:
        """Everybody this gateway holds, now."""
        self._put(("present", gateway), Present(gateway, visitors, screens))

    def take(self) -> list[Input]:
        """All of it, oldest first, and begin anew."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        return taken

    def _put(self, key: tuple[str, str], message: Input) -> None:
        self._waiting.pop(key, None)
        self._waiting[key] = message
