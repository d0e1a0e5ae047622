"""One connection to Redis: where it leads, how long anything on it may take, and how it is kept up for ever.

It speaks RESP2 through the connection class of redis-py, below its client and its pool: those retry, also what was
written, and we must know what became of every request. It knows nothing of rooms.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Connection, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared_state.hub import HubError

ANSWER_S: Final = 0.7
"""The longest that Redis may take for one exchange. With PING_S it bounds how long an outage goes unnoticed: 1.7 s, so
that the wall can say "paused" within 2 s."""

PING_S: Final = 1.0
"""A connection that was quiet for so long asks whether Redis is still there: a half-open one shows no other sign."""

RECONNECT_S: Final = (0.05, 0.5)
"""The pause before another attempt, drawn evenly: not all gateways at once, and whole again well within 3 s."""

POOL_SIZE: Final = 8
"""Connections for leases and commits. Each holds one for a millisecond; renewals must not wait behind big commits."""

log = logging.getLogger(__name__)


class RedisAddress:
    """Where Redis is. Its text never contains user name or password."""

    def __init__(self, url: str) -> None:
        """From `redis://`, `rediss://` or `unix://`. Raises HubError when it cannot be read."""
        try:
            parts = dict(parse_url(url))
        except ValueError:
            # Without its cause: the error of the parser may quote the password.
            raise HubError("the Redis address cannot be read; it has the form redis://host:port/0") from None
        self._text = _describe(url.partition("://")[0], parts)
        # Ours win over what the address asks for: a retry or a longer timeout would break what the hub promises.
        options: dict[str, Any] = parts | {
            "protocol": 2,
            "decode_responses": False,
            "retry": Retry(NoBackoff(), 0),
            "retry_on_timeout": False,
            "health_check_interval": 0,
            # With a timeout here redis-py writes under wait_for, which in Python 3.11 can swallow a cancellation:
            # closing then never ended. Whatever we send is bounded by us.
            "socket_timeout": None,
            "socket_connect_timeout": ANSWER_S,
            "max_connections": POOL_SIZE,
            "timeout": ANSWER_S,
        }
        try:
            self._pool = BlockingConnectionPool(**options)
            self._pool.make_connection()  # type: ignore[no-untyped-call]
        except (TypeError, ValueError):
            raise HubError(f"the Redis address {self} has an option that we do not know") from None

    def __str__(self) -> str:
        return self._text

    def client(self) -> Redis:
        """For requests that need their answer: a client over a bounded pool, without retries."""
        return Redis.from_pool(self._pool)

    def link(self) -> Link:
        """A connection outside the pool, not yet open."""
        return Link(self._pool.make_connection())  # type: ignore[no-untyped-call]


def _describe(scheme: str, parts: dict[str, Any]) -> str:
    if scheme == "unix":
        return f"unix://{parts.get('path', '')}"
    return f"{scheme}://{parts.get('host', 'localhost')}:{parts.get('port', 6379)}/{parts.get('db', 0)}"


class Link:
    """A connection for one user. Raises redis.RedisError, OSError or TimeoutError; after any of them it is done for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def open(self) -> None:
        """Connect, authenticate."""
        async with asyncio.timeout(ANSWER_S):
            await self._connection.connect()  # type: ignore[no-untyped-call]

    async def send(self, *command: str | bytes) -> None:
        """Write one command; its answer is for `read`."""
        async with asyncio.timeout(ANSWER_S):
            await self._connection.send_command(*command)

    async def read(self, within_s: float) -> Any:
        """The next thing that Redis says, or None when it says nothing for `within_s`."""
        return await self._connection.read_response(timeout=within_s)

    async def exchange(self, commands: Sequence[Sequence[str | bytes]]) -> None:
        """Write all commands at once and read all their answers, within ANSWER_S together."""
        async with asyncio.timeout(ANSWER_S):
            await self._connection.send_packed_command(self._connection.pack_commands(commands))
            for _ in commands:
                await self._connection.read_response()

    async def close(self) -> None:
        """Without waiting for the other side, which may be gone."""
        await self._connection.disconnect(nowait=True)


class Lifeline(ABC):
    """A link that is opened again whenever it fails, until the task that runs it is cancelled."""

    def __init__(self, address: RedisAddress, purpose: str) -> None:
        self._address = address
        self._purpose = purpose
        self._failing = False
        self.answering = asyncio.Event()
        """Set while Redis answers on this link."""

    @property
    def failing(self) -> bool:
        """Whether the last attempt failed. False before the first."""
        return self._failing

    async def run(self) -> None:
        """For ever. Raises nothing but CancelledError."""
        while True:
            try:
                await self._one_life()
            except Exception as error:  # Whatever a broken link makes redis-py raise: nothing may end this task.
                self._lost(error)
            await asyncio.sleep(random.uniform(*RECONNECT_S))

    async def _one_life(self) -> None:
        link = self._address.link()
        try:
            await link.open()
            await self.use(link)
        finally:
            self.answering.clear()
            self.drop()
            await link.close()

    @abstractmethod
    async def use(self, link: Link) -> None:
        """Work on an open link until it fails; call `confirm` when Redis has answered."""

    @abstractmethod
    def drop(self) -> None:
        """The link is gone: forget what waited for it."""

    def confirm(self) -> None:
        """Redis has answered on this link."""
        if self._failing:
            log.warning("Redis at %s answers again; %s go on", self._address, self._purpose)
        self._failing = False
        self.answering.set()

    def _lost(self, error: Exception) -> None:
        if not self._failing:
            reason = str(error) or type(error).__name__
            log.warning("Redis at %s does not answer (%s); %s pause", self._address, reason, self._purpose)
        self._failing = True
