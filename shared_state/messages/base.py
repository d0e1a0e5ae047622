"""What all messages are made of: their base, the types of their fields and the limits on them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

SUBPROTOCOL: Final = "genstudio.v1"
"""The WebSocket subprotocol; its number changes when an old client could no longer be understood."""

MAX_MESSAGE_BYTES: Final = 4_096
"""The most that is read from a visitor: the largest honest message, a tour of 32 works, is under 2,300 bytes."""

MAX_REASON_CHARS: Final = 200
"""A refusal quotes what was sent: so much tells a developer enough, and a stranger cannot fill logs or answers."""

MAX_SEQ: Final = 2**53 - 1
"""The largest whole number that JavaScript counts without error."""

ACK_WINDOW: Final = 2
"""Frames on their way to one screen. "Newest wins" alone does not bound age: the kernel's buffer holds old frames."""

GUEST_PATTERN: Final = r"^guest:[0-9a-f]{16}\Z"
"""Ids of visitors' own pictures: no artwork's may begin so."""

Role = Literal["visitor", "wall", "viewer"]
Mode = Literal["together", "lead", "vote", "docent", "blend", "ambient"]
"""Who moves the picture: everybody by the law, one at a time, the most votes, one guide, the sliders, nobody."""

MAX_PORTIONS: Final = 8
"""Works in one blend: more than fit under a thumb, and more than an eye finds again in the picture."""

MAX_STOPS: Final = 32
"""Works of one tour: at a stroll half an hour."""

Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
"""Ids of rooms, works and people."""


class ProtocolError(ValueError):
    """A message we will not act on. `code` is the close code that answers it; the text says what was found."""

    def __init__(self, message: str, code: int = 4500) -> None:
        super().__init__(message)
        self.code = code


class Message(Struct, frozen=True, tag_field="t", gc=False):
    """Base of all messages: a map whose `t` names its kind."""
