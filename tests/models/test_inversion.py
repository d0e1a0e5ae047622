"""From a picture back to the latent that draws it: our descent, its starts, its judgement, and the public door."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import models
from models.inversion.descent import InversionSettings, Ours, descend
from models.inversion.drawing import draw, freed, settled
from models.inversion.features import CriticFeatures, ResNetFeatures, ResNetLogits, apart
from models.inversion.legacy import LegacySettings
from models.inversion.quality import compare, measure
from models.inversion.recipe import recipe_for
from models.inversion.starts import Starts
from models.networks.critic import Critic
from models.networks.light import LightConfig
from models.networks.resnet50 import ResNet50
from tests.models.drawings import Paintbox, drawing, seeds_on_shell
from tests.models.painters import Stencil, Watched, latents_with_classes, painted, small_network

torch.set_num_threads(1)  # tiny pictures: a second thread only waits

PIXELS = InversionSettings(steps=60, batch=4, rate=0.2, feature_weight=0.0)
"""No features: they would be the bundled critic's, which looks at 256 px."""


def as_images(latents: np.ndarray, generator: Paintbox) -> np.ndarray:
    """As `invert` takes them: (N, H, W, 3)."""
    return np.ascontiguousarray(painted(latents, generator).transpose(0, 2, 3, 1))


# -- the descent ------------------------------------------------------------------------------------------------------


def test_a_known_latent_of_a_real_network_is_found_again() -> None:
    generator, truth = small_network(), seeds_on_shell(3, 12)
    pictures = painted(truth, generator)
    starts = (truth + 0.3 * seeds_on_shell(3, 12, seed=5)).astype(np.float32)
    before = measure(starts, pictures, generator)
    found, _ = descend(pictures, generator, starts, InversionSettings(rate=0.05, feature_weight=0))
    after = measure(found, pictures, generator)
    assert (after[:, 0] > before[:, 0] + 6).all() and (after[:, 1] > before[:, 1]).all()
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.sqrt(generator.z_dim), rtol=1e-4)


def test_works_without_an_encoder_are_found_from_random_draws() -> None:
    truth = seeds_on_shell(4, 12, seed=9)
    found = models.invert(as_images(truth, Paintbox()), Paintbox(), settings=PIXELS)
    assert len(found) == 4 and found.y is None and found.z.shape == (4, 12)
    assert (found.quality[:, 0] > 35).all() and (found.quality[:, 1] > 0.95).all()


def test_a_descent_that_overshoots_keeps_its_best() -> None:
    starts = seeds_on_shell(4, 12)
    pictures = painted(seeds_on_shell(4, 12, seed=9), Paintbox())
    _, before = descend(pictures, Paintbox(), starts, InversionSettings(steps=0, feature_weight=0))
    found, after = descend(pictures, Paintbox(), starts, InversionSettings(steps=5, rate=50.0, feature_weight=0))
    _, again = descend(pictures, Paintbox(), found, InversionSettings(steps=0, feature_weight=0))
    assert (after <= before).all()
    np.testing.assert_allclose(again, after, rtol=1e-5)


def test_an_error_is_that_of_the_picture_as_clipped() -> None:
    """What lies beyond white is white on a wall, so a latent that overshoots is no worse, and can still come back."""
    generator = Paintbox()
    generator.network = lambda z: 50 * Paintbox().network(z)  # type: ignore[method-assign]
    white, grey = np.full((1, 3, 32, 32), 255, np.uint8), np.full((1, 3, 32, 32), 128, np.uint8)
    _, error = descend(white, generator, np.ones((1, 12), np.float32), InversionSettings(steps=0, feature_weight=0))
    assert error[0] < 1e-5
    beyond = seeds_on_shell(1, 12, seed=2)
    _, before = descend(grey, generator, beyond, InversionSettings(steps=0, feature_weight=0))
    _, after = descend(grey, generator, beyond, InversionSettings(steps=40, rate=1.0, feature_weight=0))
    assert before[0] > 0.9 and after[0] < 0.9 * before[0]


