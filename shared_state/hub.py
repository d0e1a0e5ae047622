"""What joins the processes of one installation: channels that carry bytes, and the lease that says who draws a room.

Two hubs keep this contract and share one test suite (tests/shared_state/test_hub_contract.py): `memory_hub` for one
process, `redis_hub` for many. Rules S1 ... of docs/SPEC.md.

- `inputs`: gateways -> the renderer. Bounded; when full the oldest goes and is counted.
- `frames`, `people`: the renderer -> gateways. One slot, newest wins, drops counted.

No torch, no web framework.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

Channel = Literal["inputs", "frames", "people"]


class HubError(ConnectionError):
    """The hub cannot be reached; the text names its address and what to do."""


class UnreadableCard(HubError):
    """The hub is there, but what it holds as the room's card is none; the text names the room."""


class LostLease(RuntimeError):
    """Another renderer holds this room now: stop, publish nothing more."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One published value. `token` and `seq` order frames without reading the payload."""

    channel: Channel
    token: int
    seq: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to draw a room. `token` only ever grows, through restarts and flushes too."""

    room: str
    worker: str
    token: int


Stage = Literal["loading", "fading", "done", "failed"]


@dataclass(frozen=True, slots=True)
class SwitchReport:
    """What became of the newest wish for another model, for the operator who asked."""

    id: str
    """The wish's own (`shared_state.messages.Switch`)."""
    model: str
    """That was asked for."""
    stage: Stage
    told: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class RoomCard:
    """What a gateway must know of a room before it lets people in; written by the renderer that owns it."""

    room: str
    model: str
    resolution: int
    collection: str
    """Digest of the collection."""
    capacity: int
    """Visitors who may steer."""
    viewers: int
    """Screens and viewers besides."""
    truncation: float = 1.0
    """What the generator is told."""
    truncation_means: str = ""
    """What it does with it, in a few words; empty where an older renderer does not say."""
    switch: SwitchReport | None = None
    """None: nobody has asked for another model."""


class Subscription(Protocol):
    """Values of some channels of one room for one reader, in order of arrival within each channel; channels take turns.

    `dropped` counts what a slow reader missed. The iteration ends when the hub closes.
    """

    dropped: int

    def __aiter__(self) -> AsyncIterator[Envelope]: ...

    async def __anext__(self) -> Envelope: ...


class Hub(Protocol):
    """See the module. Every method may raise HubError."""

    @property
    def healthy(self) -> bool:
        """False while the hub is out of reach. Rooms go on from memory and say "paused"."""
        ...

    @property
    def dropped(self) -> int:
        """Values given to `publish` that were not sent: the hub was out of reach, or a newer one took their place."""
        ...

    async def start(self) -> None:
        """Connect. Raises HubError with a sentence for a person when nothing answers."""
        ...

    async def close(self) -> None: ...

    async def publish(self, room: str, channel: Channel, payload: bytes, *, token: int = 0, seq: int = 0) -> None:
        """Send to every subscriber. Never waits; while the hub is out of reach the value goes to `dropped`."""
        ...

    def subscribe(self, room: str, *channels: Channel) -> AbstractAsyncContextManager[Subscription]:
        """Receive from now on. Values with a lower token than already seen on that channel are dropped (fencing)."""
        ...

    async def acquire(self, room: str, worker: str, ttl_ms: int) -> Lease | None:
        """The lease, or None while another worker holds it. The same worker may ask again, for a higher token."""
        ...

    async def renew(self, lease: Lease, ttl_ms: int) -> None:
        """Keep it. Raises LostLease when it is no longer ours."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens when it is no longer ours."""
        ...

    async def commit(self, lease: Lease, snapshot: bytes) -> None:
        """Store the room's durable state, replacing the last. Raises LostLease when the token is not the newest."""
        ...

    async def snapshot(self, room: str) -> bytes | None:
        """The last committed state."""
        ...

    async def announce(self, lease: Lease, card: RoomCard) -> None:
        """Tell gateways of the room. Raises LostLease."""
        ...

    async def card(self, room: str) -> RoomCard | None:
        """None: no renderer has ever announced this room. Raises UnreadableCard."""
        ...
