"""Every constant of joint steering, each with its reason. Lengths are in widths of the map, times in seconds.

Nothing here reads the environment: the server passes another `SteeringSettings` where a gallery wants other values.
docs/design/steering.md tells what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SteeringSettings:
    """Constants of the law in `steering`, of `snapping`, `idle` and `room`. Speeds are in widths a second."""

    tick_s: float = 1 / 60
    """One fixed step of the law: the same inputs give the same path at any frame rate."""
    catch_up_s: float = 0.25
    """The most time that one `advance` makes up for: after a long pause the point goes on, it does not leap."""

    # -- what a hand may do
    slew: float = 1.5
    """Speed limit of a person's target: a finger crosses the pad in .7 s; a script that hops corners does not."""
    stale_s: float = 1.5
    """A push that is not repeated counts this long. Phones repeat theirs at least twice a second while touching, so two
    repeats may be lost; a phone that vanished lets go on its own."""
    huber_delta: float = 0.12
    """Inside this distance of its target a pull weakens in proportion, outside it is 1: a far-away target has no more
    say than a near one, and the point slows down before it arrives."""
    join_ramp_s: float = 1.0
    """A newcomer's weight grows from 0 to 1: nobody shakes the wall by coming back again and again."""
    release_half_life_s: float = 0.4
    """A lifted finger fades instead of stopping dead: short enough to feel like letting go."""

    # -- from many hands to one movement
    kappa: float = 0.25
    """Weight of a silent partner who asks for nothing. Without it the mean of one fading hand would pull at full
    strength until the end; with it one phone has 1 / (1 + kappa) = .8 of the top speed, a crowd all of it."""
    v_max: float = 0.25
    """Top speed: the whole map in 4 s; faster, and the dream no longer looks continuous."""
    gain_b: float = 0.25
    """How much a divided crowd is helped along, the b of `steering.gain`: at an agreement of .2 it keeps .56 of its
    speed. Smaller moves an undecided crowd faster and gives each person more leverage over it (measured)."""
    tau_s: float = 0.15
    """Time constant of the velocity: smooth to the eye, and with v_max / huber_delta close to critical damping, so one
    phone's point stops at its target without overshooting."""
    still: float = 0.0005
    """Below this speed the point stands still: a 256-pixel picture would take a minute to show any of it."""

    # -- artworks
    snap_pull: float = 0.35
    """Strength of an artwork's pull within its reach, as a share of one person's full pull."""
    escape_agreement: float = 0.35
    """An artwork's pull is gone when the crowd agrees this much: whoever knows where to go is never held."""
    slow: float = 0.06
    """Only a point slower than this is drawn in or bumps: passing by is not visiting."""
    enter_s: float = 0.4
    """How long the point stays close and slow before it counts as a bump: no label flickers."""
    enter_ratio: float = 0.625
    """A bump begins within this share of the reach and ends beyond the whole of it (.05 and .08): hysteresis."""
    finder_memory_s: float = 3.0
    """Who brought the point to an artwork is weighed over about this long before the bump."""

    # -- when nobody steers
    idle_after_s: float = 20.0
    """Time without a touch until the room wanders: long enough to read a label undisturbed."""
    idle_speed: float = 0.06
    """A stroll: from one artwork to the next in about a second on a full map, across it in a quarter of a minute."""
    idle_brake: float = 0.03
    """The stroll slows within this distance of its goal, about one spacing of works on a full map."""
    idle_rest_s: float = 8.0
    """Stay at each artwork: a museum label takes 5 to 8 s to read."""

    # -- people
    silence_s: float = 5.0
    """A visitor for whom no gateway has vouched this long is gone; gateways do so every second."""
    colour_kept_s: float = 120.0
    """A phone that sleeps or changes networks comes back within this as the same colour."""


DEFAULTS: Final = SteeringSettings()
"""What a gallery starts with."""
