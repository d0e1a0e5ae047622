"""Stand-ins with behaviour: a generator that can wait, fail and count, a hub that can go away, a clock that is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.maps.atlas import Atlas
from models.search.index import seed_index
from models.truncation import Truncation
from models.works.collection import Collection, Manifest, Model
from models.works.work import Work
from server.exits import CannotStart, Exit
from server.metrics import Metrics
from server.renderer.easel import Easel
from server.renderer.renderer import Renderer
from server.renderer.switching import Open
from server.settings import ServerSettings
from shared_state.hub import Channel, Envelope, Hub, HubError, Lease, LostLease, Subscription
from shared_state.memory_hub import MemoryHub
from shared_state.messages import Frame, Input, People, decode_from_server, encode_inputs
from shared_state.room import Room

Z_DIM = 8
SIDE = 16
PLACES = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9), (0.5, 0.5), (0.3, 0.6))


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


class Painter:
    """Paints every latent in one flat colour. `batches` tells what was asked together."""

    resolution, truncation = SIDE, Truncation.Z

    def __init__(self, name: str = "stand-in") -> None:
        self.name = name
        self.batches: list[int] = []
        self.failures = 0
        """So many of the next calls fail."""
        self.refuses: NDArray[np.float32] | None = None
        """A latent that cannot be painted."""
        self.gate = threading.Event()
        """While it is closed, the generator takes for ever."""
        self.gate.set()
        self.threads: set[str] = set()

    def generate(
        self, z: NDArray[np.float32], y: NDArray[np.float32] | None = None, truncation: float = 1.0, /
    ) -> NDArray[np.uint8]:
        self.batches.append(len(z))
        self.threads.add(threading.current_thread().name)
        self.gate.wait()
        if self.failures > 0:
            self.failures -= 1
            raise ArithmeticError("the picture is not finite")
        if self.refuses is not None and any(np.allclose(latent, self.refuses) for latent in z):
            raise RuntimeError("out of memory")
        colours = np.uint8(128) + (z[:, :3] * 20).clip(-100, 100).astype(np.int8).view(np.uint8)
        return np.broadcast_to(colours[:, None, None, :], (len(z), SIDE, SIDE, 3)).astype(np.uint8)


class FickleHub(MemoryHub):
    """A hub in memory that can be out of reach, and can give a lease away."""

    def __init__(self) -> None:
        super().__init__()
        self.reachable = True
        self.renewals: asyncio.Queue[str] = asyncio.Queue()
        """What became of each attempt to renew."""
        self.acquired = 0
        self.unreadable = 0
        """So many of the next reads of a room's state fail."""
        self.newest: dict[str, int] = {}
        """The number of the newest frame by room."""

    @property
    def healthy(self) -> bool:
        return self.reachable

    async def publish(self, room: str, channel: Channel, payload: bytes, *, token: int = 0, seq: int = 0) -> None:
        if channel == "frames":
            self.newest[room] = seq
        await super().publish(room, channel, payload, token=token, seq=seq)

    async def renew(self, lease: Lease, ttl_ms: int) -> None:
        if not self.reachable:
            self.renewals.put_nowait("unreachable")
            raise HubError("Nothing answers")
        try:
            await super().renew(lease, ttl_ms)
        except LostLease:
            self.renewals.put_nowait("lost")
            raise
        self.renewals.put_nowait("kept")

    async def acquire(self, room: str, worker: str, ttl_ms: int) -> Lease | None:
        self.acquired += 1
        return await super().acquire(room, worker, ttl_ms)

    async def snapshot(self, room: str) -> bytes | None:
        if self.unreadable > 0:
            self.unreadable -= 1
            raise HubError("Nothing answers")
        return await super().snapshot(room)

    async def commit(self, lease: Lease, snapshot: bytes) -> None:
        if not self.reachable:
            raise HubError("Nothing answers")
        await super().commit(lease, snapshot)

    async def next_renewal(self, wanted: str) -> None:
        """Wait until an attempt has ended so."""
        while await self.renewals.get() != wanted:
            pass


