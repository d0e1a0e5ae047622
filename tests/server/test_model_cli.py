"""`genstudio model`: says what a file is, makes it plain, refuses politely."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from models.checkpoints.load import load_network
from server.commands.cli import app
from tests.models.checkpoints.small import biggan


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.save({"G_ema": biggan().state_dict()}, tmp_path / "theirs.pth")
    return tmp_path / "theirs.pth"


def model(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["model", *map(str, arguments)])


def test_inspect_says_what_a_file_is(file: Path) -> None:
    shown = model("inspect", file)
    assert shown.exit_code == 0
    rows = dict(line.split(maxsplit=1) for line in shown.output.splitlines())
    assert rows["family"] == "biggan" and rows["z"] == "20 numbers" and rows["classes"] == "5"
    assert rows["picture"] == "32 x 32 px" and rows["truncation"] == "scales z"
    assert rows["notes"] == "took the state from 'G_ema'" and rows["problems"] == "none"
    assert rows["sha256"] == load_network(file).facts.sha256


def test_convert_writes_a_plain_file_that_loads_as_the_same(file: Path) -> None:
    plain = file.with_name("plain.safetensors")
    assert model("convert", file, plain).exit_code == 0
    assert load_network(plain).config == load_network(file).config
    again = model("convert", file, plain)
    assert again.exit_code == 2 and "--force" in again.output
    assert model("convert", file, plain, "--force").exit_code == 0


@pytest.mark.parametrize("command", [("inspect",), ("convert", "out.safetensors")])
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.pth").write_bytes(b"no model")
    ended = model(command[0], "a.pth", *command[1:])
    assert ended.exit_code == 2
    assert ended.output.startswith("genstudio: a.pth cannot be read") and ended.output.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.pth"]


def test_another_hash_than_the_pinned_one_is_refused(file: Path) -> None:
    assert "not the pinned" in model("inspect", file, "--sha256", "0" * 64).output


@pytest.mark.parametrize("out", ["plain.pth", "missing/plain.safetensors"])
def test_a_place_where_nothing_can_be_written_is_refused(out: str, file: Path) -> None:
    ended = model("convert", file, file.parent / out)
    assert ended.exit_code == 2 and ended.output.startswith("genstudio: ")
