"""What others serve arrives whole and within limits, or fails with one sentence; nobody is asked too often."""

from __future__ import annotations

import gzip
import os
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from models.sources.addresses import is_public
from models.sources.fetch import MAX_REDIRECTS, MAX_WAIT_S, MOST_PER_SECOND, TRIES, Fetcher, FetchError
from models.sources.pace import Pace
from tests.models.sources.museum import Answer, Clock, Museum, visitor


async def refused(fetcher: Fetcher, address: str, **limits: Any) -> str:
    """Why it did not arrive."""
    async with fetcher:
        with pytest.raises(FetchError) as error:
            await fetcher.read(address, **limits)
    return error.value.reason


async def test_a_thing_arrives_byte_by_byte_as_it_was(museum: Museum) -> None:
    museum.answers["/a"] = Answer(bytes(range(256)) * 999)
    async with visitor() as fetcher:
        assert await fetcher.read(museum.at("/a")) == bytes(range(256)) * 999
    assert museum.headers[0]["user-agent"].startswith("genstudio/")


async def test_what_is_not_there_is_asked_for_once(museum: Museum) -> None:
    assert await refused(visitor(), museum.at("/gone")) == "HTTP 404"
    assert museum.asked == ["/gone"]


async def test_a_server_that_stumbles_is_asked_again(museum: Museum, clock: Clock) -> None:
    museum.answers["/a"] = [Answer(status=500), Answer(status=503), Answer(b"at last")]
    async with visitor(clock) as fetcher:
        assert await fetcher.read(museum.at("/a")) == b"at last"
    assert len([wait for wait in clock.slept if wait >= 0.25]) >= 2, "it paused before each further try"


async def test_a_server_that_stays_down_is_given_up(museum: Museum) -> None:
    museum.answers["/a"] = Answer(status=500)
    assert await refused(visitor(), museum.at("/a")) == "HTTP 500"
    assert len(museum.asked) == TRIES


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_a_host_that_asks_for_a_pause_gets_it(museum: Museum, clock: Clock, form: str) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    wait = {"Retry-After": "30" if form == "seconds" else until}
    museum.answers["/a"] = [Answer(status=429, headers=wait), Answer(b"now")]
    began = clock.now
    async with visitor(clock) as fetcher:
        assert await fetcher.read(museum.at("/a")) == b"now"
    assert 25 <= clock.now - began <= 35


async def test_a_host_that_asks_for_an_hour_is_left_for_another_day(museum: Museum) -> None:
    museum.answers["/a"] = Answer(status=429, headers={"Retry-After": "3600"})
    assert await refused(visitor(), museum.at("/a")) == "HTTP 429, asks to wait 3600 s"
    assert len(museum.asked) == 1 and MAX_WAIT_S < 3600


async def test_a_server_that_falls_silent_is_not_waited_for(museum: Museum) -> None:
    museum.answers["/a"] = Answer(b"half", hangs=True)
    assert await refused(visitor(silence_s=0.05), museum.at("/a")) == "did not answer in time"


async def test_all_tries_together_have_a_deadline(museum: Museum) -> None:
    museum.answers["/a"] = Answer(b"half", hangs=True)
    assert await refused(visitor(deadline_s=0.05), museum.at("/a")) == "took longer than 0.05 s"


async def test_what_says_that_it_is_too_large_is_not_read(museum: Museum) -> None:
    museum.answers["/a"] = Answer(b"a few", length=10**12, hangs=True)
    assert await refused(visitor(), museum.at("/a"), max_bytes=4_999) == "is more than 4,999 bytes"


async def test_what_unfolds_beyond_the_limit_is_refused_on_the_way(museum: Museum) -> None:
    packed = gzip.compress(bytes(50_000_000))
    museum.answers["/a"] = Answer(packed, headers={"Content-Encoding": "gzip"})
    assert await refused(visitor(), museum.at("/a"), max_bytes=len(packed)) == f"is more than {len(packed):,} bytes"


