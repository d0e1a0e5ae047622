"""Which event loop a test runs on: sockets on both, the gateway on the one that installations use."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

Factory = Callable[[], asyncio.AbstractEventLoop]

ASYNCIO: dict[str, Factory] = {"asyncio": asyncio.new_event_loop}
UVLOOP: dict[str, Factory] = {"uvloop": uvloop.new_event_loop}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Factory]:
    """Transports differ between the two loops, and `sockets.py` leans on transports."""
    by_module = {"test_sockets.py": ASYNCIO | UVLOOP, "test_gateway.py": UVLOOP}
    return by_module.get(item.path.name, ASYNCIO)
