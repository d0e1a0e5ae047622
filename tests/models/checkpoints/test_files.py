"""Files: what is read, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import argparse
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from models.checkpoints import read as reading
from models.checkpoints.load import load_network, save_network
from models.checkpoints.read import read
from models.errors import ModelError
from tests.models.checkpoints.small import biggan, latents, one_hot


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.save(biggan().state_dict(), tmp_path / "theirs.pth")
    return tmp_path / "theirs.pth"


class Hostile:
    """What a pickle can be: a call, made by whoever reads it."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.canary}",)


@pytest.mark.parametrize("name", ["a.pth", "a.pt", "a.bin", "a.ckpt", "a.pkl", "a.safetensors"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_calls_the_shell_never_runs(name: str, zipped: bool, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    held = {"state_dict": {"w": torch.zeros(2)}, "epoch": Hostile(canary)}
    torch.save(held, tmp_path / name, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelError):
        load_network(tmp_path / name)
    (tmp_path / name).write_bytes(pickle.dumps(Hostile(canary)))
    with pytest.raises(ModelError):
        load_network(tmp_path / name)
    assert not canary.exists()


def test_the_refused_global_is_named_and_no_way_around_it_is_advised(tmp_path: Path) -> None:
    torch.save({"x": Hostile(tmp_path / "canary")}, tmp_path / "a.pth")
    with pytest.raises(ModelError, match=r"holds more than tensors, .*GLOBAL posix\.system") as refusal:
        read(tmp_path / "a.pth")
    assert "weights_only" not in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize("kept", [0, 5, 1000, -1000, -10])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_truncated_file_is_refused(kept: int, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"cut{suffix}"
    if suffix == ".pth":
        torch.save(biggan().state_dict(), path)
    else:
        save_file(dict(biggan().state_dict()), str(path))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelError, match="truncated"):
        load_network(path)


def test_a_weight_that_is_not_finite_is_named(tmp_path: Path) -> None:
    network = biggan()
    network.blocks[0][0].conv1.bias[2] = float("nan")  # type: ignore[index]
    torch.save(network.state_dict(), tmp_path / "sick.pth")
    with pytest.raises(ModelError, match=r"blocks\.0\.0\.conv1\.bias holds a weight that is not finite"):
        load_network(tmp_path / "sick.pth")


def test_another_file_than_the_pinned_one_is_refused_before_it_is_read(file: Path) -> None:
    digest = load_network(file).facts.sha256
    assert load_network(file, sha256=digest.upper()).facts.sha256 == digest
    file.write_bytes(b"not even a checkpoint")
    with pytest.raises(ModelError, match=f"not the pinned {digest}"):
        load_network(file, sha256=digest)


def test_a_missing_file_a_folder_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pth", tmp_path):
        with pytest.raises(ModelError, match="There is no model at"):
            load_network(path)
    (tmp_path / "a.onnx").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"readable are \.safetensors, \.pth"):
        load_network(tmp_path / "a.onnx")


@pytest.mark.parametrize(
    ("wrap", "noted"),
    [
        (lambda state: state, ()),
        (lambda state: {"state_dict": state, "epoch": 3}, ("took the state from 'state_dict'",)),
        (lambda state: {"g": {"no": torch.zeros(1)}, "g_ema": state}, ("took the state from 'g_ema'",)),
        (lambda state: {"G_ema": state, "args": argparse.Namespace(size=64)}, ("took the state from 'G_ema'",)),
        (lambda state: {f"module.{key}": value for key, value in state.items()}, ("took 'module.' off every name",)),
        (
            lambda state: {f"module._orig_mod.{key}": value for key, value in state.items()},
            ("took 'module.' off every name", "took '_orig_mod.' off every name"),
        ),
        (lambda state: {f"G_ema.{key}": value for key, value in state.items()}, ("took 'G_ema.' off every name",)),
        (
            lambda state: {"model": {"generator": state}},
            ("took the state from 'model'", "took the state from 'generator'"),
        ),
    ],
)
def test_usual_wrappings_are_taken_off_and_said(wrap: Any, noted: tuple[str, ...], tmp_path: Path) -> None:
    state = dict(biggan().state_dict())
    torch.save(wrap(state), tmp_path / "wrapped.pth")
    found = read(tmp_path / "wrapped.pth")
    assert found.tensors.keys() == state.keys() and found.notes == noted


def test_a_tensor_beside_the_state_comes_along(tmp_path: Path) -> None:
    """The mean latent of StyleGAN2's common port lies there."""
    torch.save({"g_ema": {"w": torch.zeros(2)}, "latent_avg": torch.ones(4)}, tmp_path / "a.pt")
    assert read(tmp_path / "a.pt").tensors["latent_avg"].sum() == 4


def test_a_file_wrapped_in_itself_ends(tmp_path: Path) -> None:
    held: dict[str, Any] = {}
    held["state_dict"] = held
    torch.save(held, tmp_path / "a.pth")
    with pytest.raises(ModelError):
        load_network(tmp_path / "a.pth")


def test_a_tensor_that_claims_to_be_larger_than_its_file_is_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1).expand(1 << 20, 1 << 20)}, tmp_path / "a.pth")
    with pytest.raises(ModelError, match="shows the same numbers as many tensors"):
        read(tmp_path / "a.pth")


