"""The command line: quick help, one clear sentence and the right exit code for whatever is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.commands.cli import app
from tests.server.installed import genstudio, small_collection, small_model
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GENSTUDIO_")}
    return kept | {"GENSTUDIO_CACHE": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds small.safetensors and prepared/."""
    folder = tmp_path_factory.mktemp("parts")
    small_collection(folder, small_model(folder))
    return folder


@pytest.fixture
def sound(folder: Path) -> list[str]:
    """Options of `serve` with nothing wrong."""
    return ["--model", f"{folder}/small.safetensors", "--collection", f"{folder}/prepared", "--port", str(free_port())]


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in ("serve", "gateway", "renderer", "train", "collection", "doctor"):
        assert command in shown


def test_help_imports_nothing_heavy() -> None:
    heavy = "torch numpy pydantic starlette uvicorn redis"
    code = f"import server.commands.cli, sys; print([name for name in {heavy.split()} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_gateway_imports_no_torch() -> None:
    code = "import server.installation, server.web.app, sys; print('torch' in sys.modules, 'scipy' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "False False\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--port", "99999"], "--port: input should be less than or equal to 65535, not 99999."),
        (["serve", "--threads", "0"], "--threads: input should be greater than or equal to 1, not 0."),
        (["serve", "--redis", "http://x"], "--redis: an address begins with redis://, rediss:// or unix://."),
        (["serve", "--device", "abacus"], "--device: input should be 'auto', 'cpu' or 'cuda', not 'abacus'."),
        (["serve", "--room", ""], "--rooms: one or more different names of 1 to 64 characters, separated by commas."),
        (["train", "/no/such"], "There is no folder /no/such; give one with images."),
        (["collection", "prepare", "/no/such"], "There is no folder /no/such; give one with images."),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(arguments: list[str], sentence: str) -> None:
    ended = CliRunner().invoke(app, arguments)
    assert (ended.exit_code, ended.stderr) == (2, f"genstudio: {sentence}\n")


def test_a_password_in_an_address_is_not_repeated() -> None:
    ended = CliRunner().invoke(app, ["serve", "--redis", "http://:hunter2@host"])
    assert ended.exit_code == 2 and "hunter2" not in ended.stderr


def test_the_environment_counts_and_the_command_line_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from server.commands.cli import read_settings

    monkeypatch.setenv("GENSTUDIO_PORT", "9001")
    monkeypatch.setenv("GENSTUDIO_ROOMS", "east, west")
    settings = read_settings(port=9002, model=None)
    assert (settings.port, settings.rooms, settings.model) == (9002, ("east", "west"), "bundled")


@pytest.mark.parametrize("part", ["gateway", "renderer"])
def test_one_of_several_processes_needs_to_know_where_the_others_are(part: str, environment: dict[str, str]) -> None:
    ended = genstudio(part, environment=environment)
    assert ended.returncode == 2
    assert f"genstudio: `genstudio {part}` is one of several processes; give the Redis" in ended.stderr


def test_a_redis_that_does_not_answer_is_named(sound: list[str], environment: dict[str, str]) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}"
    ended = genstudio("serve", *sound, "--redis", nowhere, environment=environment)
    assert ended.returncode == 4
    assert nowhere.removeprefix("redis://") in ended.stderr and one_sentence(ended.stderr)


def test_a_broken_model_file_is_refused(folder: Path, sound: list[str], environment: dict[str, str]) -> None:
    broken = folder / "broken.safetensors"
    broken.write_bytes((folder / "small.safetensors").read_bytes()[:1_000])
    ended = genstudio("serve", *sound, "--model", str(broken), environment=environment)
    assert ended.returncode == 2
    assert "broken.safetensors" in ended.stderr and one_sentence(ended.stderr)


def test_a_collection_that_is_not_there_is_refused(sound: list[str], environment: dict[str, str]) -> None:
    ended = genstudio("serve", *sound, "--collection", "/no/such", environment=environment)
    assert ended.returncode == 2
    assert "/no/such" in ended.stderr and one_sentence(ended.stderr)


def test_an_empty_collection_is_refused(tmp_path: Path, sound: list[str], environment: dict[str, str]) -> None:
    ended = genstudio("serve", *sound, "--collection", str(tmp_path), environment=environment)
    assert ended.returncode == 2
    assert str(tmp_path) in ended.stderr and one_sentence(ended.stderr)


def test_an_address_that_is_not_this_machines_is_refused(sound: list[str], environment: dict[str, str]) -> None:
    ended = genstudio("serve", *sound, "--host", "203.0.113.7", environment=environment)
    assert ended.returncode == 2
    assert "no address '203.0.113.7'" in ended.stderr and one_sentence(ended.stderr)


def test_doctor_finds_nothing_wrong_with_a_sound_installation(
    folder: Path, sound: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    for page in ("index.html", "wall.html", "join.html"):
        (tmp_path / page).touch()
    ended = genstudio(
        "doctor", *sound, environment=environment | {"GENSTUDIO_WEB_ROOT": str(tmp_path), "COLUMNS": "200"}
    )
    assert ended.returncode == 0, ended.stdout
    assert "small, 32 px" in ended.stdout and "6 artworks" in ended.stdout


def test_doctor_says_what_is_wrong_and_ends_with_its_code(
    sound: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    wide = environment | {"GENSTUDIO_WEB_ROOT": str(tmp_path), "COLUMNS": "200"}
    ended = genstudio("doctor", *sound, "--redis", f"redis://127.0.0.1:{free_port()}", environment=wide)
    assert ended.returncode == 2  # the pages come before the hub
    assert "make run" in ended.stdout and ended.stdout.count(" no ") == 2


def one_sentence(printed: str) -> bool:
    """One line, from us, that ends as a sentence does."""
    lines = printed.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("genstudio: ") and lines[0].endswith(".")


def test_seeds_are_found_and_judged_by_one_command(folder: Path, environment: dict[str, str]) -> None:
    command = ("collection", "invert", f"{folder}/drawings", "--model", f"{folder}/small.safetensors")
    ended = genstudio(*command, "--out", f"{folder}/inverted", environment=environment)
    assert ended.returncode == 0, ended.stderr
    first, *worst = ended.stdout.splitlines()
    assert first.startswith("6 artworks: PSNR ") and len(worst) == 5 and "Disc" in worst[0]
    assert sorted(worst) == worst, "the worst first"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--preset", "best"), "--preset: there are ours and legacy, not 'best'."),
        (("--features", "/no/such.pth"), "--features: there is no file /no/such.pth; give ResNet50's weights."),
    ],
)
def test_an_inversion_that_cannot_be_is_refused(
    options: tuple[str, ...], sentence: str, folder: Path, environment: dict[str, str]
) -> None:
    ended = genstudio("collection", "invert", f"{folder}/drawings", *options, environment=environment)
    assert ended.returncode == 2 and sentence in ended.stderr
