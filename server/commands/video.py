"""Pictures to an H.264 film in an MP4 file, by PyAV: plays in every browser and on every phone, with its true colours.

Untagged files are read as BT.601 by some and as BT.709 by others, up to 19 levels apart; so the pictures are converted
to BT.709 and the file says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.sources.files import whole_file
from server.exits import CannotStart, Exit

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

BT709: Final = 1
"""ITU-T H.273: the number of BT.709 as primaries, as transfer and as matrix."""

LIMITED: Final = 1
"""16 to 235, which is what players expect of H.264."""

QUALITY: Final = "18"
"""x264's CRF: nobody sees the difference to the pictures themselves; a minute at 512 px takes some 10 MB."""


class Film:
    """Takes pictures one by one."""

    def __init__(self, container: OutputContainer, stream: VideoStream) -> None:
        self._container, self._stream, self._next = container, stream, 0

    def show(self, picture: NDArray[np.uint8], frames: int = 1) -> None:
        """A picture (H, W, 3) for that many frames."""
        import av
        from av.video.reformatter import ColorRange, Colorspace, Interpolation

        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = frame.reformat(
            width=self._stream.width,
            height=self._stream.height,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.LANCZOS,
        )
        for _ in range(frames):
            frame.pts = self._next
            self._next += 1
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder still holds."""
        self._container.mux(self._stream.encode(None))


@contextmanager
def film(path: Path, *, size: int, fps: int, about: Mapping[str, str]) -> Iterator[Film]:
    """A film of `size` pixels square, which takes its place at `path` when the block ends well. `about`: title, artist,
    comment and the like. Raises OSError, and CannotStart without PyAV."""
    av = required()
    with (
        whole_file(path) as part,
        av.open(part.name, "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        container.metadata.update(about)
        stream = container.add_stream("libx264", rate=fps, options={"crf": QUALITY, "preset": "medium"})
        stream.width = stream.height = size + size % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED
        making = Film(container, stream)
        yield making
        making.finish()


def required() -> Any:
    """PyAV. Raises CannotStart."""
    try:
        import av
    except ImportError as error:
        raise CannotStart(
            "A film needs PyAV, which is not installed; run `pip install 'genstudio[video]'`", Exit.BAD_INPUT
        ) from error
    return av
