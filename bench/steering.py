"""How well a crowd steers: honest and hostile people, the law against its rivals, and what a tick costs.

`python -m bench.steering` prints the tables of docs/design/steering.md. The crowd is simulated, the room is the real
one.

What is assumed of people, and not fitted to any result:
- The honest share one goal, drawn uniformly in [.1, .9]^2; each aims beside it by a lasting error (`noise`, standard
  deviation per axis in widths: they remember or see the goal differently) and by half as much again anew at each aim.
- They begin .2 to .6 s after the start and aim again every .3 to .7 s; phones repeat the push twice a second meanwhile.
- The hostile all hold one corner, drawn per trial, from the same moment on.
- The error is the distance of the point from the goal, averaged over seconds 15 to 20.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bench.machine import machine_line, table
from shared_state.messages import Enter, Place, Pushed, Stick
from shared_state.room import Nearby, Room
from shared_state.settings import DEFAULTS, SteeringSettings
from shared_state.steering import follow, pull

Vector = tuple[float, float]

DESIGN = {(20, 0.2): (0.044, 0.146), (20, 0.4): (0.135, 0.293)}
"""Errors that the design quotes, by people and hostile share: its law, plain averaging."""

WITHOUT_TURNS = replace(DEFAULTS, lead_say=0.0, tide_people=1_000)
"""The law before anybody leads and camps take turns: what the mean of the pulls does by itself."""

TRIAL_S = 20.0
MEASURED_FROM_S = 15.0


@dataclass
class Aimer:
    """A simulated person with a pad."""

    goal: Vector
    noise: float
    rng: random.Random
    next_s: float
    target: Vector = (0.5, 0.5)
    began: bool = False

    def aim(self, now_s: float) -> Vector | None:
        """Where the finger is now; None before it is down."""
        if now_s >= self.next_s:
            self.next_s = now_s + self.rng.uniform(0.3, 0.7)
            self.target = _scatter(self.goal, self.noise / 2, self.rng)
            self.began = True
        return self.target if self.began else None


class Law:
    """The real room, with nothing but a crowd in it."""

    def __init__(self, people: int, settings: SteeringSettings = DEFAULTS) -> None:
        self.settings = settings
        self.room = Room("bench", settings, capacity=people, places=lambda _: None, rng=random.Random(0))
        for person in range(people):
            self.room.apply(Enter(_name(person)), 0.0)
        self._held: dict[int, tuple[Vector, float]] = {}
        self._seq = 0

    def step(self, targets: Sequence[Vector | None], now_s: float) -> Vector:
        """One tick, with pushes sent as phones do: when they change, and twice a second."""
        for person, target in enumerate(targets):
            held, sent_s = self._held.get(person, (None, -math.inf))
            if target is not None and (target != held or now_s - sent_s >= 0.5):
                self._seq += 1
                self._held[person] = target, now_s
                self.room.apply(Pushed(_name(person), Place(self._seq, *target)), now_s)
        self.room.advance(now_s, ())
        return self.room.point.x, self.room.point.y


class Rival:
    """A point with the law's top speed and smoothing, led by some other mean of what people ask for."""

    def __init__(self, wish: Callable[[Vector, list[Vector]], Vector]) -> None:
        self._wish = wish
        self._place: Vector = (0.5, 0.5)
        self._velocity: Vector = (0.0, 0.0)

    def step(self, targets: Sequence[Vector | None], now_s: float) -> Vector:
        """One tick."""
        down = [target for target in targets if target is not None]
        wish = self._wish(self._place, down) if down else (0.0, 0.0)
        over = max(1.0, math.hypot(*wish))
        vx, vy = (follow(v, DEFAULTS.v_max * w / over, DEFAULTS) for v, w in zip(self._velocity, wish, strict=True))
        x, y = self._place
        self._velocity = vx, vy
        self._place = _clamp(x + vx * DEFAULTS.tick_s), _clamp(y + vy * DEFAULTS.tick_s)
        return self._place


def averaging(place: Vector, targets: list[Vector]) -> Vector:
    """Plain averaging: go to the mean of the targets."""
    x, y = (statistics.fmean(axis) for axis in zip(*targets, strict=True))
    return pull(x - place[0], y - place[1], DEFAULTS.huber_delta)


