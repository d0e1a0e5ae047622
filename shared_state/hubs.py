"""Which hub an address means. The Redis client is imported only when somebody asks for Redis."""

from __future__ import annotations

from shared_state.hub import Hub, HubError
from shared_state.memory_hub import MemoryHub

REDIS_SCHEMES = ("redis", "rediss", "unix")


def open_hub(url: str | None) -> Hub:
    """The hub at `url`, not yet started; None is for this process alone. Raises HubError on another kind of address."""
    if url is None:
        return MemoryHub()
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in REDIS_SCHEMES:
        found = f"{scheme}://..." if separator else "an address without a scheme"
        allowed = ", ".join(f"{name}://" for name in REDIS_SCHEMES)
        raise HubError(f"{found} is no hub we know; allowed are {allowed}, or no address for one process alone")
    from shared_state.redis_hub import RedisHub

    return RedisHub(url)
