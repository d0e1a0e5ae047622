"""What draws one room's pictures: an easel, or two while one fades to the other, behind the limit on flashes.

Not here: when a picture is due (`room_loop.py`), why there is another easel (`switching.py`).
"""

from __future__ import annotations

from server.renderer.crossfade import CrossFade
from server.renderer.easel import Drawing, Easel
from server.renderer.flashes import Flashes
from server.renderer.holding import Clock
from server.renderer.mixing import Picture
from shared_state.guests import Guests
from shared_state.scene import Scene


class RoomView:
    """See the module."""

    def __init__(self, easel: Easel, *, clock: Clock) -> None:
        self.easel = easel
        """The one that draws alone, or that fades out."""
        self._fade: CrossFade | None = None
        self._flashes = Flashes()
        self._clock = clock

    @property
    def fading(self) -> bool:
        """Two easels draw, and the picture changes although nothing else moves."""
        return self._fade is not None

    async def draw(self, scene: Scene, guests: Guests) -> Drawing:
        """The picture of a scene, as it may be shown. Raises DrawingError."""
        if self._fade is not None:
            return await self._fade.draw(scene, guests, self._unflashing, self._clock())
        return await self.easel.draw(scene, guests, self._unflashing)

    async def fade_to(self, easel: Easel) -> None:
        """Over the next pictures; then it draws alone. Raises DrawingError when it fails meanwhile: the old one
        stays."""
        self._fade = CrossFade(self.easel, easel)
        try:
            await self._fade.done
        finally:
            self._fade = None
        self.easel = easel

    def _unflashing(self, picture: Picture) -> Picture:
        """In the thread that draws."""
        return self._flashes.limited(picture, self._clock())
