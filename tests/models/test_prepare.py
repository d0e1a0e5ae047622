"""From a folder with images to a collection that a wall can show, once, and through every mishap on the way."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.inversion.descent import InversionSettings, descend
from models.inversion.legacy import LegacySettings
from models.inversion.preset import Inversion
from models.inversion.quality import measure
from models.inversion.starts import Starts
from models.search.describers import Looks, default_describer
from models.works.collection import NotPrepared, load_collection, read_prepared
from models.works.folder import read_folder
from models.works.images import open_image, square
from models.works.prepare import prepare
from models.works.thumbhash import decode
from models.works.work import CollectionError
from tests.models.drawings import Paintbox, drawing, seeds_on_shell, write_folder, write_table

torch.set_num_threads(1)  # tiny pictures: a second thread only waits

STEPS = 30
QUICK = Inversion(settings=InversionSettings(steps=STEPS, batch=4, rate=0.2, feature_weight=0, patience=STEPS))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def quietly(*_: object) -> None:
    """No bars in a test's output."""


def painted(seeds: np.ndarray) -> np.ndarray:
    """What the paintbox draws of seeds (N, 12), uint8 (N, 3, 128, 128)."""
    drawn = Paintbox().network(torch.from_numpy(seeds)).clamp(-1, 1)
    return ((drawn.repeat_interleave(4, 2).repeat_interleave(4, 3) + 1) * 127.5).round().byte().numpy()


def test_a_folder_becomes_a_collection_that_loads_by_its_path(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 7, artist="Hokusai", license="CC0-1.0")
    made = prepare(folder, Paintbox(), inversion=QUICK, report=quietly)
    found = load_collection(folder, model="paintbox")
    assert found.digest == made.digest and found.images == folder
    assert [work.id for work in found.works] == [f"w{i}" for i in range(7)]
    assert found.seeds.shape == (7, 12) and found.places.shape == (7, 2) and found.works[0].artist == "Hokusai"
    assert found.image_path("w3") == (folder / "w3.png").resolve()
    described = default_describer().describe(
        np.stack([square(open_image(folder / f"w{i}.png"), 256) for i in range(7)])
    )
    np.testing.assert_array_equal(found.features, described)
    assert (found.works[0].width, found.works[0].height) == (96, 64)
    assert decode(base64.b64decode(found.works[0].thumbhash))[1] == pytest.approx(96 / 64, rel=0.2)


def test_the_same_content_is_prepared_once(tmp_path: Path) -> None:
    prepare(write_folder(tmp_path / "a", 3), Paintbox(), inversion=QUICK, report=quietly)
    generator = Paintbox()
    again = prepare(write_folder(tmp_path / "moved", 3), generator, inversion=QUICK, report=quietly)
    assert generator.calls == 0 and again.images == tmp_path / "moved"


def test_other_weights_of_the_same_name_are_prepared_for_anew(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 3)
    prepare(folder, Paintbox(), inversion=QUICK, report=quietly)
    other = Paintbox()
    other.sha256 = "other"
    prepare(folder, other, inversion=QUICK, report=quietly)
    assert other.calls > 0


def test_a_seed_draws_its_work(tmp_path: Path) -> None:
    folder = tmp_path / "works"
    folder.mkdir()
    generator = Paintbox()
    truth = seeds_on_shell(6, 12, seed=77)
    for i, picture in enumerate(painted(truth)):
        Image.fromarray(picture.transpose(1, 2, 0)).save(folder / f"w{i}.png")
    thorough = InversionSettings(steps=80, batch=4, rate=0.2, feature_weight=0)
    made = prepare(folder, generator, inversion=Inversion(settings=thorough), report=quietly)
    pictures = np.stack([square(open_image(folder / f"w{i}.png"), 128) for i in range(6)])
    starts = Starts(generator).best(pictures)
    errors = [descend(pictures, generator, z, InversionSettings(steps=0))[1] for z in (made.seeds, starts, truth)]
    assert (errors[0] < errors[1]).all()
    assert (errors[0] - errors[2]).mean() < (errors[1] - errors[2]).mean() / 4
    np.testing.assert_allclose(np.linalg.norm(made.seeds, axis=1), np.sqrt(12), rtol=1e-4)


def test_how_well_each_seed_shows_its_work_is_kept(tmp_path: Path) -> None:
    folder, seeds = write_folder(tmp_path / "works", 4), seeds_on_shell(4, 12)
    made = prepare(folder, Paintbox(), out=tmp_path / "o", seeds=seeds, ids=[f"w{i}" for i in range(4)], report=quietly)
    pictures = np.stack([square(open_image(folder / f"w{i}.png"), 256) for i in range(4)])
    np.testing.assert_array_equal(made.quality, measure(seeds, pictures, Paintbox()))
    assert made.manifest.inversion == "given"


