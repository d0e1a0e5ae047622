"""A visitor's seed, found more exactly behind the scenes: one at a time, a few waiting, in a process that gives way.

The process (`refiner.py`) starts with the first picture and ends when none has come for a while, so a gallery where
nobody brings pictures does not pay for it. Nothing is stored: a picture lives here until it is refined, or until
nobody waits for it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from server.search.guests import NoSeed
from server.search.refiner import LENGTH, Done, Job

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WAITING: Final = 4
"""Behind the one that is refined, two to five seconds each: who would be the next keeps the guess."""

IDLE_S: Final = 120.0
"""The process, 440 MB, is kept so long after its last picture: a class comes with its pictures within minutes, and
starting anew takes two seconds."""

HANGS_S: Final = 90.0
"""After so long there is no answer: PATIENCE_S, and on a machine that is busy as long again and more to start."""

COMMAND: Final = (sys.executable, "-m", "server.search.refiner")


class Refining:
    """Of one gateway. Use from one event loop; `close` ends the process."""

    def __init__(self, command: Sequence[str] = COMMAND, *, idle_s: float = IDLE_S, hangs_s: float = HANGS_S) -> None:
        self._command, self._idle_s, self._hangs_s = command, idle_s, hangs_s
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._number = 0
        self._worker: _Worker | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def latent(self, name: str, sha256: str, picture: NDArray[np.uint8]) -> bytes:
        """What draws a picture uint8 (3, S, S) with this generator. Cancelled, it stops. Raises NoSeed: "many_seeds"
        when too many wait, "not_refined" when the process fails, or why this generator finds none."""
        if self._waiting > WAITING:
            raise NoSeed("many_seeds")
        self._waiting += 1
        try:
            async with self._turn:
                self._number += 1
                job = Job(self._number, name, sha256, picture.shape[-1], picture.tobytes())
                return await self._done(job)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the process, whatever it is at."""
        self._stay()
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    async def _done(self, job: Job) -> bytes:
        self._stay()
        worker = self._worker
        try:
            if worker is None or worker.ended:
                worker = self._worker = await _Worker.start(self._command)
            async with asyncio.timeout(self._hangs_s):
                done = await worker.ask(job)
        except (TimeoutError, OSError) as error:
            await self.close()
            raise NoSeed("not_refined") from error
        finally:
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._let_go)
        if done.code:
            raise NoSeed(done.code)
        return done.latent

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        if self._worker is not None:
            self._worker.hang_up()


class _Worker:
    """The process while it lives, and the answer that it owes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self._owed: tuple[int, asyncio.Future[Done]] | None = None
        self._hearing = asyncio.create_task(self._hear(), name="refining")

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Worker:
        """Raises OSError."""
        pipe = asyncio.subprocess.PIPE
        # In our session: elsewhere a system that groups processes by session would give it a share of its own.
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))

    @property
    def ended(self) -> bool:
        return self._hearing.done() or self._in.is_closing()

    async def ask(self, job: Job) -> Done:
        """What becomes of a job; cancelled, the process is told that nobody wants it any more. Raises OSError when the
        process ends instead."""
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._owed = job.number, answer
        try:
            self._send(msgspec.msgpack.encode(job))
            return await answer
        except asyncio.CancelledError:
            self._send(b"")
            raise
        finally:
            self._owed = None

    def hang_up(self) -> None:
        """It ends by itself, soon."""
        self._in.close()

    async def end(self) -> None:
        """Now."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._hearing

    def _send(self, message: bytes) -> None:
        self._in.write(LENGTH.pack(len(message)) + message)  # a picture is 200 KB, one at a time: nothing piles up

    async def _hear(self) -> None:
        try:
            while True:
                (length,) = LENGTH.unpack(await self._out.readexactly(LENGTH.size))
                done = msgspec.msgpack.decode(await self._out.readexactly(length), type=Done)
                number, answer = self._owed or (None, None)
                if answer is not None and number == done.number and not answer.done():
                    answer.set_result(done)
        except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError) as error:
            if self._owed is not None and not self._owed[1].done():
                self._owed[1].set_exception(ConnectionError(f"the process that refines ended: {error}"))
