"""Every constant of joint steering, each with its reason. Lengths are in widths of the map, times in seconds.

Nothing here reads the environment: the server passes another `SteeringSettings` where a gallery wants other values.
docs/design/steering.md tells what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SteeringSettings:
    """Constants of the law in `steering`, and of all that stands around it. Speeds are in widths a second."""

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

    landing: float = 0.0005
    """When all who touch pull to one place and the point is this near, it is put exactly there, so that a link to the
    place shows the very same picture: just before `still` would stop it (at .0003), and an eighth of what the point
    goes in one tick, so nobody sees it."""

    # -- groups of people
    room_floor: float = 0.34
    """The least say of the people in the room, once one of them steers: who stands before the wall sees it obey,
    however many are at home; a third, so that the others still have the larger part when they are more."""

    # -- turns to lead
    lead_from: int = 3
    """Up to so many people nobody leads: each feels their own pull (correlation .4 with 2, .2 with 5)."""
    lead_say: float = 0.4
    """The lead's part of the force in a large crowd: clearly felt, and less than what all others have."""
    lead_grows_over: int = 12
    """So many people more until the lead has all of it."""
    lead_slot_s: float = 4.0
    """A lead's turn in mode together: as long as crossing the map, so that something comes of it."""
    lead_turn_s: float = 15.0
    """A lead's turn in mode lead, where nobody else steers: to go somewhere, look, and go on; with eight people
    everybody leads within two minutes."""
    lead_told_s: float = 3.0
    """A turn is announced this long ahead: time to look from the wall to the phone and back."""
    lead_lifted_s: float = 1.0
    """A finger that is lifted to be set down elsewhere keeps the turn; one lifted longer gives it to the next early."""

    # -- two camps
    tide_split: float = 0.85
    """How sharply the pulls must point two ways (`tide.split`): pulls scattered by 30 degrees around two directions;
    random directions reach .64."""
    tide_after_s: float = 6.0
    """The crowd must be split this long: it often makes up its mind sooner."""
    tide_calm_s: float = 3.0
    """It must be split no more for this long until the turns end: a few who change their mind do not shake them."""
    tide_people: int = 6
    """Fewer people can talk it over."""
    tide_least: float = 0.25
    """The smaller camp's part of the people, at least: fewer are outvoted, as they always were."""
    tide_period_s: float = 16.0
    """Both camps' turns together: half of it is time to cross the map and see what is there."""
    tide_look_s: float = 0.25
    """How often the crowd is looked at: a sixteenth of the shortest turn, and no cost that counts."""

    # -- votes and tours
    vote_round_s: float = 20.0
    """From a round's first vote until it is counted: to see the others' votes and to change one's own."""
    voyage_pull: float = 0.5
    """Weight of a tour, as of half a hand: alone it goes at two thirds of one hand's speed, and anybody can bend it."""

    # -- modes
    mode_hold_s: float = 15.0
    """A mode that a visitor chose holds this long against others: long enough to be tried out by everybody."""
    guide_hold_s: float = 600.0
    """A guide's choice holds while the guide is here, and at least this long: a tablet may fall asleep in a talk."""
    docent_away_s: float = 30.0
    """When the docent has been gone this long everybody steers again: a reload takes seconds."""
    blend_fade_s: float = 2.5
    """The picture turns from the map to the blend, or back, in this time: a change that can be followed, not a cut."""
    blend_enter: float = 0.95
    """A blend with so much of one work looks like that work: it is a bump..."""
    blend_leave: float = 0.9
    """...until there is less than this of it."""
    cursor_s: float = 5.0
    """A cursor that is not told again is shown this long."""

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
    idle_after_long_s: float = 90.0
    """The same in modes blend and docent: a blend is looked at, and a guide talks, without a finger down."""
    idle_speed: float = 0.06
    """A stroll: from one artwork to the next in about a second on a full map, across it in a quarter of a minute."""
    idle_brake: float = 0.03
    """The stroll slows within this distance of its goal, about one spacing of works on a full map."""
    idle_rest_s: float = 8.0
    """Stay at each artwork: a museum label takes 5 to 8 s to read."""

    # -- the blend
    blend_tau_s: float = 0.25
    """Time constant of the shown weights: a nudge of .05 is seen as a turn and not as a cut, and a finger on a slider
    leads the picture by less than it takes to look up from the phone."""
    blend_hold_s: float = 1.5
    """A slider that somebody moved stays theirs this long unless they let go: as a push (`stale_s`), so that a lost
    message, or a phone that vanished, holds nothing for longer than it steers."""

    # -- people
    silence_s: float = 5.0
    """A visitor for whom no gateway has vouched this long is gone; gateways do so every second."""
    colour_kept_s: float = 120.0
    """A phone that sleeps or changes networks comes back within this as the same colour."""


DEFAULTS: Final = SteeringSettings()
"""What a gallery starts with."""
