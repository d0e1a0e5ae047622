"""Generators that are programs: run where a manifest pins them, and nowhere else."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.checkpoints.load import load_network, save_network
from models.errors import ModelError
from models.generator import load_generator


class Drawing(nn.Module):
    """z (B, 4), class weights (B, 3) -> pictures of 8 px in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(7, 3 * 8 * 8)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.linear(torch.cat([z, y], dim=1)).view(-1, 3, 8, 8).sigmoid()


MANIFEST = {"z_dim": 4, "n_classes": 3, "resolution": 8, "range": [0, 1]}


def written(path: Path, **manifest: Any) -> Path:
    """A program with a manifest that pins it, changed by `manifest`."""
    example = (torch.zeros(2, 4), torch.zeros(2, 3))
    with warnings.catch_warnings(action="ignore"):  # of TorchScript's future
        if path.suffix == ".pt":
            torch.jit.trace(Drawing(), example).save(str(path))  # type: ignore[no-untyped-call]
        else:
            batch = torch.export.Dim("batch")
            exported = torch.export.export(Drawing(), example, dynamic_shapes=({0: batch}, {0: batch}))
            torch.export.save(exported, path)
    said = {**MANIFEST, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **manifest}
    path.with_suffix(".json").write_text(json.dumps(said))
    return path


@pytest.mark.parametrize("suffix", [".pt", ".pt2"])
def test_a_program_draws_what_it_drew_before_brought_to_our_range(suffix: str, tmp_path: Path) -> None:
    generator = load_generator(written(tmp_path / f"theirs{suffix}"), device="cpu")
    z, y = torch.randn(3, 4), torch.eye(3)
    expected = Drawing()(z, y) * 2 - 1
    assert (generator.synthesize(z, y) - expected).abs().max() < 1e-5
    assert (generator.z_dim, generator.n_classes, generator.resolution) == (4, 3, 8)
    assert torch.equal(generator.synthesize(z, y, 0.5), generator.synthesize(0.5 * z, y)), "truncation scales z"
    assert generator.generate(z, y).shape == (3, 8, 8, 3)


@pytest.mark.parametrize("suffix", [".pt", ".pt2"])
def test_a_program_without_a_manifest_is_not_run(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / f"theirs{suffix}")
    path.with_suffix(".json").unlink()
    monkeypatch.setattr(torch.jit, "load", None)
    monkeypatch.setattr(torch.export, "load", None)
    with pytest.raises(ModelError, match=r"running it runs its maker's code; .*theirs\.json"):
        load_network(path)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"sha256": "0" * 64}, "not the pinned"),
        ({"sha256": None}, "must pin the program"),
        ({"z_dim": 0}, "z_dim is 0"),
        ({"resolution": "8"}, "resolution is '8'"),
        ({"range": [1, -1]}, "the first must be the smaller"),
        ({"range": "unit"}, "must be two numbers"),
    ],
)
def test_a_manifest_that_does_not_fit_refuses_the_program(manifest: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=said):
        load_network(written(tmp_path / "theirs.pt", **manifest))


def test_a_program_is_held_to_the_callers_pin_too(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not the pinned"):
        load_network(written(tmp_path / "theirs.pt"), sha256="0" * 64)


def test_a_program_that_draws_another_size_than_its_manifest_says_is_refused(tmp_path: Path) -> None:
    generator = load_generator(written(tmp_path / "theirs.pt", resolution=16), device="cpu")
    with pytest.raises(ModelError, match=r"drew \(1, 3, 8, 8\)"):
        generator.synthesize(torch.zeros(1, 4), torch.eye(3)[:1])


def test_a_program_has_no_plain_form(tmp_path: Path) -> None:
    loaded = load_network(written(tmp_path / "theirs.pt"))
    with pytest.raises(ModelError, match="no plain form"):
        save_network(loaded, tmp_path / "plain.safetensors")
    assert not (tmp_path / "plain.safetensors").exists()
