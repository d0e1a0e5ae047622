"""Every engine draws what the network draws: alone, several at once, at the truncation it was made for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from models.engines.check import Error, error, require_equal, walk
from models.engines.compiled import Compiled
from models.engines.engine import Engine, EngineError, Name, Subject
from models.engines.graphs import Graphs
from models.engines.openvino import OpenVINO
from tests.models.engines.subjects import FAMILIES, small_light, subject


def repeated(drawing: Callable[[], None]) -> Callable[[], None]:
    """Stands in for a recorded CUDA graph: it reads and writes the same memory, by drawing again."""
    return drawing


def exactly(subject: Subject) -> Callable[[Tensor, Tensor | None], Tensor]:
    return lambda z, y: subject.drawing.call(subject.network, z, y, subject.truncation)


def made(name: str, subject: Subject) -> Engine:
    if name == "openvino":
        pytest.importorskip("openvino", reason="the extra `openvino` is not installed")
        return OpenVINO(subject)
    return Graphs(subject, record=repeated)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["openvino", "graphs"])
def test_an_engine_in_float32_is_the_same_function(name: str, family: str) -> None:
    given = subject(family, truncation=0.5)
    engine = made(name, given)
    found = error(engine.draw, exactly(given), walk(given.z_dim, given.n_classes))
    assert found.mean < 0.01 and found.top < 0.1
    require_equal(engine, given)


@pytest.mark.parametrize("family", ["light", "stylegan2"])
def test_an_engine_in_bf16_stays_within_what_an_eye_sees(family: str) -> None:
    given = subject(family, torch.bfloat16)
    assert require_equal(made("openvino", given), given).tolerable


@pytest.mark.parametrize("name", ["openvino", "graphs"])
def test_rooms_drawn_together_keep_their_order(name: str) -> None:
    given = subject("biggan")
    engine = made(name, given)
    z, y = torch.randn(5, given.z_dim), torch.eye(given.n_classes)
    together = engine.draw(z, y)
    assert together.shape == (5, 3, 32, 32)
    for i in range(5):
        assert torch.allclose(together[i : i + 1], engine.draw(z[i : i + 1], y[i : i + 1]), atol=1e-4)


@pytest.mark.parametrize("name", ["openvino", "graphs"])
def test_a_picture_is_not_overwritten_by_the_next(name: str) -> None:
    given = subject("light")
    engine = made(name, given)
    (first, _), (second, _) = walk(given.z_dim, 0, steps=2)
    held = engine.draw(first, None)
    kept = held.clone()
    engine.draw(second, None)
    assert torch.equal(held, kept)


def test_torch_compile_draws_the_same() -> None:
    given = replace(subject("light"), network=small_light(side=32))
    try:
        engine = Compiled(given)
    except EngineError as found:
        pytest.skip(str(found))
    assert require_equal(engine, given).top < 0.1


def test_without_a_compiler_torch_compile_is_refused_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(EngineError, match=r"no C\+\+ compiler"):
        Compiled(subject("light"))


def test_without_openvino_the_refusal_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EngineError, match="pip install"):
        OpenVINO(subject("light"))


def test_cuda_graphs_are_refused_off_a_gpu() -> None:
    with pytest.raises(EngineError, match="not for cpu"):
        Graphs(subject("light"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_cuda_graphs_on_a_gpu_draw_what_the_network_draws() -> None:
    make, drawing = FAMILIES["biggan"]
    given = Subject(make().cuda(), drawing, torch.device("cuda"), torch.bfloat16)
    assert require_equal(Graphs(given), given).tolerable


class Off:
    """An engine that is wrong by so many levels."""

    name: Name = "openvino"
    truncation = 1.0

    def __init__(self, subject: Subject, levels: float, alone: bool = True) -> None:
        self._exact, self._levels, self._alone = exactly(subject), levels, alone

    def draw(self, z: Tensor, y: Tensor | None) -> Tensor:
        wrong = self._alone or len(z) > 1
        return self._exact(z, y) * 0.5 + wrong * self._levels / 127.5 + self._exact(z, y) * 0.5


def test_an_engine_beyond_the_tolerance_is_refused_with_its_error() -> None:
    given = subject("stylegan2")
    require_equal(Off(given, 0.5), given)
    with pytest.raises(EngineError, match="openvino errs by 1.*levels"):
        require_equal(Off(given, 2.0), given)


def test_an_engine_that_is_wrong_only_for_several_rooms_is_refused() -> None:
    given = subject("stylegan2")
    with pytest.raises(EngineError, match="several rooms"):
        require_equal(Off(given, 9.0, alone=False), given)


def test_what_is_not_a_number_is_no_small_error() -> None:
    assert not Error(float("nan"), float("nan")).tolerable


def test_the_walk_is_smooth_and_stays_on_the_shell() -> None:
    latents = walk(64, 5, steps=11)
    z = torch.cat([z for z, _ in latents])
    assert torch.allclose(z.norm(dim=1), torch.full((11,), 8.0), atol=1e-4)
    steps = (z[1:] - z[:-1]).norm(dim=1)
    assert steps.max() / steps.min() < 1.001
    assert all(y is not None and abs(float(y.sum()) - 1) < 1e-6 for _, y in latents)
