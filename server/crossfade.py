"""One model's picture growing out of another's: both draw the room's place, and the new one counts ever more.

Not here: when there is another model (`switching.py`), when a frame is due (`room_loop.py`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.maps import smooth_step
from server.easel import Drawing, DrawingError, Easel

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

    async def draw(self, x: float, y: float, now_s: float) -> Drawing:
        """The picture at a place, with the works around it as `old` tells them until `new` stands alone. Raises
        DrawingError when `old` fails; when `new` does the fade is over, and `old` stays."""
        old, new = await asyncio.gather(self.old.draw(x, y), self.new.draw(x, y), return_exceptions=True)
        if isinstance(new, BaseException):
            self._give_up(new)
            return self._of_old(old)
        share = self._share(now_s)
        if share == 1:
            self._end()
            return new
        old = self._of_old(old)
        jpeg = await asyncio.to_thread(self.new.encoded, mixed(old.picture, new.picture, share))
        return replace(old, jpeg=jpeg)

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


def mixed(old: NDArray[np.uint8], new: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """Pictures (H, W, 3), `share` of the new one, at the new one's size."""
    if old.shape != new.shape:
        old = np.asarray(Image.fromarray(old).resize((new.shape[1], new.shape[0]), Image.Resampling.BICUBIC))
    return np.asarray(Image.blend(Image.fromarray(old), Image.fromarray(new), share))
