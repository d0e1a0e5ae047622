"""What waits for a slow reader (rules S3 to S6) and the form of a value in Redis (S14), without any hub."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_state.hub import Channel, Envelope
from shared_state.mailbox import WAITING_LIMIT, Inbox, Mailbox
from shared_state.seal import WrongRoom, seal, unseal


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers())), st.integers(1, 5))
def test_each_lane_keeps_its_newest_in_order_and_counts_the_rest(values: list[tuple[str, int]], limit: int) -> None:
    """S3, S4."""
    box: Mailbox[tuple[str, int]] = Mailbox()
    dropped = sum(box.put(lane, (lane, number), limit) for lane, number in values)
    taken = []
    while (value := box.take()) is not None:
        taken.append(value)
    for lane in "ab":
        assert [value for value in taken if value[0] == lane] == [value for value in values if value[0] == lane][
            -limit:
        ]
    assert len(taken) + dropped == len(values)


def test_lanes_take_turns() -> None:
    """S5."""
    box: Mailbox[int] = Mailbox()
    for number in range(3):
        box.put("busy", number, 10)
    box.put("quiet", 100, 10)
    assert [box.take() for _ in range(4)] == [0, 100, 1, 2]


def test_a_forgotten_mailbox_says_how_much_it_held() -> None:
    """S18."""
    box: Mailbox[int] = Mailbox()
    for number in range(3):
        box.put("inputs", number, 10)
    box.put("frames", 0, 1)
    assert box.clear() == 4
    assert box.take() is None


@given(st.lists(st.integers(0, 5), min_size=1))
def test_a_reader_never_sees_a_token_lower_than_one_before(tokens: list[int]) -> None:
    """S6."""
    inbox = Inbox()
    channel: Channel = "inputs"
    for seq, token in enumerate(tokens):
        inbox.offer(Envelope(channel, token, seq, b""))
    kept = [token for token, highest in zip(tokens, running_maximum(tokens), strict=True) if token == highest]
    assert inbox.fenced == len(tokens) - len(kept)
    assert inbox.dropped == max(0, len(kept) - WAITING_LIMIT[channel])


def running_maximum(numbers: list[int]) -> list[int]:
    return [max(numbers[: end + 1]) for end in range(len(numbers))]


@given(st.text(max_size=64), st.binary(max_size=200), st.integers(0, 2**53), st.integers(0, 2**53))
def test_a_sealed_value_opens_for_its_room_only(room: str, payload: bytes, token: int, seq: int) -> None:
    """S14."""
    data = seal(room, payload, token=token, seq=seq)
    assert unseal(room, data) == (token, seq, payload)
    with pytest.raises(WrongRoom):
        unseal(room + "x", data)


@given(st.binary(max_size=60))
def test_bytes_that_nobody_sealed_are_refused(data: bytes) -> None:
    """S14."""
    with pytest.raises(WrongRoom):
        unseal("a room that chance does not spell", data)