def small_collection() -> Collection:
    """Six works, one of them in the middle of the map."""
    seeds = np.random.default_rng(7).standard_normal((len(PLACES), Z_DIM)).astype(np.float32)
    manifest = Manifest(
        format=2,
        name="six works",
        works=len(PLACES),
        generator=Model("stand-in", Z_DIM, ""),
        source="",
        features="",
        shapes={},
        files={},
        digest="d1ge57",
    )
    works = [Work(id=f"work-{i}", title=f"Work {i}") for i in range(len(PLACES))]
    places = np.array(PLACES, np.float32)
    quality = np.full((len(PLACES), 2), (20.0, 0.5), np.float32)
    return Collection("six works", works, seeds, seeds.copy(), places, quality, "d1ge57", None, manifest)


def small_easel(painter: Painter, metrics: Metrics, cache: Path) -> Easel:
    collection = small_collection()
    atlas = Atlas(collection.places, collection.seeds)
    return Easel(painter, collection, atlas, seed_index(collection.seeds, cache), metrics, quality=80)


def quick_settings(**changed: object) -> ServerSettings:
    """Everything that is waited for in a gallery comes at once."""
    quick: dict[str, object] = {
        "frame_rate_max": 240,
        "heartbeat_s": 0.002,
        "people_rate": 30,
        "lease_ttl_ms": 60_000,
        "renew_ms": 20,
        "snapshot_s": 0.005,
    }
    return ServerSettings(**{**quick, **changed})  # type: ignore[arg-type]


class Studio:
    """A renderer with stand-ins all around it."""

    def __init__(self, cache: Path, **changed: object) -> None:
        self.hub, self.painter, self.metrics, self.clock = FickleHub(), Painter(), Metrics(), Clock()
        self.settings = quick_settings(**changed)
        self.easel = small_easel(self.painter, self.metrics, cache)
        self.open_easel: Open = self.nothing_else

    async def nothing_else(self, model: str) -> Easel:
        """As long as no test puts another in its place, there is one model."""
        raise CannotStart(f"there is no file {model}", Exit.BAD_INPUT)

    @asynccontextmanager
    async def drawing(self, worker: str = "first") -> AsyncIterator[Renderer]:
        """A renderer runs within the block, which may take 20 s at most."""
        renderer = Renderer(
            self.hub,
            self.easel,
            self.settings,
            self.metrics,
            open_easel=self.open_easel,
            worker=worker,
            clock=self.clock,
        )
        task = asyncio.create_task(renderer.run())
        try:
            async with asyncio.timeout(20):
                yield renderer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def say(self, *messages: Input, room: str = "main") -> None:
        """As a gateway would."""
        await self.hub.publish(room, "inputs", encode_inputs(list(messages)))

    async def at_rest(self, room: Room) -> int:
        """Let time pass until nothing moves in the main room. The number of the frame that showed it so."""
        stepped = last = 0

        def still() -> bool:
            nonlocal stepped, last
            if room.moving:
                last = self.hub.newest["main"]
                if last > stepped:
                    stepped = last
                    self.clock.now_s += 1 / 60
            return not room.moving and self.hub.newest["main"] > last

        await until(still)
        return self.hub.newest["main"]

    def close(self) -> None:
        self.painter.gate.set()
        self.easel.close()


@asynccontextmanager
async def hearing(hub: Hub, *channels: Channel, room: str = "main") -> AsyncIterator[Subscription]:
    async with hub.subscribe(room, *channels) as values:
        yield values


async def until(condition: Callable[[], bool]) -> None:
    """Let the others go on until something holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - any condition at all, of code that is not ours to change
            await asyncio.sleep(0)


async def next_frame(values: Subscription) -> Frame:
    """The next frame, whatever comes between."""
    while True:
        message = decode_from_server((await anext(values)).payload)
        if isinstance(message, Frame):
            return message


async def next_people(values: Subscription) -> People:
    """The next list of people, whatever comes between."""
    while True:
        message = decode_from_server((await anext(values)).payload)
        if isinstance(message, People):
            return message


async def next_envelope(values: Subscription, channel: Channel) -> Envelope:
    while True:
        envelope = await anext(values)
        if envelope.channel == channel:
            return envelope
