"""What a visitor does beside pushing, and who may choose which mode, against the real server on loopback."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from structlog.testing import capture_logs

from server.gateway import faults
from shared_state.messages import (
    Bring,
    ChooseMode,
    Cursor,
    Did,
    Edit,
    Enter,
    Fault,
    Frame,
    Mode,
    Portion,
    Present,
    Ride,
    Vote,
)
from tests.server.gallery import first, open_gallery

KEY = "correct horse battery staple"
MODES = list(get_args(Mode))

DEEDS: list[Any] = [
    Vote(2, "a"),
    Edit(3, "add", "a"),
    Bring(4, [Portion("a", 1.0)]),
    Ride(5, ["a", "b/é"]),
    ChooseMode(6, "blend"),
    Cursor(7, 0.25, 0.75),
]


async def test_each_deed_of_a_visitor_reaches_the_renderer_as_it_came() -> None:
    async with open_gallery() as gallery, gallery.inputs() as inputs:
        visitor = await gallery.enter()
        assert visitor.welcome is not None
        for deed in DEEDS:
            await visitor.send(deed)
            assert await first(inputs, Did) == Did(visitor.welcome.you, deed, guide=False)


@pytest.mark.parametrize("role", ["viewer", "wall"])
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: type(deed).__name__)
async def test_those_who_watch_do_nothing_else_either(role: Any, deed: Any) -> None:
    """G33."""
    async with open_gallery() as gallery:
        watcher = await gallery.enter(role)
        await watcher.send(deed)
        fault, code = await watcher.goodbye()
        assert code == faults.FORBIDDEN and fault is not None and role in fault.message


async def test_deeds_count_towards_the_same_rate_as_pushes() -> None:
    """G33."""
    async with open_gallery(input_rate=0.001, input_burst=3, flood_grace_s=1e-9) as gallery, gallery.inputs() as inputs:
        visitor = await gallery.enter()
        for seq in range(6):
            await visitor.send(Edit(seq, "nudge", "a", 0.1))
        assert (await visitor.goodbye())[1] == faults.RATE
        for seq in range(3):
            assert (await first(inputs, Did)).deed == Edit(seq, "nudge", "a", 0.1)


async def test_deeds_beyond_a_ticks_worth_are_counted() -> None:
    """G34."""
    async with open_gallery(input_tick_s=3600) as gallery, gallery.inputs() as inputs:
        visitor = await gallery.enter()
        await first(inputs, Enter)  # the next tick comes in an hour
        for seq in range(20):
            await visitor.send(Edit(seq, "nudge", "a", 0.1))
        await visitor.send(ChooseMode(30, "ambient"))
        await visitor.next(Fault)  # so all were heard
        assert "genstudio_deeds_dropped_total 4.0" in gallery.metrics.text().decode()


async def test_a_visitor_may_choose_the_open_modes_and_is_told_which() -> None:
    """G36."""
    async with open_gallery(open_modes=("together", "vote")) as gallery:
        assert (await gallery.enter()).welcome.modes == ["together", "vote"]  # type: ignore[union-attr]
        assert (await gallery.enter("wall")).welcome.modes == []  # type: ignore[union-attr]


async def test_a_mode_that_is_the_guides_is_refused_in_a_sentence_and_nothing_else_happens() -> None:
    """G36: it is no message that cannot be read, so it may come as often as its sender likes."""
    async with open_gallery(bad_messages=2) as gallery, gallery.inputs() as inputs:
        visitor = await gallery.enter()
        for seq in range(5):
            await visitor.send(ChooseMode(seq, "ambient"))
            fault = await visitor.next(Fault)
            assert fault.code == faults.FORBIDDEN and "'ambient'" in fault.message
        await visitor.send(ChooseMode(6, "blend"))
        assert (await first(inputs, Did)).deed == ChooseMode(6, "blend")


async def test_who_says_the_key_is_the_guide_and_may_choose_every_mode() -> None:
    """G36, G37."""
    async with open_gallery(guide_key=KEY) as gallery, gallery.inputs() as inputs:
        guide = await gallery.enter(key=KEY)
        assert guide.welcome is not None and guide.welcome.guide and guide.welcome.modes == MODES
        await guide.send(ChooseMode(1, "docent"))
        assert await first(inputs, Did) == Did(guide.welcome.you, ChooseMode(1, "docent"), guide=True)
        visitor = await gallery.enter()
        assert visitor.welcome is not None and not visitor.welcome.guide
        assert visitor.welcome.modes == ["together", "blend"]


@pytest.mark.parametrize("set_", [KEY, None], ids=["another key", "no key at all"])
@pytest.mark.parametrize("said", ["correct horse battery", "é" * 20, "x"])
async def test_who_says_another_key_is_sent_away_for_good_and_it_is_not_written_down(
    set_: str | None, said: str
) -> None:
    """G37, G38."""
    with capture_logs() as lines:
        async with open_gallery(guide_key=set_) as gallery:
            control = await gallery.enter()
            fault, code = await gallery.refused(key=said)
            assert code == faults.FORBIDDEN and "guide's key" in fault.message
            await gallery.watched()
            await gallery.show(1)
            assert (await control.next(Frame)).seq == 1
    assert lines and not any(said in str(line.values()) or KEY in str(line) for line in lines)


async def test_trying_keys_is_bounded_by_the_door() -> None:
    """G37."""
    async with open_gallery(guide_key=KEY, connects_per_minute=3) as gallery:
        for _ in range(3):
            await gallery.refused(key="open sesame")
        with pytest.raises(Exception, match="429"):
            await gallery.refused(key=KEY)


async def test_who_is_away_from_the_wall_is_told_apart_until_they_come_back_otherwise() -> None:
    """G39."""
    async with open_gallery(present_s=0.01) as gallery, gallery.inputs() as inputs:
        here, away = await gallery.enter(), await gallery.enter(session="A" * 22, remote=True)
        assert here.welcome is not None and away.welcome is not None
        assert await first(inputs, Enter) == Enter(here.welcome.you)
        assert await first(inputs, Enter) == Enter(away.welcome.you, remote=True)
        while len((present := await first(inputs, Present)).visitors) < 2:
            pass
        assert present.remote == [away.welcome.you]
        back = await gallery.enter(session="A" * 22)
        assert await first(inputs, Enter) == Enter(away.welcome.you)
        while (present := await first(inputs, Present)).remote:
            pass
        assert back.welcome is not None and back.welcome.you in present.visitors
