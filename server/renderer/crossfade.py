"""One model's picture growing out of another's: both draw what the room shows, and the new one counts ever more.

Not here: when there is another model (`switching.py`), when a frame is due (`room_loop.py`), how two pictures mix
(`mixing.py`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from models.maps import smooth_step
from server.renderer.easel import Drawing, DrawingError, Easel
from server.renderer.mixing import Through, mixed
from shared_state.guests import Guests
from shared_state.scene import Scene

FADE_S: Final = 1.0
"""Long enough to be seen as one picture becoming another, short enough for two models to share a processor."""

LARGEST_STEP: Final = 0.2
"""Of the whole fade in one frame: two slow models still take five frames, not one jump."""


class CrossFade:
    """From `old` to `new`, from the first picture on. `done` ends with None, or with the DrawingError of `new`."""

    def __init__(self, old: Easel, new: Easel) -> None:
        self.old, self.new = old, new
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._began_s: float | None = None
        self._way = 0.0
        """How much of the fade was shown, 0 to 1."""

    async def draw(self, scene: Scene, guests: Guests, through: Through, now_s: float) -> Drawing:
        """The picture of a scene, with the works around it as `old` tells them until `new` stands alone. Raises
        DrawingError when `old` fails; when `new` does the fade is over, and `old` stays."""
        old, new = await asyncio.gather(
            self.old.draw(scene, guests), self.new.draw(scene, guests), return_exceptions=True
        )
        if isinstance(new, BaseException):
            self._give_up(new)
            return await self._finished(self._of_old(old), through)
        share = self._share(now_s)
        if share == 1:
            self._end()
            return await self._finished(new, through)
        old = self._of_old(old)
        picture = await asyncio.to_thread(mixed, old.picture, new.picture, share)
        return await self._finished(replace(old, picture=picture), through)

    async def _finished(self, drawing: Drawing, through: Through) -> Drawing:
        """With its picture as it is shown."""

        def finish() -> Drawing:
            picture = through(drawing.picture)
            return replace(drawing, picture=picture, jpeg=self.new.encoded(picture))

        return await asyncio.to_thread(finish)

    def _share(self, now_s: float) -> float:
        """Of the new picture in this frame, 0 to 1: slow at both ends."""
        if self._began_s is None:
            self._began_s = now_s
        self._way = min(1.0, self._way + LARGEST_STEP, (now_s - self._began_s) / FADE_S)
        return smooth_step(self._way)

    def _of_old(self, drawn: Drawing | BaseException) -> Drawing:
        if isinstance(drawn, BaseException):
            raise drawn
        return drawn

    def _end(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _give_up(self, error: BaseException) -> None:
        if not isinstance(error, DrawingError):
            raise error
        if not self.done.done():
            self.done.set_exception(error)
