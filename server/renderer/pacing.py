"""When a room's frames begin: one in each slot of 1/rate seconds, early in its slot when somebody pushed.

A frame that only carries a movement on begins when its slot ends, so that movement is even. A push need not wait for
that: it begins the slot's frame at once, or when the one in progress is done. The law moves by whole slots either way,
so an early frame shows the place that a later one would have shown, and there are never more frames than slots.
Pure: time is passed in.
"""

from __future__ import annotations


class Pace:
    """See the module. Moments in seconds of one clock."""

    def __init__(self, rate_hz: float) -> None:
        self.slot_s = 1 / rate_hz
        self._end_s = float("-inf")
        """End of the slot whose frame began last."""

    def begin(self, now_s: float) -> float:
        """A frame begins now. Returns the end of its slot, in [now, now + slot]: the moment that it is to show.

        After a rest, or a picture that took longer than a slot, the slot ends now.
        """
        self._end_s = min(max(self._end_s + self.slot_s, now_s), now_s + self.slot_s)
        return self._end_s

    def opens_in_s(self, now_s: float) -> float:
        """Until the next frame may begin, for a push."""
        return max(0.0, self._end_s - now_s)

    def ends_in_s(self, now_s: float) -> float:
        """Until the next frame begins, push or none."""
        return max(0.0, self._end_s + self.slot_s - now_s)