async def test_what_comes_packed_unasked_is_unpacked(museum: Museum) -> None:
    museum.answers["/a"] = Answer(gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
    async with visitor() as fetcher:
        assert await fetcher.read(museum.at("/a")) == b'{"a": 1}'


async def test_a_packed_thing_that_is_cut_short_is_no_thing(museum: Museum) -> None:
    museum.answers["/a"] = Answer(gzip.compress(b"x" * 99)[:-9], headers={"Content-Encoding": "gzip"})
    assert await refused(visitor(), museum.at("/a")) == "the connection failed or broke"


async def test_a_body_shorter_than_it_was_said_to_be_is_a_broken_connection(museum: Museum) -> None:
    museum.answers["/a"] = [Answer(b"half of something long", length=99), Answer(b"whole")]
    async with visitor() as fetcher:
        assert await fetcher.read(museum.at("/a")) == b"whole", "and is fetched again, from the beginning"
    museum.answers["/b"] = Answer(b"half", length=8)
    assert await refused(visitor(), museum.at("/b")) == "the connection failed or broke"


async def test_a_web_page_is_not_taken_for_a_picture(museum: Museum) -> None:
    museum.answers["/a.jpg"] = Answer(b"<html>Are you a robot?", kind="text/html; charset=utf-8")
    assert await refused(visitor(), museum.at("/a.jpg")) == "is a web page, not what it was said to be"


async def test_redirects_are_followed_to_an_end(museum: Museum) -> None:
    museum.redirect("/a", "b", 301)
    museum.redirect("/b", museum.at("/c"), 308)
    museum.answers["/c"] = Answer(b"here")
    async with visitor() as fetcher:
        assert await fetcher.read(museum.at("/a")) == b"here"


async def test_a_redirect_in_a_circle_ends(museum: Museum) -> None:
    museum.redirect("/a", "/b")
    museum.redirect("/b", "/a")
    assert await refused(visitor(), museum.at("/a")) == f"more than {MAX_REDIRECTS} redirects"
    assert len(museum.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://museum.example/a", "http://name:word@museum.example/"])
async def test_a_redirect_leads_to_the_web_or_nowhere(museum: Museum, to: str) -> None:
    museum.redirect("/a", to)
    assert await refused(visitor(), museum.at("/a")) == "is not a web address"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://0/",
        "http://2130706433/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00::1]/",
    ],
)
async def test_addresses_of_our_own_network_are_refused(address: str) -> None:
    assert await refused(Fetcher(), address) == "leads to a private address"


async def test_a_redirect_into_our_own_network_is_refused(museum: Museum, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here our own network is all but the museum itself: each hop is looked at, not only the first."""
    monkeypatch.setattr("models.sources.addresses.is_public", lambda address: address == "127.0.0.1")
    clock = Clock()
    museum.redirect("/a", museum.at("/secret").replace("127.0.0.1", "127.0.0.2"))
    museum.answers["/secret"] = Answer(b"secret")
    fetcher = Fetcher(sleep=clock.sleep, now_s=clock.now_s)
    assert await refused(fetcher, museum.at("/a")) == "leads to a private address"
    assert museum.asked == ["/a"]


async def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_reached(
    museum: Museum, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a public address for the check, a private one for the connection."""
    asked = []

    def answers(host: str, port: int, *rest: object, **more: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr("models.sources.addresses.is_public", lambda address: address == "127.0.0.1")
    museum.answers["/a"] = Answer(b"checked")
    async with Fetcher() as fetcher:
        address = museum.at("/a").replace("127.0.0.1", "museum.example")
        assert await fetcher.read(address) == b"checked"
    assert asked.count("museum.example") == 1
    assert museum.headers[0]["host"].startswith("museum.example")


async def test_a_host_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert await refused(Fetcher(), "http://museum.example/") == "leads to a private address"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::5db8:d70e", True),
        ("::ffff:93.184.215.14", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),
        ("fe80::1%eth0", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)
def test_public_is_what_anybody_on_the_internet_reaches(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_file_appears_whole_or_not_at_all(museum: Museum, tmp_path: Path) -> None:
    museum.answers["/good"] = Answer(b"new")
    museum.answers["/bad"] = Answer(b"half", length=8)
    async with visitor() as fetcher:
        await fetcher.save(museum.at("/good"), tmp_path / "a")
        with pytest.raises(FetchError):
            await fetcher.save(museum.at("/bad"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


async def test_one_host_is_asked_at_an_even_pace(museum: Museum, clock: Clock) -> None:
    museum.answers["/a"] = Answer(b"a")
    async with visitor(clock, per_second=4) as fetcher:
        began = clock.now
        for _ in range(9):
            await fetcher.read(museum.at("/a"))
    assert clock.now - began == pytest.approx(8 / 4)


async def test_nobody_is_asked_while_a_host_wants_a_pause() -> None:
    clock = Clock()
    pace = Pace(5, sleep=clock.sleep, now_s=clock.now_s)
    await pace.turn()
    pace.hold(30)
    began = clock.now
    await pace.turn()
    assert clock.now - began == pytest.approx(30)


@pytest.mark.parametrize("rate", [0, -1, MOST_PER_SECOND + 1])
def test_an_impolite_pace_cannot_be_asked_for(rate: float) -> None:
    with pytest.raises(ValueError, match="requests a second"):
        Fetcher(per_second=rate)