def test_the_preset_that_is_asked_for_is_the_one_that_counts(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 3)
    ours = prepare(folder, Paintbox(), inversion=QUICK, report=quietly)
    legacy = Inversion("legacy", settings=LegacySettings(draws=2, steps=3))
    theirs = prepare(folder, Paintbox(), inversion=legacy, known=tmp_path / "none", report=quietly)
    assert (ours.manifest.inversion, theirs.manifest.inversion) == ("ours", "legacy")
    assert not np.array_equal(ours.seeds, theirs.seeds) and np.abs(theirs.seeds).max() <= 2
    generator = Paintbox()
    assert prepare(folder, generator, report=quietly).digest == theirs.digest, "a wall takes what there is"
    assert prepare(folder, generator, inversion=legacy, report=quietly).digest == theirs.digest
    assert generator.calls == 0


def test_again_means_that_nothing_found_before_counts(tmp_path: Path) -> None:
    folder, known = write_folder(tmp_path / "works", 2), tmp_path / "known"
    theirs = seeds_on_shell(2, 12, seed=9)
    prepare(folder, Paintbox(), out=known, seeds=theirs, ids=["w0", "w1"], report=quietly)
    first = prepare(folder, Paintbox(), known=known, inversion=QUICK, report=quietly)
    np.testing.assert_array_equal(first.seeds, theirs)
    again = Inversion(settings=QUICK.settings, again=True)
    for _ in range(2):
        generator = Paintbox()
        made = prepare(folder, generator, known=known, inversion=again, report=quietly)
        assert generator.calls > STEPS and not np.array_equal(made.seeds, theirs)


def test_what_an_older_version_prepared_is_prepared_again(tmp_path: Path, own_cache: Path) -> None:
    folder = write_folder(tmp_path / "works", 2)
    made = prepare(folder, Paintbox(), inversion=QUICK, report=quietly)
    (kept,) = (own_cache / "collections").iterdir()
    manifest = (kept / "manifest.json").read_bytes()
    (kept / "manifest.json").write_bytes(manifest.replace(b'"format": 2', b'"format": 1'))
    with pytest.raises(NotPrepared):
        load_collection(folder, model="paintbox")
    assert prepare(folder, Paintbox(), inversion=QUICK, report=quietly).digest == made.digest


def test_the_seeds_of_known_works_are_reused_and_changed_ones_are_not(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 4)
    known = tmp_path / "known"
    theirs = seeds_on_shell(4, 12, seed=9)
    prepare(folder, Paintbox(), out=known, seeds=theirs, ids=[f"w{i}" for i in range(4)], report=quietly)
    drawing(50).save(folder / "w2.png")
    made = prepare(folder, Paintbox(), known=known, inversion=QUICK, report=quietly)
    np.testing.assert_array_equal(made.seeds[[0, 1, 3]], theirs[[0, 1, 3]])
    assert not np.array_equal(made.seeds[2], theirs[2])


def test_seeds_found_for_other_weights_are_not_reused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 2)
    known, theirs = tmp_path / "known", seeds_on_shell(2, 12, seed=9)
    other = Paintbox()
    other.sha256 = "other"
    prepare(folder, other, out=known, seeds=theirs, ids=["w0", "w1"], report=quietly)
    assert not np.array_equal(prepare(folder, Paintbox(), known=known, inversion=QUICK, report=quietly).seeds, theirs)


def test_a_killed_preparation_goes_on_after_its_last_batch(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 10)

    class Killed(BaseException):
        pass

    def stop(what: str, done: int, of: int) -> None:
        if what == "finding seeds" and done > 2 * STEPS + 3:
            raise Killed

    with pytest.raises(Killed):
        prepare(folder, Paintbox(), inversion=QUICK, report=stop)
    whole, rest = Paintbox(), Paintbox()
    made = prepare(folder, rest, inversion=QUICK, report=quietly)
    shutil.rmtree(tmp_path / "cache")
    np.testing.assert_array_equal(prepare(folder, whole, inversion=QUICK, report=quietly).seeds, made.seeds)
    assert whole.calls - rest.calls == 2 * (STEPS + 1)


def test_a_torn_shard_is_made_again(tmp_path: Path, own_cache: Path) -> None:
    folder = write_folder(tmp_path / "works", 3)
    first = prepare(folder, Paintbox(), inversion=QUICK, report=quietly)
    (shard,) = (own_cache / "shards").iterdir()
    shard.write_bytes(shard.read_bytes()[:100])
    shutil.rmtree(own_cache / "collections")
    np.testing.assert_array_equal(prepare(folder, Paintbox(), inversion=QUICK, report=quietly).seeds, first.seeds)


