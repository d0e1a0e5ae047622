"""What gateways tell renderers, over the hub only and never from a socket."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared_state.messages.base import GUEST_PATTERN, Message, Name
from shared_state.messages.client import Deed, Push


class Enter(Message, tag="enter", frozen=True, omit_defaults=True):
    """A visitor came in through a gateway."""

    id: Name
    remote: bool = False


class Leave(Message, tag="leave", frozen=True):
    """A visitor's last connection closed."""

    id: Name


class Pushed(Message, tag="pushed", frozen=True):
    """A visitor's newest push within one tick of a gateway."""

    id: Name
    push: Push


class Did(Message, tag="did", frozen=True):
    """A visitor's deed. `guide`: the gateway has seen the guide's key."""

    id: Name
    deed: Deed
    guide: bool


class Guest(Message, tag="guest", frozen=True):
    """A picture that a visitor brought, as its latent: a work for blends, known by this id until it is crowded out."""

    id: Annotated[str, Meta(pattern=GUEST_PATTERN)]
    latent: bytes
    """Little-endian float32, as many numbers as the model's latents have."""
    model: Name
    """Whose latent it is: to another model it means nothing."""


class Present(Message, tag="present", frozen=True, omit_defaults=True):
    """Each gateway, once a second: everybody it holds. Repairs a lost Enter or Leave; 5 s of silence empty it."""

    gateway: Name
    visitors: list[Name]
    screens: int
    """Sockets that show frames. With none anywhere the renderer rests."""
    remote: list[Name] = []
    """Those among the visitors who are not in the room of the wall."""


class Switch(Message, tag="switch", frozen=True):
    """The operator wants another model in this room, while it runs."""

    id: Name
    """Of this wish: the room's card answers under it."""
    model: Name
    """A name among those that the renderer may load; never a path."""


Input = Enter | Leave | Pushed | Did | Guest | Present | Switch
