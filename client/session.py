"""A room of a running installation, from Python: steer it, mix its blend, and receive its frames.

    async with Session("http://127.0.0.1:8000", room="main", role="visitor") as s:
        await s.steer(0.3, 0.7)
        async for frame in s.frames():
            print(frame.seq, frame.state.position)

The newest frame wins: a reader that takes its time sees the present, never the past. When the network goes away the
session comes back by itself, as the same visitor; only what cannot be mended is raised, as a SessionError.
Pictures are not decoded here: `frame.jpeg` is for Pillow, a browser or `client.notebook`.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from client.link import Link, SessionError
from client.works import Artwork, fetch_works
from shared_state import messages as wire

__all__ = ["Artwork", "Session", "SessionError", "SessionFrame", "State"]


@dataclass(frozen=True, slots=True)
class State:
    """The room when a frame was drawn."""

    position: tuple[float, float]
    """The shared point, in [0, 1]^2; y grows downward."""
    near: tuple[tuple[str, float], ...]
    """Nearest works first, as (id, closeness); closeness 1 is the work itself."""
    bump: str | None
    """The work that the point has settled on."""
    visitors: tuple[wire.Person, ...]
    """Everybody here, with colour and share of the present movement; as last told, a few times a second."""
    mode: wire.Mode
    """Who moves the picture now."""
    paused: bool
    """Sharing is interrupted: pushes made elsewhere do not arrive."""
    chosen: wire.Mode = "together"
    """What an ambient room returns to at the next touch."""
    blend: tuple[wire.Slider, ...] = ()
    """The shared blend; weights sum to 1, or there is none."""
    docent: str | None = None
    """Who alone steers, in mode docent."""
    turn: wire.Turn | None = None
    """Whose turn it is to lead."""
    tide: wire.Tide | None = None
    """Two camps that take turns."""
    ballot: wire.Ballot | None = None
    """The vote under way."""
    voyage: wire.Voyage | None = None
    """The tour under way."""


@dataclass(frozen=True, slots=True)
class SessionFrame:
    """One picture of the room."""

    seq: int
    jpeg: bytes
    state: State


class Session:
    """One visitor, wall or viewer in one room. An async context manager: entering joins, leaving says goodbye."""

    def __init__(
        self,
        url: str,
        *,
        room: str = "main",
        role: wire.Role = "visitor",
        remote: bool | None = None,
        key: str | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """`url`: the installation's address, as a browser shows it. `remote`: not in the room of the wall; left out, a
        visitor is: a notebook stands on a desk. `key`: the guide's. `rng` draws the waits before coming back."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of an installation; one looks like http://127.0.0.1:8000")
        self._base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._link = Link(
            f"ws{self._base.removeprefix('http')}/ws",
            room,
            role,
            rng or random.Random(),
            self._heard,
            remote=role == "visitor" if remote is None else remote,
            key=key,
        )
        self._task: asyncio.Task[None] | None = None
        self._newest: SessionFrame | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._people = wire.People(people=[], mode="together", paused=False, finders=[])
        self.received = 0
        """Frames that have arrived, read or not."""

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> Self:
        """Join; for where `async with` does not fit, as between the cells of a notebook; then `close`.

        Raises SessionError when nobody answers, or the room is unknown, full or closed to us.
        """
        self._arrival = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._link.run(), name=f"session in {self._link.room}")
        joined = asyncio.create_task(self._link.joined.wait())
        try:
            await asyncio.wait({joined, self._task}, return_when=asyncio.FIRST_COMPLETED)
            self._raise_end()
        except BaseException:
            await self.close()
            raise
        finally:
            joined.cancel()
        return self

    async def close(self) -> None:
        """Leave. The push that stands ends with the visit."""
        task = self._running()
        task.cancel()
        await asyncio.wait({task})

    @property
    def you(self) -> str:
        """Our public id among `state.visitors`."""
        return self.welcome.you

    @property
    def welcome(self) -> wire.Welcome:
        """What the server said when it last let us in: model, resolution, digest of the collection, our modes."""
        self._running()
        if self._link.welcome is None:
            raise SessionError("the server has not let us in yet")
        return self._link.welcome

    @property
    def reconnects(self) -> int:
        """How often the connection was lost and sought again."""
        return self._link.reconnects

    async def steer(self, x: float, y: float) -> None:
        """Pull the point towards a place in [0, 1]^2, until released. Raises ValueError outside of it."""
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ValueError(f"({x}, {y}) is no place on the map; both numbers lie in 0 to 1")
        self._say(lambda seq: wire.Place(seq, float(x), float(y)))

    async def push(self, dx: float, dy: float) -> None:
        """Push as a stick does, until released: right is +x, down is +y, and a push longer than 1 counts as 1."""
        length = math.hypot(dx, dy)
        if not math.isfinite(length):
            raise ValueError(f"({dx}, {dy}) is no direction; both must be finite numbers")
        shrink = max(1.0, length)
        self._say(lambda seq: wire.Stick(seq, dx / shrink, dy / shrink))

    async def pull(self, work_id: str) -> None:
        """Pull the point towards an artwork, until released. The room ignores a work that it does not have."""
        _check_id(work_id)
        self._say(lambda seq: wire.Work(seq, work_id))

    async def release(self) -> None:
        """Lift the finger."""
        self._say(wire.Release)

    async def point(self, x: float, y: float) -> None:
        """Show the others a place in [0, 1]^2 without pulling. Raises ValueError outside of it."""
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ValueError(f"({x}, {y}) is no place on the map; both numbers lie in 0 to 1")
        self._do(lambda seq: wire.Cursor(seq, float(x), float(y)))

    async def blend(self, weights: Mapping[str, float]) -> None:
        """Bring a whole blend in place of the shared one: works (or guests) by id, in proportion to each other. It is
        seen in mode `blend`."""
        if not 1 <= len(weights) <= wire.MAX_PORTIONS:
            raise ValueError(f"{len(weights)} works; a blend has 1 to {wire.MAX_PORTIONS}")
        for work_id, weight in weights.items():
            _check_id(work_id)
            if not (math.isfinite(weight) and weight > 0):
                raise ValueError(f"{work_id!r} weighs {weight}; a weight is finite and above 0")
        portions = [wire.Portion(work_id, float(weight)) for work_id, weight in weights.items()]
        self._do(lambda seq: wire.Bring(seq, portions))

    async def weigh(self, work_id: str, weight: float) -> None:
        """Move one slider of the shared blend to a weight in [0, 1]; the others follow. It must be in the blend."""
        _check_id(work_id)
        if not 0 <= weight <= 1:
            raise ValueError(f"{weight} is no weight; one lies in 0 to 1")
        self._do(lambda seq: wire.Edit(seq, "weigh", work_id, float(weight)))

    async def vote(self, work_id: str | None) -> None:
        """Vote for the work that the wall should go to next; None takes the vote back."""
        if work_id is not None:
            _check_id(work_id)
        self._do(lambda seq: wire.Vote(seq, work_id))

    async def ride(self, work_ids: Sequence[str]) -> None:
        """Take the room on a tour, work by work; an empty one ends it."""
        if len(work_ids) > wire.MAX_STOPS:
            raise ValueError(f"{len(work_ids)} works; a tour has at most {wire.MAX_STOPS}")
        works = list(work_ids)
        for work_id in works:
            _check_id(work_id)
        self._do(lambda seq: wire.Ride(seq, works))

    async def choose_mode(self, mode: wire.Mode) -> None:
        """Another mode for the room. Raises SessionError for one that is not ours to choose (`welcome.modes`)."""
        if mode not in self.welcome.modes:
            ours = ", ".join(self.welcome.modes) or "none"
            raise SessionError(f"the mode {mode!r} is not ours to choose; these are: {ours}")
        self._do(lambda seq: wire.ChooseMode(seq, mode))

    async def frames(self) -> AsyncIterator[SessionFrame]:
        """Frames as they come, the newest only, until the visit ends. Raises SessionError when we are sent away."""
        task, last = self._running(), None
        await asyncio.sleep(0)  # the first may be at hand at once: whoever asks anew for each must not starve the rest
        while not task.done():
            if self._newest is last and self._arrival is not None:
                await asyncio.wait({self._arrival, task}, return_when=asyncio.FIRST_COMPLETED)
            elif (last := self._newest) is not None:
                yield last
        self._raise_end()

    async def works(self) -> list[Artwork]:
        """Every artwork on the room's map. Raises SessionError."""
        return await asyncio.to_thread(fetch_works, self._base, self._link.room)

    def _say(self, push: Callable[[int], wire.Push]) -> None:
        self._check_steering()
        self._link.say(push)

    def _do(self, deed: Callable[[int], wire.Deed]) -> None:
        self._check_steering()
        self._link.do(deed)

    def _check_steering(self) -> None:
        """Raises SessionError where nothing that we do would be heard."""
        if self._link.role != "visitor":
            raise SessionError(f"a {self._link.role} only watches; join with role='visitor' to steer")
        if self._running().done():
            self._raise_end()
            raise SessionError("the session has been left")

    def _heard(self, message: wire.Frame | wire.People) -> None:
        if isinstance(message, wire.People):
            self._people = message
            return
        people = self._people
        state = State(
            position=(message.x, message.y),
            near=tuple((work.id, work.closeness) for work in message.near),
            bump=message.bump,
            visitors=tuple(people.people),
            mode=people.mode,
            chosen=people.chosen,
            paused=people.paused,
            blend=tuple(people.blend),
            docent=people.docent,
            turn=people.turn,
            tide=people.tide,
            ballot=people.ballot,
            voyage=people.voyage,
        )
        self._newest = SessionFrame(message.seq, message.jpeg, state)
        self.received += 1
        arrival, self._arrival = self._arrival, asyncio.get_running_loop().create_future()
        if arrival is not None:
            arrival.set_result(None)

    def _running(self) -> asyncio.Task[None]:
        if self._task is None:
            raise SessionError("not in a room yet; use `async with Session(...) as s`")
        return self._task

    def _raise_end(self) -> None:
        """Pass on why the visit ended, if it ended by itself."""
        task = self._running()
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            raise error


def _check_id(work_id: str) -> None:
    if not 1 <= len(work_id) <= 64:
        raise ValueError(f"{work_id!r} is no id of a work; one has 1 to 64 characters")
