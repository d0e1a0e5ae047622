"""Folders with images and prepared collections: what is read, and what is refused in a sentence for a curator."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from models.cache import CacheError, private_folder
from models.works.collection import BUNDLED, Collection, Manifest, Model, NotPrepared, load_collection, read_prepared
from models.works.folder import NEEDED, TEXTS, read_folder
from models.works.images import UnreadableImage, open_image
from models.works.prepare import Read, write
from models.works.work import CollectionError, Work
from tests.models.drawings import drawing, seeds_on_shell, write_folder, write_table

ROW = {"id": "a", "file": "a.png", "title": "A"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))


def prepared(folder: Path, works: int = 3, **wrong: np.ndarray) -> Path:
    """A small prepared collection; `wrong` replaces its arrays."""
    records = [Work(id=f"w{i}", title=f"Disc {i}", file=f"w{i}.png") for i in range(works)]
    places = np.linspace(0.1, 0.9, 2 * works, dtype=np.float32).reshape(works, 2)
    arrays = {
        "seeds": seeds_on_shell(works),
        "features": seeds_on_shell(works, 8),
        "places": places,
        "quality": np.full((works, 2), (20.0, 0.5), np.float32),
    } | wrong
    read = Read(records, arrays["features"], "looks", np.empty(0, np.uint8), [])
    write(folder, read, arrays, "discs", Model("paintbox", 140, "ab"), "source")
    return folder


def edit(folder: Path, name: str, data: bytes) -> None:
    """Replace a file and, as whoever edits by hand with care, its hash in the manifest."""
    (folder / name).write_bytes(data)
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    files = manifest.files | {name: hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, files=files)))


# -- a prepared collection ----------------------------------------------------------------------------------------


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    collection = read_prepared(prepared(tmp_path / "c"))
    assert [work.id for work in collection.works] == ["w0", "w1", "w2"]
    assert (collection.index_of("w2"), collection.index_of("nobody")) == (2, None)
    np.testing.assert_array_equal(collection.seeds, seeds_on_shell(3))
    assert collection.name == "discs" and len(collection.digest) == 64


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    one, same = read_prepared(prepared(tmp_path / "a")), read_prepared(prepared(tmp_path / "b"))
    other = read_prepared(prepared(tmp_path / "c", seeds=seeds_on_shell(3, seed=1)))
    assert one.digest == same.digest != other.digest


def test_seeds_for_another_generator_are_refused(tmp_path: Path) -> None:
    collection = read_prepared(prepared(tmp_path / "c"))
    collection.require_generator("bundled", 140)
    with pytest.raises(CollectionError, match="140 numbers for 'paintbox', the generator 'stylegan2' takes 512"):
        collection.require_generator("stylegan2", 512)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "c")
    data = bytearray((folder / "seeds.npy").read_bytes())
    data[-1] ^= 1
    (folder / "seeds.npy").write_bytes(data)
    with pytest.raises(CollectionError, match=r"seeds\.npy is not the file its manifest was written for"):
        read_prepared(folder)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "c")
    (folder / "places.npy").unlink()
    with pytest.raises(CollectionError, match=r"cannot read .*places\.npy \(No such file"):
        read_prepared(folder)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seeds": seeds_on_shell(3, 128)}, "128 numbers a work, its generator 'paintbox' takes 140"),
        ({"seeds": np.full((3, 140), np.nan, np.float32)}, "NaN or infinity"),
        ({"places": np.full((3, 2), np.inf, np.float32)}, "NaN or infinity"),
        ({"places": np.array([[0, 0], [1, 1.5], [0.5, 0.5]], np.float32)}, r"not places in \[0, 1\]\^2"),
        ({"places": np.array([[0, 0], [1, 1], [0, 0]], np.float32)}, "two works at one place"),
        ({"quality": np.ones((3, 1), np.float32)}, "not PSNR and SSIM"),
        ({"seeds": seeds_on_shell(4)}, "not float32 with 3 rows"),
    ],
)
def test_arrays_that_cannot_be_are_refused(tmp_path: Path, wrong: dict[str, np.ndarray], message: str) -> None:
    folder = prepared(tmp_path / "c", **wrong)
    with pytest.raises(CollectionError, match=message):
        read_prepared(folder)


def test_a_pickled_array_is_refused_unread(tmp_path: Path) -> None:
    folder, canary = prepared(tmp_path / "c"), tmp_path / "canary"

    class Payload:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (canary,))

    np.save(folder / "seeds.npy", np.array([Payload()], dtype=object), allow_pickle=True)
    edit(folder, "seeds.npy", (folder / "seeds.npy").read_bytes())
    with pytest.raises(CollectionError, match=r"seeds\.npy is not an array"):
        read_prepared(folder)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b'{"id": "w0", "title": "x"}\nnonsense\n', "line 2 is not a work"),
        (b'{"id": "w0", "title": "x"}\n{"id": "w0", "title": "x"}\n', "'w0' twice"),
        (b'{"id": "../w0", "title": "x"}\n', "the id '../w0'"),
        (b'{"id": "w0"}\n', "line 1 is not a work"),
        (b"", "holds no work"),
    ],
)
def test_records_that_are_not_works_are_refused(tmp_path: Path, lines: bytes, message: str) -> None:
    folder = prepared(tmp_path / "c")
    edit(folder, "works.jsonl", lines)
    with pytest.raises(CollectionError, match=message):
        read_prepared(folder)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": 1}', b"\xff"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    folder = prepared(tmp_path / "c")
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(CollectionError, match="is not a manifest"):
        read_prepared(folder)


def test_another_form_is_refused_not_guessed_at(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "c")
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(manifest.replace(b'"format": 2', b'"format": 1'))
    with pytest.raises(CollectionError, match="has form 1, we read form 2"):
        read_prepared(folder)


def test_a_manifest_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "c")
    edit(folder, "../outside", b"")
    with pytest.raises(CollectionError, match="a collection is"):
        read_prepared(folder)


def test_a_path_with_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="is not there; give a folder with images"):
        load_collection(tmp_path / "nowhere")


def test_a_folder_that_was_not_prepared_says_which_command_prepares_it(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "works", 2)
    with pytest.raises(NotPrepared, match=f"genstudio collection prepare {folder}"):
        load_collection(folder)


def test_reading_a_collection_imports_neither_torch_nor_scipy(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "c")
    code = (
        "import sys; from pathlib import Path; from models.works.collection import load_collection;"
        f"load_collection(Path({str(folder)!r}));"
        " sys.exit(bool({'torch', 'scipy', 'sklearn', 'numba', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- pictures of a collection ------------------------------------------------------------------------------------


def with_images(folder: Path, images: Path, file: str) -> Collection:
    prepared(folder)
    lines = msgspec.json.encode(Work(id="w0", title="x", file=file))
    edit(folder, "works.jsonl", b"\n".join([lines, *(folder / "works.jsonl").read_bytes().splitlines()[1:]]))
    return read_prepared(folder, images=images)


def test_a_work_finds_its_picture(tmp_path: Path) -> None:
    images = write_folder(tmp_path / "works", 1)
    assert with_images(tmp_path / "c", images, "w0.png").image_path("w0") == (images / "w0.png").resolve()


@pytest.mark.parametrize(
    "file", ["../secret.png", "/etc/hostname", "sub/../../secret.png", "link.png", "", ".", "a\0b"]
)
def test_a_picture_outside_of_the_folder_is_never_given(tmp_path: Path, file: str) -> None:
    images = write_folder(tmp_path / "works", 1)
    drawing(1).save(tmp_path / "secret.png")
    (images / "link.png").symlink_to(tmp_path / "secret.png")
    assert with_images(tmp_path / "c", images, file).image_path("w0") is None


def test_without_images_at_hand_there_is_no_path(tmp_path: Path) -> None:
    assert read_prepared(prepared(tmp_path / "c")).image_path("w0") is None


# -- a folder with images ------------------------------------------------------------------------------------------


def test_a_table_is_read_with_its_facts(tmp_path: Path) -> None:
    facts = {"artist": "Hokusai", "license": "CC0-1.0", "credit": "Gift", "source_url": "https://museum.example/1"}
    (work,) = read_folder(write_folder(tmp_path, 1, **facts, orig_width="900", orig_height="600")).works
    assert (work.title, work.artist, work.license, work.credit) == ("Disc 0", "Hokusai", "CC0-1.0", "Gift")
    assert (work.link, work.width, work.height) == ("https://museum.example/1", 900, 600)
    assert work.sha256 == hashlib.sha256((tmp_path / "w0.png").read_bytes()).hexdigest()


def test_a_picture_from_a_public_repository_keeps_its_address(tmp_path: Path) -> None:
    source = {"source_repo": "museum/open", "source_commit": "0af1" * 10, "source_path": "images/no 1.jpg"}
    (work,) = read_folder(write_folder(tmp_path, 1, **source)).works
    assert work.image == f"https://raw.githubusercontent.com/museum/open/{'0af1' * 10}/images/no%201.jpg"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", 'https://x/"onload="', "nonsense"])
def test_an_address_that_is_not_one_of_the_web_is_dropped(tmp_path: Path, address: str) -> None:
    (work,) = read_folder(write_folder(tmp_path, 1, link=address, image=address)).works
    assert (work.link, work.image) == ("", "")


def test_a_folder_without_a_table_is_named_after_its_files(tmp_path: Path) -> None:
    for name in ("the_night-watch.jpg", "Été 1.png", "sub/the_night-watch.jpg", ".hidden/x.png", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        drawing(1).save(tmp_path / name, format="PNG")
    works = read_folder(tmp_path).works
    assert sorted(work.title for work in works) == ["the night watch", "the night watch", "Été 1"]
    assert len({work.id for work in works}) == 3


def test_the_same_content_elsewhere_has_the_same_digest(tmp_path: Path) -> None:
    one, same, other = (read_folder(write_folder(tmp_path / n, c)) for n, c in (("a", 2), ("b", 2), ("c", 3)))
    assert one.digest == same.digest != other.digest
    drawing(7).save(tmp_path / "a" / "w0.png")
    assert read_folder(tmp_path / "a").digest != one.digest


def test_a_folder_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"has no images \(.*\.jpg.*\); put at least one work in"):
        read_folder(tmp_path)


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(CollectionError, match="is a file; give a folder"):
        read_folder(tmp_path / "x")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("id,title\na,A\n", "lacks the columns file; it has id, title"),
        ("", "lacks the columns id, file, title; it has none"),
        ("id,file,title\n", "has no rows"),
        ("id,file,title\na,,A\n", "line 2 has no file"),
        ("id,file,title\n,a.png,A\n", "line 2 has no id"),
        ("id,file,title\na,a.png,A\na,b.png,B\n", "the id 'a' twice"),
        ("id,file,title\na b,a.png,A\n", "the id 'a b'"),
        ("id,file,title\na,../../etc/passwd,A\n", "'../../etc/passwd', which is outside of"),
        ("id,file,title\na,/etc/passwd,A\n", "'/etc/passwd', which is outside of"),
        ("id,file,title\na," + "x" * 200_000 + ",A\n", "cannot be read"),
    ],
)
def test_a_table_that_is_not_one_of_works_is_refused(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "metadata.csv").write_text(table)
    with pytest.raises(CollectionError, match=message):
        read_folder(tmp_path)


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_bytes("id,file,title\na,a.png,Été\n".encode("latin-1"))
    with pytest.raises(CollectionError, match="is not UTF-8"):
        read_folder(tmp_path)


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_bytes('\ufeffid,file,title\r\na,a.png,"Two\r\nlines"\r\n'.encode())
    (work,) = read_folder(tmp_path).works
    assert work.title == "Two lines" and work.sha256 == ""


def test_a_label_of_endless_length_is_cut(tmp_path: Path) -> None:
    (work,) = read_folder(write_table(tmp_path, [ROW | {"description": "word " * 5_000}])).works
    assert len(work.description) == 1_000 and work.description.endswith("…")


def test_a_pipe_in_the_place_of_a_picture_does_not_hold_us_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    (work,) = read_folder(write_table(tmp_path, [ROW])).works
    assert work.sha256 == ""
    with pytest.raises(UnreadableImage, match="0 bytes"):
        open_image(tmp_path / "a.png")


# -- opening pictures ---------------------------------------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unfolds to width x height pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((1 + -(-width // 8)) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(10_000, 5_000), (40_000, 40_000), (60_000, 300)])
def test_a_picture_of_fifty_megapixels_is_refused_before_it_unfolds(tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb(width, height))
    with pytest.raises(UnreadableImage, match=r"pixels; make it at most 16,000,000"):
        open_image(tmp_path / "bomb.png")


def test_a_museums_photograph_of_twenty_megapixels_is_read_at_half_its_side(tmp_path: Path) -> None:
    Image.new("RGB", (5001, 4001), (200, 100, 50)).save(tmp_path / "large.jpg", quality=30)
    read = open_image(tmp_path / "large.jpg")
    assert read.size == (2501, 2001) and read.getpixel((1000, 1000)) == pytest.approx((200, 100, 50), abs=4)
    Image.new("RGB", (8000, 5001)).save(tmp_path / "huge.jpg", quality=30)
    with pytest.raises(UnreadableImage, match="8000 x 5001 pixels"):
        open_image(tmp_path / "huge.jpg")


@pytest.mark.parametrize("data", [b"not a picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + b"\0" * 100])
def test_what_is_not_a_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(UnreadableImage, match=r"x\.png is not a picture we can read"):
        open_image(tmp_path / "x.png")


def test_a_picture_cut_short_is_refused(tmp_path: Path) -> None:
    drawing(1, (300, 300)).save(tmp_path / "x.jpg")
    data = (tmp_path / "x.jpg").read_bytes()
    (tmp_path / "x.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableImage, match="truncated"):
        open_image(tmp_path / "x.jpg")


def test_a_missing_an_empty_and_a_sixteen_bit_picture_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    Image.fromarray(np.full((4, 4), 40_000, np.uint16)).save(tmp_path / "deep.png")
    for name, message in (("gone.png", "is not there"), ("empty.png", "is 0 bytes"), ("deep.png", "8 bits a channel")):
        with pytest.raises(UnreadableImage, match=message):
            open_image(tmp_path / name)


def test_a_picture_is_upright_and_on_white(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    drawing(1, (40, 20)).save(tmp_path / "x.jpg", exif=turned)
    assert open_image(tmp_path / "x.jpg").size == (20, 40)
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert open_image(tmp_path / "clear.png").getpixel((0, 0)) == (255, 255, 255)


# -- the cache ------------------------------------------------------------------------------------------------------


def test_a_cache_that_others_may_write_into_is_refused(tmp_path: Path) -> None:
    assert (private_folder(tmp_path / "new").stat().st_mode & 0o777) == 0o700
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(CacheError, match="open to writing by others"):
        private_folder(tmp_path / "open")


def test_a_cache_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="cannot make the cache folder"):
        private_folder(tmp_path / "file" / "cache")


# -- the real collection --------------------------------------------------------------------------------------------


def test_the_real_collection_is_read_whole(shared: Path) -> None:
    folder = read_folder(shared / "collection")
    assert len(folder.works) == 891
    assert all(w.sha256 and w.title and w.license and w.link and w.width and w.height for w in folder.works)
    assert all(w.image.startswith("https://raw.githubusercontent.com/") for w in folder.works)


def test_the_starter_collection_ships_facts_and_addresses_but_no_images() -> None:
    collection = load_collection()
    assert all(w.thumbhash and w.license and w.image.startswith("https://") for w in collection.works)
    assert {path.suffix for path in BUNDLED.iterdir()} == {".json", ".jsonl", ".npy"}


def test_the_page_on_the_collection_names_every_column_and_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "design" / "collection.md").read_text()
    names = {*NEEDED, *TEXTS, *Work.__struct_fields__, *Manifest.__struct_fields__, *Model.__struct_fields__}
    assert not [name for name in names if f"`{name}`" not in page]
