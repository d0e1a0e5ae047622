"""One room: one point, moved by everybody in it. Puts together the crowd, the law, snapping, the idle walk and colours.

Pure logic: no sockets, no Redis, no clock, no index. Time, chance and nearby artworks are passed in, so that the same
log gives the same path. One renderer owns a room; it is not for several threads.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared_state import snapshot
from shared_state.crowd import Crowd, Ignored
from shared_state.idle import IdleWalk
from shared_state.messages import Enter, Input, Leave, Mode, People, Person, Present, Pushed
from shared_state.palette import Colours
from shared_state.settings import DEFAULTS, SteeringSettings
from shared_state.snapping import Credits, Nearby, Snap
from shared_state.steering import follow, wish

__all__ = ["Nearby", "Point", "Room"]


@dataclass(frozen=True, slots=True)
class Point:
    """Where the room is on the map, each in [0, 1], and its velocity in widths a second."""

    x: float
    y: float
    vx: float = 0.0
    vy: float = 0.0


class Room:
    """See the module. `apply` what people do, `advance` to now, then read `point`, `bump`, `moving` and `people`."""

    def __init__(
        self,
        name: str,
        settings: SteeringSettings = DEFAULTS,
        *,
        capacity: int = 100,
        places: Callable[[str], tuple[float, float] | None],
        rng: random.Random,
        start: tuple[float, float] = (0.5, 0.5),
    ) -> None:
        """`places`: a work's place on the map, or None when there is no such work."""
        self.name = name
        self._settings = settings
        self._crowd = Crowd(settings, capacity=capacity, places=places)
        self._colours = Colours(kept_s=settings.colour_kept_s, limit=2 * capacity)
        self._clock_s: float | None = None
        self._x, self._y = start
        self._vx = self._vy = 0.0
        self._mode: Mode = "ambient"
        self._touched_s = -math.inf
        self._snap = Snap(settings)
        self._credits = Credits(settings)
        self._finders: list[str] = []
        self._walk = IdleWalk(settings, rng)
        self._seen: dict[str, int] = {}
        self._moving = True

    @property
    def point(self) -> Point:
        """Where the room is now."""
        return Point(self._x, self._y, self._vx, self._vy)

    @property
    def bump(self) -> str | None:
        """The artwork that the point has settled on."""
        return self._snap.bump.id if self._snap.bump else None

    @property
    def mode(self) -> Mode:
        """Ambient while nobody has touched the room for `idle_after_s`, else together."""
        return self._mode

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
        """Everybody here, for the wire."""
        shares = self._crowd.shares()
        people = [
            Person(person, self._colours.of(person), shares.get(person, 0.0), self._crowd.steers(person, now_s))
            for person in self._crowd.presence.visitors
        ]
        return People(people, self._mode, paused, list(self._finders))

    def apply(self, message: Input, now_s: float) -> None:
        """Take in one input. Never raises on hostile content; what has no effect is counted in `ignored`."""
        match message:
            case Enter(person):
                self._enter(person, now_s)
                self._crowd.count_anew(person)
            case Leave(person):
                self._leave(person, now_s)
            case Pushed(person, push):
                self._crowd.push(person, push, now_s)
                if not self._moving:
                    self._wake(now_s)
            case Present(gateway, visitors, screens):
                self._crowd.presence.gateway(gateway, screens, now_s)
                for person in visitors:
                    self._enter(person, now_s)

    def mute(self, person: str, muted: bool = True) -> None:
        """Somebody's pushes no longer count, as if they were not here; they may still watch."""
        self._crowd.mute(person, muted)

    def advance(self, now_s: float, nearby: Sequence[Nearby]) -> None:
        """Step up to now in fixed ticks, at most `catch_up_s` in all. `nearby`: what the index found near the point."""
        settings = self._settings
        for person in self._crowd.presence.silent(now_s):
            self._leave(person, now_s)
        clock_s = now_s if self._clock_s is None else max(self._clock_s, now_s - settings.catch_up_s)
        x, y, begin_s, bump = self._x, self._y, clock_s, self.bump
        while clock_s + settings.tick_s <= now_s:
            clock_s += settings.tick_s
            self._step(clock_s, nearby)
        self._clock_s = clock_s
        if clock_s > begin_s:
            self._credits.add(self._crowd.shares(), math.hypot(self._x - x, self._y - y), clock_s - begin_s)
            self._crowd.tidy()
            self._moving = bool(self._vx or self._vy or self.bump != bump or self._snap.undecided)

    def snapshot(self) -> bytes:
        """The durable part of this room: where it is, what it has seen, who has which colour, who is muted."""
        muted = sorted(self._crowd.muted)
        slots = self._colours.slots()
        return snapshot.write(
            snapshot.Durable(snapshot.VERSION, self._x, self._y, self._mode, self._seen, slots, muted)
        )

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot, at rest, with those who are here. Raises SnapshotError, having changed nothing."""
        durable = snapshot.read(data)
        self._x, self._y = min(1.0, max(0.0, durable.x)), min(1.0, max(0.0, durable.y))
        self._vx = self._vy = 0.0
        self._mode = durable.mode
        self._touched_s = math.inf if durable.mode == "together" else -math.inf
        self._seen = dict(durable.seen)
        self._snap = Snap(self._settings)
        self._finders = []
        self._walk.stop()
        self._colours.restore(durable.colours)
        for person in self._crowd.presence.visitors:
            self._colours.keep(person)
        for person in self._crowd.muted.symmetric_difference(durable.muted):
            self._crowd.mute(person, person in durable.muted)

    def _wake(self, now_s: float) -> None:
        """A push to a room at rest begins a tick at once: nothing happened meanwhile that would have to be made up for,
        and the very next frame shows the push, so that a resting renderer need not wait for its heartbeat."""
        self._clock_s = now_s - self._settings.tick_s
        self._moving = True

    def _enter(self, person: str, now_s: float) -> None:
        if self._crowd.enter(person, now_s):
            self._colours.take(person, now_s)

    def _leave(self, person: str, now_s: float) -> None:
        if self._crowd.leave(person, now_s):
            self._colours.leave(person, now_s)

    def _step(self, now_s: float, nearby: Sequence[Nearby]) -> None:
        """One tick of the law."""
        settings = self._settings
        self._crowd.step(self._x, self._y, now_s)
        self._choose_mode(now_s)
        wish_x, wish_y = self._wish(now_s, nearby)
        vx, vy = follow(self._vx, wish_x, settings), follow(self._vy, wish_y, settings)
        if max(math.hypot(vx, vy), math.hypot(wish_x, wish_y)) < settings.still:
            vx = vy = 0.0
        self._x, self._vx = _move(self._x, vx, settings.tick_s)
        self._y, self._vy = _move(self._y, vy, settings.tick_s)
        if self._snap.step(self._x, self._y, math.hypot(self._vx, self._vy), nearby):
            self._bumped()
        elif self._snap.bump is None:
            self._finders = []

    def _choose_mode(self, now_s: float) -> None:
        """Notice touches. A restored room that people steered, touched at infinity, counts as just touched."""
        if self._crowd.touched(now_s) or self._touched_s > now_s:
            self._touched_s = now_s
        idle = now_s - self._touched_s > self._settings.idle_after_s
        if not idle and self._mode == "ambient":
            self._walk.stop()
        self._mode = "ambient" if idle else "together"

    def _wish(self, now_s: float, nearby: Sequence[Nearby]) -> tuple[float, float]:
        """The velocity that the crowd, or the idle walk, asks for; at most v_max long."""
        settings = self._settings
        if self._mode == "ambient":
            return self._walk.step(self._x, self._y, self._snap.bump, nearby, self._seen, now_s)
        wish_x, wish_y = wish(self._crowd.fused, settings)
        snap_x, snap_y = self._snap.pull(self._x, self._y, math.hypot(self._vx, self._vy), nearby, self._crowd.fused)
        wish_x, wish_y = wish_x + settings.v_max * snap_x, wish_y + settings.v_max * snap_y
        over = max(1.0, math.hypot(wish_x, wish_y) / settings.v_max)
        return wish_x / over, wish_y / over

    def _bumped(self) -> None:
        """A bump has begun: count the visit, and name who brought us here."""
        work = self.bump
        if work is not None:
            self._seen[work] = self._seen.get(work, 0) + 1
            if len(self._seen) > snapshot.MAX_SEEN:
                del self._seen[next(iter(self._seen))]
        self._finders = self._credits.finders() if self._mode == "together" else []


def _move(place: float, velocity: float, dt_s: float) -> tuple[float, float]:
    """One component of p += h v, and the velocity after it: the map's edge takes away what would lead beyond."""
    moved = place + dt_s * velocity
    return (moved, velocity) if 0.0 <= moved <= 1.0 else (min(1.0, max(0.0, moved)), 0.0)