def unbounded(place: Vector, targets: list[Vector]) -> Vector:
    """Springs: a pull as long as the way to its target, wherever a hacked client puts that."""
    scale = len(targets) * DEFAULTS.huber_delta
    return sum(x - place[0] for x, _ in targets) / scale, sum(y - place[1] for _, y in targets) / scale


@dataclass(frozen=True)
class Case:
    """A crowd to simulate. `hostile` is a share; `reach`: how far beyond the corner their target is, in widths."""

    people: int
    hostile: float
    noise: float
    reach: float = 0.0

    def __str__(self) -> str:
        return f"{self.people} people, {self.hostile:.0%} hostile, noise {self.noise:.2f}"


def error(make: Callable[[int], Law | Rival], case: Case, trials: int) -> float:
    """Mean over trials of the distance between point and goal, in widths. `make`: a law for so many people."""
    return statistics.fmean(_trial(make(case.people), case, random.Random(seed)) for seed in range(trials))


def _trial(law: Law | Rival, case: Case, rng: random.Random) -> float:
    goal = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9)
    corner = rng.choice([-case.reach, 1.0 + case.reach]), rng.choice([-case.reach, 1.0 + case.reach])
    enemies = round(case.people * case.hostile)
    aimers = [Aimer(corner, 0.0, rng, rng.uniform(0.2, 0.6)) for _ in range(enemies)]
    for _ in range(case.people - enemies):
        aimers.append(Aimer(_scatter(goal, case.noise, rng), case.noise, rng, rng.uniform(0.2, 0.6)))
    missed = []
    for now_s in _ticks(TRIAL_S):
        place = law.step([aimer.aim(now_s) for aimer in aimers], now_s)
        if now_s >= MEASURED_FROM_S:
            missed.append(math.dist(place, goal))
    return statistics.fmean(missed)


def correlation(
    people: int, rng: random.Random, settings: SteeringSettings, *, seconds: float = 60.0
) -> tuple[float, float]:
    """What a person feels of their own pull: its correlation with the room's velocity, everyone having their own goals.

    Each holds a random place for 3 to 8 s, then another. The mean over people, and that of all in their turns to lead
    (0 where there are none); 1 is a room of one's own.
    """
    law = Law(people, settings)
    goals = [(rng.random(), rng.random()) for _ in range(people)]
    until_s = [rng.uniform(0.0, 8.0) for _ in range(people)]
    moved: list[float] = []
    pulled: list[list[float]] = [[] for _ in range(people)]
    led: list[tuple[float, float]] = []
    for now_s in _ticks(seconds):
        for person in range(people):
            if now_s >= until_s[person]:
                goals[person] = rng.random(), rng.random()
                until_s[person] = now_s + rng.uniform(3.0, 8.0)
        x, y = law.step(goals, now_s)
        velocity = law.room.point.vx, law.room.point.vy
        moved += velocity
        turn = law.room.people(now_s, paused=False).turn
        for own, (goal_x, goal_y) in zip(pulled, goals, strict=True):
            own += pull(goal_x - x, goal_y - y, DEFAULTS.huber_delta)
        if turn is not None and turn.lead is not None:
            led += zip(pulled[int(turn.lead.removeprefix("person"))][-2:], velocity, strict=True)
    felt = statistics.fmean(statistics.correlation(own, moved) for own in pulled)
    return felt, statistics.correlation(*zip(*led, strict=True)) if led else 0.0


def felt_by(people: int) -> list[str]:
    """Means of three crowds of so many: without turns, with them, and in one's own turn to lead."""
    without = [correlation(people, random.Random(seed), WITHOUT_TURNS)[0] for seed in range(3)]
    always, in_turn = zip(*(correlation(people, random.Random(seed), DEFAULTS) for seed in range(3)), strict=True)
    return [f"{statistics.fmean(found):.2f}" for found in (without, always, in_turn)]


def undecided_speed(settings: SteeringSettings, *, people: int = 20, draws: int = 30) -> float:
    """Mean speed, as a share of v_max, of a crowd whose sticks all point in random directions."""
    speeds = []
    for seed in range(draws):
        law, rng = Law(people, settings), random.Random(seed)
        for person in range(people):
            angle = rng.uniform(0.0, 2 * math.pi)
            stick = Stick(1, math.cos(angle), math.sin(angle))
            law.room.apply(Pushed(_name(person), stick), 1.0)
        for now_s in (1.0, 1.25, 1.5, 1.75, 2.0):
            law.room.advance(now_s, ())
        speeds.append(math.hypot(law.room.point.vx, law.room.point.vy) / settings.v_max)
    return statistics.fmean(speeds)


