"""Why a connection ends: close codes with their sentences (docs/SPEC.md). 4000-4499: come back; 4500-4999: final.

Only words and numbers: who sends them and when is in `connection.py`.
"""

from __future__ import annotations

from typing import Final

from shared_state.messages import SUBPROTOCOL, Fault

TOO_BIG: Final = 1009
"""A message above the limit of its kind (RFC 6455)."""
SLOW: Final = 4408
"""Did not say hello, take a reply or acknowledge a frame in time."""
FULL: Final = 4409
"""No seat now."""
UNREADY: Final = 4410
"""The hub is out of reach: nobody can be let in, come back."""
RATE: Final = 4429
"""Too much too fast."""
BAD_MESSAGE: Final = 4500
"""Not our protocol."""
FORBIDDEN: Final = 4503
"""This role may not do that."""
NO_ROOM: Final = 4504
"""There is no such room."""
ELSEWHERE: Final = 4505
"""The same visit was opened again, and goes on there. Final, or two tabs would take it from each other for ever."""
OLD_PROTOCOL: Final = 4526
"""The client speaks another protocol or none."""

MAX_REASON_BYTES: Final = 120
"""A close frame carries at most 123 bytes of reason (RFC 6455, 5.5)."""


class Refusal(Exception):
    """We end this connection. The sentence is for the person at the other side."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def fault(self) -> Fault:
        """What is sent before the close."""
        return Fault(self.code, self.message)

    @property
    def reason(self) -> str:
        """The sentence, as much of it as a close frame holds."""
        return self.message.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


def no_room(room: str) -> Refusal:
    """One answer for every name that is not a room's, so that guessing teaches nothing."""
    return Refusal(NO_ROOM, f"There is no room {room!r}. Scan the code on the wall again, or ask at the desk.")


def steering_is_full(steering: int) -> Refusal:
    """A visitor came to a room where every seat is taken."""
    return Refusal(FULL, f"{steering} people are steering, and that is all this room takes. Watch, and try again soon.")


def viewing_is_full(watching: int) -> Refusal:
    """A screen or a viewer came to a room, or a house, that shows to as many as it can."""
    return Refusal(FULL, f"{watching} screens are watching, and that is all this room takes. Try again soon.")


def house_is_full(connections: int) -> Refusal:
    """The gateway itself holds as many as it can, apart from what is kept for walls."""
    return Refusal(FULL, f"{connections} people are here, and that is all this gallery's server takes. Try again soon.")


def hub_away() -> Refusal:
    """Nobody can say now which rooms there are."""
    return Refusal(UNREADY, "The gallery cannot reach its rooms just now. This page tries again by itself.")


def opened_elsewhere() -> Refusal:
    """The same session said hello on a newer connection."""
    return Refusal(ELSEWHERE, "You opened this visit again: it goes on there, and this page can be closed.")


def too_many_connections(connections: int) -> Refusal:
    """One session comes back faster than its old connections go."""
    return Refusal(RATE, f"This visit is open {connections} times already. Close a page, or wait a moment.")


def no_hello(timeout_s: float) -> Refusal:
    """Connected, and then silent."""
    return Refusal(SLOW, f"No hello came within {timeout_s:g} s. Load the page again.")


def never_acknowledges(timeout_s: float) -> Refusal:
    """Frames go out and nothing says that they were painted."""
    return Refusal(SLOW, f"No frame was acknowledged for {timeout_s:g} s. This page comes back by itself.")


def flood(rate: float) -> Refusal:
    """Over the rate, and not for a moment."""
    return Refusal(RATE, f"More than {rate:g} messages a second came from here. Wait a little.")


def only_visitors_steer(role: str) -> Refusal:
    """A push or a deed came from a screen."""
    return Refusal(FORBIDDEN, f"A {role} watches. To steer, join as a visitor with the code on the wall.")


def not_the_guide() -> Refusal:
    """A hello with a key that is not the guide's, or where there is no guide."""
    return Refusal(FORBIDDEN, "That is not the guide's key. Open the address that the gallery's terminal shows.")


def not_your_mode(mode: str) -> Refusal:
    """A visitor chose a mode that is the guide's to choose. Said, and forgiven."""
    return Refusal(FORBIDDEN, f"The mode {mode!r} is the guide's to choose.")


def text_frame() -> Refusal:
    """Our messages are binary."""
    return Refusal(BAD_MESSAGE, "A text message came; we speak MessagePack in binary messages.")


def bad_message(found: str) -> Refusal:
    """Something that is no message of ours, or not now."""
    return Refusal(BAD_MESSAGE, f"{found[:1].upper()}{found[1:]}.")


def too_big(found_bytes: int, limit_bytes: int) -> Refusal:
    """A message above its limit."""
    return Refusal(TOO_BIG, f"{found_bytes} bytes came; the most we read here is {limit_bytes}.")


def other_protocol(offered: list[str]) -> Refusal:
    """The client does not offer the subprotocol that we speak."""
    found = f"This page speaks {', '.join(offered)}" if offered else "This page names no subprotocol"
    return Refusal(OLD_PROTOCOL, f"{found}; the gallery speaks {SUBPROTOCOL}. Load the page again.")
