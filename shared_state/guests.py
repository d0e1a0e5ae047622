"""Pictures that visitors brought, as latents: works for blends that have no place on the map.

Only the newest are kept, and the pictures themselves never were. Pure.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
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
    former: Mapping[str, bytes] = field(default_factory=dict)
    """What some drew before a better latent was found, by names of their own, for as long as it shows."""

    @property
    def drawable(self) -> Mapping[str, bytes]:
        """All that a picture may be made of."""
        return {**self.latents, **self.former}

    def taken_in(self, guest: Guest, in_use: Container[str]) -> Guests:
        """With another one of this model, or in the place of one that has its id. Beyond MAX_GUESTS the oldest that is
        in no blend has to go."""
        kept = {**self.latents, guest.id: guest.latent}
        if len(kept) > MAX_GUESTS:
            del kept[next(name for name in kept if name not in in_use)]
        return replace(self, latents=kept)

    def set_aside(self, id: str, shown: Container[str]) -> tuple[Guests, str]:
        """With what this one draws now among the former ones, under the name that is returned. Those that are not
        `shown` any more are gone, and of more than MAX_GUESTS the oldest, which hardly shows."""
        kept = {name: latent for name, latent in self.former.items() if name in shown}
        if len(kept) == MAX_GUESTS:
            del kept[next(iter(kept))]
        name = next(name for number in count() if (name := f"{id} {number}") not in kept)
        return replace(self, former={**kept, name: self.latents[id]}), name
