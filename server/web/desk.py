"""Work off the event loop that is bounded: so many threads, so many who wait, and a polite no to the next.

Its threads yield to whoever draws (niced, where the system nices threads): a wall never stutters because somebody
searches.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from server.web.answers import NoAnswer

NICE: Final = 10
"""Half of what there is: behind the frames on a busy machine, at full speed on an idle one."""

SOON_S: Final = 3
"""What who finds a desk full is told to wait: two pictures' time."""

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """`threads` work, `waiting` may wait besides. `begin`: what each thread does first; it must not raise."""

    def __init__(self, name: str, *, threads: int, waiting: int, begin: Callable[[], None] = lambda: None) -> None:
        self._begin = begin
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=self._start)
        self._places = threading.Semaphore(threads + waiting)

    async def ask(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `do` returns or raises, from one of the desk's threads. Raises NoAnswer (503) when too many wait."""
        if not self._places.acquire(blocking=False):
            raise NoAnswer(503, "busy", retry_after_s=SOON_S)
        work = self._pool.submit(do, *args, **kwargs)
        work.add_done_callback(lambda _: self._places.release())  # only then: who gives up waiting does not stop it
        return await asyncio.wrap_future(work)

    def close(self) -> None:
        """Nobody is served any more; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        if sys.platform == "linux":  # elsewhere it would nice the whole process
            thread = threading.get_native_id()  # never less nice than it was: that takes a privilege
            os.setpriority(os.PRIO_PROCESS, thread, max(NICE, os.getpriority(os.PRIO_PROCESS, thread)))
        self._begin()
