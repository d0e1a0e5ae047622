"""A look at the pickles of a torch file before torch reads them: does what they make stay small?

torch's `weights_only` refuses whatever could run, but not what is only large: a tuple in a tuple a million deep ends
the process when it becomes a dictionary's key, one doubled sixty times takes for ever, and a list of a megabyte can be
copied a million times. Here the opcodes are walked with a stack of weights; nothing of the file is made.

No torch. NVIDIA's own pickles have a machine of their own (`pickle_machine.py`) with the same limits built in.
"""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, Literal

MAX_OPCODES = 1_000_000
"""Of one pickle, some seconds of walking; one with generator, discriminator and optimiser takes about 100,000."""
MAX_TUPLE = 100_000
"""Things in a tuple, and in all that is within it; a tensor's arguments are about 20."""
MAX_DEPTH = 100
"""Tuples within tuples; a tensor's arguments have 2. Hashing goes as deep as they do, on the C stack."""
MAX_WORK = 4_000_000
"""Things that are hashed or handed to functions, all together: a hundred megabytes; the largest files have 500,000."""
MAX_PICKLE_BYTES = 64 << 20
"""Of the pickle in an archive, whose numbers lie beside it; published ones have below 1 MB."""
LEGACY_PICKLES = 5
"""One after the other at the start of an unzipped file: magic, version, machine, what was saved, keys of storages."""
UNNEEDED = ("bytearray", "encode")
"""Functions that make bytes, a gigabyte out of a number; `weights_only` would call them."""


class Bomb(Exception):
    """Why a pickle is not read, as half a sentence."""


Kind = Literal["plain", "global", "container", "mark"]


@dataclass
class Thing:
    """What stands for a value on the stack."""

    weight: int = 1
    """How much there is to hash, copy or hand on."""
    depth: int = 0
    """Tuples within a tuple."""
    kind: Kind = "plain"
    """A plain value or a tuple of such, a name, anything that could hold itself, the beginning of a list."""


def guard_archive(archive: zipfile.ZipFile) -> None:
    """Raise Bomb for an archive whose pickle unfolds to more than a generator needs."""
    for entry in archive.infolist():
        if entry.filename.endswith("data.pkl"):
            if entry.file_size > MAX_PICKLE_BYTES:
                raise Bomb(f"its pickle has {entry.file_size} bytes; the most we read is {MAX_PICKLE_BYTES}")
            with archive.open(entry) as pickle:
                guard(pickle)


def guard_legacy(file: IO[bytes]) -> None:
    """The same for torch's unzipped form, from the start of the file."""
    for _ in range(LEGACY_PICKLES):
        guard(file)


def guard(pickle: IO[bytes]) -> None:
    """Walk one pickle. Raises Bomb, and ValueError, IndexError or KeyError for one that is broken."""
    stack: list[Thing] = []
    memo: dict[int, Thing] = {}
    work = 0
    argument: Any
    for count, (opcode, argument, _) in enumerate(pickletools.genops(pickle)):
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            memo[len(memo) if opcode.name == "MEMOIZE" else argument] = stack[-1]
            continue
        if opcode.name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
            continue
        taken = take(stack, opcode.stack_before)
        work += cost(opcode.name, taken)
        if count >= MAX_OPCODES or work > MAX_WORK:
            raise Bomb("its pickle unfolds to far more than a generator needs")
        if opcode.name == "STOP":
            return
        stack.extend(made(opcode.name, argument, taken, opcode.stack_after))


def take(stack: list[Thing], before: list[pickletools.StackObject]) -> list[Thing]:
    """What an opcode takes off the stack, without the mark."""
    if pickletools.markobject not in before:
        start = len(stack) - len(before)
        if start < 0:
            raise IndexError("an opcode finds nothing to work on")
        taken = stack[start:]
    else:
        at = len(stack) - 1
        while at >= 0 and stack[at].kind != "mark":
            at -= 1
        start = at - before.index(pickletools.markobject)
        if start < 0:
            raise IndexError("a list ends that never began")
        taken = stack[start:at] + stack[at + 1 :]
    del stack[start:]
    return taken


def cost(name: str, taken: list[Thing]) -> int:
    """What is hashed (keys) or handed to a function."""
    if name in ("SETITEM", "SETITEMS"):
        return total(taken[1::2])
    return total(taken) if name in ("REDUCE", "NEWOBJ", "BUILD", "ADDITEMS") else 0


def made(name: str, argument: Any, taken: list[Thing], after: list[pickletools.StackObject]) -> list[Thing]:
    """What an opcode leaves on the stack. Raises Bomb."""
    if name == "MARK":
        return [Thing(kind="mark")]
    if name in ("APPEND", "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS", "BUILD"):  # the same thing, with more in it
        taken[0].weight += len(taken) - 1
        return taken[:1]
    if name in ("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"):
        weight, depth = 1 + total(taken), 1 + max((thing.depth for thing in taken), default=0)
        if weight > MAX_TUPLE or depth > MAX_DEPTH:
            raise Bomb("its pickle nests tuples that unfold to more than a generator needs")
        return [Thing(weight, depth, "container" if any(thing.kind == "container" for thing in taken) else "plain")]
    if name in ("REDUCE", "NEWOBJ") and taken[0].kind != "global":
        raise Bomb("its pickle calls something that is no function")
    if name == "BINPERSID" and taken[0].kind == "container":
        raise Bomb("its pickle names a storage by something that is no name")
    if name == "STACK_GLOBAL":
        return [Thing(kind="global")]  # torch refuses it
    if name == "GLOBAL":
        if argument.rpartition(" ")[2] in UNNEEDED:
            raise Bomb(f"its pickle wants {argument.replace(' ', '.')[:80]!r}, which no generator needs")
        return [Thing(kind="global")]
    if taken or name.startswith("EMPTY_"):
        kind: Kind = "plain" if name == "EMPTY_TUPLE" else "container"
        return [Thing(1 + total(taken), kind=kind) for _ in after]
    return [Thing(1 + size(argument)) for _ in after]


def total(things: Iterable[Thing]) -> int:
    return sum(thing.weight for thing in things)


def size(argument: Any) -> int:
    """Of a long text or number, in units of 64 bytes or bits."""
    if isinstance(argument, str | bytes):
        return len(argument) >> 6
    return argument.bit_length() >> 6 if isinstance(argument, int) else 0
