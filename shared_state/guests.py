"""Pictures that visitors brought, as latents: works for blends that have no place on the map.

Only the newest are kept, and the pictures themselves never were. Pure.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared_state.messages import Guest

MAX_GUESTS: Final = 8
"""As many as one blend can hold, so that one in use is never crowded out."""

MAX_LATENT_BYTES: Final = 8_192
"""2,048 numbers: the 512 of a StyleGAN beside a thousand class weights, and room for more."""


@dataclass(frozen=True, slots=True)
class Guests:
    """Those of one room, all of one model: the latents of another mean nothing to it, even where they are as long."""

    model: str = ""
    """Its name; empty before the room shows any."""
    latents: Mapping[str, bytes] = field(default_factory=dict)
    """By id, oldest first: little-endian float32."""

    def taken_in(self, guest: Guest, in_use: Container[str]) -> Guests:
        """With another one of this model. Beyond MAX_GUESTS the oldest that is in no blend has to go."""
        kept = {name: latent for name, latent in self.latents.items() if name != guest.id}
        kept[guest.id] = guest.latent
        if len(kept) > MAX_GUESTS:
            del kept[next(name for name in kept if name not in in_use)]
        return Guests(self.model, kept)
