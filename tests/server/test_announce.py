"""What a person reads in the terminal, and what a QR code says."""

from __future__ import annotations

import io
import ipaddress

import pytest

from server.announce import announce, guide_url, join_url, lan_address, public_url, wall_url
from server.settings import ServerSettings


def settings(**given: object) -> ServerSettings:
    return ServerSettings(**given)  # type: ignore[arg-type]


def test_this_machine_has_an_address_for_phones() -> None:
    address = ipaddress.ip_address(lan_address())
    assert address.version == 4 and not address.is_unspecified


def test_phones_are_sent_to_the_network_address_and_the_wall_to_this_machine() -> None:
    everywhere = settings(host="0.0.0.0", port=8123)
    assert join_url(everywhere, "main") == f"http://{lan_address()}:8123/join"
    assert wall_url(everywhere, "main") == "http://127.0.0.1:8123/wall"


def test_an_address_that_was_chosen_is_told() -> None:
    chosen = settings(host="192.168.7.7", port=80)
    assert join_url(chosen, "main") == "http://192.168.7.7:80/join"
    assert wall_url(chosen, "main") == "http://192.168.7.7:80/wall"


def test_behind_a_proxy_phones_are_sent_to_the_proxy() -> None:
    assert public_url(settings(public_url="https://wall.museum.example/")) == "https://wall.museum.example"


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert wall_url(settings(host="::1"), "main") == "http://[::1]:8000/wall"


@pytest.mark.parametrize(
    ("room", "query"), [("main", ""), ("east", "?room=east"), ("a b&c/é", "?room=a%20b%26c%2F%C3%A9")]
)
def test_a_room_stands_in_the_query_and_the_default_one_does_not(room: str, query: str) -> None:
    assert join_url(settings(public_url="http://x"), room) == f"http://x/join{query}"


def test_every_room_is_told_with_its_wall_and_its_door() -> None:
    out = io.StringIO()
    announce(settings(rooms=("east", "west"), public_url="http://x"), 1.234, out=out)
    told = out.getvalue()
    for room in ("east", "west"):
        assert f"Room {room}" in told and f"/wall?room={room}" in told and f"http://x/join?room={room}" in told
    assert "1.2 s after the command" in told


def test_a_terminal_without_unicode_gets_a_code_too() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    announce(settings(public_url="http://x"), 1.0, out=out)
    assert b"\x1b[7m" in raw.getvalue()


def test_a_key_that_was_drawn_is_told_with_its_address_and_one_that_was_set_is_not() -> None:
    """G38."""
    set_ = settings(public_url="http://x", guide_key="k" * 16, rooms=("main", "east"))
    out = io.StringIO()
    announce(set_, 1.0, guide_key="a/b#c" * 4, out=out)
    assert f"Guide http://x/studio#guide={'a%2Fb%23c' * 4}\n" in out.getvalue()
    assert "Guide http://x/studio?room=east#guide=" in out.getvalue()
    silent = io.StringIO()
    announce(set_, 1.0, out=silent)
    assert "Guide" not in silent.getvalue() and "kkkk" not in silent.getvalue()


def test_the_guides_key_is_where_no_server_reads_it() -> None:
    """G38: behind the #, which browsers keep to themselves."""
    address = guide_url(settings(public_url="http://x"), "main", "key")
    assert address.partition("#")[2] == "guide=key"
