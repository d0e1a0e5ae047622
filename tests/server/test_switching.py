"""Another model in a live room, with painters that can be slow, fail and run out of memory. R22, R23, R41."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from server.exits import CannotStart, Exit
from server.metrics import Metrics
from server.renderer import switching
from server.renderer.easel import Easel
from server.renderer.memory import available_bytes
from server.renderer.mixing import mixed
from server.renderer.room_card import Card, card_of
from server.renderer.switching import WARM_UP, open_easel
from server.settings import ServerSettings
from shared_state.guests import Guests
from shared_state.hub import HubError, Lease, RoomCard, Subscription, SwitchReport, UnreadableCard
from shared_state.memory_hub import MemoryHub
from shared_state.messages import Bring, ChooseMode, Did, Enter, Guest, Place, Portion, Present, Pushed, Switch
from tests.server.stand_ins import SIDE, Painter, Studio, hearing, next_frame, quick_settings, small_easel, until

WATCHED = Present("g", ["ada"], 1)
WISH = Switch("wish-1", "other")
GUEST = "guest:0123456789abcdef"


class Flat(Painter):
    """Paints everything in one grey. `after`: so many pictures come before it fails for good."""

    def __init__(self, name: str, grey: int) -> None:
        super().__init__(name)
        self.grey, self.after = grey, 1_000_000

    def generate(
        self, z: NDArray[np.float32], y: NDArray[np.float32] | None = None, truncation: float = 1.0, /
    ) -> NDArray[np.uint8]:
        if len(self.batches) >= self.after:
            raise MemoryError
        return np.full_like(super().generate(z, y, truncation), self.grey)


class OutOfMemoryError(RuntimeError):
    """As torch's is called."""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """The wall shows a dark grey, and may be switched to `other`, a light one."""
    studio = Studio(tmp_path, models=("museum/other.safetensors",), rooms=("main", "annex"))
    studio.easel.close()
    studio.painter = Flat("first", 40)
    studio.easel = small_easel(studio.painter, studio.metrics, tmp_path)
    yield studio
    studio.close()


class Opener:
    """Opens `easel` once `gate` is open, or fails with `error`."""

    def __init__(self, cache: Path) -> None:
        self.painter = Flat("other", 220)
        self.easel: Easel = small_easel(self.painter, Metrics(), cache)
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        self.asked: list[str] = []

    async def __call__(self, model: str) -> Easel:
        self.asked.append(model)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.easel

    @property
    def closed(self) -> bool:
        return self.easel._thread._shutdown


@pytest.fixture
def opener(studio: Studio, tmp_path: Path) -> Iterator[Opener]:
    opener = Opener(tmp_path)
    studio.open_easel = opener
    yield opener
    opener.easel.close()


async def report(studio: Studio, room: str = "main") -> SwitchReport | None:
    card = await studio.hub.card(room)
    return None if card is None else card.switch


def grey(jpeg: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(jpeg))).mean())


async def until_told(studio: Studio, values: Subscription, stage: str) -> list[float]:
    """The greys of all frames until the operator is told so; between two frames a thirtieth of a second passes."""
    seen = []
    while (told := await report(studio)) is None or told.stage != stage:
        assert told is None or told.stage != "failed", told.told
        studio.clock.now_s += 1 / 30
        seen.append(grey((await next_frame(values)).jpeg))
    return seen


