"""The original's recipe: its constants are used as they were published, and its bugs are gone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

import models
from models.inversion.legacy import Legacy, LegacySettings
from tests.models.drawings import Paintbox, seeds_on_shell
from tests.models.painters import Stencil, latents_with_classes, painted

torch.set_num_threads(1)  # tiny pictures: a second thread only waits


def find(recipe: Legacy, pictures: np.ndarray) -> np.ndarray:
    return recipe.find(pictures, lambda: None)


def test_the_constants_are_the_originals() -> None:
    s = LegacySettings()
    assert (s.draws, s.steps, s.rate, s.clip, s.pixel_weight, s.deep_weight) == (30, 400, 0.1, 2.0, 1.0, 5.0)


def test_thirty_draws_and_four_hundred_steps_are_made() -> None:
    generator, steps = Paintbox(), []
    Legacy(generator, None).find(painted(seeds_on_shell(2, 12), Paintbox()), lambda: steps.append(None))
    assert generator.calls == 30 + 400 and len(steps) == 400


def test_the_best_draw_is_where_the_descent_begins() -> None:
    pictures = painted(seeds_on_shell(3, 12, seed=9), Paintbox())

    def error(draws: int) -> np.ndarray:
        z = find(Legacy(Paintbox(), None, LegacySettings(draws=draws, steps=0)), pictures)
        return np.square(painted(z, Paintbox()).astype(float) - pictures).mean((1, 2, 3))

    assert (error(200) <= error(1)).all() and (error(200) < error(1)).any()


def test_a_step_is_that_of_rmsprop_as_it_was() -> None:
    """By hand, for a loss whose gradient is known: each number of z colours 3 x 256 of 3 x 1,024 pixels by half."""
    pictures = painted(seeds_on_shell(1, 12, seed=9), Paintbox())
    target = (pictures[0].astype(float) / 127.5 - 1).reshape(3, 2, 16, 2, 16).mean((2, 4)).reshape(-1)
    z = find(Legacy(Paintbox(), None, LegacySettings(steps=0)), pictures)[0].astype(float)
    mean_square = np.ones(12)
    assert (np.abs(z) < 1.9).all(), "far from the clip"
    for _ in range(3):
        gradient = 2 * (z / 2 - target) / 2 / 12
        mean_square = 0.9 * mean_square + 0.1 * gradient**2
        z = z - 0.1 * gradient / np.sqrt(mean_square + 1e-10)
    np.testing.assert_allclose(find(Legacy(Paintbox(), None, LegacySettings(steps=3)), pictures)[0], z, atol=1e-5)


def test_what_is_saved_is_clipped_and_so_is_what_is_rendered() -> None:
    """The original rendered z clipped and saved it as it was."""
    white = np.full((2, 3, 32, 32), 255, np.uint8)  # wants z = 2 and, were it not for the clip, would pass it
    z = find(Legacy(Paintbox(), None, LegacySettings(steps=100)), white)
    assert np.abs(z).max() <= 2
    tight = find(Legacy(Paintbox(), None, LegacySettings(steps=100, clip=0.5)), white)
    assert tight.max() == 0.5
    assert painted(tight, Paintbox()).max() == round((0.25 + 1) * 127.5)


def test_the_target_has_the_range_of_the_generator() -> None:
    """The original halved the target's contrast: here a picture of strong colours is found as strong as it is."""
    truth = np.sign(seeds_on_shell(2, 12, seed=9)) * np.float32(1.6)
    pictures = painted(truth, Paintbox())
    free = np.abs(find(Legacy(Paintbox(), None, LegacySettings(steps=0)), pictures)) < 2
    z = find(Legacy(Paintbox(), None), pictures)
    np.testing.assert_allclose(z[free], truth[free], atol=0.1)
    assert free.mean() > 0.8


def test_a_number_drawn_beyond_the_clip_stays_there_as_it_did() -> None:
    """The clip stops its gradient. We keep that: it is the recipe."""
    pictures = painted(np.zeros((4, 12), np.float32), Paintbox())
    recipe = Legacy(Paintbox(), None, LegacySettings(draws=1, steps=60, clip=1.0))
    start = find(Legacy(Paintbox(), None, LegacySettings(draws=1, steps=0, clip=1.0)), pictures)
    z = find(recipe, pictures)
    stuck = np.abs(start) == 1
    assert stuck.any() and (z[stuck] == start[stuck]).all()
    assert (np.abs(z[~stuck]) < np.abs(start[~stuck])).all()


class Classifier:
    """Three logits: how bright, how striped one way, how striped the other."""

    name = "classifier"

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        rows, columns = pictures.mean((1, 3)), pictures.mean((1, 2))
        return [5 * torch.stack([rows.std(1), columns.std(1), 0.5 * pictures.mean((1, 2, 3)).abs()], dim=1)]


def test_classes_begin_where_the_classifier_puts_the_target() -> None:
    generator, truth = Stencil(), latents_with_classes(3)
    pictures = painted(truth, generator)
    recipe = Legacy(generator, Classifier(), LegacySettings(steps=0), logits=True)
    logits = Classifier()(torch.from_numpy(pictures) / 127.5 - 1)[0]
    np.testing.assert_allclose(find(recipe, pictures)[:, 12:], logits.softmax(1), atol=1e-5)
    even = find(Legacy(generator, None, LegacySettings(steps=0)), pictures)
    np.testing.assert_allclose(even[:, 12:], 1 / 3, rtol=1e-5)


def test_class_logits_descend_too() -> None:
    generator, truth = Stencil(), latents_with_classes(3)
    y = find(Legacy(generator, None), painted(truth, generator))[:, 12:]
    np.testing.assert_array_equal(y.argmax(1), truth[:, 12:].argmax(1))
    np.testing.assert_allclose(y.sum(1), 1, rtol=1e-5)


def test_logits_count_five_times_their_mean_square() -> None:
    recipe = Legacy(Paintbox(), Classifier(), logits=True)
    pictures = painted(seeds_on_shell(2, 12), Paintbox())
    targets = torch.from_numpy(pictures) / 127.5 - 1
    free = torch.from_numpy(seeds_on_shell(2, 12, seed=9)).clamp(-2, 2)
    drawn = Paintbox().network(free)
    wanted = (drawn - targets).square().mean((1, 2, 3))
    deep, seen = Classifier()(targets), Classifier()(drawn)
    wanted = wanted + 5 * (seen[0] - deep[0]).square().mean(1)
    np.testing.assert_allclose(recipe.loss(free, targets, deep), wanted, rtol=1e-5)


def test_the_preset_is_reached_from_the_public_door() -> None:
    generator, truth = Paintbox(), seeds_on_shell(2, 12, seed=9)
    images = np.ascontiguousarray(painted(truth, Paintbox()).transpose(0, 2, 3, 1))
    found = models.invert(images, generator, preset="legacy", features=Classifier(), settings=LegacySettings(draws=3))
    assert generator.calls == 3 + 400 + 1, "the last one judges"
    assert np.abs(found.latents).max() <= 2 and found.quality.shape == (2, 2)
