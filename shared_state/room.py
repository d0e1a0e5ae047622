"""One room: one point, moved by everybody in it. Puts together the crowd, its modes and deeds, the law, the idle walk,
bumps and the blend.

Pure logic: no sockets, no Redis, no clock, no index. Time, chance and nearby artworks are passed in, so that the same
log gives the same path. One renderer owns a room; it is not for several threads.
Not here: what moves the point in each mode (`movers.py`), what a deed does (`deeds.py`).
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from shared_state import snapshot
from shared_state.blend import Palette
from shared_state.blending import Blending
from shared_state.bumps import Bumps
from shared_state.crowd import Crowd, Ignored
from shared_state.deeds import Deeds
from shared_state.drift import Drift, Point
from shared_state.groups import shares
from shared_state.guests import MAX_LATENT_BYTES, Guests
from shared_state.idle import IdleWalk
from shared_state.messages import Did, Enter, Guest, Input, Leave, Mode, People, Present, Pushed
from shared_state.modes import OPEN_MODES, Modes
from shared_state.movers import Moment, Movers
from shared_state.scene import Scene
from shared_state.settings import DEFAULTS, SteeringSettings
from shared_state.snapping import Nearby
from shared_state.steering import Fused, wish

__all__ = ["Nearby", "Point", "Room"]


class Room:
    """See the module. `apply` what people do, `advance` to now, then read `scene`, `bump`, `moving` and `people`."""

    def __init__(
        self,
        name: str,
        settings: SteeringSettings = DEFAULTS,
        *,
        capacity: int = 100,
        places: Callable[[str], tuple[float, float] | None],
        rng: random.Random,
        start: tuple[float, float] = (0.5, 0.5),
        open_modes: Collection[Mode] = OPEN_MODES,
    ) -> None:
        """`places`: a work's place on the map, or None when there is no such work. `open_modes`: those that a visitor
        who is no guide may choose."""
        self.name = name
        self.guests = Guests()
        """Visitors' own pictures: works that only blends know."""
        self._settings = settings
        self._crowd = Crowd(settings, capacity=capacity, places=places)
        self._clock_s: float | None = None
        self._drift = Drift(settings, *start)
        self._fused = Fused()
        """What was asked for at the last step."""
        self._modes = Modes(settings, open_modes, self._crowd.presence.__contains__)
        self._movers = Movers(settings, places, lambda: self._modes.docent)
        self._palette = Palette(settings, lambda work: work in self.guests.latents or places(work) is not None)
        self._blending = Blending(settings, self._palette, lambda work: places(work) is not None)
        self._deeds = Deeds(self._crowd, self._modes, self._movers, self._palette, places)
        self._bumps = Bumps(settings)
        self._walk = IdleWalk(settings, rng)
        self._moving = True

    @property
    def point(self) -> Point:
        """Where the room is now."""
        return self._drift.point

    @property
    def scene(self) -> Scene:
        """What is to be drawn now."""
        return Scene(self._drift.x, self._drift.y, self._blending.portions, self._blending.blended)

    @property
    def bump(self) -> str | None:
        """The artwork that the point has settled on, or that the blend has become."""
        return self._blending.bump if self._blending.rules else self._bumps.work

    @property
    def mode(self) -> Mode:
        """What was chosen, or ambient while nobody has touched the room for long."""
        return self._modes.shown

    @property
    def moving(self) -> bool:
        """False when the last `advance` changed nothing that shows: the renderer may rest, but keeps advancing."""
        return self._moving

    @property
    def ignored(self) -> Counter[Ignored]:
        """Inputs that had no effect, by reason."""
        return self._crowd.ignored

    def screens(self, now_s: float) -> int:
        """Screens that show this room, on all gateways; with none the renderer may rest."""
        return self._crowd.presence.screens(now_s)

    def people(self, now_s: float, *, paused: bool) -> People:
        """Everybody here and what they are at, for the wire."""
        crowd, modes, movers = self._crowd, self._modes, self._movers
        return People(
            crowd.people(shares(crowd.hands, self._fused), now_s),
            modes.shown,
            paused,
            list(self._bumps.finders),
            chosen=modes.chosen,
            by=modes.by,
            held_s=modes.held_s(now_s),
            docent=modes.docent,
            turn=movers.turn(now_s),
            tide=movers.together.tide.told(now_s),
            ballot=movers.vote.ballot.told(now_s) if modes.shown == "vote" else None,
            blend=self._palette.told,
            voyage=movers.together.voyage.told(),
        )

    def apply(self, message: Input, now_s: float) -> None:
        """Take in one input. Never raises on hostile content; what has no effect is counted in `ignored`."""
        match message:
            case Enter(person, remote):
                self._crowd.enter(person, now_s, remote=remote)
                self._crowd.count_anew(person)
            case Leave(person):
                self._leave(person, now_s)
            case Pushed(person, push):
                self._crowd.push(person, push, now_s)
                self._wake(now_s)
            case Did():
                if self._deeds.do(message, now_s):
                    self._modes.touch(now_s)
                    self._wake(now_s)
            case Guest():
                self._take_in(message, now_s)
            case Present(gateway, visitors, screens, elsewhere):
                self._crowd.presence.gateway(gateway, screens, now_s)
                remotes = set(elsewhere)
                for person in visitors:
                    self._crowd.enter(person, now_s, remote=person in remotes)

    def show(self, model: str) -> None:
        """The room shows this model and goes on with it: guests of another are forgotten, in the blend too."""
        if model == self.guests.model:
            return
        self._palette.forget(self.guests.drawable)
        if not self._palette.shown:
            self._blending.begin(False)  # only the map shows by now; from it the picture turns to what is left
        self.guests = Guests(model)

    def mute(self, person: str, muted: bool = True) -> None:
        """Somebody's pushes and deeds no longer count, as if they were not here; they may still watch."""
        self._crowd.mute(person, muted)
        if muted:
            self._let_go(person)

    def advance(self, now_s: float, nearby: Sequence[Nearby]) -> None:
        """Step up to now in fixed ticks, at most `catch_up_s` in all. `nearby`: what the index found near the point."""
        settings = self._settings
        for person in self._crowd.presence.silent(now_s):
            self._leave(person, now_s)
        clock_s = now_s if self._clock_s is None else max(self._clock_s, now_s - settings.catch_up_s)
        before, begin_s, bump, blending = self.point, clock_s, self.bump, False
        while clock_s + settings.tick_s <= now_s:
            clock_s += settings.tick_s
            self._step(clock_s, nearby)
            blending = blending or self._blending.moving
        self._clock_s = clock_s
        if clock_s > begin_s:
            after = self.point
            way = math.hypot(after.x - before.x, after.y - before.y)
            self._bumps.carried(shares(self._crowd.hands, self._fused), way, clock_s - begin_s)
            self._crowd.tidy()
            moved = bool(after.vx or after.vy or way)
            self._moving = moved or blending or self.bump != bump or self._bumps.undecided

    def snapshot(self, now_s: float) -> bytes:
        """The durable part of this room (`snapshot.py`), with what is under way as of now."""
        return snapshot.write(
            snapshot.Durable(
                snapshot.VERSION,
                self._drift.x,
                self._drift.y,
                self._modes.shown,
                self._bumps.seen,
                self._crowd.colours.slots(),
                sorted(self._crowd.muted),
                self._modes.chosen,
                self._palette.durable(),
                dict(self.guests.latents),
                self.guests.model,
                (self.point.vx, self.point.vy),
                self._bumps.durable(),
                self._blending.bump,
                self._modes.durable(now_s),
                self._crowd.durable(now_s),
                self._movers.durable(now_s),
            )
        )

    def restore(self, data: bytes, now_s: float) -> None:
        """Go on from a snapshot as if no time had passed since, with those who were there and those who are here.
        Raises SnapshotError, having changed nothing."""
        durable = snapshot.read(data)
        self._drift.restore(durable.x, durable.y, durable.velocity)
        self._modes.restore(durable.mode, durable.chosen, durable.choice, now_s)
        self._movers.restore(durable.movers, now_s)
        self._bumps = Bumps(self._settings, durable.seen)
        self._bumps.restore(durable.found)
        self._walk.stop()
        self.guests = Guests(durable.model, durable.guests)
        self._palette.restore(durable.blend)
        self._blending.begin(self._modes.shown == "blend", durable.blend_bump)
        self._crowd.restore(durable.people, now_s)
        for person in durable.people.keys() - set(self._crowd.presence.visitors):
            self._movers.leave(person)  # others have filled the room meanwhile
        self._crowd.colours.restore(durable.colours)
        self._moving = True
        for person in self._crowd.presence.visitors:
            self._crowd.colours.keep(person)
        for person in self._crowd.muted.symmetric_difference(durable.muted):
            self.mute(person, person in durable.muted)

    def _wake(self, now_s: float) -> None:
        """What is done to a room at rest begins a tick at once: nothing happened meanwhile that would have to be made
        up for, and the very next frame shows it, so that a resting renderer need not wait for its heartbeat."""
        if not self._moving:
            self._clock_s = now_s - self._settings.tick_s
            self._moving = True

    def _leave(self, person: str, now_s: float) -> None:
        if self._crowd.leave(person, now_s):
            self._let_go(person)

    def _let_go(self, person: str) -> None:
        """Votes, turns and hands on the blend of somebody who counts no longer."""
        self._movers.leave(person)
        self._palette.leave(person)

    def _take_in(self, guest: Guest, now_s: float) -> None:
        if len(guest.latent) > MAX_LATENT_BYTES:
            self.ignored["latent too large"] += 1
        elif guest.model != self.guests.model:
            self.ignored["guest of another model"] += 1
        else:
            shown = {portion.id for portion in self._palette.shown}
            if guest.id in shown and self.guests.latents.get(guest.id, guest.latent) != guest.latent:
                self.guests, former = self.guests.set_aside(guest.id, shown)
                self._palette.turn(guest.id, former)
                self._wake(now_s)
            self.guests = self.guests.taken_in(guest, {slider.id for slider in self._palette.told})

    def _step(self, now_s: float, nearby: Sequence[Nearby]) -> None:
        """One tick."""
        drift, bumps = self._drift, self._bumps
        self._crowd.sample(drift.x, drift.y, now_s)
        mode = self._choose_mode(now_s)
        blended = self._blending.step(mode == "blend", now_s)
        if mode == "blend" or self._blending.rules:
            self._fused = Fused()
            drift.step(0.0, 0.0)
            bumps.blended(self._blending.bump, blended, self._palette.told)
        else:
            drift.step(*self._wish(mode, now_s, nearby))
            if self._fused.goal is not None:
                drift.land(*self._fused.goal)
            bumps.step(drift, nearby, self._finders)

    def _choose_mode(self, now_s: float) -> Mode:
        """Notice touches, and what goes on by itself; end what belonged to another mode."""
        modes, before = self._modes, self._modes.shown
        mover = self._movers.of(modes.chosen)
        touched = any(hand.touches and modes.hears(hand.id) for hand in self._crowd.hands)
        if touched or (mover is not None and mover.busy):
            modes.touch(now_s)
        mode = modes.step(now_s)
        if mode != before:
            self._walk.stop()
            self._movers.begin(mode)
        return mode

    def _wish(self, mode: Mode, now_s: float, nearby: Sequence[Nearby]) -> tuple[float, float]:
        """The velocity that people, or the idle walk, ask for; at most v_max long."""
        settings, drift, bumps = self._settings, self._drift, self._bumps
        mover = self._movers.of(mode)
        if mover is None:
            self._fused = Fused()
            return self._walk.step(drift.x, drift.y, bumps.snap.bump, nearby, bumps.seen, now_s)
        self._fused = mover.step(Moment(now_s, drift.x, drift.y, self._crowd.hands, nearby, bumps.seen))
        wish_x, wish_y = wish(self._fused, settings)
        snap_x, snap_y = bumps.snap.pull(drift.x, drift.y, drift.speed, nearby, self._fused)
        wish_x, wish_y = wish_x + settings.v_max * snap_x, wish_y + settings.v_max * snap_y
        over = max(1.0, math.hypot(wish_x, wish_y) / settings.v_max)
        return wish_x / over, wish_y / over

    def _finders(self) -> list[str]:
        """Who brought the point to where it is: those who voted for it, those who moved it, or nobody but the walk."""
        if self.mode == "ambient":
            return []
        return self._movers.vote.ballot.voters if self.mode == "vote" else self._bumps.carriers()