def test_classes_are_found_with_z_and_stay_a_convex_mixture() -> None:
    generator, truth = Stencil(), latents_with_classes(6)
    found = models.invert(as_images(truth, generator), generator, settings=PIXELS)
    assert found.latents.shape == (6, 15) and found.y is not None
    np.testing.assert_array_equal(found.y.argmax(1), truth[:, 12:].argmax(1))
    np.testing.assert_allclose(found.y.sum(1), 1, rtol=1e-5)
    assert (found.y >= 0).all() and (found.quality[:, 0] > 25).all()


def test_no_class_of_a_start_is_out_of_reach() -> None:
    free = freed(latents_with_classes(3), Stencil())
    latents = settled(free, Stencil())
    np.testing.assert_allclose(latents[:, 12:].max(1).values, 1 - 0.1 * 2 / 3, rtol=1e-5)
    np.testing.assert_allclose(latents[:, :12], latents_with_classes(3)[:, :12], rtol=1e-5)


def test_a_work_that_has_stopped_improving_leaves_the_batch() -> None:
    truth = seeds_on_shell(4, 12)
    starts = truth.copy()
    starts[0] = seeds_on_shell(1, 12, seed=9)
    patient, hasty = Watched(), Watched()
    pictures = painted(truth, Paintbox())
    settings = InversionSettings(steps=30, rate=0.05, patience=5, feature_weight=0)
    left, _ = descend(pictures, hasty, starts, settings)
    descend(pictures, patient, starts, InversionSettings(steps=30, rate=0.05, patience=99, feature_weight=0))
    assert patient.drawn == [4] * 31
    assert hasty.drawn[:6] == [4] * 6 and hasty.drawn[-1] == 1
    assert sorted(hasty.drawn, reverse=True) == hasty.drawn, "who left does not come back"
    np.testing.assert_allclose(left[1:], truth[1:], atol=0.02)


def test_a_batch_whose_works_have_all_left_ends() -> None:
    truth, watched = seeds_on_shell(3, 12), Watched()
    steps: list[None] = []
    settings = InversionSettings(steps=50, patience=4, rate=0.0, feature_weight=0)
    descend(painted(truth, Paintbox()), watched, truth, settings, each_step=lambda: steps.append(None))
    assert len(watched.drawn) == len(steps) == 5


# -- starts -----------------------------------------------------------------------------------------------------------


def test_the_best_start_is_a_known_work_that_looks_alike() -> None:
    known = seeds_on_shell(5, 12, seed=9)
    np.testing.assert_array_equal(Starts(Paintbox(), known=known).best(painted(known, Paintbox())), known)


def test_a_good_guess_is_the_start_and_a_bad_one_is_not() -> None:
    truth = seeds_on_shell(3, 12, seed=9)
    asked = []

    def guess(pictures: np.ndarray) -> np.ndarray:
        asked.append(pictures.shape)
        return np.concatenate([truth[:2], -truth[2:]])

    found = Starts(Paintbox(), guess=guess).best(painted(truth, Paintbox()))
    np.testing.assert_array_equal(found[:2], truth[:2])
    assert not np.array_equal(found[2], -truth[2]) and asked == [(3, 3, 32, 32)]


def test_candidates_are_drawn_once_for_all_works() -> None:
    generator = Paintbox()
    starts = Starts(generator)
    starts.best(painted(seeds_on_shell(2, 12), Paintbox()))
    drawn = generator.calls
    starts.best(painted(seeds_on_shell(2, 12, seed=1), Paintbox()))
    assert generator.calls == drawn > 0


# -- features ---------------------------------------------------------------------------------------------------------


class Brightness:
    """Sees nothing but how bright a picture is."""

    name = "brightness"

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        return [pictures.mean((2, 3)) + 2]


def test_features_pull_where_pixels_alone_would_not_go() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 3, 32, 32), dtype=np.uint8)
    targets = torch.from_numpy(pictures) / 127.5 - 1

    def brightness_apart(weight: float) -> float:
        settings = InversionSettings(steps=40, feature_weight=weight, patience=99)
        found, _ = descend(pictures, Paintbox(), seeds_on_shell(4, 12), settings, features=Brightness())
        drawn = draw(torch.from_numpy(found), Paintbox())  # type: ignore[arg-type]
        return float(apart(Brightness()(drawn), Brightness()(targets)).mean())

    assert brightness_apart(10.0) < brightness_apart(0.0) / 2


