"""NVIDIA's pickles: what they hold is read, what could run is refused by name and without a side effect."""

from __future__ import annotations

import pickle
import struct
import sys
import types
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.checkpoints import pickle_machine
from models.checkpoints.nvidia_pickle import read_nvidia_pickle
from models.errors import ModelError


class Persistent:
    """Pickles as NVIDIA's networks do: a class name, state, and source that must not run."""

    def __init__(self, class_name: str, *, canary: Path, **state: Any) -> None:
        meta = {"type": "class", "version": 6, "class_name": class_name, "state": state}
        self.meta = meta | {"module_src": f"open({str(canary)!r}, 'w').close()\n"}

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj, (self.meta,)


class EasyDict(dict[str, Any]):
    """NVIDIA's dictionary, by its own name."""


EasyDict.__module__ = "dnnlib.util"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that hostile code would make."""
    return tmp_path / "canary"


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a pickle while NVIDIA's modules can be imported, as they can where such files are made."""

    def _reconstruct_persistent_obj(meta: Any) -> Any:
        raise AssertionError("the official loader would run code here")

    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    _reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"

    def write(held: Any, protocol: int = 4) -> Path:
        persistence, util = types.ModuleType("torch_utils.persistence"), types.ModuleType("dnnlib.util")
        vars(persistence)["_reconstruct_persistent_obj"] = _reconstruct_persistent_obj
        vars(util)["EasyDict"] = EasyDict
        with monkeypatch.context() as patch:
            for name, module in {"torch_utils.persistence": persistence, "dnnlib.util": util}.items():
                patch.setitem(sys.modules, name.split(".")[0], types.ModuleType(name.split(".")[0]))
                patch.setitem(sys.modules, name, module)
            (tmp_path / "network.pkl").write_bytes(pickle.dumps(held, protocol=protocol))
        return tmp_path / "network.pkl"

    return write


