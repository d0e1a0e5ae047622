"""Another model in a live room: opened beside the one that draws, warmed up, faded to.

Whatever fails, the old one stays, and the operator reads why (`SwitchReport`, on the room's card). Loading is done on
the new easel's own thread: the event loop never waits for it, and the old easel goes on drawing meanwhile.
Not here: who may ask (`operator.py`), how two pictures mix (`crossfade.py`).
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, NoReturn, Protocol

import structlog

from server.exits import CannotStart, Exit
from server.hanging import collection_for
from server.metrics import Metrics
from server.renderer.easel import Easel, free_memory
from server.renderer.memory import available_bytes, needed_bytes
from server.settings import ServerSettings
from shared_state.guests import Guests
from shared_state.hub import Lease, LostLease, Stage, SwitchReport
from shared_state.messages import Switch
from shared_state.scene import Scene

log = structlog.stdlib.get_logger("genstudio.switching")

WARM_UP: Final = 3
"""Pictures drawn before the wall shows one: the first ones of a process choose kernels and fill caches."""

Open = Callable[[str], Awaitable[Easel]]
"""A model, as the settings name it -> an easel that has loaded it. Raises CannotStart, and whatever loading raises."""


async def open_easel(model: str, settings: ServerSettings, metrics: Metrics) -> Easel:
    """An easel for another model than the installation began with, on the same works. Raises CannotStart."""
    needed, available = needed_bytes(Path(model)), available_bytes()
    if available is not None and needed > available:
        raise CannotStart(
            f"{model} needs about {needed >> 20:,} MiB of memory to load, and {available >> 20:,} MiB are left",
            Exit.BAD_INPUT,
        )
    collection = await asyncio.to_thread(collection_for, model, settings)
    return await Easel.set_up(collection, settings.model_copy(update={"model": model}), metrics)


def models_of(settings: ServerSettings) -> dict[str, str]:
    """What a room may be switched to, by name: that which it began with, and those that the operator permitted."""
    return {Path(model).stem: model for model in (*settings.models, settings.model)}


class Easels:
    """Those of one renderer: rooms that show the same model share one, and it closes when the last has left it."""

    def __init__(self, first: Easel, models: Mapping[str, str], open_: Open) -> None:
        """`models`: what rooms may be switched to, by name."""
        self.models = dict(models)
        self._open = {first.painter.name: first}
        self._rooms: Counter[str] = Counter()
        self._opener = open_
        self._opening = asyncio.Lock()

    async def take(self, name: str) -> Easel:
        """The easel that draws with this model, for one more room. Raises as `Open` does."""
        async with self._opening:  # one at a time: two would need the memory of both
            if name not in self._open:
                self._open[name] = await self._opener(self.models[name])
            self._rooms[name] += 1
            return self._open[name]

    def join(self, easel: Easel) -> None:
        """One more room draws on an easel that is open."""
        self._rooms[easel.painter.name] += 1

    def leave(self, easel: Easel) -> None:
        """A room draws on it no more."""
        name = easel.painter.name
        self._rooms[name] -= 1
        if self._rooms[name] <= 0 and self._open.get(name) is easel:
            del self._open[name]
            easel.close()

    def close(self) -> None:
        """All of them."""
        for easel in self._open.values():
            easel.close()


class LiveRoom(Protocol):
    """What is asked of a room (`room_loop.RoomLoop`)."""

    name: str

    @property
    def easel(self) -> Easel:
        """What draws it."""
        ...

    async def show_with(self, easel: Easel) -> None:
        """Fade to it. Raises DrawingError, with the old one on the wall, when the new one fails meanwhile."""
        ...

    async def report(self, report: SwitchReport) -> None:
        """Put it on the room's card."""
        ...

    @property
    def scene(self) -> Scene:
        """What the room shows."""
        ...

    @property
    def guests(self) -> Guests:
        """Pictures that visitors brought."""
        ...

    def settle(self) -> None:
        """Nothing is under way any more: the model on the wall stays there."""
        ...


