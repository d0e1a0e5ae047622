"""The networks in training and one step of it. `run.py` runs it over a folder, `checkpoint.py` keeps it.

First the generator only copies: every work owns a learned code, from which it must be redrawn, so that each artwork
has a seed that shows it. Then each batch plays two games at once. A part are still anchors; the rest is a GAN: dreams
(mixtures of the works' codes, where visitors wander, and random latents) against real works under differentiable
augmentation, with hinge loss and lazy R1. The critic must also redraw real works from what it saw of them. All along an
encoder learns the way back, from pictures to latents, and some of the copies are crops drawn from its guess.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.networks.critic import Critic
from models.networks.encoder import Encoder
from models.networks.light import LightConfig, LightGenerator
from models.training.anchors import MIXED, Anchors
from models.training.augment import augment, crops
from models.training.losses import (
    angle_loss,
    feature_loss,
    gradient_penalty,
    hinge_critic,
    hinge_generator,
    picture_loss,
)
from models.training.settings import Stage, TrainSettings

Losses = dict[str, float]
Known = tuple[Tensor, Tensor]
"""Works (n, 3, R, R) and their seeds (n, z_dim)."""


class Trainer:
    """Generator, its running average, critic, anchors, encoder and their optimisers."""

    def __init__(
        self, images: NDArray[np.uint8], weights: NDArray[np.float64], settings: TrainSettings, device: str = "cpu"
    ) -> None:
        """`images`: uint8 (N, 3, 256, 256), kept on the device; `weights` (N,): how often the critic sees each."""
        self.settings, self.device = settings, torch.device(device)
        self.images = torch.from_numpy(images).to(self.device)
        self.weights = torch.from_numpy(weights / weights.sum())
        self.spent_s, self.seen, self.steps = 0.0, 0, 0
        self.augmented = 0.0
        """Chance that a picture is augmented before the critic sees it; it follows how sure the critic is."""
        torch.manual_seed(settings.seed)
        self.anchors = Anchors(images, LightConfig().z_dim, settings.code_noise).to(self.device)
        self.anchor_optimiser = torch.optim.SparseAdam(
            self.anchors.parameters(), lr=settings.code_rate, betas=(0.5, 0.99)
        )
        self.encoder: Encoder = Encoder(LightConfig().z_dim).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.e_optimiser = torch.optim.Adam(self.encoder.parameters(), lr=settings.encoder_rate, betas=(0.9, 0.99))
        self.begin(settings.stages[0])

    # -- networks ------------------------------------------------------------------------------------------------

    def begin(self, stage: Stage) -> None:
        """Newborn networks and optimisers for a stage."""
        self.stage = stage
        self.config = replace(LightConfig(), resolution=stage.resolution)
        fit = {"device": self.device, "memory_format": torch.channels_last}
        self.generator: LightGenerator = LightGenerator(self.config).to(**fit)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.critic: Critic = Critic(self.config).to(**fit)  # type: ignore[call-overload]
        rate, betas = self.settings.learning_rate, (0.0, 0.99)
        self.d_optimiser = torch.optim.Adam(self.critic.parameters(), lr=self.settings.critic_rate, betas=(0.5, 0.99))
        if not stage.adversarial:
            rate, betas = self.settings.anchor_rate, (0.9, 0.99)
        self.g_optimiser = torch.optim.Adam(self.generator.parameters(), lr=rate, betas=betas)

    def grow(self, stage: Stage) -> None:
        """Networks that know what the last stage's did; a new top keeps its birth values, so nothing jumps."""
        before = (self.generator, self.average, self.critic)
        self.begin(stage)
        for new, old in zip((self.generator, self.average, self.critic), before, strict=True):
            new.load_state_dict(old.state_dict(), strict=False)

    def due(self) -> Stage:
        """The stage that the budget asks for now; never one before that reached, should the budget have grown."""
        stages, share, wanted = self.settings.stages, self.spent_s / 60 / self.settings.minutes, 0
        while wanted < len(stages) - 1 and share >= stages[wanted].share:
            share -= stages[wanted].share
            wanted += 1
        alike = [(stage.resolution, stage.adversarial) for stage in stages]
        now = (self.stage.resolution, self.stage.adversarial)
        return stages[max(wanted, alike.index(now) if now in alike else 0)]

    # -- what goes in --------------------------------------------------------------------------------------------

    def draw_works(self, n: int) -> Tensor:
        """n indices of works, by weight: what the critic sees as real, and what dreams are mixed from."""
        return torch.multinomial(self.weights, n, replacement=True).to(self.device)

    def any_works(self, n: int) -> Tensor:
        """n indices, all alike often: every work needs its seed."""
        return torch.randint(0, len(self.images), (n,), device=self.device)

    def pictures(self, index: Tensor) -> Tensor:
        """(B,) -> (B, 3, R, R) in [-1, 1]."""
        x = self.images[index].float().div_(127.5).sub_(1)
        x = x if x.shape[-1] == self.config.resolution else F.adaptive_avg_pool2d(x, self.config.resolution)
        return x.contiguous(memory_format=torch.channels_last)

    def dreams(self, n: int) -> Tensor:
        """Latents to judge, (n, z_dim): half mixtures of works that look alike, between which the wall wanders; a
        quarter mixtures of any works, as blends are; a quarter prior."""
        kin, any_two = n // 2, n // 4
        return torch.cat(
            [
                self.anchors.mixtures(self.anchors.among_kin(self.draw_works(kin))),
                self.anchors.mixtures(self.draw_works(MIXED * any_two).view(any_two, MIXED)),
                torch.randn(n - kin - any_two, self.config.z_dim, device=self.device),
            ]
        )

    def copies(self, n: int) -> tuple[Tensor, Tensor, Known]:
        """Latents with what they must draw, (n + encoded, z_dim) and (n + encoded, 3, R, R): works from near their
        seeds, then crops from the encoder's guess. Also the n works with their seeds themselves."""
        index = self.any_works(n)
        works = self.pictures(index)
        strange = crops(self.pictures(self.any_works(self.settings.encoded)))
        with self.autocast():
            guessed = self.encoder(strange)
        latents = torch.cat([self.anchors.near(index), guessed])
        return latents, torch.cat([works, strange]), (works, self.anchors.seeds(index).detach())

    # -- one step ------------------------------------------------------------------------------------------------

    def step(self) -> Losses:
        """One update; the losses by name."""
        losses = self.play() if self.stage.adversarial else self.copy_works()
        self.steps += 1
        self.seen += self.settings.batch
        self.track()
        return losses

    def copy_works(self) -> Losses:
        """Generator, codes and encoder learn to redraw works."""
        s = self.settings
        z, wanted, known = self.copies(s.batch - s.encoded)
        with self.autocast():
            drawn = self.generator(z)
        pixel, angle = picture_loss(drawn.float(), wanted), self.way_back(drawn, z, known)
        self.update_generator(pixel + angle)
        return {"pixel": pixel.item(), "angle": angle.item()}

    def play(self) -> Losses:
        """Critic, then generator, codes and encoder: dreams are judged, copies are compared with their works."""
        s = self.settings
        z, wanted, known = self.copies(s.anchors)
        copied = len(wanted)
        z = torch.cat([z, self.dreams(s.batch - copied)])
        with self.autocast():
            fake = self.generator(z)
        judged = self.update_critic(fake.detach().float())

        self.critic.requires_grad_(False)
        with self.autocast():
            adversarial = hinge_generator(self.critic(augment(fake.float(), self.augmented))).float()
            with torch.no_grad():
                looks = self.critic(wanted).features
            feature = feature_loss(self.critic(fake[:copied]).features, looks)
        pixel, angle = picture_loss(fake[:copied].float(), wanted), self.way_back(fake, z, known)
        self.update_generator(adversarial + s.pixel_weight * pixel + s.feature_weight * feature + angle)
        self.critic.requires_grad_(True)
        losses = {"adversarial": adversarial, "pixel": pixel, "feature": feature, "angle": angle}
        return judged | {name: loss.item() for name, loss in losses.items()}

    def way_back(self, drawn: Tensor, z: Tensor, known: Known) -> Tensor:
        """How far the encoder's guesses are turned from the latents of what was drawn, and of works from their seeds.
        It teaches the encoder alone."""
        works, seeds = known
        with self.autocast():
            guessed = self.encoder(torch.cat([drawn.detach().float(), works]))
        return angle_loss(guessed, torch.cat([z.detach(), seeds]))

    def update_critic(self, fake: Tensor) -> Losses:
        """Tell real works from these pictures (B, 3, R, R), and redraw the real ones."""
        s = self.settings
        real = self.pictures(self.draw_works(s.batch))
        mirrored = torch.rand(s.batch, device=self.device) < 0.5
        real = torch.where(mirrored[:, None, None, None], real.flip(3), real)
        with self.autocast():
            seen = augment(real, self.augmented)
            on_real, on_fake = self.critic(seen), self.critic(augment(fake, self.augmented))
            hinge = hinge_critic(on_real, on_fake)
            redraw = F.l1_loss(self.critic.reconstruct(on_real).float(), F.adaptive_avg_pool2d(seen, 64))
        loss = hinge + redraw
        if self.steps % s.r1_every == 0:
            some = real[: s.batch // 2].detach().requires_grad_(True)
            weight = s.r1_every * s.r1 * self.config.resolution**2 / s.batch / 2
            loss = loss + weight * gradient_penalty(self.critic(some), some)  # float32: a gradient of gradients
        self.d_optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.d_optimiser.step()
        sure = torch.cat([on_real.patches.flatten(), on_real.whole.flatten()]).sign().mean().item()
        step = s.batch / s.sureness_images
        self.augmented = min(1.0, max(0.0, self.augmented + (step if sure > s.sureness else -step)))
        return {"critic": hinge.item(), "redraw": redraw.item(), "sure": sure, "augmented": self.augmented}

    def update_generator(self, loss: Tensor) -> None:
        """And the codes, and the encoder."""
        optimisers = (self.g_optimiser, self.anchor_optimiser, self.e_optimiser)
        for optimiser in optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser in optimisers:
            optimiser.step()

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    @torch.no_grad()
    def track(self) -> None:
        """Move the averaged generator; its batch statistics are averaged too."""
        keep = min(0.5 ** (self.settings.batch / self.settings.ema_images), (1 + self.steps) / (10 + self.steps))
        averages = self.average.state_dict()
        for name, value in self.generator.state_dict().items():
            averages[name].lerp_(value, 1 - keep) if value.is_floating_point() else averages[name].copy_(value)
