"""`genstudio tour`: the film, whole or not at all, in its true colours; and what is refused (Q12, Q13)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from server.commands.cli import app
from server.commands.video import film, required
from server.exits import CannotStart
from tests.server.installed import small_collection, small_model

pytest.importorskip("av", reason="films need PyAV: pip install 'genstudio[video]'")

PATCHES = [(200, 30, 40), (30, 160, 60), (20, 40, 200), (250, 240, 230), (128, 128, 128), (240, 190, 30)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model, and a collection of six drawings: Disc 0 (w0) to Disc 5 (w5)."""
    folder = tmp_path_factory.mktemp("installed")
    model = small_model(folder)
    return model, small_collection(folder, model)


def tour(installed: tuple[Path, Path], *arguments: object) -> tuple[int, str]:
    model, collection = installed
    options = ["--model", model, "--collection", collection, "--device", "cpu"]
    ended = CliRunner().invoke(app, ["tour", *map(str, arguments), *map(str, options)])
    return ended.exit_code, ended.output


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))


def decoded(path: Path) -> list[np.ndarray]:
    """The frames as a player shows them that believes the file."""
    import av

    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_tour_is_a_film_of_the_path_with_the_works_credits(installed: tuple[Path, Path], tmp_path: Path) -> None:
    """Q12"""
    import av

    out = tmp_path / "tour.mp4"
    arguments = ("w0", "Disc 5", "--out", out, "--seconds-per-work", "1", "--fps", "5", "--size", "64")
    code, told = tour(installed, *arguments)
    assert code == 0, told
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        about = container.metadata
        assert (stream.width, stream.height) == (64, 64) and stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p" and float(stream.average_rate or 0) == 5
        assert about["title"] == "From Disc 0 to Disc 5" and "Disc 5" in about["comment"]
    works = int(told.rsplit(": ", 1)[1].split()[0])
    frames = decoded(out)
    assert len(frames) == works * 2 + (works - 1) * 3 or len(frames) == works * 5 - 3
    assert np.abs(frames[0].astype(int) - frames[1]).mean() < 2 < np.abs(frames[0].astype(int) - frames[-1]).mean()


def test_colours_survive_and_the_file_says_which_they_are(tmp_path: Path) -> None:
    """Q13"""
    import av

    out = tmp_path / "patches.mp4"
    with film(out, size=96, fps=10, about={}) as reel:
        for patch in PATCHES:
            reel.show(np.full((32, 32, 3), patch, np.uint8), frames=3)
    shown = decoded(out)
    assert len(shown) == 3 * len(PATCHES)
    for number, patch in enumerate(PATCHES):
        assert np.abs(shown[3 * number + 1][48, 48].astype(int) - patch).max() <= 3
    with av.open(str(out)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "a page may play it before it has all of it"


def test_a_film_that_is_cut_short_leaves_nothing_and_an_older_one_stays(tmp_path: Path) -> None:
    """Q13"""
    out = tmp_path / "tour.mp4"
    out.write_bytes(b"older")
    with pytest.raises(KeyboardInterrupt), film(out, size=64, fps=10, about={}) as reel:
        reel.show(np.zeros((32, 32, 3), np.uint8))
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == ["tour.mp4"]
    assert out.read_bytes() == b"older"


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (("w0", "nothing"), "is no work of"),
        (("w0", "disc"), "may be one of these; give its id:\n  w0  Disc 0"),
        (("w0", "Disc 0"), "a tour needs two works"),
        (("w0", ""), "give an id or a title"),
    ],
)
def test_ends_that_mean_no_work_or_several_are_refused(
    installed: tuple[Path, Path], tmp_path: Path, ends: tuple[str, str], says: str
) -> None:
    code, told = tour(installed, *ends, "--out", tmp_path / "tour.mp4")
    assert code == 2 and told.startswith("genstudio: ") and says in told
    assert not (tmp_path / "tour.mp4").exists()


def test_a_folder_that_is_not_there_is_refused_before_anything_is_drawn(
    installed: tuple[Path, Path], tmp_path: Path
) -> None:
    code, told = tour(installed, "w0", "w5", "--out", tmp_path / "nowhere" / "tour.mp4")
    assert code == 2 and "there is no folder" in told


def test_without_pyav_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(CannotStart, match=r"genstudio\[video\]"):
        required()
