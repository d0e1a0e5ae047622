"""Which hub an address means, and what is said about one that means none (rule S20)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from shared_state.hub import HubError
from shared_state.hubs import open_hub
from shared_state.memory_hub import MemoryHub
from shared_state.redis_hub import RedisHub


def test_no_address_is_one_process_alone() -> None:
    assert isinstance(open_hub(None), MemoryHub)


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://:secret@host:1/2", "unix:///run/redis.sock?db=1"])
async def test_a_redis_address_is_a_redis_hub(url: str) -> None:
    assert isinstance(open_hub(url), RedisHub)


@pytest.mark.parametrize("url", ["", "localhost:6379", "http://:secret@host", "redis:secret", "REDIS://secret"])
def test_any_other_address_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(HubError, match="redis://, rediss://, unix://") as refusal:
        open_hub(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["redis://:secret/x@host:1", "redis://host?no_such_option=secret", "redis://h?db=secret"]
)
def test_an_address_that_cannot_be_read_is_refused_without_quoting_it(url: str) -> None:
    """S20: the error of a parser may hold half of a password."""
    with pytest.raises(HubError) as refusal:
        open_hub(url)
    assert "secret" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_redis_is_imported_only_by_who_asks_for_it() -> None:
    check = "import sys; from shared_state.hubs import open_hub; open_hub(None); sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
