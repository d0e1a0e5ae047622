"""A stack machine for NVIDIA's pickles: opcodes -> dicts, lists and a few records. Nothing of the file is ever run.

`pickle` itself is not used: `pickletools` decodes the opcodes (decoding runs nothing), and the machine knows the few
that these files are made of. No callable from outside this module is called on the file's behalf, no object's state is
set but a number type's byte order, nothing foreign is hashed, and nothing is copied that the file could repeat: what it
makes is no larger than what the file says. A global beyond `GLOBALS` is refused by its name.

No torch, no files: `nvidia_pickle.py` opens the tensors.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAX_OPCODES = 2_000_000
"""A file with generator, discriminator and average takes about 40,000; each may cost a hundred bytes of memory."""
MAX_NUMBER_BITS = 64
"""Of a whole number. One of a megabyte would be read again wherever it is a key."""
MAX_NAME = 100
"""Characters of a key; names of modules are put together, each before all that is in it."""
MAX_DIMENSIONS = 8
"""Of a tensor; a convolution's weight has 4."""


class Refused(Exception):
    """Why, in the second half of a sentence; `read_nvidia_pickle` puts the file's name before it."""


# -- what a file may hold, beside numbers, text, lists and dicts -----------------------------------------------------


@dataclass
class Module:
    """A pickled network or layer, its source dropped."""

    class_name: str
    state: dict[Any, Any]


@dataclass(frozen=True)
class Storage:
    """A tensor's numbers, as torch.save wrote them."""

    saved: bytes


@dataclass(frozen=True)
class View:
    """A tensor: a window on a storage."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


@dataclass
class NumberType:
    """A numpy dtype: one kind of number, never objects or records."""

    code: str
    """Such as "f8"."""
    order: str = "="
    """ "<", ">", or "=" for the machine's own."""

    def numpy(self) -> np.dtype[Any]:
        return np.dtype(f"{self.order}{self.code.lstrip('<>=|')}")


@dataclass
class Array:
    """A numpy array. Nothing that we want is one, so its numbers are checked for their kind and dropped."""


@dataclass
class Group:
    """A set. Nothing that we want is one, and a real one would hash foreign things, so its items are dropped."""


@dataclass(frozen=True)
class Global:
    """An allowed name. Calling it is calling our own function."""

    name: str
    call: Callable[..., Any] | None = field(compare=False)


def rebuilt_object(meta: Any) -> Module:
    """For `_reconstruct_persistent_obj`: the record without `module_src`."""
    if not isinstance(meta, dict) or meta.get("type") != "class":
        raise Refused("holds a persistent object that is not a class; it was not saved by NVIDIA's training code")
    class_name, state = meta.get("class_name"), meta.get("state")
    if not isinstance(class_name, str) or not isinstance(state, dict):
        raise Refused("holds a persistent object without a class name and state; it was not saved by NVIDIA's code")
    return Module(class_name, state)


