"""Files that run nothing, and would still end a process or fill a machine: each is refused before it is made."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from models.checkpoints import pickle_guard
from models.checkpoints.family import Checkpoint
from models.checkpoints.load import built, load_network
from models.checkpoints.pickle_guard import Bomb, guard
from models.errors import ModelError
from tests.models.checkpoints.small import biggan, biggan_deep
from tests.models.checkpoints.test_layouts import published_layout


def doubled(first: bytes, again: Callable[[bytes], bytes], levels: int = 60) -> bytes:
    """Something twice in something twice ...: a few bytes that unfold to 2 ** levels."""
    remembered = [bytes([level]) for level in range(levels)]
    return first + b"q\x00" + b"".join(b"0" + again(b"h" + at) + b"q" + bytes([at[0] + 1]) for at in remembered)


TUPLES = doubled(b")", lambda get: get + get + b"\x86")
LISTS = doubled(b"]", lambda get: b"](" + get + get + b"e")
MANY = b"](" + b"K\x01" * 1000 + b"eq\x00]("

LONG = b"\x8b" + struct.pack("<i", 10**6) + b"\x01" * 10**6

BOMBS = {
    "a key that is a tuple, very deep": (b"})" + b"\x85" * 100_000 + b"Ns.", "nests tuples"),
    "a key that is a tuple twice, twice, ...": (b"}" + TUPLES + b"Ns.", "nests tuples"),
    "a call of lists without end": (LISTS + b")R.", "calls something that is no function"),
    "a storage named by lists without end": (LISTS + b"\x85Q.", "by something that is no name"),
    "bytes of a size": (b"cbuiltins\nbytearray\nK\x09\x85R.", "wants 'builtins.bytearray'"),
    "bytes that double": (b"c_codecs\nencode\n)R.", "wants '_codecs.encode'"),
    "copies of a list": (MANY + b"cbuiltins\nset\nh\x00\x85R" * 5000 + b"e.", "unfolds to far more"),
    "a number of a megabyte as a key": (b"}" + LONG + b"q\x00" + b"Nsh\x00" * 500 + b"Ns.", "unfolds to far more"),
    "nothing": (b".", "an opcode finds nothing to work on"),
    "an end without a beginning": (b"t.", "a list ends that never began"),
}  # fmt: skip


@pytest.mark.parametrize("case", BOMBS)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_unfolds_is_refused_with_a_reason(case: str, zipped: bool, tmp_path: Path) -> None:
    opcodes, reason = BOMBS[case]
    path = tmp_path / "bomb.pth"
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a/data.pkl", b"\x80\x02" + opcodes)
            archive.writestr("a/version", "3\n")
    else:
        path.write_bytes(b"\x80\x02" + opcodes)
    with pytest.raises(ModelError, match=reason):
        load_network(path)


def test_more_opcodes_than_a_generator_needs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickle_guard, "MAX_OPCODES", 1000)
    guard(io.BytesIO(b"N0" * 499 + b"N."))
    with pytest.raises(Bomb):
        guard(io.BytesIO(b"N0" * 600 + b"N."))


def test_an_archive_with_something_around_it_is_refused(tmp_path: Path) -> None:
    """Two readers could take it for two different files."""
    torch.save(dict(biggan().state_dict()), tmp_path / "a.pth")
    whole = (tmp_path / "a.pth").read_bytes()
    (tmp_path / "before.pth").write_bytes(b"PK\x03\x04" + whole)
    with zipfile.ZipFile(tmp_path / "a.pth", "a") as archive:
        archive.comment = b"PK"
    for name in ("before.pth", "a.pth"):
        with pytest.raises(ModelError, match="with something around it"):
            load_network(tmp_path / name)


def test_an_archive_whose_names_are_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("é/data.pkl", b"")
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xff"))
    with pytest.raises(ModelError, match="cannot be read"):
        load_network(path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.long(),
        lambda t: t.bool(),
        lambda t: torch.zeros(()),
        lambda t: torch.zeros([0] * t.ndim),
        lambda t: torch.stack([t, t]),
    ],
)
def test_any_tensor_of_another_kind_or_shape_is_one_sentence(spoil: Callable[[Tensor], Tensor]) -> None:
    state = dict(biggan().state_dict())
    for key in ("shared.weight", "linear.u0", "blocks.0.0.conv1.weight", "blocks.1.0.bn2.gain.weight"):
        with pytest.raises(ModelError) as refusal:
            built(Checkpoint(Path("theirs.pth"), "", {**state, key: spoil(state[key])}))
        assert "\n" not in str(refusal.value)


def test_a_generator_of_no_classes_is_no_biggan_deep() -> None:
    state = published_layout(biggan_deep())
    with pytest.raises(ModelError, match="dimensions above 0"):
        built(Checkpoint(Path("theirs.pth"), "", {**state, "embeddings.weight": torch.zeros(0, 0)}))


@pytest.mark.parametrize(
    "change",
    [
        {"bn_eps": "small"},
        {"bn_eps": float("nan")},
        {"widths": [16] * 100_000},
        {"widths": []},
        {"widths": [1] * 20},
        {"z_dim": 20.5},
        {"hierarchical": 1},
        {"n_classes": 10**12},
    ],
)
def test_a_plain_form_whose_config_is_absurd_is_refused_before_anything_is_built(
    change: dict[str, object], tmp_path: Path
) -> None:
    config = {"z_dim": 20, "n_classes": 5, "class_dim": 6, "widths": [16, 16, 16, 8], "attention": [16]}
    header = {"format": "genstudio.biggan.v1", "config": json.dumps(config | change)}
    save_file(dict(biggan().state_dict()), str(tmp_path / "a.safetensors"), header)
    with pytest.raises(ModelError, match="its own description|can be built"):
        load_network(tmp_path / "a.safetensors")


def test_a_filter_that_would_take_all_memory_is_never_designed(tmp_path: Path) -> None:
    header = {"format": "genstudio.stylegan3.v1", "config": json.dumps({"filter_size": 10**6, "radial": True})}
    save_file({"synthesis.input.freqs": torch.zeros(1, 2)}, str(tmp_path / "a.safetensors"), header)
    with pytest.raises(ModelError, match="filters of 1000000 taps"):
        load_network(tmp_path / "a.safetensors")


def test_a_name_too_long_for_the_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be opened"):
        load_network(tmp_path / f"{'a' * 300}.pth")
