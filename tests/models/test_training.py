"""Training: it learns, it resumes from any kill, it grows without a jump, and it refuses what it cannot use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models import load_generator
from models.perception import load_perception
from models.training import checkpoint
from models.training.anchors import Anchors, on_sphere
from models.training.augment import SMALLEST_CROP, crops
from models.training.checkpoint import CheckpointError
from models.training.corpus import read_corpus
from models.training.run import train_folder
from models.training.settings import Stage, TrainSettings
from models.training.trainer import Trainer
from models.works.collection import load_collection
from models.works.work import CollectionError

torch.set_num_threads(1)  # tiny networks: a second thread only waits

TINY = TrainSettings(minutes=60, stages=(Stage(32, 0.5), Stage(64, 0.5)), batch=8, save_minutes=1e9)


def pictures(n: int = 24) -> np.ndarray:
    """n coloured discs on coloured grounds, uint8 (n, 3, 256, 256)."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:256, 0:256]
    ground, disc = rng.integers(0, 256, (2, n, 3))
    cx, cy, r = rng.integers(60, 196, n), rng.integers(60, 196, n), rng.integers(30, 90, n)
    inside = (x - cx[:, None, None]) ** 2 + (y - cy[:, None, None]) ** 2 < r[:, None, None] ** 2
    return np.where(inside[:, None], disc[:, :, None, None], ground[:, :, None, None]).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "works"
    place.mkdir()
    for i, picture in enumerate(pictures()):
        Image.fromarray(picture.transpose(1, 2, 0)).save(place / f"w{i:02}.png")
    return place


def trainer(settings: TrainSettings = TINY) -> Trainer:
    return Trainer(pictures(), np.ones(24), settings)


def resumed(folder: Path) -> Trainer:
    t = trainer()
    assert checkpoint.load(t, folder)
    return t


def test_anchors_come_to_resemble_their_works(tmp_path: Path) -> None:
    t = trainer(replace(TINY, stages=(Stage(32, 1.0, adversarial=False),)))
    losses = [t.step()["pixel"] for _ in range(40)]
    assert np.mean(losses[-8:]) < 0.7 * np.mean(losses[:8])


def test_the_encoder_learns_the_way_back() -> None:
    t = trainer(replace(TINY, stages=(Stage(32, 1.0, adversarial=False),)))
    losses = [t.step()["angle"] for _ in range(40)]
    assert np.mean(losses[-8:]) < 0.7 * np.mean(losses[:8])


def test_the_way_back_teaches_the_encoder_alone() -> None:
    t = trainer()
    t.way_back(t.generator(torch.randn(4, 140)), t.anchors.near(torch.arange(4)), t.copies(4)[2]).backward()
    assert all(p.grad is not None for p in t.encoder.parameters())
    assert all(p.grad is None for p in (*t.generator.parameters(), *t.anchors.parameters()))