def rebuilt_view(storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> View:
    """For `_rebuild_tensor_v2`; whether the window lies within the storage is checked when it is opened."""
    whole = isinstance(size, tuple) and isinstance(stride, tuple) and len(size) == len(stride) <= MAX_DIMENSIONS
    if not isinstance(storage, Storage) or not whole or not all(natural(n) for n in (offset, *size, *stride)):
        raise Refused("holds a tensor whose storage, size and stride are not such; fetch the file again")
    return View(storage, offset, size, stride)


def rebuilt_parameter(data: Any, *rest: Any) -> View:
    if not isinstance(data, View):
        raise Refused("holds a parameter that is not a tensor; fetch the file again")
    return data


def rebuilt_storage(saved: Any) -> Storage:
    if not isinstance(saved, bytes):
        raise Refused("holds a storage that is not bytes; fetch the file again")
    return Storage(saved)


def number_type(code: Any, *rest: Any) -> NumberType:
    """For `numpy.dtype`. An object dtype would be a way to hold anything at all."""
    if not isinstance(code, str):  # not shown: a list of the same lists has no end
        raise Refused(f"holds numpy values of type {type(code).__name__}, not text; only plain numbers are read")
    if code.lstrip("<>=|")[:1] not in set("bifu?") or len(code) > 4:
        raise Refused(f"holds numpy values of type {code[:20]!r}; only plain numbers are read")
    return NumberType(code)


def number(kind: Any, raw: Any) -> float:
    """For numpy's `scalar`: a plain Python number."""
    if not isinstance(kind, NumberType) or not isinstance(raw, bytes):
        raise Refused("holds a numpy value that is no plain number; only plain numbers are read")
    return np.frombuffer(raw, kind.numpy(), count=1)[0].item()  # type: ignore[no-any-return]


def array(*_: Any) -> Array:
    return Array()


def dictionary() -> dict[Any, Any]:
    """For OrderedDict and EasyDict. Made empty and then filled: copying a given list would let a few bytes, repeated,
    make a mountain."""
    return {}


def group(*_: Any) -> Group:
    return Group()


def natural(n: Any) -> bool:
    return type(n) is int and 0 <= n < 2**63


NUMPY_CORE = ("numpy.core.multiarray", "numpy._core.multiarray")
"""Before numpy 2 and since."""
GLOBALS: dict[str, Callable[..., Any] | None] = {
    "torch_utils.persistence._reconstruct_persistent_obj": rebuilt_object,
    "torch._utils._rebuild_tensor_v2": rebuilt_view,
    "torch._utils._rebuild_parameter": rebuilt_parameter,
    "torch.storage._load_from_bytes": rebuilt_storage,
    "collections.OrderedDict": dictionary,
    "dnnlib.util.EasyDict": dictionary,
    "numpy.dtype": number_type,
    "numpy.ndarray": None,
    **{f"{core}.scalar": number for core in NUMPY_CORE},
    **{f"{core}._reconstruct": array for core in NUMPY_CORE},
    "builtins.set": group,
}
"""All that a file may name, and what we do instead of calling it. None: it may be named, not called.

`builtins.set` is there because the published files were written by Python 3.7, whose pickles know no other set."""


# -- the stack machine -----------------------------------------------------------------------------------------------

MARK = object()


class Machine:
    """Runs the opcodes of one pickle. `run` is the only entry; a machine is used once."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, data: Any) -> Any:
        """The object that the pickle describes. Raises Refused, and whatever a broken pickle makes Python raise."""
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count >= MAX_OPCODES:
                raise Refused(f"has more than {MAX_OPCODES} opcodes; no generator needs so many")
            if opcode.name == "STOP":
                break
            self.step(opcode.name, argument)
        return self.stack.pop()

    def step(self, name: str, argument: Any) -> None:
        if name in PLAIN:
            self.stack.append(PLAIN[name](argument))
        elif action := ACTIONS.get(name):
            action(self, argument)
        elif name not in NOTHING:
            raise Refused(f"uses the pickle opcode {name}, which no NVIDIA file needs and which could run code")

    def marked(self) -> list[Any]:
        """What was pushed since the last mark, taken off with it."""
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at] is MARK:
                items = self.stack[at + 1 :]
                del self.stack[at:]
                return items
        raise Refused("closes a list that it never opened; fetch the file again")

    def drop(self) -> None:
        self.stack.pop()

    def drop_marked(self) -> None:
        self.marked()

    def put_items(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or len(pairs) % 2:
            raise Refused("fills something that is no dictionary; it was not saved by NVIDIA's code")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            put(target, key, value)

    def append_items(self, items: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise Refused("extends something that is no list; it was not saved by NVIDIA's code")
        self.stack[-1].extend(items)

    def push_tuple(self, length: int) -> None:
        items = [self.stack.pop() for _ in range(length)]
        self.stack.append(tuple(reversed(items)))

    def push_dict(self, pairs: list[Any]) -> None:
        self.stack.append({})
        self.put_items(pairs)

    def push_global(self, module: Any, name: Any) -> None:
        full = f"{module}.{name}"
        if not (isinstance(module, str) and isinstance(name, str)) or full not in GLOBALS:
            raise Refused(
                f"wants {full[:80]!r}, which could run code and is not needed for a generator's weights; take the file "
                "from its authors, or convert it there to .safetensors"
            )
        self.stack.append(Global(full, GLOBALS[full]))

    def call(self) -> None:
        """REDUCE and NEWOBJ: one of our own functions on what the file gives it."""
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Global) or function.call is None or not isinstance(arguments, tuple):
            raise Refused("calls something that is no function; it was not saved by NVIDIA's code")
        self.stack.append(function.call(*arguments))

    def build(self) -> None:
        """BUILD gives an object its state. Only numpy's types have one here; all else would be a back door."""
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, NumberType) and isinstance(state, tuple) and state[1] in ("<", ">", "|", "="):
            target.order = state[1]
        elif isinstance(target, Array) and isinstance(state, tuple) and isinstance(state[2], NumberType):
            return
        else:
            raise Refused(f"sets the state of a {type(target).__name__}; it was not saved by NVIDIA's code")

    def remember(self, index: int | None) -> None:
        self.memo[len(self.memo) if index is None else index] = self.stack[-1]


