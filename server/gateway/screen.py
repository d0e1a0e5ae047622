"""One screen's share of a room: at most a window of frames on their way, and a slot of one for the newest besides.

"Newest wins" alone does not bound age: the kernel's send buffer holds old frames. Acknowledgements do. A screen that
says it has painted what it never read is held by its socket, which takes nothing above its high-water mark.
Pure but for the socket it is given: no clock, no task.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from server.gateway.faults import Refusal
from server.gateway.sockets import Framed, FrameSocket
from shared_state.messages import Role


class Screen:
    """One connection that shows frames. See the module."""

    def __init__(self, socket: FrameSocket, role: Role, window: int, end: Callable[[Refusal], None]) -> None:
        self.role = role
        self.end = end
        self.dropped = 0
        """Frames replaced by a newer one before they left; whoever counts them sets it back to 0."""
        self._socket = socket
        self._window = window
        self._flying: deque[int] = deque()
        self._progress_s = 0.0
        self._frame: Framed | None = None
        self._people: Framed | None = None

    def show(self, frame: Framed, now_s: float) -> bool:
        """Write the frame, or keep it in place of the one kept before. True when it was written."""
        if self._people is not None:
            self.tell(self._people)
        if len(self._flying) < self._window and self._socket.write(frame):
            if not self._flying:
                self._progress_s = now_s
            self._flying.append(frame.seq)
            self.dropped += self._frame is not None
            self._frame = None
            return True
        self.dropped += self._frame is not None
        self._frame = frame
        return False

    def tell(self, people: Framed) -> None:
        """Write who is here, or keep it until the socket takes something again."""
        self._people = None if self._socket.write(people) else people

    def acknowledge(self, seq: int, now_s: float) -> tuple[bool, int]:
        """Frame `seq` was painted, and with it all before.

        Returns whether it was on its way, and how many bytes are written now that there is room.
        """
        if seq not in self._flying:
            return False, 0
        while self._flying.popleft() != seq:
            pass
        self._progress_s = now_s
        kept, self._frame = self._frame, None
        return True, len(kept.wire) if kept is not None and self.show(kept, now_s) else 0

    def is_overdue(self, now_s: float, timeout_s: float) -> bool:
        """Whether frames have been on their way for longer than `timeout_s` without one acknowledgement."""
        return bool(self._flying) and now_s - self._progress_s > timeout_s
