"""What visitors did within a tick, folded into one message."""

from server.inputs import Inputs
from shared_state.messages import Enter, Leave, Present, Pushed, Release, Stick


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