def test_a_compressed_archive_is_refused(file: Path) -> None:
    packed = file.with_name("packed.pth")
    with zipfile.ZipFile(file) as plain, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
    with pytest.raises(ModelError, match="compressed archive"):
        read(packed)


def test_a_file_larger_than_we_read_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 1000)
    with pytest.raises(ModelError, match="the most we read is 1000"):
        read(file)


def test_what_the_shapes_do_not_tell_comes_from_json_beside_the_file(file: Path) -> None:
    assert load_network(file).config.bn_eps == 1e-4
    file.with_suffix(".json").write_text(json.dumps({"config": {"BN_eps": 1e-5}}))
    assert load_network(file).config.bn_eps == 1e-5
    for wrong in ('{"BN_eps": "small"}', "[]", "{"):
        file.with_suffix(".json").write_text(wrong)
        with pytest.raises(ModelError, match="must be a number|no JSON object|is not JSON"):
            load_network(file)


def test_half_precision_is_read_as_float32(tmp_path: Path) -> None:
    torch.save({key: value.half() for key, value in biggan().state_dict().items()}, tmp_path / "half.pth")
    assert all(
        value.dtype == torch.float32 for value in load_network(tmp_path / "half.pth").network.state_dict().values()
    )


def test_a_network_stays_what_it_was_when_its_file_changes(file: Path) -> None:
    network, z = load_network(file).network, latents(1, 20)
    before = network(z, one_hot(1))
    with file.open("r+b") as held:
        held.write(b"\xff" * file.stat().st_size)
    assert torch.equal(network(z, one_hot(1)), before)


def test_the_plain_form_holds_the_same_network_and_says_where_it_came_from(file: Path) -> None:
    loaded, plain = load_network(file), file.with_name("plain.safetensors")
    save_network(loaded, plain)
    again, z = load_network(plain), latents(1, 20)
    assert again.config == loaded.config and again.family == loaded.family
    assert torch.equal(again.network(z, one_hot(1)), biggan()(z, one_hot(1)))
    assert read(plain).header["source_sha256"] == loaded.facts.sha256


@pytest.mark.parametrize("config", ["{", "[]", '{"widths": "wide"}', '{"depth": 3}', '{"widths": [1]}'])
def test_a_plain_form_with_a_spoilt_config_is_refused(config: str, tmp_path: Path) -> None:
    header = {"format": "genstudio.biggan.v1", "config": config}
    save_file(dict(biggan().state_dict()), str(tmp_path / "a.safetensors"), header)
    with pytest.raises(ModelError):
        load_network(tmp_path / "a.safetensors")
