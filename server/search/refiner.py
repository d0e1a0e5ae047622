"""The process in which visitors' seeds are refined: `python -m server.search.refiner`, started by `refining.py` alone.

It takes pictures from its standard input and answers with latents on its standard output, one at a time; a further
message makes it let go of the one it is at, and the end of its input ends it. A process and not a thread, since a
thread that yields its core keeps Python's lock, and whoever draws would wait for it.
"""

from __future__ import annotations

import os
import queue
import signal
import struct
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from typing import BinaryIO, Final

import msgspec
import numpy as np

from models.errors import ModelError
from models.one_core import on_one_core
from server.search.guests import NoSeed, Sight, refined, sight_of

LENGTH: Final = struct.Struct(">I")
"""Before each message."""


class Job(msgspec.Struct, frozen=True, array_like=True):
    """A picture whose seed is sought."""

    number: int
    name: str
    """Of the generator, as `models.load_generator` takes it..."""
    sha256: str
    """...and of its weights."""
    side: int
    picture: bytes
    """uint8 (3, side, side)."""


class Done(msgspec.Struct, frozen=True, array_like=True):
    """What became of a job. `code`: why there is no latent, one of `no_answers.SENTENCES`."""

    number: int
    latent: bytes
    code: str = ""


def main() -> None:
    """Until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of a terminal; whoever started us ends us
    give_way()
    on_one_core()
    inbox: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, inbox), daemon=True).start()
    while (message := inbox.get()) is not None:
        if message:  # an empty one only says that the one before is not wanted any more
            write(sys.stdout.buffer, msgspec.msgpack.encode(done(msgspec.msgpack.decode(message, type=Job), inbox)))


def done(job: Job, inbox: queue.Queue[bytes | None]) -> Done:
    """Do it, unless something else comes in."""
    picture = np.frombuffer(job.picture, np.uint8).reshape(3, job.side, job.side)
    try:
        return Done(job.number, refined(_sight(job.name, job.sha256), picture, lambda: not inbox.empty()))
    except NoSeed as no:
        return Done(job.number, b"", no.code)
    except (ImportError, ModelError, OSError):
        return Done(job.number, b"", "no_generator")


def give_way() -> None:
    """From now on whoever else wants a core gets 68 times as much of it. Not SCHED_IDLE: beside any other busy process,
    however unimportant, that never comes to its turn."""
    with suppress(AttributeError, OSError):
        os.nice(19)


def write(out: BinaryIO, message: bytes) -> None:
    """One message."""
    out.write(LENGTH.pack(len(message)) + message)
    out.flush()


@lru_cache(1)
def _sight(name: str, sha256: str) -> Sight:
    return sight_of(name, sha256)


def _receive(source: BinaryIO, inbox: queue.Queue[bytes | None]) -> None:
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        inbox.put(source.read(LENGTH.unpack(head)[0]))
    inbox.put(None)


if __name__ == "__main__":
    main()