@pytest.fixture
def raw(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes opcodes as they are."""

    def write(opcodes: bytes) -> Path:
        (tmp_path / "hostile.pkl").write_bytes(b"\x80\x04" + opcodes)
        return tmp_path / "hostile.pkl"

    return write


def network(canary: Path, weight: torch.Tensor, **arguments: Any) -> Persistent:
    layer = Persistent(
        "Layer",
        canary=canary,
        _parameters=OrderedDict(weight=torch.nn.Parameter(weight)),
        _buffers=OrderedDict(filter=torch.ones(4), off=None),
        _modules=OrderedDict(),
        _non_persistent_buffers_set=set(),
        conv_clamp=256,
        gain=np.float64(0.5),
    )
    return Persistent(
        "Generator",
        canary=canary,
        _parameters=OrderedDict(),
        _buffers=OrderedDict(),
        _modules=OrderedDict(conv=layer, nothing=None),
        _init_kwargs=EasyDict(z_dim=8, mapping_kwargs=EasyDict(num_layers=2), **arguments),
        history=np.arange(3.0),
    )


@pytest.mark.parametrize("protocol", [3, 4])
def test_tensors_settings_and_plain_values_are_read_and_no_source_is_run(
    dump: Callable[..., Path], canary: Path, protocol: int
) -> None:
    """Protocol 3 is what Python 3.7 wrote, and with it the published files."""
    weight = torch.randn(5, 6)
    held = {"G": None, "training_set_kwargs": EasyDict(a=1), "G_ema": network(canary, weight.T)}
    found = read_nvidia_pickle(dump(held, protocol))
    assert found.class_name == "Generator"
    assert found.settings == {"z_dim": 8, "mapping_kwargs": {"num_layers": 2}}
    assert set(found.tensors) == {"conv.weight", "conv.filter"}
    assert torch.equal(found.tensors["conv.weight"], weight.T)
    assert found.values == {"conv.conv_clamp": 256, "conv.gain": 0.5}
    assert not canary.exists()


def test_the_average_is_taken_and_the_trained_one_only_when_asked(dump: Callable[..., Path], canary: Path) -> None:
    path = dump({"G": network(canary, torch.zeros(2)), "G_ema": network(canary, torch.ones(2))})
    assert read_nvidia_pickle(path).tensors["conv.weight"].tolist() == [1, 1]
    assert read_nvidia_pickle(path, network="G").tensors["conv.weight"].tolist() == [0, 0]


def test_a_file_without_the_wanted_network_says_what_it_holds(dump: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match=r"network\.pkl holds no network G_ema, only D, step"):
        read_nvidia_pickle(dump({"D": None, "step": 3}))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("builtins", "__import__"),
        ("torch", "load"),
        ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("numpy", "load"),
        ("dnnlib.tflib.network", "Network"),
    ],
)
@pytest.mark.parametrize("stacked", [False, True])
def test_any_other_global_is_refused_by_its_name(
    raw: Callable[[bytes], Path], canary: Path, module: str, name: str, stacked: bool
) -> None:
    command = f"touch {canary}".encode()
    wanted = text(module) + text(name) + b"\x93" if stacked else f"c{module}\n{name}\n".encode()
    with pytest.raises(ModelError, match=f"wants '{module}.{name}'.*convert it there to .safetensors"):
        read_nvidia_pickle(raw(wanted + b"(X" + struct.pack("<I", len(command)) + command + b"tR."))
    assert not canary.exists()


REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
DTYPE = b"cnumpy\ndtype\n"
PERSISTENT = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n"
ORDERED = b"ccollections\nOrderedDict\n"


def text(words: str) -> bytes:
    return b"\x8c" + bytes([len(words)]) + words.encode()


HOSTILE = {
    "a call of what is no function": (b"}" + b")R.", "calls something that is no function"),
    "a call of an array's class": (b"cnumpy\nndarray\n" + b"K\x09\x85R.", "calls something that is no function"),
    "state for a function": (REBUILD + b"}" + text("__code__") + b"Nsb.", "sets the state of a Global"),
    "state for a class, by slots": (ORDERED + b"N}" + text("__init__") + b"Ns\x86b.", "sets the state of a Global"),
    "a byte order for a function": (REBUILD + b"K\x03" + text("<") + b"\x86b.", "sets the state of a Global"),
    "state for a dictionary": (ORDERED + b")R}" + text("items") + b"Nsb.", "sets the state of a dict"),
    "state for a tensor": (b"\x8c\x01a}b.", "sets the state of a str"),
    "a persistent id": (b"X\x04\x00\x00\x00evilQ.", "uses the pickle opcode BINPERSID"),
    "an extension": (b"\x82\x01.", "uses the pickle opcode EXT1"),
    "an instance": (b"(ios\nsystem\n.", "uses the pickle opcode INST"),
    "an object of a marked class": (b"(" + ORDERED + b"o.", "uses the pickle opcode OBJ"),
    "new with keywords": (ORDERED + b")}\x92.", "uses the pickle opcode NEWOBJ_EX"),
    "objects within an array": (DTYPE + text("O8") + b"\x85R.", "numpy values of type 'O8'"),
    "records within an array": (DTYPE + text("V16") + b"\x85R.", "numpy values of type 'V16'"),
    "a dtype by a list": (DTYPE + b"]\x85R.", "numpy values of type"),
    "a dtype by lists without end": (
        DTYPE + b"]\x94" + b"".join(b"0](h" + bytes([i]) + b"h" + bytes([i]) + b"e\x94" for i in range(60)) + b"\x85R.",
        "numpy values of type list, not text",
    ),
    "a number of a thousand bytes": (
        b"\x8b" + struct.pack("<i", 1000) + b"\x01" * 1000 + b".",
        "holds a number of 7993 bits",
    ),
    "a name of a thousand letters": (b"}X" + struct.pack("<I", 1000) + b"n" * 1000 + b"Ns.", "has a name of 1000 char"),
    "a tensor out of nothing": (REBUILD + b"(NK\x00K\x01\x85K\x01\x85\x89NtR.", "holds a tensor whose storage"),
    "a storage of text": (b"ctorch.storage\n_load_from_bytes\n" + text("x") + b"\x85R.", "holds a storage that is not"),
    "an object without state": (PERSISTENT + b"}\x85R.", "not saved by NVIDIA's"),
    "a dictionary of pairs": (ORDERED + b"]\x85R.", "it may be truncated"),
    "a tuple as a key": (b"}))\x86Ns.", "a key of type tuple"),
    "an end without a beginning": (b"e.", "closes a list that it never opened"),
    "items for text": (text("a") + b"NNs.", "fills something that is no dictionary"),
    "more items for a tuple": (b")Na.", "extends something that is no list"),
    "an empty stack": (b".", "it may be truncated"),
    "an unknown memory": (b"h\x07.", "it may be truncated"),
    "no end": (b"}", "it may be truncated"),
    "no pickle": (b"\xff\xff\xff", "it may be truncated"),
    "a length beyond the file": (b"\x8e" + struct.pack("<Q", 1 << 40) + b"abc", "it may be truncated"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_opcodes_are_refused_with_a_reason(raw: Callable[[bytes], Path], case: str) -> None:
    opcodes, reason = HOSTILE[case]
    with pytest.raises(ModelError, match=reason):
        read_nvidia_pickle(raw(opcodes))


def test_an_empty_file_is_refused(raw: Callable[[bytes], Path], tmp_path: Path) -> None:
    (tmp_path / "empty.pkl").touch()
    with pytest.raises(ModelError, match="it may be truncated"):
        read_nvidia_pickle(tmp_path / "empty.pkl")


def test_a_file_cut_anywhere_is_refused(dump: Callable[..., Path], canary: Path) -> None:
    whole = dump({"G_ema": network(canary, torch.zeros(2))}).read_bytes()
    path = canary.with_name("cut.pkl")
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError, match=r"cut\.pkl"):
            read_nvidia_pickle(path)


def test_any_flipped_byte_is_read_or_refused_with_a_reason(dump: Callable[..., Path], canary: Path) -> None:
    """Seed 3; the one error allowed is ours."""
    whole = bytearray(dump({"G_ema": network(canary, torch.zeros(2))}).read_bytes())
    chance = np.random.default_rng(3)
    path = canary.with_name("flipped.pkl")
    for at in chance.integers(2, len(whole), 400):
        kept = whole[at]
        whole[at] = chance.integers(256)
        path.write_bytes(whole)
        try:
            read_nvidia_pickle(path)
        except ModelError as error:
            assert "flipped.pkl" in str(error)
        whole[at] = kept
    assert not canary.exists()


def test_lists_within_lists_a_hundred_thousand_deep_are_refused(raw: Callable[[bytes], Path]) -> None:
    deep = b"]" * 100_000 + b"a" * 99_999
    with pytest.raises(ModelError, match="holds no network"):
        read_nvidia_pickle(raw(deep + b"."))
    with pytest.raises(ModelError, match="a key of type tuple"):
        read_nvidia_pickle(raw(b"})" + b"\x85" * 100_000 + b"Ns."))


def test_more_opcodes_than_a_generator_needs_are_refused(
    raw: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickle_machine, "MAX_OPCODES", 1000)
    with pytest.raises(ModelError, match="has more than 1000 opcodes; no generator needs so many"):
        read_nvidia_pickle(raw(b"N0" * 500 + b"."))


def laughs(levels: int = 60) -> list[Any]:
    """A list of the same list twice, and so on: a few bytes that unfold to 2 ** levels."""
    inner: list[Any] = []
    for _ in range(levels):
        inner = [inner, inner]
    return inner


def test_settings_that_unfold_without_end_are_refused(dump: Callable[..., Path], canary: Path) -> None:
    with pytest.raises(ModelError, match="has arguments of more than"):
        read_nvidia_pickle(dump({"G_ema": network(canary, torch.zeros(2), many=laughs(15))}))
    with pytest.raises(ModelError, match="has arguments of more than"):
        read_nvidia_pickle(dump({"G_ema": network(canary, torch.zeros(2), many=laughs())}))


def test_modules_that_unfold_without_end_are_refused(dump: Callable[..., Path], canary: Path) -> None:
    inner = network(canary, torch.zeros(2))
    for _ in range(18):
        inner = Persistent("Block", canary=canary, _modules={"a": inner, "b": inner})
    with pytest.raises(ModelError, match="nests modules|shows the same numbers"):
        read_nvidia_pickle(dump({"G_ema": inner}))


def test_a_module_within_itself_is_refused(raw: Callable[[bytes], Path]) -> None:
    meta = b"}" + text("type") + text("class") + b"s" + text("class_name") + text("X") + b"s"
    module = PERSISTENT + meta + text("state") + b"}\x94" + b"s\x85R\x94"  # memory 0 is its state, 1 itself
    itself = b"h\x00" + text("_modules") + b"}" + text("again") + b"h\x01" + b"ss0"
    with pytest.raises(ModelError, match="nests modules"):
        read_nvidia_pickle(raw(module + itself + b"."))


def test_one_storage_shown_as_many_tensors_is_refused(dump: Callable[..., Path], canary: Path) -> None:
    numbers = torch.zeros(1000)
    many = Persistent("Generator", canary=canary, _parameters={f"w{i}": numbers for i in range(50)})
    with pytest.raises(ModelError, match="shows the same numbers as many tensors"):
        read_nvidia_pickle(dump({"G_ema": many}))


@pytest.mark.parametrize(
    ("offset", "size", "stride"), [(0, (9,), (1,)), (8, (1,), (1,)), (0, (1 << 20,), (0,)), (0, (2, 2), (7, 1))]
)
def test_a_tensor_beyond_its_storage_is_refused(
    dump: Callable[..., Path], canary: Path, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
) -> None:
    class Window:
        """Eight numbers, seen through a window that is too large."""

        def __reduce__(self) -> tuple[Any, ...]:
            storage = torch.zeros(8)._typed_storage()  # type: ignore[no-untyped-call]
            return torch._utils._rebuild_tensor_v2, (storage, offset, size, stride, False, OrderedDict())

    path = dump({"G_ema": Persistent("Generator", canary=canary, _parameters={"w": Window()})})
    with pytest.raises(ModelError, match="a tensor w that reaches beyond its storage"):
        read_nvidia_pickle(path)


def test_code_within_a_storage_is_refused(dump: Callable[..., Path], canary: Path) -> None:
    class Touch:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (canary,)

    class Bytes:
        """A storage whose bytes are a pickle of another kind, behind the beginning of the right one."""

        def __init__(self, saved: bytes) -> None:
            self.saved = saved

        def __reduce__(self) -> tuple[Any, ...]:
            return torch.storage._load_from_bytes, (self.saved,)

    class Tensor:
        def __init__(self, saved: bytes) -> None:
            self.storage = Bytes(saved)

        def __reduce__(self) -> tuple[Any, ...]:
            return torch._utils._rebuild_tensor_v2, (self.storage, 0, (1,), (1,), False, OrderedDict())

    magic = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2)
    rest = pickle.dumps(1001, protocol=2) + pickle.dumps({}, protocol=2) + pickle.dumps(Touch(), protocol=2)
    for saved, reason in ((rest, "that torch did not write"), (magic + rest, "that torch does not read as plain ones")):
        path = dump({"G_ema": Persistent("Generator", canary=canary, _parameters={"w": Tensor(saved)})})
        with pytest.raises(ModelError, match=reason):
            read_nvidia_pickle(path)
        assert not canary.exists()