def test_works_of_like_looks_begin_near_each_other_and_others_do_not() -> None:
    ground = np.random.default_rng(2).integers(0, 200, (12, 3, 1, 1))
    pairs = np.repeat(ground, 2, axis=0) + np.tile([0, 3], 12)[:, None, None, None]  # each work and nearly the same
    images = np.broadcast_to(pairs, (24, 3, 256, 256)).astype(np.uint8)
    anchors = Anchors(images, 140, 0.1)
    seeds = anchors.seeds(torch.arange(24)).detach() / 140**0.5
    cosine = seeds @ seeds.T
    assert (anchors.kin[:, 0] == torch.arange(24) // 2 * 2 + 1 - torch.arange(24) % 2).all()
    assert cosine[::2, 1::2].diagonal().min() > 0.5 > cosine[:2, 4:].abs().mean()


def test_a_crop_is_a_part_of_its_picture_at_the_same_size() -> None:
    torch.manual_seed(0)
    ramp = torch.linspace(-1, 1, 64).expand(16, 3, 64, 64).contiguous()
    cut = crops(ramp)
    assert cut.shape == ramp.shape and cut.min() >= -1 and cut.max() <= 1
    spread = (cut[:, 0, 0, -1] - cut[:, 0, 0, 0]).abs() / 2
    assert (spread > SMALLEST_CROP - 0.05).all() and spread.std() > 0.01
    assert 0 < (cut[:, 0, 0, -1] < cut[:, 0, 0, 0]).sum() < 16  # some are mirrored


def test_a_resumed_training_continues_where_the_saved_one_stood(tmp_path: Path) -> None:
    t = trainer()
    for _ in range(3):
        t.step()
    checkpoint.save(t, tmp_path)
    went_on = t.step()
    again = resumed(tmp_path)
    assert again.steps == 3
    assert again.step() == pytest.approx(went_on, rel=0.05)


def test_a_kill_while_saving_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    t = trainer()
    t.step()
    checkpoint.save(t, tmp_path)

    def torn(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", torn)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(t, tmp_path)
    assert resumed(tmp_path).steps == 1


def test_growing_keeps_what_was_learnt(tmp_path: Path) -> None:
    t = trainer()
    for _ in range(5):
        t.step()
    z = on_sphere(torch.randn(2, 140))
    before = t.average(z)
    t.grow(Stage(64, 0.5))
    after = torch.nn.functional.adaptive_avg_pool2d(t.average(z), 32)
    assert (after - before).abs().max() < 0.5 and (after - before).abs().mean() < 0.02


def test_the_budget_decides_the_resolution(tmp_path: Path) -> None:
    t = trainer()
    assert t.due().resolution == 32
    t.spent_s = 31 * 60
    assert t.due().resolution == 64
    t.spent_s = 1e9
    assert t.due().resolution == 64


def test_a_budget_made_larger_does_not_send_a_training_back() -> None:
    t = trainer()
    t.spent_s = 31 * 60
    t.grow(t.due())
    t.settings = replace(t.settings, minutes=600)
    assert t.due() == t.stage and t.stage.resolution == 64


def test_a_hand_with_many_works_is_drawn_less_often_each(folder: Path) -> None:
    rows = ["id,file,title,artist"] + [
        f"w{i:02},w{i:02}.png,W{i:02},{'One Hand' if i < 16 else f'Hand {i}'}" for i in range(24)
    ]
    (folder / "metadata.csv").write_text("\n".join(rows))
    weights = read_corpus(folder).weights(0.25)
    assert weights[0] == pytest.approx(16**-0.25) and weights[-1] == 1.0


def test_grey_and_broken_pictures_are_left_out_and_named(folder: Path) -> None:
    Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (256, 1))).save(folder / "grey.png")
    (folder / "broken.jpg").write_bytes(b"not an image")
    corpus = read_corpus(folder)
    assert corpus.grey == ["grey"] and corpus.unreadable == ["broken"] and len(corpus.ids) == 24


def test_an_empty_folder_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="no images"):
        read_corpus(tmp_path)


def test_one_command_makes_a_generator_and_a_collection_that_fits_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (256, 1))).save(folder / "grey.png")
    settings = replace(TINY, stages=(Stage(32, 1.0),))
    path = train_folder(folder, tmp_path / "out", minutes=0.02, device="cpu", settings=settings)
    generator = load_generator(path, device="cpu")
    learnt = load_collection(tmp_path / "out" / "collection")
    assert len(learnt.works) == 24 and learnt.seeds.shape == (24, 140)
    assert np.linalg.norm(learnt.seeds, axis=1) == pytest.approx(np.sqrt(140), rel=1e-3)
    assert generator.generate(learnt.seeds[:2]).shape == (2, 32, 32, 3)
    assert (tmp_path / "out" / "samples.jpg").exists()
    assert load_perception(generator) is not None

    served = load_collection(folder, model=generator.name)  # as `serve --collection` does
    assert len(served.works) == 25  # the grey one was not learnt from, but found
    row = served.index_of("w03")
    assert row is not None and np.array_equal(served.seeds[row], learnt.seeds[3])


def test_other_pictures_are_refused_in_a_folder_begun_with_these(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    settings = replace(TINY, stages=(Stage(32, 1.0),))
    train_folder(folder, tmp_path / "out", minutes=0.01, device="cpu", settings=settings)
    (folder / "w00.png").rename(folder / "other.png")
    with pytest.raises(CheckpointError, match="other pictures"):
        train_folder(folder, tmp_path / "out", minutes=0.01, device="cpu", settings=settings)