class Switching:
    """One room's wishes for another model, one at a time."""

    def __init__(self, room: LiveRoom, easels: Easels) -> None:
        self._room, self._easels = room, easels
        self._wish: Switch | None = None
        self._wished = asyncio.Event()
        self._because = ""
        """What the reports of this wish begin with."""

    def ask(self, wish: Switch) -> None:
        """Begin with this one soon; while another is being fulfilled it is not heard."""
        if self._wish is None:
            self._wish = wish
            self._wished.set()

    def go_on(self, lease: Lease, showed: str) -> None:
        """The room has come to us under this lease, and showed this model: once we draw, that is a wish of our own. It
        is not asked again when it fails: a model that ends the process would take the room down ever anew."""
        own = self._room.easel.painter.name
        if showed == own:
            self._room.settle()
            return
        log.warning("taking over a room that showed another model", room=lease.room, showed=showed, draws=own)
        self._because = f"The room was taken over from a renderer that showed {showed}. "
        self._wish = Switch(f"lease-{lease.token}", showed)
        self._wished.set()

    async def run(self) -> NoReturn:
        """Fulfil wishes until cancelled."""
        while True:
            await self._wished.wait()
            self._wished.clear()
            assert self._wish is not None
            try:
                await self._room.easel.drawn.wait()  # nothing is loaded before the wall has a picture
                await self._fulfil(self._wish)
                self._room.settle()
            finally:
                self._wish, self._because = None, ""

    async def _fulfil(self, wish: Switch) -> None:
        before = self._room.easel.painter.name
        stays = f"{before} stays on the wall"
        if wish.model not in self._easels.models:
            known = ", ".join(self._easels.models)
            await self._tell(wish, "failed", f"There is no model {wish.model!r} here, there are {known}; {stays}.")
        elif wish.model == before:
            await self._tell(wish, "done", f"{wish.model} is on the wall already.")
        else:
            await self._tell(wish, "loading", f"{wish.model} is being loaded; {before} draws meanwhile.")
            failure = await self._change(wish)
            if failure is not None:
                gc.collect()  # what failed is held by its own traceback
            free_memory()
            if failure is None:
                await self._tell(wish, "done", f"{wish.model} is on the wall.")
            else:
                await self._tell(wish, "failed", f"{failure}; {stays}.")

    async def _change(self, wish: Switch) -> str | None:
        """None, or why it could not be."""
        try:
            await self._fade(wish)
        except LostLease:
            raise
        except Exception as error:
            log.warning("another model could not be shown", room=self._room.name, exc_info=error)
            return reason(error, wish.model)
        return None

    async def _fade(self, wish: Switch) -> None:
        old = self._room.easel
        new = await self._easels.take(wish.model)
        try:
            for _ in range(WARM_UP):
                await new.draw(self._room.scene, self._room.guests)
            await self._tell(wish, "fading", f"{wish.model} has been loaded; the wall fades to it.")
            await self._room.show_with(new)
        except BaseException:
            self._easels.leave(new)
            raise
        self._easels.leave(old)
        new.index.prepare()

    async def _tell(self, wish: Switch, stage: Stage, told: str) -> None:
        log.info("another model", room=self._room.name, model=wish.model, stage=stage)
        await self._room.report(SwitchReport(wish.id, wish.model, stage, f"{self._because}{told}"))


def reason(error: BaseException, model: str) -> str:
    """Why it could not be shown, as a person says it, without a full stop."""
    cause: BaseException | None = error
    while cause is not None:
        # torch.OutOfMemoryError by name: torch is not imported for it.
        if isinstance(cause, MemoryError) or type(cause).__name__ == "OutOfMemoryError":
            return f"There is not enough memory for {model} beside the model that draws"
        cause = cause.__cause__
    if isinstance(error, CannotStart):
        return str(error).rstrip(".")
    return f"{model} failed with {type(error).__name__}: {error}".rstrip(".")