def tick_ms(people: int, *, ticks: int = 600) -> tuple[float, float]:
    """CPU milliseconds of one `advance` of one tick with 8 works near, and of taking in one push from everybody."""
    law, rng = Law(people), random.Random(1)
    near = [Nearby(f"work{k}", 0.4 + 0.03 * k, 0.5, 0.017) for k in range(8)]
    advance_s = push_s = 0.0
    for tick in range(1, ticks + 1):
        now_s = tick * DEFAULTS.tick_s
        if tick % 3 == 0:
            pushes = [Pushed(_name(k), Place(tick, rng.random(), rng.random())) for k in range(people)]
            begin = time.thread_time()
            for pushed in pushes:
                law.room.apply(pushed, now_s)
            push_s += time.thread_time() - begin
        begin = time.thread_time()
        law.room.advance(now_s, near)
        advance_s += time.thread_time() - begin
    return advance_s / ticks * 1e3, push_s / (ticks // 3) * 1e3


def crowds(trials: int) -> str:
    """Error of the law and its rivals, by hostile share and noise; the design's figures beside them."""
    cases = [Case(20, hostile, noise) for hostile in (0.0, 0.2, 0.4) for noise in (0.02, 0.05, 0.1)]
    cases += [Case(5, 0.2, 0.05), Case(100, 0.2, 0.05), Case(100, 0.4, 0.05)]
    rows = []
    for case in cases:
        count = trials if case.people <= 20 else max(4, trials // 4)
        found = (
            error(Law, case, count),
            error(partial(Law, settings=WITHOUT_TURNS), case, count),
            error(lambda _: Rival(averaging), case, count),
            error(lambda _: Rival(unbounded), replace(case, reach=10.0), count),
        )
        design = [f"{figure:.3f}" for figure in DESIGN.get((case.people, case.hostile), ())] or ["", ""]
        rows.append([case, *(f"{figure:.3f}" for figure in found), *design])
    header = ["error in widths", "the law", "without turns", "averaging", "springs", "design: law", "averaging"]
    return table(rows, header=header)


def gains(trials: int) -> str:
    """What the constant b of the gain trades: speed of the undecided against the leverage of each of them."""
    rows = []
    for b in (0.1, 0.25, 0.5, 1.0):
        settings = replace(WITHOUT_TURNS, gain_b=b)
        missed = error(partial(Law, settings=settings), Case(20, 0.4, 0.05), trials)
        rows.append([f"b = {b}", f"{missed:.3f}", f"{undecided_speed(settings):.2f}", f"{(1 + b) / b:.1f}"])
    return table(rows, header=["gain", "error, 40% hostile", "undecided speed / v_max", "most leverage (1 + b) / b"])


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(prog="python -m bench.steering", description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=24, help="trials of a crowd of 20; larger crowds take a quarter")
    trials = parser.parse_args().trials
    print(machine_line(), end="\n\n")
    print(crowds(trials), end="\n\n")
    felt = [[f"{n} people", *felt_by(n)] for n in (1, 2, 5, 10, 20, 50)]
    header = ["own pull felt (design: .1-.2 from 10 on)", "without turns", "with turns", "in one's own turn"]
    print(table(felt, header=header), end="\n\n")
    print(gains(trials), end="\n\n")
    costs = [[f"{n} visitors", *(f"{ms:.3f}" for ms in tick_ms(n))] for n in (1, 20, 100)]
    print(table(costs, header=["cost", "CPU ms per tick", "CPU ms to take in a push from each"]))


def _ticks(seconds: float) -> list[float]:
    return [tick * DEFAULTS.tick_s for tick in range(1, round(seconds / DEFAULTS.tick_s) + 1)]


def _name(person: int) -> str:
    return f"person{person:03}"


def _clamp(value: float) -> float:
    return min(1.0, max(0.0, value))


def _scatter(place: Vector, noise: float, rng: random.Random) -> Vector:
    return place[0] + rng.gauss(0.0, noise), place[1] + rng.gauss(0.0, noise)


if __name__ == "__main__":
    main()
