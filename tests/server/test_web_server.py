"""The port is taken first of all, and a failure says what to do."""

from __future__ import annotations

import socket

import pytest

from server.exits import CannotStart, Exit
from server.settings import ServerSettings
from server.web.server import reserved_port


def reserve(host: str, port: int) -> None:
    """And give it back."""
    with reserved_port(ServerSettings(host=host, port=port)):
        pass


def test_a_reserved_port_does_not_answer_yet(free_port: object) -> None:
    settings = ServerSettings(host="127.0.0.1", port=free_port())  # type: ignore[operator]
    with reserved_port(settings), socket.socket() as browser:
        assert browser.connect_ex(("127.0.0.1", settings.port)) != 0


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} is taken") as refused:
            reserve("127.0.0.1", port)
    assert refused.value.code == Exit.PORT_TAKEN


def test_a_host_that_nobody_knows_is_told() -> None:
    with pytest.raises(CannotStart, match="no address 'no.such.host.invalid'") as refused:
        reserve("no.such.host.invalid", 1_024)
    assert refused.value.code == Exit.BAD_INPUT


def test_ipv6_works(free_port: object) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with reserved_port(ServerSettings(host="::1", port=free_port())) as reserved:  # type: ignore[operator]
        assert reserved.family == socket.AF_INET6
