"""What looks like this: asked with an artwork, with a frame, with a stranger's picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from models import similar
from models.search.describers import Looks
from models.search.similar import LookIndex
from models.works.collection import Collection, Manifest, Model, load_collection
from models.works.images import MAX_PIXELS, UnreadableImage, open_image, square
from models.works.work import CollectionError, Work
from tests.models.drawings import drawing

COUNT = 30


class Unknown:
    """Some recipe whose weights only the person has who made the features."""

    name = "resnet50-1:0123456789ab"

    def describe(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return Looks().describe(pictures)


def hung(count: int = COUNT, recipe: str = "looks-1") -> Collection:
    """Drawings d0 ... with their looks."""
    works = [Work(id=f"d{i}", title=f"Drawing {i}") for i in range(count)]
    features = Looks().describe(np.stack([square(drawing(i), 256) for i in range(count)]))
    manifest = Manifest(
        format=0,
        name="drawings",
        works=count,
        generator=Model("none", 1, ""),
        source="",
        features=recipe,
        shapes={},
        files={},
        digest="",
    )
    one = np.zeros((count, 1), np.float32)
    return Collection(
        name="drawings",
        works=works,
        seeds=one,
        features=features,
        places=one,
        digest="",
        images=None,
        quality=one,
        manifest=manifest,
    )


COLLECTION = hung()


def photograph(number: int) -> Image.Image:
    """A drawing seen a little darker, its rim cut off."""
    picture = drawing(number, (300, 200))
    return ImageEnhance.Brightness(picture.crop((10, 6, 290, 194))).enhance(0.93)


def as_bytes(image: Image.Image, kind: str = "PNG") -> bytes:
    held = BytesIO()
    image.save(held, kind)
    return held.getvalue()


def test_an_artwork_finds_others_and_never_itself() -> None:
    for i in range(COUNT):
        found = similar(f"d{i}", 5, collection=COLLECTION)
        far = np.linalg.norm(COLLECTION.features - COLLECTION.features[i], axis=1)
        far[i] = np.inf
        assert len(found) == 5 and f"d{i}" not in {one.work.id for one in found}
        np.testing.assert_allclose([one.distance for one in found], np.sort(far)[:5], rtol=1e-4)
        assert found[0].work == COLLECTION.works[int(far.argmin())]
        assert similar(COLLECTION.works[i], 5, collection=COLLECTION) == found


def test_an_artwork_that_hangs_twice_finds_its_double() -> None:
    double = hung()
    double.features[1:4] = double.features[0]
    found = similar("d2", 3, collection=double)
    assert {one.work.id for one in found} == {"d0", "d1", "d3"} and found[0].distance == 0


def test_a_frame_finds_the_work_it_dreams_of() -> None:
    for i in (0, 7, 19):
        frame = np.asarray(drawing(i).resize((256, 256)))
        found = similar(frame, 3, collection=COLLECTION)
        assert found[0].work.id == f"d{i}" and [one.distance for one in found] == sorted(o.distance for o in found)


def test_a_strangers_picture_is_found_however_it_comes(tmp_path: Path) -> None:
    picture = photograph(11)
    (tmp_path / "shot.png").write_bytes(as_bytes(picture))
    answers = [
        similar(given, 4, collection=COLLECTION)
        for given in (picture, tmp_path / "shot.png", as_bytes(picture), np.asarray(picture))
    ]
    assert answers[0][0].work.id == "d11" and answers[0][0].distance > 0
    assert all(answer == answers[0] for answer in answers)


def test_a_picture_taken_sideways_is_turned_upright_first() -> None:
    picture = photograph(5).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 270 degrees counter-clockwise
    held = BytesIO()
    picture.save(held, "PNG", exif=exif)
    assert similar(held.getvalue(), 1, collection=COLLECTION)[0].work.id == "d5"
    assert similar(Image.open(held), 1, collection=COLLECTION)[0].work.id == "d5"


def test_asked_for_more_than_hang_it_gives_all_others() -> None:
    assert len(similar("d3", 500, collection=COLLECTION)) == COUNT - 1
    assert len(similar(photograph(3), 500, collection=COLLECTION)) == COUNT


def test_one_work_alone_is_like_nothing() -> None:
    assert similar("d0", collection=hung(1)) == []


# -- refusals --------------------------------------------------------------------------------------------------------


def test_a_work_that_does_not_hang_here_is_refused() -> None:
    for stranger in ("shot.png", Work(id="other", title="Other")):
        with pytest.raises(
            CollectionError, match=r"has no work '.*'; give one of its ids, or a picture's path as a Path"
        ):
            similar(stranger, collection=COLLECTION)


@pytest.mark.parametrize(
    "frame", [np.zeros((8, 8), np.uint8), np.zeros((3, 8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)]
)
def test_an_array_that_is_no_frame_is_refused(frame: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match=r"is not a frame; frames are uint8 \(H, W, 3\)"):
        similar(frame, collection=COLLECTION)


def test_no_works_and_fewer_are_refused() -> None:
    with pytest.raises(ValueError, match="ask for 1 or more"):
        similar("d0", 0, collection=COLLECTION)


def bomb() -> Image.Image:
    """More pixels than we unfold, in few bytes."""
    return Image.new("1", (MAX_PIXELS // 1000 + 1, 1000))


def test_a_strangers_picture_is_opened_within_limits_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_bytes(b"not a picture")
    broken = as_bytes(photograph(1))[:-200]
    for given, message in (
        (tmp_path / "text.png", "text.png is not a picture we can read"),
        (tmp_path / "gone.png", "gone.png is not there"),
        (b"not a picture", "the picture is not a picture we can read"),
        (b"", "is 0 bytes"),
        (broken, "is not a picture we can read"),
        (Image.open(BytesIO(broken)), "cannot be decoded"),
        (as_bytes(bomb()), f"make it at most {MAX_PIXELS:,}"),
        (bomb(), f"make it at most {MAX_PIXELS:,}"),
        (Image.new("I;16", (9, 9)), "mode I;16"),
        (np.zeros((0, 8, 3), np.uint8), "0 pixels"),
    ):
        with pytest.raises(UnreadableImage, match=message):
            similar(given, collection=COLLECTION)


def test_features_whose_weights_are_elsewhere_answer_for_artworks_alone() -> None:
    theirs = hung(recipe=Unknown.name)
    assert similar("d4", 2, collection=theirs) == similar("d4", 2, collection=COLLECTION)
    with pytest.raises(CollectionError, match=r"'resnet50-1:0123456789ab', whose weights are not at hand"):
        similar(photograph(4), collection=theirs)
    assert similar(photograph(4), 1, collection=theirs, describer=Unknown())[0].work.id == "d4"


def test_another_describer_than_the_collections_is_refused() -> None:
    with pytest.raises(CollectionError, match="has the features 'looks-1', not 'resnet50-1:0123456789ab'"):
        similar("d4", collection=COLLECTION, describer=Unknown())


def test_an_index_that_is_kept_answers_as_one_call_does(tmp_path: Path) -> None:
    index = LookIndex(COLLECTION, cache=tmp_path)
    assert not index.prepare().result(), "thirty works are not worth a graph"
    assert index.similar(photograph(8), 3) == similar(photograph(8), 3, collection=COLLECTION)
    index.close()


# -- the starter collection ------------------------------------------------------------------------------------------


def test_in_the_starter_collection_works_are_found_by_their_own_pictures(shared: Path) -> None:
    """With whatever weights ship. What a visitor's camera brings is measured by bench/features.py."""
    try:
        collection = load_collection()
    except CollectionError as error:
        pytest.skip(f"the starter collection has to be exported again: {error}")
    index = LookIndex(collection)
    for work in collection.works[::120]:
        path = shared / "collection" / work.file
        by_path, others = index.similar(path, 3), index.similar(work, 3)
        assert by_path[0].work.id == work.id and by_path[0].distance < others[0].distance / 10
        assert {one.work.id for one in by_path[1:]} <= {one.work.id for one in others}
        assert index.similar(np.asarray(open_image(path)), 3)[0].work.id == work.id