async def test_the_old_model_draws_until_the_new_one_has_and_then_becomes_it_in_small_steps(
    studio: Studio, opener: Opener
) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        before = await next_frame(values)
        await studio.say(Enter("ada"), WATCHED, Pushed("ada", Place(1, before.x, before.y)), WISH)
        await until_told(studio, values, "loading")
        assert opener.asked == ["museum/other.safetensors"]
        assert {round(grey((await next_frame(values)).jpeg)) for _ in range(5)} == {40}
        opener.gate.set()
        seen = await until_told(studio, values, "done")
        after = await next_frame(values)
        card = await studio.hub.card("main")
    assert len(opener.painter.batches) > WARM_UP
    assert round(grey(after.jpeg)) == 220 and (after.token, after.seq) > (before.token, before.seq)
    assert (after.x, after.y) == pytest.approx((before.x, before.y), abs=0.02), "the place on the map is kept"
    steps = [abs(b - a) for a, b in pairwise([40, *seen, 220])]
    assert max(steps) < 0.35 * (220 - 40) and sum(step > 0.5 for step in steps) >= 5
    assert seen == sorted(seen), "it never goes back"
    assert card is not None and (card.model, card.resolution) == ("other", SIDE)
    assert card.switch == SwitchReport("wish-1", "other", "done", "other is on the wall.")
    assert renderer.loops[0].people == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CannotStart("there is no file other", Exit.BAD_INPUT), "there is no file other; first stays on the wall."),
        (MemoryError(), "There is not enough memory for other beside the model that draws; first stays on the wall."),
        (
            OutOfMemoryError("CUDA out of memory"),
            "There is not enough memory for other beside the model that draws; first stays on the wall.",
        ),
        (RuntimeError("bad weather."), "other failed with RuntimeError: bad weather; first stays on the wall."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_a_model_that_cannot_be_loaded_changes_nothing_and_the_operator_reads_why(
    studio: Studio, opener: Opener, error: Exception, told: str
) -> None:
    opener.error = error
    opener.gate.set()
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        before = await next_frame(values)
        await studio.say(WATCHED, WISH)
        while (found := await report(studio)) is None or found.stage == "loading":
            await next_frame(values)
        after = await next_frame(values)
        card = await studio.hub.card("main")
    assert found == SwitchReport("wish-1", "other", "failed", told)
    assert round(grey(after.jpeg)) == 40 and after.seq > before.seq
    assert card is not None and card.model == "first"


@pytest.mark.parametrize("after", [0, 1, WARM_UP + 2], ids=["at once", "warming up", "fading"])
async def test_a_model_that_runs_out_of_memory_once_loaded_is_let_go_and_the_old_one_stays(
    studio: Studio, opener: Opener, after: int
) -> None:
    opener.painter.after = after
    opener.gate.set()
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        await studio.say(WATCHED, WISH)
        while (found := await report(studio)) is None or found.stage != "failed":
            studio.clock.now_s += 1 / 30
            await next_frame(values)
        last = [grey((await next_frame(values)).jpeg) for _ in range(3)]
    assert "not enough memory for other" in found.told and found.told.endswith("first stays on the wall.")
    assert round(last[-1]) == 40
    assert opener.closed


async def test_a_name_that_the_operator_has_not_permitted_opens_nothing(studio: Studio, opener: Opener) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        await studio.say(WATCHED, Switch("wish-1", "../../etc/passwd"))
        while (found := await report(studio)) is None:
            await next_frame(values)
    assert found.stage == "failed" and opener.asked == []
    assert found.told == "There is no model '../../etc/passwd' here, there are other, bundled; first stays on the wall."


async def test_another_room_keeps_its_model_and_a_model_that_no_room_shows_is_let_go(
    studio: Studio, opener: Opener
) -> None:
    opener.gate.set()
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        await until(lambda: {("main", "inputs"), ("annex", "inputs")} <= studio.hub._readers.keys())
        first = renderer.loops[0].easel
        await studio.say(WATCHED, WISH)
        await until_told(studio, values, "done")
        main, annex = renderer.loops
        assert main.easel is opener.easel and annex.easel is first and not first._thread._shutdown
        async with hearing(studio.hub, "frames", room="annex") as others:
            await studio.say(WATCHED, WISH, room="annex")
            while (told := await report(studio, "annex")) is None or told.stage != "done":
                studio.clock.now_s += 1 / 30
                await next_frame(others)
        assert annex.easel is opener.easel and first._thread._shutdown
        assert opener.asked == ["museum/other.safetensors"], "both rooms share one"


async def test_a_wish_that_ended_with_the_lease_is_told_as_failed(studio: Studio, opener: Opener) -> None:
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        await next_frame(values)
        await studio.say(WATCHED, WISH)
        await until_told(studio, values, "loading")
        lease = studio.hub._holdings["main"].lease
        await studio.hub.release(lease)
        stranger = await studio.hub.acquire("main", "stranger", 60_000)
        assert stranger is not None
        await until(lambda: renderer.loops[0]._switching._wish is None)
        await studio.hub.release(stranger)
        while (found := await report(studio)) is None or found.stage != "failed":
            await next_frame(values)
    assert found.told == "Another renderer had the room meanwhile; first stays on the wall. Ask again."


async def bring_a_guest(studio: Studio, model: str) -> None:
    """Ada blends a work and her own picture in equal parts."""
    await studio.say(WATCHED, Enter("ada"), Guest(GUEST, b"latent", model))
    portions = [Portion(GUEST, 0.5), Portion("work-1", 0.5)]
    await studio.say(Did("ada", ChooseMode(1, "blend"), True), Did("ada", Bring(2, portions), True))


async def test_visitors_own_pictures_are_gone_from_a_room_that_has_another_model(
    studio: Studio, opener: Opener
) -> None:
    """R36."""
    opener.gate.set()
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        room = renderer.loops[0].room
        await next_frame(values)
        await bring_a_guest(studio, "first")
        await until(lambda: GUEST in room.guests.latents)
        await studio.say(WATCHED, WISH)
        await until_told(studio, values, "done")
        await until(lambda: room.guests == Guests("other"))
        assert [(slider.id, slider.weight) for slider in room.people(0.0, paused=False).blend] == [("work-1", 1.0)]


# -- a renderer that takes a room over


async def left_with(studio: Studio, model: str, switch: SwitchReport | None = None) -> None:
    """Another renderer had the room, and its operator had put this model on the wall."""
    lease = await studio.hub.acquire("main", "before", 60_000)
    assert lease is not None
    await studio.hub.announce(lease, RoomCard("main", model, SIDE, "d1", 100, 200, switch=switch))
    await studio.hub.release(lease)


async def test_a_standby_draws_at_once_with_its_own_model_and_goes_on_with_the_one_that_the_room_showed(
    studio: Studio, opener: Opener, tmp_path: Path
) -> None:
    """Two renderers one after the other, the first of them switched by its operator."""
    opener.gate.set()
    async with hearing(studio.hub, "frames") as values:
        async with studio.drawing("before"):
            await next_frame(values)
            await studio.say(WATCHED, WISH)
            await until_told(studio, values, "done")
            await bring_a_guest(studio, "other")
            last = await next_frame(values)
        own, again = Flat("first", 40), Opener(tmp_path)
        studio.easel, studio.open_easel = small_easel(own, studio.metrics, tmp_path), again
        own.gate.clear()
        async with studio.drawing("standby") as renderer:
            room = renderer.loops[0].room
            await until(lambda: bool(own.batches))
            assert again.asked == [], "nothing is loaded before there is a picture"
            own.gate.set()
            frame = await next_frame(values)
            while frame.token == last.token:
                frame = await next_frame(values)
            assert round(grey(frame.jpeg)) == 40
            await until(lambda: again.asked == ["museum/other.safetensors"])
            found = await report(studio)
            assert found == SwitchReport(
                f"lease-{frame.token}",
                "other",
                "loading",
                "The room was taken over from a renderer that showed other. "
                "other is being loaded; first draws meanwhile.",
            )
            again.gate.set()
            await studio.say(WATCHED)
            seen = await until_told(studio, values, "done")
            after, card = await next_frame(values), await studio.hub.card("main")
            assert GUEST in room.guests.latents, "whose latent it is shows again"
        again.easel.close()
    assert round(grey(after.jpeg)) == 220 and seen == sorted(seen) and after.token == frame.token
    assert card is not None and card.model == "other" and card.switch is not None
    assert card.switch.told.endswith("other is on the wall.")


async def test_a_room_that_showed_a_model_which_may_not_be_shown_here_gets_the_renderers_own(
    studio: Studio, opener: Opener
) -> None:
    await left_with(studio, "elsewhere")
    async with hearing(studio.hub, "frames") as values, studio.drawing() as renderer:
        frame = await next_frame(values)
        while (found := await report(studio)) is None:
            await next_frame(values)
        await until(lambda: renderer.loops[0].room.guests == Guests("first"))
    assert round(grey(frame.jpeg)) == 40 and opener.asked == [] and found.stage == "failed"
    assert found.told == (
        "The room was taken over from a renderer that showed elsewhere. "
        "There is no model 'elsewhere' here, there are other, bundled; first stays on the wall."
    )


async def test_a_model_that_cannot_be_gone_on_with_is_tried_once_and_no_more(studio: Studio, opener: Opener) -> None:
    await left_with(studio, "other")
    opener.error = MemoryError()
    opener.gate.set()
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        while (found := await report(studio)) is None or found.stage != "failed":
            before = await next_frame(values)
        await studio.hub.release(studio.hub._holdings["main"].lease)
        after = await next_frame(values)
        while after.token == before.token:
            after = await next_frame(values)
        for _ in range(5):
            after = await next_frame(values)
        card = await studio.hub.card("main")
    assert "There is not enough memory for other" in found.told and found.told.endswith("first stays on the wall.")
    assert round(grey(after.jpeg)) == 40 and len(opener.asked) == 1
    assert card is not None and card.model == "first" and card.switch == found


async def test_what_was_being_fulfilled_when_the_last_renderer_died_is_told_as_failed(
    studio: Studio, opener: Opener
) -> None:
    await left_with(studio, "first", SwitchReport("wish-1", "other", "loading", "other is being loaded."))
    async with hearing(studio.hub, "frames") as values, studio.drawing():
        await next_frame(values)
        found = await report(studio)
    assert found is not None and (found.id, found.stage) == ("wish-1", "failed")
    assert found.told == "Another renderer had the room meanwhile; first stays on the wall. Ask again."
    assert opener.asked == []


async def test_a_card_that_cannot_be_read_does_not_keep_the_room_shut(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def torn(room: str) -> RoomCard | None:
        raise UnreadableCard(f"a card of room {room!r} that we cannot read")

    with monkeypatch.context() as patched:
        patched.setattr(studio.hub, "card", torn)
        async with hearing(studio.hub, "frames") as values, studio.drawing():
            await next_frame(values)
    card = await studio.hub.card("main")
    assert card is not None and card.model == "first" and studio.hub.acquired == 2, "once for each of two rooms"


class Deaf(MemoryHub):
    """Takes no cards while it is `deaf`."""

    deaf = False

    async def announce(self, lease: Lease, card: RoomCard) -> None:
        if self.deaf:
            raise HubError("Nothing answers")
        await super().announce(lease, card)


async def test_a_renderer_that_could_not_tell_of_its_model_does_not_go_back_to_the_one_before(
    studio: Studio, opener: Opener
) -> None:
    hub = Deaf()
    card = Card("main", studio.easel, hub, quick_settings())

    async def taken_over() -> str:
        lease = await hub.acquire("main", "us", 60_000)
        assert lease is not None
        return await card.take_over(lease)

    assert await taken_over() == "first"
    hub.deaf = True
    card.shows(opener.easel)
    await card.announce()
    hub.deaf = False
    assert await taken_over() == "other"
    stranger = await hub.acquire("main", "us", 60_000)
    assert stranger is not None
    await hub.announce(stranger, card_of("main", studio.easel, quick_settings()))
    assert await taken_over() == "first", "but what somebody else told since is newer"


def test_pictures_of_two_sizes_mix_at_the_new_size_and_a_share_of_1_is_the_new_one() -> None:
    old, new = np.full((8, 8, 3), 10, np.uint8), np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    assert np.array_equal(mixed(old, new, 1.0), new)
    assert mixed(old, np.full_like(new, 110), 0.25).shape == (16, 16, 3)
    assert (mixed(old, np.full_like(new, 110), 0.25) == 35).all()


async def test_a_file_that_does_not_fit_into_memory_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "huge.safetensors"
    model.write_bytes(bytes(1_000))
    monkeypatch.setattr(switching, "available_bytes", lambda: 3_999)
    with pytest.raises(CannotStart, match="are left"):
        await open_easel(str(model), ServerSettings(), Metrics())


def test_memory_is_what_machine_and_container_both_allow(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 99 kB\nMemAvailable:    8 kB\n")
    assert available_bytes(meminfo, tmp_path) == 8_192
    (tmp_path / "memory.max").write_text("6000\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert available_bytes(meminfo, tmp_path) == 5_000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_bytes(meminfo, tmp_path) == 8_192
    assert available_bytes(tmp_path / "nowhere", tmp_path / "nowhere") is None
