"""What visitors did within a tick, folded into one message."""

from server.gateway.inputs import MAX_DEEDS, Inputs
from shared_state.guests import MAX_GUESTS
from shared_state.messages import (
    ChooseMode,
    Cursor,
    Deed,
    Did,
    Edit,
    Enter,
    Guest,
    Leave,
    Present,
    Pushed,
    Release,
    Stick,
)


def test_only_the_newest_push_of_each_visitor_is_kept() -> None:
    """G16."""
    inputs = Inputs()
    for seq in range(100):
        inputs.push("ann", Stick(seq, 0, 0))
        inputs.push("bob", Stick(seq, 1, 1))
    assert inputs.take() == [Pushed("ann", Stick(99, 0, 0)), Pushed("bob", Stick(99, 1, 1))]


def test_a_lifted_finger_is_never_folded_away() -> None:
    inputs = Inputs()
    inputs.push("ann", Stick(1, 1, 0))
    inputs.push("ann", Release(2))
    assert inputs.take() == [Pushed("ann", Release(2))]


def test_who_comes_in_is_known_before_they_push() -> None:
    inputs = Inputs()
    inputs.push("ann", Stick(9, 0, 0))
    inputs.leave("ann")
    inputs.enter("ann")
    inputs.push("ann", Stick(1, 0, 0))
    assert inputs.take() == [Leave("ann"), Enter("ann"), Pushed("ann", Stick(1, 0, 0))]


def test_who_left_pushes_no_more() -> None:
    inputs = Inputs()
    inputs.enter("ann")
    inputs.push("ann", Stick(1, 0, 0))
    inputs.leave("ann")
    assert inputs.take() == [Enter("ann"), Leave("ann")]


def test_it_is_bounded_by_who_is_here() -> None:
    inputs = Inputs()
    for seq in range(1_000):
        inputs.enter("ann")
        inputs.leave("ann")
        inputs.push("ann", Stick(seq, 0, 0))
        inputs.present("gateway", ["ann"], 1)
    assert len(inputs) == 4


def test_what_was_taken_does_not_come_again() -> None:
    inputs = Inputs()
    inputs.present("gateway", [], 0)
    assert inputs.take() == [Present("gateway", [], 0)]
    assert inputs.take() == []


def did(visitor: str, *deeds: Deed) -> list[Did]:
    return [Did(visitor, deed, False) for deed in deeds]


def test_only_the_newest_cursor_of_each_visitor_is_kept() -> None:
    """G34."""
    inputs = Inputs()
    for seq in range(100):
        assert inputs.do("ann", Cursor(seq, 0, 0)) and inputs.do("bob", Cursor(seq, 1, 1))
    assert inputs.take() == [*did("ann", Cursor(99, 0, 0)), *did("bob", Cursor(99, 1, 1))]


def test_a_slider_that_glides_is_heard_where_it_has_come_to() -> None:
    """G34: and a hand that points meanwhile is no deed between."""
    inputs = Inputs()
    for seq in range(0, 100, 2):
        assert inputs.do("ann", Edit(seq, "weigh", "a", seq / 100))
        assert inputs.do("ann", Cursor(seq + 1, 0, 0))
    assert inputs.take() == did("ann", Edit(98, "weigh", "a", 0.98), Cursor(99, 0, 0))


def test_weights_with_another_deed_between_them_are_all_heard_in_order() -> None:
    """G34."""
    deeds: list[Deed] = [
        Edit(1, "weigh", "a", 0.9),
        Edit(2, "lock", "a"),
        Edit(3, "weigh", "a", 0.1),
        Edit(4, "weigh", "b", 0.5),
        Edit(5, "weigh", "a", 0.2),
    ]
    inputs = Inputs()
    assert all(inputs.do("ann", deed) for deed in deeds)
    assert inputs.take() == did("ann", *deeds)


def test_another_visitors_slider_is_another_slider() -> None:
    inputs = Inputs()
    inputs.do("ann", Edit(1, "weigh", "a", 0.9))
    inputs.do("bob", Edit(1, "weigh", "a", 0.1))
    inputs.do("ann", Edit(2, "weigh", "a", 0.8))
    assert inputs.take() == [*did("bob", Edit(1, "weigh", "a", 0.1)), *did("ann", Edit(2, "weigh", "a", 0.8))]


def test_of_too_many_deeds_the_first_are_heard_and_the_rest_are_told_apart() -> None:
    """G34: nudges cannot be folded, so they are counted; a new tick begins anew, and nobody else is held back."""
    inputs = Inputs()
    nudges = [Edit(seq, "nudge", "a", 0.01) for seq in range(MAX_DEEDS + 3)]
    assert [inputs.do("ann", nudge) for nudge in nudges] == [True] * MAX_DEEDS + [False] * 3
    assert inputs.do("bob", Edit(1, "equal"))
    assert inputs.take() == [*did("ann", *nudges[:MAX_DEEDS]), *did("bob", Edit(1, "equal"))]
    assert inputs.do("ann", nudges[-1])


def test_the_slider_that_glides_when_the_tick_is_full_is_heard_where_it_has_come_to() -> None:
    inputs = Inputs()
    for seq in range(MAX_DEEDS - 1):
        inputs.do("ann", Edit(seq, "nudge", "a", 0.01))
    assert inputs.do("ann", Edit(50, "weigh", "a", 0.5)) and inputs.do("ann", Edit(51, "weigh", "a", 0.6))
    assert inputs.take()[-1] == Did("ann", Edit(51, "weigh", "a", 0.6), False)


def test_what_somebody_did_before_they_left_is_heard_before_their_leaving() -> None:
    """G35: their cursor is nowhere, their edit stands; and a page that comes back does not fold into the one before."""
    inputs = Inputs()
    inputs.do("ann", Cursor(1, 0, 0))
    inputs.do("ann", Edit(2, "weigh", "a", 0.5))
    inputs.leave("ann")
    inputs.enter("ann")
    inputs.do("ann", Edit(1, "weigh", "a", 0.7))
    assert inputs.take() == [
        *did("ann", Edit(2, "weigh", "a", 0.5)),
        Leave("ann"),
        Enter("ann"),
        *did("ann", Edit(1, "weigh", "a", 0.7)),
    ]


def test_the_guides_deeds_say_so() -> None:
    inputs = Inputs()
    inputs.do("ann", ChooseMode(1, "docent"), guide=True)
    assert inputs.take() == [Did("ann", ChooseMode(1, "docent"), True)]


def test_of_too_many_guests_the_newest_are_brought() -> None:
    inputs = Inputs()
    guests = [Guest(f"guest:{number:016x}", b"", "bundled") for number in range(MAX_GUESTS + 2)]
    for guest in guests:
        inputs.bring(guest)
    assert inputs.take() == guests[2:]
    inputs.bring(guests[0])
    inputs.bring(guests[1])
    assert inputs.take() == guests[:2]


def test_who_is_away_from_the_wall_is_said_when_they_come_and_each_time_after() -> None:
    """G39."""
    inputs = Inputs()
    inputs.enter("ann", remote=True)
    inputs.present("gateway", ["ann", "bob"], 2, ["ann"])
    assert inputs.take() == [Enter("ann", remote=True), Present("gateway", ["ann", "bob"], 2, ["ann"])]
