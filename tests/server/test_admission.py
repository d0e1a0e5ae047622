"""Who may come in, how many, and how fast they may speak. Time is a number here."""

import pytest

from server.gateway.admission import MAX_ADDRESSES, Buckets, Door, Flow, Mistakes, Seats, TokenBucket, origin_is_ours
from server.gateway.faults import Refusal
from server.settings import ServerSettings

HOST = "192.168.1.20:8000"


@pytest.mark.parametrize("origin", [None, f"http://{HOST}", f"https://{HOST}", "https://studio.example"])
def test_our_own_pages_listed_pages_and_programs_may_open_a_socket(origin: str | None) -> None:
    assert origin_is_ours(origin, HOST, {"https://studio.example"})


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "file://",
        f"file://{HOST}",
        f"ftp://{HOST}",
        "http://192.168.1.20",
        "http://192.168.1.20:80001",
        f"http://{HOST}.evil.example",
        f"http://evil.example/{HOST}",
        f"http://{HOST}/",
        f"http://user@{HOST}",
        "https://studio.example.evil.example",
        "https://evil-studio.example",
        "http://studio.example",
        "http://[",
    ],
)
def test_an_origin_that_only_looks_like_ours_is_refused(origin: str) -> None:
    """G1."""
    assert not origin_is_ours(origin, HOST, {"https://studio.example"})


def test_an_origin_without_a_host_to_compare_is_refused() -> None:
    assert not origin_is_ours("http://", None, ())
    assert not origin_is_ours("http://", "", ())


def test_a_bucket_gives_its_burst_at_once_and_its_rate_in_the_long_run() -> None:
    bucket = TokenBucket(rate=60, burst=120, now_s=0.0)
    assert [bucket.take(0.0) for _ in range(121)] == [True] * 120 + [False]
    assert sum(bucket.take(1.0) for _ in range(200)) == 60
    assert sum(bucket.take(1_000.0) for _ in range(200)) == 120


def test_a_phone_at_the_rate_is_never_a_flood() -> None:
    flow = Flow(ServerSettings(), now_s=0.0)
    for tick in range(60 * 60):
        assert flow.admit(tick / 60)
        assert not flow.is_flood(tick / 60)


def test_five_thousand_a_second_is_a_flood_after_three_seconds_and_not_before() -> None:
    """G13."""
    flow = Flow(ServerSettings(), now_s=0.0)
    began_s = None
    for tick in range(5_000 * 10):
        now_s = tick / 5_000
        if not flow.admit(now_s) and began_s is None:
            began_s = now_s
        if flow.is_flood(now_s):
            assert began_s is not None and now_s - began_s == pytest.approx(3.0, abs=0.001)
            return
    raise AssertionError("never a flood")


def test_two_bursts_that_are_minutes_apart_are_not_one_flood() -> None:
    flow = Flow(ServerSettings(), now_s=0.0)
    for second in (0.0, 120.0):
        for _ in range(200):
            flow.admit(second)
        assert not flow.is_flood(second)


def test_five_mistakes_in_ten_seconds_are_too_many_and_five_in_a_minute_are_not() -> None:
    """G11."""
    fast, slow = Mistakes(5, 10.0), Mistakes(5, 10.0)
    assert [fast.add(second) for second in (0, 2, 4, 6, 8)] == [False] * 4 + [True]
    assert not any(slow.add(second) for second in range(0, 60, 12))


def test_a_school_class_behind_one_router_comes_in_and_a_flood_does_not() -> None:
    door = Door(ServerSettings())
    for pupil in range(60):
        assert door.knock("router", pupil / 10) is None
        door.hello("visitor")
    knocks = [door.knock("flood", 0.0) for _ in range(301)]
    assert knocks[300] == "rate"


def test_those_who_say_nothing_do_not_fill_the_door_for_ever() -> None:
    door = Door(ServerSettings(pending_hellos=2))
    assert [door.knock("a", 0.0) for _ in range(3)] == [None, None, "pending"]
    door.hello(None)
    door.leave()
    assert door.knock("a", 0.0) is None


def test_a_gateway_that_is_full_turns_even_walls_away() -> None:
    door = Door(ServerSettings(connections=1))
    assert door.knock("a", 0.0) is None
    assert door.knock("a", 0.0) == "full"


def test_the_last_fifth_of_the_connections_is_for_walls() -> None:
    door = Door(ServerSettings(connections=10))
    for _ in range(8):
        door.knock("a", 0.0)
        door.hello("visitor")
    door.knock("a", 0.0)
    with pytest.raises(Refusal) as refused:
        door.hello("viewer")
    assert refused.value.code == 4409
    door.leave()
    door.knock("a", 0.0)
    door.hello("wall")


def test_a_million_addresses_take_a_bounded_memory() -> None:
    rates = Buckets(300)
    for number in range(2 * MAX_ADDRESSES):
        rates.take(str(number), 0.0)
    assert len(rates) == MAX_ADDRESSES


def test_a_hundred_steer_and_the_next_one_is_told_how_many() -> None:
    seats = Seats(100, 200, 0.2)
    for number in range(100):
        seats.take("visitor", str(number))
    with pytest.raises(Refusal, match="100 people"):
        seats.take("visitor", "late")
    assert seats.leave("visitor", "7")
    seats.take("visitor", "late")


def test_who_comes_back_before_the_old_connection_is_gone_needs_no_second_seat() -> None:
    """G8."""
    seats = Seats(1, 0, 0.0)
    seats.take("visitor", "ann")
    seats.take("visitor", "ann")
    assert not seats.leave("visitor", "ann")
    assert seats.leave("visitor", "ann")
    assert not seats.visitors


def test_seats_taken_through_other_gateways_count_and_ones_own_does_not() -> None:
    seats = Seats(2, 0, 0.0)
    with pytest.raises(Refusal):
        seats.take("visitor", "cid", elsewhere=["ann", "bob"])
    seats.take("visitor", "bob", elsewhere=["ann", "bob"])


def test_viewers_leave_a_fifth_of_the_screens_to_walls() -> None:
    seats = Seats(0, 10, 0.2)
    for number in range(8):
        seats.take("viewer", str(number))
    with pytest.raises(Refusal, match="8 screens"):
        seats.take("viewer", "late")
    seats.take("wall", "wall 1")
    seats.take("wall", "wall 2")
    with pytest.raises(Refusal):
        seats.take("wall", "wall 3")