def test_equal_features_are_not_apart_and_no_activation_speaks_for_all() -> None:
    quiet, loud = torch.rand(2, 3, 4, 4) + 1, 1000 * torch.rand(2, 5) + 1000
    assert float(apart([quiet, loud], [quiet, loud]).max()) == 0
    twice = apart([2 * quiet, loud], [quiet, loud])
    np.testing.assert_allclose(twice, apart([quiet, 2 * loud], [quiet, loud]), rtol=1e-5)
    np.testing.assert_allclose(twice, [0.5, 0.5], rtol=1e-5)


def test_gradients_pass_through_the_critics_features() -> None:
    critic = Critic(LightConfig(resolution=32))
    seen = CriticFeatures(critic, "critic", torch.device("cpu"), torch.float32)
    picture = torch.rand(2, 3, 32, 32, requires_grad=True)
    features = seen(picture)
    torch.stack([x.square().sum() for x in features]).sum().backward()
    assert picture.grad is not None and float(picture.grad.abs().sum()) > 0
    assert all(parameter.grad is None for parameter in critic.parameters())


@pytest.fixture(scope="module")
def resnet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """torchvision's layout with random weights."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "resnet50.pth"
    torch.save(ResNet50().state_dict(), path)
    return path


def test_resnet50_sees_when_its_file_is_given(resnet_file: Path) -> None:
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    maps = ResNetFeatures(resnet_file, torch.device("cpu"))(picture)
    assert [x.shape[1] for x in maps] == [256, 512, 1024, 2048]
    (logits,) = ResNetLogits(resnet_file, torch.device("cpu"))(picture)
    assert logits.shape == (1, 1000)
    (gradient,) = torch.autograd.grad(logits.square().sum() + maps[-1].sum(), picture)
    assert float(gradient.abs().sum()) > 0


def test_a_recipe_is_named_by_all_that_decides_its_answers(resnet_file: Path) -> None:
    generator, known = Paintbox(), seeds_on_shell(2, 12)
    facts = [
        recipe_for(generator, settings=PIXELS).facts,
        recipe_for(generator, settings=InversionSettings(steps=61, feature_weight=0)).facts,
        recipe_for(generator, settings=PIXELS, known=known).facts,
        recipe_for(generator, features=Brightness()).facts,
        recipe_for(generator, features=resnet_file).facts,
        recipe_for(generator, "legacy", features=Brightness()).facts,
        recipe_for(generator, "legacy", features=resnet_file).facts,
        recipe_for(generator, "legacy", features=Brightness(), settings=LegacySettings(draws=3)).facts,
    ]
    assert len(set(facts)) == len(facts)


def test_a_preset_that_is_none_and_settings_of_another_are_refused() -> None:
    with pytest.raises(ValueError, match="no preset 'best'; there are ours, legacy"):
        recipe_for(Paintbox(), "best")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="LegacySettings does not fit the preset ours; give InversionSettings"):
        recipe_for(Paintbox(), settings=LegacySettings())
    with pytest.raises(ValueError, match="InversionSettings does not fit the preset legacy; give LegacySettings"):
        recipe_for(Paintbox(), "legacy", settings=PIXELS)


def test_what_was_trained_beside_the_generator_is_used_for_it_alone() -> None:
    ours = recipe_for(models.load_generator(device="cpu"))
    other = recipe_for(small_network())
    assert isinstance(ours, Ours) and isinstance(other, Ours)
    assert ours.starts.guess is not None and other.starts.guess is None
    assert ours.features is not None and other.features is not None, "a critic sees any picture"


# -- quality ----------------------------------------------------------------------------------------------------------


def test_quality_is_that_of_the_picture_as_it_is_rendered() -> None:
    generator, latents = small_network(), 3 * seeds_on_shell(3, 12)  # so long that the picture is clipped
    pictures = painted(seeds_on_shell(3, 12, seed=4), generator)
    shown = generator.generate(latents).transpose(0, 3, 1, 2).astype(float)
    psnr = 10 * np.log10(255**2 / np.square(shown - pictures).mean((1, 2, 3)))
    np.testing.assert_allclose(measure(latents, pictures, generator)[:, 0], psnr, rtol=1e-4)


def test_what_invert_says_of_its_seeds_is_measured_again_from_them() -> None:
    truth = seeds_on_shell(2, 12, seed=9)
    found = models.invert(as_images(truth, Paintbox()), Paintbox(), settings=PIXELS)
    np.testing.assert_array_equal(found.quality, measure(found.latents, painted(truth, Paintbox()), Paintbox()))


def test_equal_pictures_are_alike_and_noise_is_not() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 3, 32, 32) * 2 - 1
    same, noise = compare(x, x)[0], compare(x, torch.rand(1, 3, 32, 32) * 2 - 1)[0]
    assert same[1] == pytest.approx(1, abs=1e-4) and same[0] == 100
    assert abs(float(noise[1])) < 0.1 and float(noise[0]) < 9
    step = compare(torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 2 / 255))[0, 0]
    assert float(step) == pytest.approx(48.13, abs=0.01)


def test_pictures_of_different_sizes_are_compared_at_the_smaller() -> None:
    truth = seeds_on_shell(1, 12)
    large = painted(truth, Paintbox()).repeat(2, axis=2).repeat(2, axis=3)
    assert measure(truth, large, Paintbox())[0, 0] == 100


# -- the public door --------------------------------------------------------------------------------------------------


def test_pictures_of_any_size_and_kind_are_taken() -> None:
    images = [drawing(1, (40, 90)), drawing(2, (7, 5)).convert("L"), drawing(3).convert("RGBA")]
    found = models.invert(images, Paintbox(), settings=PIXELS)
    assert found.latents.shape == (3, 12) and np.isfinite(found.quality).all()


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((0, 32, 32, 3), np.uint8),
        np.zeros((2, 32, 32), np.uint8),
        np.zeros((2, 3, 32, 32), np.uint8),
        np.zeros((2, 32, 32, 3), np.float32),
        np.zeros((2, 0, 32, 3), np.uint8),
        [],
        ["work.jpg"],
        [Image.new("RGB", (0, 4))],
    ],
)
def test_what_are_not_pictures_is_refused(images: object) -> None:
    with pytest.raises(ValueError, match="pictures are uint8|at least one picture"):
        models.invert(images, Paintbox(), settings=PIXELS)  # type: ignore[arg-type]


def test_a_killed_inversion_goes_on_after_its_last_batch(tmp_path: Path) -> None:
    images = as_images(seeds_on_shell(6, 12), Paintbox())
    settings = InversionSettings(steps=10, batch=2, feature_weight=0)

    class Killed(BaseException):
        pass

    def stop(what: str, done: int, of: int) -> None:
        if done > 13:
            raise Killed

    with pytest.raises(Killed):
        models.invert(images, Paintbox(), settings=settings, shards=tmp_path / "s", report=stop)
    rest, whole = Paintbox(), Paintbox()
    resumed = models.invert(images, rest, settings=settings, shards=tmp_path / "s")
    np.testing.assert_array_equal(resumed.latents, models.invert(images, whole, settings=settings).latents)
    assert whole.calls - rest.calls == 11
    again = Paintbox()
    models.invert(images, again, settings=InversionSettings(steps=9, batch=2, feature_weight=0), shards=tmp_path / "s")
    assert again.calls > rest.calls, "other settings are other answers"


def test_batches_of_weights_without_a_name_are_not_kept(tmp_path: Path) -> None:
    generator = Paintbox()
    generator.sha256 = ""
    models.invert(as_images(seeds_on_shell(2, 12), Paintbox()), generator, settings=PIXELS, shards=tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_plain_pictures_are_as_alike_as_their_luminance_says() -> None:
    """Wang et al. 2004, equation 6, in bytes: nothing but luminance differs."""
    a, b = 128.0, 136.0
    plain = [torch.full((1, 3, 32, 32), level / 127.5 - 1) for level in (a, b)]
    wanted = (2 * a * b + (0.01 * 255) ** 2) / (a**2 + b**2 + (0.01 * 255) ** 2)
    assert compare(plain[0], plain[1])[0, 1].item() == pytest.approx(wanted, abs=1e-4)
