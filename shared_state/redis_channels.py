"""The channels of the Redis hub: what is published leaves by the Outlet, what is received comes in by an Intake.

Neither makes anybody wait: what Redis does not take or a reader does not fetch in time gives way to what is newer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Final

from shared_state.hub import Channel, Envelope
from shared_state.mailbox import WAITING_LIMIT, Inbox, Mailbox
from shared_state.redis_link import ANSWER_S, PING_S, Lifeline, Link, RedisAddress
from shared_state.seal import WrongRoom, seal, unseal

_SHORT: Final[dict[Channel, str]] = {"inputs": "in", "frames": "fr", "people": "pe"}

log = logging.getLogger(__name__)


def key(room: str, name: str) -> str:
    """A key or channel of a room. The braces keep all of a room's keys on one node of a Cluster."""
    return f"gs:{{{room}}}:{name}"


class Outlet(Lifeline):
    """Everything this process publishes, on one connection: a round trip at a time, what has gathered goes together.

    The next round waits for the answers to the last, so a slow Redis gets fewer and newer values, not a longer queue.
    A quiet Outlet pings; so it knows within PING_S + ANSWER_S when Redis is out of reach.
    """

    def __init__(self, address: RedisAddress) -> None:
        super().__init__(address, "published values")
        self.dropped = 0
        """Values given to `put` that Redis never confirmed."""
        self._on_their_way = 0
        self._box: Mailbox[tuple[str, str, bytes]] = Mailbox()
        self._wake = asyncio.Event()

    def put(self, room: str, channel: Channel, payload: bytes, *, token: int, seq: int) -> None:
        """Leave a value to be sent. Never waits; while Redis is out of reach the value is dropped."""
        if not self.answering.is_set():
            self.dropped += 1
            return
        command = ("PUBLISH", key(room, _SHORT[channel]), seal(room, payload, token=token, seq=seq))
        self.dropped += self._box.put((room, channel), command, WAITING_LIMIT[channel])
        self._wake.set()

    async def use(self, link: Link) -> None:
        """Send what waits, for ever."""
        await link.exchange([("PING",)])
        self.confirm()
        while True:
            await self._something_to_send()
            batch = self._take_all()
            self._on_their_way = len(batch)
            await link.exchange(batch or [("PING",)])
            self._on_their_way = 0

    def drop(self) -> None:
        """What waited for a lost link would be old by the time there is another."""
        self.dropped += self._box.clear() + self._on_their_way
        self._on_their_way = 0

    async def _something_to_send(self) -> None:
        try:
            async with asyncio.timeout(PING_S):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _take_all(self) -> list[tuple[str, str, bytes]]:
        batch = []
        while (command := self._box.take()) is not None:
            batch.append(command)
        return batch


class Intake(Lifeline):
    """One subscription, on a connection of its own: a burst of frames for one room holds up no other reader."""

    def __init__(self, address: RedisAddress, room: str, channels: Iterable[Channel], inbox: Inbox) -> None:
        super().__init__(address, f"values of room {room!r}")
        self._room = room
        self._channels: dict[bytes, Channel] = {key(room, _SHORT[name]).encode(): name for name in channels}
        self._inbox = inbox

    async def use(self, link: Link) -> None:
        """Subscribe, then receive for ever."""
        await link.send("SUBSCRIBE", *self._channels)
        unconfirmed = set(self._channels)
        while True:
            kind, *rest = await self._hear(link)
            if kind == b"message":
                self._receive(self._channels[rest[0]], rest[1])
            elif kind == b"subscribe":
                unconfirmed.discard(rest[0])
                if not unconfirmed:
                    self.confirm()

    def drop(self) -> None:
        """What has arrived stays for its reader: it is still the newest we know."""

    async def _hear(self, link: Link) -> Any:
        """The next thing Redis says. After PING_S of silence we ask; without an answer the link is dead."""
        heard = await link.read(PING_S)
        if heard is None:
            await link.send("PING")
            heard = await link.read(ANSWER_S)
        if heard is None:
            raise TimeoutError(f"silent for {PING_S + ANSWER_S:.1f} s")
        return heard

    def _receive(self, channel: Channel, data: bytes) -> None:
        try:
            token, seq, payload = unseal(self._room, data)
        except WrongRoom as error:
            self._inbox.dropped += 1
            log.warning("dropped a value on %s: %s", key(self._room, _SHORT[channel]), error)
            return
        self._inbox.offer(Envelope(channel, token, seq, payload))