def test_an_unreadable_picture_is_reported_and_left_out(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 4)
    (folder / "w1.png").write_bytes(b"not a picture")
    (folder / "w2.png").unlink()
    made = prepare(folder, Paintbox(), inversion=QUICK, report=quietly)
    assert [work.id for work in made.works] == ["w0", "w3"] and len(made.seeds) == len(made.places) == 2
    assert [line.split(":")[0] for line in made.manifest.skipped] == ["w1", "w2"]
    assert "not a picture we can read" in made.manifest.skipped[0] and "is not there" in made.manifest.skipped[1]


def test_when_no_picture_can_be_read_there_is_no_collection(tmp_path: Path) -> None:
    folder = write_table(tmp_path, [{"id": "a", "file": "gone.png", "title": "A"}])
    with pytest.raises(CollectionError, match=r"none of the 1 pictures .* can be read; a: gone\.png is not there"):
        prepare(folder, Paintbox(), report=quietly)


def test_given_seeds_are_written_for_the_chosen_works_in_their_order(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 5)
    seeds, generator = seeds_on_shell(3, 12), Paintbox()
    out = tmp_path / "starter"
    prepare(folder, generator, out=out, seeds=seeds, ids=["w4", "w0", "w2"], name="starter", report=quietly)
    made = read_prepared(out)
    assert [work.id for work in made.works] == ["w4", "w0", "w2"] and made.name == "starter"
    np.testing.assert_array_equal(made.seeds, seeds)
    assert generator.calls == 1 and made.images is None, "drawn once, to be judged"
    assert sorted(p.suffix for p in out.iterdir()) == [".json", ".jsonl", ".npy", ".npy", ".npy", ".npy"]


def test_given_seeds_stay_with_their_works_when_one_cannot_be_read(tmp_path: Path) -> None:
    folder, seeds = write_folder(tmp_path / "works", 3), seeds_on_shell(3, 12)
    (folder / "w1.png").unlink()
    made = prepare(folder, Paintbox(), out=tmp_path / "o", seeds=seeds, ids=["w0", "w1", "w2"], report=quietly)
    np.testing.assert_array_equal(made.seeds, seeds[[0, 2]])


@pytest.mark.parametrize(
    ("seeds", "ids", "message"),
    [
        (seeds_on_shell(2, 12), None, "without ids"),
        (seeds_on_shell(2, 7), ["w0", "w1"], r"seeds are \(2, 7\) .* need \(2, 12\)"),
        (seeds_on_shell(3, 12), ["w0", "w1"], r"seeds are \(3, 12\)"),
        (np.full((2, 12), np.nan, np.float32), ["w0", "w1"], "not finite"),
        (seeds_on_shell(2, 12), ["w0", "w9"], "1 ids that .* lacks, as 'w9'"),
        (seeds_on_shell(2, 12), ["w0", "w0"], "ids twice"),
    ],
)
def test_seeds_that_do_not_fit_are_refused(
    tmp_path: Path, seeds: np.ndarray, ids: list[str] | None, message: str
) -> None:
    with pytest.raises(CollectionError, match=message):
        prepare(write_folder(tmp_path / "w", 2), Paintbox(), seeds=seeds, ids=ids, report=quietly)


def test_progress_is_told_from_start_to_end(tmp_path: Path) -> None:
    lines: list[tuple[str, int, int]] = []
    prepare(write_folder(tmp_path / "works", 5), Paintbox(), inversion=QUICK, report=lambda *line: lines.append(line))
    for what in ("reading pictures", "finding seeds", "laying out the map"):
        steps = [(done, of) for name, done, of in lines if name == what]
        assert steps[-1][0] == steps[-1][1] > 0 and steps == sorted(steps)


def test_a_bar_is_drawn_where_nobody_listens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(write_folder(tmp_path / "works", 2), Paintbox(), inversion=QUICK)
    assert "finding seeds" in capsys.readouterr().err


def test_the_real_collection_becomes_a_map_on_which_neighbours_share_looks(tmp_path: Path, shared: Path) -> None:
    folder = shared / "collection"
    ids = [work.id for work in read_folder(folder).works[::3]]
    seeds = seeds_on_shell(len(ids), 12)
    made = prepare(folder, Paintbox(), out=tmp_path / "c", seeds=seeds, ids=ids, describer=Looks(), report=quietly)
    assert len(made.works) == len(ids) and not made.manifest.skipped
    assert made.manifest.trustworthiness is not None and made.manifest.trustworthiness > 0.9
    assert all(len(base64.b64decode(work.thumbhash)) >= 17 for work in made.works)
    assert not [path for path in (tmp_path / "c").rglob("*") if path.suffix.lower() in (".jpg", ".png")]
