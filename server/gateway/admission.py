"""Who may come in, how many, and how fast they may speak. Pure: time is passed in, nothing is sent.

Uvicorn's `--limit-concurrency` and Starlette's CORSMiddleware do not look at WebSockets, so origin, counts and rates
are checked here. Addresses are keys in memory only, never written down.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable
from typing import Final, Literal
from urllib.parse import urlsplit

from server.gateway.faults import house_is_full, steering_is_full, viewing_is_full
from server.settings import ServerSettings
from shared_state.messages import Role

Knock = Literal["rate", "full", "pending"]
"""Why somebody is turned away before a word was said."""

MAX_ADDRESSES: Final = 4_096
"""Network addresses whose rate is remembered, about 1 MB. The longest unseen is forgotten first."""


def origin_is_ours(origin: str | None, host: str | None, allowed: Collection[str]) -> bool:
    """Whether a page may open a socket. `origin` and `host` are the request's headers, `allowed` whole origins.

    No origin: not a browser (a notebook, a test), which could write any origin it likes. `null`, files and hosts
    that merely look like ours are refused: the comparison is exact.
    """
    if origin is None or origin in allowed:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and origin == f"{parts.scheme}://{host}"


class TokenBucket:
    """`rate` a second in the long run, `burst` at once."""

    __slots__ = ("_burst", "_level", "_rate", "_then_s")

    def __init__(self, rate: float, burst: float, now_s: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._then_s = now_s

    def take(self, now_s: float) -> bool:
        """One token, or False when there is none."""
        self._level = min(self._burst, self._level + self._rate * (now_s - self._then_s))
        self._then_s = now_s
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True


class Flow:
    """One connection's inputs: over its rate they are dropped, over it for `grace_s` on end it is a flood."""

    def __init__(self, settings: ServerSettings, now_s: float) -> None:
        self._bucket = TokenBucket(settings.input_rate, settings.input_burst, now_s)
        self._grace_s = settings.flood_grace_s
        self._refused_first_s: float | None = None
        self._refused_last_s = now_s

    def admit(self, now_s: float) -> bool:
        """Whether this input counts."""
        if self._bucket.take(now_s):
            return True
        if self._refused_first_s is None or now_s - self._refused_last_s > 1.0:
            self._refused_first_s = now_s
        self._refused_last_s = now_s
        return False

    def is_flood(self, now_s: float) -> bool:
        """Whether inputs have been refused in every second of the last `grace_s`."""
        return self._refused_first_s is not None and now_s - self._refused_first_s >= self._grace_s


class Mistakes:
    """Messages that could not be read: some are forgiven, `limit` within `span_s` are not."""

    def __init__(self, limit: int, span_s: float) -> None:
        self._span_s = span_s
        self._times_s: deque[float] = deque(maxlen=limit)

    def add(self, now_s: float) -> bool:
        """Count one; True when it was one too many."""
        self._times_s.append(now_s)
        return len(self._times_s) == self._times_s.maxlen and now_s - self._times_s[0] <= self._span_s


class Buckets:
    """One bucket for each network address: `per_minute` in the long run, and as many at once."""

    def __init__(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._addresses: dict[str, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._addresses)

    def take(self, address: str, now_s: float) -> bool:
        """Whether this address may once more."""
        bucket = self._addresses.pop(address, None) or TokenBucket(self._per_minute / 60, self._per_minute, now_s)
        self._addresses[address] = bucket
        if len(self._addresses) > MAX_ADDRESSES:
            del self._addresses[next(iter(self._addresses))]
        return bucket.take(now_s)


class Door:
    """The connections of one gateway: how many, how many that have not said hello, and how fast from one address."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._rates = Buckets(settings.connects_per_minute)
        self.connections = 0
        self.pending = 0

    def knock(self, address: str, now_s: float) -> Knock | None:
        """Why this connection may not even say hello; None lets it in, and `hello` and `leave` must follow."""
        if not self._rates.take(address, now_s):
            return "rate"
        if self.connections >= self._settings.connections:
            return "full"
        if self.pending >= self._settings.pending_hellos:
            return "pending"
        self.connections += 1
        self.pending += 1
        return None

    def hello(self, role: Role | None) -> None:
        """A connection has said who it is, or failed to (None). Raises Refusal where only walls still have room."""
        self.pending -= 1
        open_to_all = self._settings.connections * (1 - self._settings.reserved_share)
        if role in ("visitor", "viewer") and self.connections > open_to_all:
            raise house_is_full(self.connections - 1)

    def leave(self) -> None:
        """A connection let in by `knock` has ended."""
        self.connections -= 1


class Seats:
    """Who sits in one room, by public id: who comes back before the old connection is gone needs no second seat."""

    def __init__(self, capacity: int, viewers: int, reserved_share: float) -> None:
        self.capacity = capacity
        self.viewers = viewers
        self._open_to_viewers = int(viewers * (1 - reserved_share))
        self.visitors: Counter[str] = Counter()
        self.watching: Counter[str] = Counter()
        self.remote: set[str] = set()
        """Those among the visitors who are not in the room of the wall."""

    def take(self, role: Role, who: str, elsewhere: Iterable[str] = (), *, remote: bool = False) -> None:
        """A seat for `who`. `elsewhere`: who steers this room, on any gateway; `remote`: as the newest hello says.
        Raises Refusal when all are taken."""
        if role == "visitor":
            steering = self.visitors.keys() | set(elsewhere)
            if who not in steering and len(steering) >= self.capacity:
                raise steering_is_full(len(steering))
            self.visitors[who] += 1
            (self.remote.add if remote else self.remote.discard)(who)
        else:
            limit = self.viewers if role == "wall" else self._open_to_viewers
            if who not in self.watching and len(self.watching) >= limit:
                raise viewing_is_full(len(self.watching))
            self.watching[who] += 1

    def leave(self, role: Role, who: str) -> bool:
        """Stand up; True when that was this person's last connection."""
        seats = self.visitors if role == "visitor" else self.watching
        seats[who] -= 1
        if seats[who] > 0:
            return False
        del seats[who]
        if role == "visitor":
            self.remote.discard(who)
        return True
