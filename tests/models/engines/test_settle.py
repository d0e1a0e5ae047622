"""Which engine draws: tried once, remembered, dropped when it breaks; torch draws whatever happens."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from models.engines import remember as notes
from models.engines import settle as settling
from models.engines.engine import Engine, EngineError, Name, Subject
from models.engines.remember import key, recalled, remember
from models.engines.settle import output, settle, settle_behind, subject_of
from models.engines.trial import best, made
from models.generator import Generator, load_generator, save_generator
from tests.models.engines.subjects import small_light, subject


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def generator(tmp_path: Path) -> Generator:
    save_generator(small_light(), tmp_path / "small.safetensors")  # type: ignore[arg-type]
    return load_generator(tmp_path / "small.safetensors", device="cpu")


class Mirror:
    """Draws with the network itself, and counts."""

    name: Name = "compile"

    def __init__(self, subject: Subject) -> None:
        self.truncation, self.drawn, self.broken = subject.truncation, 0, False
        self._subject = subject

    def draw(self, z: Tensor, y: Tensor | None) -> Tensor:
        if self.broken:
            raise RuntimeError("the compiler's library is gone")
        self.drawn += 1
        return self._subject.drawing.call(self._subject.network, z, y, self.truncation)


def z(generator: Generator) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, generator.z_dim)).astype(np.float32)


# -- drawing with one ------------------------------------------------------------------------------------------------


def test_an_engine_draws_in_the_place_of_torch_at_its_truncation_only(generator: Generator) -> None:
    before = generator.generate(z(generator)).astype(int)
    engine = generator.engine = Mirror(subject_of(generator, threads=1))
    assert np.abs(generator.generate(z(generator)) - before).max() <= 4 and engine.drawn == 1
    generator.generate(z(generator), truncation=0.5)
    assert engine.drawn == 1


def test_an_engine_that_breaks_while_drawing_is_dropped_with_a_line_and_the_picture_comes(
    generator: Generator, caplog: pytest.LogCaptureFixture
) -> None:
    before = generator.generate(z(generator))
    engine = generator.engine = Mirror(subject_of(generator, threads=1))
    engine.broken = True
    assert np.array_equal(generator.generate(z(generator)), before)
    assert generator.engine is None
    assert "compile failed and is dropped; torch draws on: the compiler's library is gone" in caplog.text


# -- choosing --------------------------------------------------------------------------------------------------------


def told(seconds: dict[str, list[float]]) -> Callable[[Callable[[], object]], float]:
    """A clock that says what it was given: torch's and the engine's turns alternate."""
    turns = iter(seconds["turns"])

    def timer(run: Callable[[], object]) -> float:
        run()
        return next(turns)

    return timer


@pytest.mark.parametrize(("engine_s", "chosen"), [(0.5, "compile"), (0.99, "torch"), (2.0, "torch")])
def test_only_an_engine_that_is_clearly_faster_takes_the_place_of_torch(engine_s: float, chosen: str) -> None:
    turns = [engine_s, 1.0] + [1.0, engine_s] * 7
    name, said = best(subject("light"), ("compile",), lambda _, given: Mirror(given), told({"turns": turns}))
    assert name == chosen
    assert said["compile"].endswith("times as fast as torch")


def test_an_engine_that_cannot_be_made_is_passed_over_with_its_reason() -> None:
    def make(name: Name, given: Subject) -> Engine:
        if name == "openvino":
            raise EngineError("openvino errs by 40 levels")
        return Mirror(given)

    turns = [0.5, 1.0] + [1.0, 0.5] * 7
    name, said = best(subject("light"), ("openvino", "compile"), make, told({"turns": turns}))
    assert name == "compile" and said["openvino"] == "openvino errs by 40 levels"


def test_without_compilers_torch_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    name, said = best(subject("light"), ("openvino", "compile"))
    assert name == "torch"
    assert "not installed" in said["openvino"] and "no C++ compiler" in said["compile"]


def test_whatever_a_compiler_raises_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(subject: Subject) -> Engine:
        raise KeyError("deep\n inside\n a compiler")

    monkeypatch.setattr("models.engines.trial.kind", lambda name: explode)
    with pytest.raises(EngineError, match="openvino failed: .*deep.*compiler"):
        made("openvino", subject("light"))


# -- remembering -----------------------------------------------------------------------------------------------------


def test_the_choice_is_remembered_for_these_weights_this_machine_and_these_threads_only() -> None:
    def named(
        weights: str = "a", device: str = "cpu", threads: int = 1, truncation: float = 1.0, torch: str = "2"
    ) -> str:
        return key(weights, device=device, threads=threads, truncation=truncation, facts=("box", torch))

    remember(named(), "openvino", {"openvino": "2.00 times as fast as torch"})
    assert recalled(named()) == "openvino"
    others = [named("b"), named(device="cuda"), named(threads=2), named(truncation=0.5), named(torch="3")]
    assert [recalled(other) for other in others] == [None] * 5


@pytest.mark.parametrize("text", ["", "{", "[]", '{"engine": "rm -rf"}', '{"engine": "auto"}', '{"engine": 3}'])
def test_a_note_that_is_not_whole_is_no_choice(text: str) -> None:
    remember("k", "torch", {})
    notes.note("k").write_text(text)
    assert recalled("k") is None


def test_the_trial_runs_once_and_its_finding_is_used_from_then_on(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials: list[list[str]] = []

    def ran(command: list[str]) -> bytes:
        trials.append(command)
        return json.dumps({"engine": "compile", "trial": {"compile": "2.00 times as fast as torch"}}).encode()

    monkeypatch.setattr(settling, "output", ran)
    monkeypatch.setattr(settling, "made", lambda name, given: Mirror(given))
    for _ in range(2):
        generator.engine = None
        settle(generator, "auto", threads=1)
        assert isinstance(generator.engine, Mirror)
    assert len(trials) == 1 and generator.sha256 in trials[0]


def test_a_remembered_engine_that_fails_is_forgotten_and_torch_draws_on(
    generator: Generator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(name: Name, given: Subject) -> Engine:
        raise EngineError("openvino errs by 40 levels")

    monkeypatch.setattr(settling, "made", refused)
    chosen_by = key(generator.sha256, device="cpu", threads=1, truncation=1.0)
    remember(chosen_by, "openvino", {})
    settle(generator, "auto", threads=1)
    assert generator.engine is None and recalled(chosen_by) is None
    assert "torch draws on: openvino errs by 40 levels" in caplog.text


def test_a_file_that_was_replaced_meanwhile_is_not_drawn_from(
    generator: Generator, caplog: pytest.LogCaptureFixture
) -> None:
    assert generator.path is not None
    generator.path.write_bytes(generator.path.read_bytes()[:-4] + b"\0\0\0\0")
    settle(generator, "openvino", threads=1)
    assert generator.engine is None and "sha256" in caplog.text


# -- behind a wall ---------------------------------------------------------------------------------------------------


def test_nothing_is_tried_before_the_first_picture(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "made", lambda name, given: Mirror(given))
    thread = settle_behind(generator, "compile", threads=1)
    assert thread is not None and thread.daemon
    assert generator.engine is None and thread.is_alive()
    generator.generate(z(generator))
    thread.join(30)
    assert isinstance(generator.engine, Mirror)


def test_torch_alone_starts_no_thread(generator: Generator) -> None:
    assert settle_behind(generator, "torch", threads=1) is None


def test_the_trial_program_finds_an_engine_and_says_so_in_one_line(generator: Generator, cache: Path) -> None:
    """The real one, in its own process, without a C++ compiler so that it is short."""
    pytest.importorskip("openvino", reason="the extra `openvino` is not installed")
    with pytest.MonkeyPatch.context() as without:
        without.setenv("PATH", "")
        without.setenv("CXX", "")
        settle(generator, "auto", threads=1)
    (note,) = (cache / "engines").glob("*.json")
    said = json.loads(note.read_text())
    assert said["engine"] in ("openvino", "torch") and "no C++ compiler" in said["trial"]["compile"]


def test_a_trial_that_crashes_or_hangs_is_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with pytest.raises(EngineError, match="ended with 3: no such thing"):
        output([sys.executable, "-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(3)"])
    with pytest.raises(EngineError, match="not done after"):
        output([sys.executable, "-c", "import time; time.sleep(60)"], limit_s=0.2)


def test_float32_is_read_again_from_the_file_not_kept(generator: Generator) -> None:
    again = subject_of(generator, threads=1)
    assert next(again.network.parameters()).dtype == torch.float32