def put(target: dict[Any, Any], key: Any, value: Any) -> None:
    """Only plain keys: hashing a tuple of tuples of the same tuples takes for ever, or the whole C stack."""
    if type(key) not in (str, int):
        raise Refused(f"has a dictionary with a key of type {type(key).__name__}; only names and numbers are read")
    if isinstance(key, str) and len(key) > MAX_NAME:
        raise Refused(f"has a name of {len(key)} characters ({key[:20]!r}...); the longest we read has {MAX_NAME}")
    target[key] = value


def whole_number(argument: Any) -> int:
    if argument.bit_length() > MAX_NUMBER_BITS:
        raise Refused(f"holds a number of {argument.bit_length()} bits; no generator has one of more than 64")
    return int(argument)


PLAIN: dict[str, Callable[[Any], Any]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "EMPTY_DICT": lambda _: {},
    "EMPTY_SET": lambda _: Group(),
    "MARK": lambda _: MARK,
    **dict.fromkeys(("LONG1", "LONG4"), whole_number),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "BINFLOAT", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8")
        + ("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"),
        lambda argument: argument,
    ),
}
"""Opcodes that push a value."""

ACTIONS: dict[str, Callable[[Machine, Any], None]] = {
    "GLOBAL": lambda m, argument: m.push_global(*argument.split(" ", 1)),
    "STACK_GLOBAL": lambda m, _: m.push_global(*reversed([m.stack.pop(), m.stack.pop()])),
    "REDUCE": lambda m, _: m.call(),
    "NEWOBJ": lambda m, _: m.call(),
    "BUILD": lambda m, _: m.build(),
    "TUPLE": lambda m, _: m.stack.append(tuple(m.marked())),
    "TUPLE1": lambda m, _: m.push_tuple(1),
    "TUPLE2": lambda m, _: m.push_tuple(2),
    "TUPLE3": lambda m, _: m.push_tuple(3),
    "LIST": lambda m, _: m.stack.append(m.marked()),
    "APPEND": lambda m, _: m.append_items([m.stack.pop()]),
    "APPENDS": lambda m, _: m.append_items(m.marked()),
    "DICT": lambda m, _: m.push_dict(m.marked()),
    "SETITEM": lambda m, _: m.put_items([m.stack.pop(), m.stack.pop()][::-1]),
    "SETITEMS": lambda m, _: m.put_items(m.marked()),
    "ADDITEMS": lambda m, _: m.drop_marked(),
    "MEMOIZE": lambda m, _: m.remember(None),
    "BINPUT": lambda m, index: m.remember(index),
    "LONG_BINPUT": lambda m, index: m.remember(index),
    "BINGET": lambda m, index: m.stack.append(m.memo[index]),
    "LONG_BINGET": lambda m, index: m.stack.append(m.memo[index]),
    "POP": lambda m, _: m.drop(),
    "POP_MARK": lambda m, _: m.drop_marked(),
}
"""Opcodes that work on the stack. What is not here (persistent ids, extensions, INST, OBJ, ...) is refused by name."""

NOTHING = {"PROTO", "FRAME"}
"""Opcodes that only help a reader to read ahead."""
