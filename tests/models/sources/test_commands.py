"""The commands themselves, as a curator types them: what they print, what they refuse, how they stop."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.sources.fetch import MOST_PER_SECOND, PER_SECOND
from models.sources.gather import AT_ONCE
from models.works.folder import read_folder
from server.commands import collection as collection_cli
from server.commands.collection import collection_app
from tests.models.drawings import write_folder
from tests.models.sources.adding import rows
from tests.models.sources.museum import Answer, Museum
from tests.models.sources.test_iiif import manifest3
from tests.models.sources.test_met import record, table


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(collection_app, [str(word) for word in words])
    return done.exit_code, done.output


def test_add_tells_how_it_went(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 3)
    (source / "w1.png").unlink()
    code, said = run("add", source, "--into", tmp_path / "wall")
    assert code == 0 and "There already: 0. Left out: 1." in said
    assert "1 x w1.png is not there" in said and "2 name no licence" in said
    assert [work.id for work in read_folder(tmp_path / "wall").works] == ["w0", "w2"]


def test_met_and_iiif_add_to_one_folder(museum: Museum, tmp_path: Path) -> None:
    record(museum, 5)
    wall = tmp_path / "wall"
    api = ("--api", museum.at(""), "--private", "--rate", "20")
    code, said = run("met", "--csv", table(tmp_path, {"Object ID": 5}), "--into", wall, *api)
    assert code == 0 and ": 1. There already: 0." in said
    code, said = run("iiif", manifest3(museum, "stars"), "--into", wall, "--private", "--rate", "20")
    assert code == 0 and ": 1. There already: 0." in said
    assert [work.license for work in read_folder(wall).works] == ["CC0-1.0", "CC-BY-SA-4.0"]


def test_without_leave_our_own_network_is_not_asked(museum: Museum, tmp_path: Path) -> None:
    code, said = run("iiif", museum.at("/manifest.json"), "--into", tmp_path / "wall")
    assert code == 2 and "leads to a private address" in said and not museum.asked


@pytest.mark.parametrize("words", [(), ("--csv", "a", "--search", "b"), ("--search", "b", "--department", "c")])
def test_met_takes_a_table_or_a_search(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = run("met", "--into", tmp_path / "wall", *words)
    assert code == 2 and "Give --csv" in said and not (tmp_path / "wall").exists()


@pytest.mark.parametrize("rate", ["0", "80", "nan"])
def test_an_impolite_rate_is_refused(tmp_path: Path, rate: str) -> None:
    assert run("iiif", "http://x.example", "--into", tmp_path / "wall", "--rate", rate)[0] == 2


def test_the_commands_say_the_rates_that_hold() -> None:
    """Written out there, so that `--help` need not load what speaks HTTP."""
    assert inspect.signature(collection_cli.met).parameters["rate"].default == PER_SECOND
    assert f"max={MOST_PER_SECOND:g}" in inspect.getsource(collection_cli)


def test_ctrl_c_keeps_what_has_come_and_the_next_run_goes_on(museum: Museum, tmp_path: Path) -> None:
    last = 2 * AT_ONCE - 1  # when it is asked for, as many as are fetched at once are in already
    for id in range(last + 1):
        record(museum, id)
    whole = museum.answers[f"/objects/{last}"]
    assert isinstance(whole, Answer)
    museum.answers[f"/objects/{last}"] = Answer(b"{", hangs=True)
    listing, wall = table(tmp_path, *({"Object ID": id} for id in range(last + 1))), tmp_path / "wall"
    words = ["met", "--csv", listing, "--into", str(wall), "--api", museum.at(""), "--private", "--rate", "20"]
    code = "from server.commands.collection import collection_app; collection_app()"
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        while f"/objects/{last}" not in museum.asked:
            assert running.poll() is None, running.stderr and running.stderr.read()
            os.sched_yield()
        running.send_signal(signal.SIGINT)
        said, complaint = running.communicate()
    assert running.returncode == 130 and "Stopped." in said and "Traceback" not in complaint
    kept = len(rows(wall))
    assert AT_ONCE <= kept <= last
    museum.answers[f"/objects/{last}"] = whole
    assert run(*words)[0] == 0 and len(rows(wall)) == last + 1
