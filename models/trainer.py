"""One step of training, and the checkpoint that survives a kill. `training.py` runs it over a folder.

First the generator only copies: every work owns a learned code, from which it must be redrawn, so that each artwork
has a seed that shows it. Then each batch plays two games at once. A quarter are still anchors; the rest is a GAN:
dreams (mixtures of the works' codes, where visitors wander, and random latents) against real works under differentiable
augmentation, with hinge loss and lazy R1.

Everything that matters is in one checkpoint, replaced atomically: kill it at any moment and run the same command again.
"""

from __future__ import annotations

import copy
import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from models.augment import augment
from models.critic import Critic, hinge_critic, hinge_generator
from models.light import LightConfig, LightGenerator


@dataclass(frozen=True)
class Stage:
    """A part of the training: side of the pictures, share of the budget, and whether a critic judges."""

    resolution: int
    share: float
    adversarial: bool = True


@dataclass(frozen=True)
class TrainSettings:
    """Every constant of the training, with its reason."""

    minutes: float = 60.0
    """Budget of this network from its first step, over all resumed runs."""
    stages: tuple[Stage, ...] = (
        Stage(64, 0.15, adversarial=False),
        Stage(128, 0.10, adversarial=False),
        Stage(128, 0.40),
        Stage(256, 0.35),
    )
    """Works are learnt first, where that is cheap: a critic teaches little while pictures are still a blur."""
    batch: int = 24
    anchor_share: float = 0.25
    """Of each batch: less and the seeds stay blurred, more and dreams lose their variety."""
    learning_rate: float = 3e-4
    """Of both networks once they play against each other, with no momentum (StyleGAN2's Adam)."""
    anchor_rate: float = 1.5e-3
    """Of the generator while it only learns works: plain regression bears more."""
    code_rate: float = 0.02
    """Codes see one gradient an epoch, so each step is large."""
    code_noise: float = 0.1
    """Around a seed, in units of the prior's own spread per dimension."""
    r1: float = 4e-4
    """Gradient penalty on real pictures (Mescheder et al. 2018), times pixels / batch as StyleGAN2-ADA scales it..."""
    r1_every: int = 16
    """...lazily, every so many steps, scaled up to match (StyleGAN2)."""
    pixel_weight: float = 8.0
    feature_weight: float = 1.5
    ema_images: float = 4_000.0
    """Half-life of the averaged generator, in pictures seen."""
    rarity: float = 0.25
    """A work is drawn with weight n^-rarity, n the works by its hand: many by one must not swallow the others."""
    seed: int = 1
    save_minutes: float = 3.0


Progress = Callable[[dict[str, float]], None]


class Trainer:
    """Networks, codes, optimisers and the step. `images`: uint8 (N, 3, 256, 256); `weights` (N,): chance of each."""

    def __init__(
        self,
        images: NDArray[np.uint8],
        weights: NDArray[np.float64],
        folder: Path,
        settings: TrainSettings,
        device: str = "cpu",
    ) -> None:
        self.settings, self.folder, self.device = settings, folder, torch.device(device)
        self.images = torch.from_numpy(images).to(self.device)
        self.weights = torch.from_numpy(weights / weights.sum())
        self.spent_s, self.seen, self.steps = 0.0, 0, 0
        torch.manual_seed(settings.seed)
        self.codes = nn.Embedding(len(images), LightConfig().z_dim, sparse=True, device=self.device)
        self.codes.weight.data.copy_(torch.from_numpy(whitened(images, LightConfig().z_dim)))
        self.code_optimiser = torch.optim.SparseAdam(self.codes.parameters(), lr=settings.code_rate, betas=(0.5, 0.99))
        self.stage = settings.stages[0]
        self.networks(self.stage)
        if (folder / "checkpoint.pt").exists():
            self.load()

    # -- networks ------------------------------------------------------------------------------------------------

    def networks(self, stage: Stage) -> None:
        """Newborn networks and optimisers for a stage."""
        self.stage = stage
        self.config = replace(LightConfig(), resolution=stage.resolution)
        fit = {"device": self.device, "memory_format": torch.channels_last}
        self.generator: LightGenerator = LightGenerator(self.config).to(**fit)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.critic: Critic = Critic(self.config).to(**fit)  # type: ignore[call-overload]
        rate = self.settings.learning_rate
        self.g_optimiser = (
            torch.optim.Adam(self.generator.parameters(), lr=rate, betas=(0.0, 0.99))
            if stage.adversarial
            else torch.optim.Adam(self.generator.parameters(), lr=self.settings.anchor_rate, betas=(0.9, 0.99))
        )
        self.d_optimiser = torch.optim.Adam(self.critic.parameters(), lr=rate, betas=(0.0, 0.99))

    def grow(self, stage: Stage) -> None:
        """Networks that know what the last stage's did; a new top keeps its birth values, so nothing jumps."""
        before = (self.generator, self.average, self.critic)
        self.networks(stage)
        for new, old in zip((self.generator, self.average, self.critic), before, strict=True):
            new.load_state_dict(old.state_dict(), strict=False)

    def due(self) -> Stage:
        """The stage that the budget asks for now."""
        share = self.spent_s / 60 / self.settings.minutes
        for stage in self.settings.stages:
            share -= stage.share
            if share < 0:
                return stage
        return self.settings.stages[-1]

    # -- one step ------------------------------------------------------------------------------------------------

    def draw_works(self, n: int) -> Tensor:
        """n indices of works, by weight."""
        return torch.multinomial(self.weights, n, replacement=True).to(self.device)

    def pictures(self, index: Tensor) -> Tensor:
        """(B, 3, R, R) in [-1, 1]."""
        x = self.images[index].float().div_(127.5).sub_(1)
        x = x if x.shape[-1] == self.config.resolution else F.adaptive_avg_pool2d(x, self.config.resolution)
        return x.contiguous(memory_format=torch.channels_last)

    def seeds(self, index: Tensor) -> Tensor:
        """Codes on the sphere that random latents live near: |z| = sqrt(z_dim)."""
        return on_sphere(self.codes(index))

    def near(self, index: Tensor) -> Tensor:
        """Seeds with a little noise: a work's neighbourhood shows the work too, so the way to it is smooth."""
        seeds = self.seeds(index)
        return on_sphere(seeds + self.settings.code_noise * torch.randn_like(seeds))

    def dreams(self, n: int) -> Tensor:
        """Latents to judge: a quarter prior, the rest mixtures of three works' codes, where the wall wanders."""
        mixed = n - n // 4
        prior = torch.randn(n - mixed, self.config.z_dim, device=self.device)
        works = self.draw_works(3 * mixed).view(mixed, 3)
        omega = torch.distributions.Dirichlet(torch.full((3,), 0.7)).sample((mixed,)).to(self.device)
        with torch.no_grad():
            return torch.cat([prior, on_sphere((omega[:, :, None] * self.seeds(works)).sum(1))])

    def step(self) -> dict[str, float]:
        """One update; the losses by name."""
        losses = self.play() if self.stage.adversarial else self.copy_works()
        self.steps += 1
        self.seen += self.settings.batch
        self.track()
        return losses | {"resolution": self.config.resolution}

    def copy_works(self) -> dict[str, float]:
        """Generator and codes learn to redraw works, all alike often."""
        index = torch.randint(0, len(self.images), (self.settings.batch,), device=self.device)
        with self.autocast():
            drawn = self.generator(self.near(index))
        loss = picture_loss(drawn.float(), self.pictures(index))
        self.g_optimiser.zero_grad(set_to_none=True)
        self.code_optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.g_optimiser.step()
        self.code_optimiser.step()  # type: ignore[no-untyped-call]
        return {"pixel": loss.item()}

    def play(self) -> dict[str, float]:
        """Critic, then generator and codes: dreams are judged, anchors are compared with their works."""
        s, b = self.settings, self.settings.batch
        anchors = max(1, round(b * s.anchor_share))
        flip = torch.rand(b, device=self.device) < 0.5
        real = self.pictures(self.draw_works(b))
        real = torch.where(flip[:, None, None, None], real.flip(3), real)
        index = torch.randint(0, len(self.images), (anchors,), device=self.device)
        target = self.pictures(index)
        z = torch.cat([self.near(index), self.dreams(b - anchors)])
        with self.autocast():
            fake = self.generator(z)

        self.critic.requires_grad_(True)
        with self.autocast():
            augmented = augment(real)
            on_real = self.critic(augmented)
            on_fake = self.critic(augment(fake.detach().float()))
            redrawn = self.critic.reconstruct(on_real)
            loss_d = hinge_critic(on_real, on_fake)
            redraw = F.l1_loss(redrawn.float(), F.adaptive_avg_pool2d(augmented, 64))
        total = loss_d + redraw
        if self.steps % s.r1_every == 0:
            gamma = s.r1 * self.config.resolution**2 / b
            total = total + s.r1_every * gamma / 2 * self.penalty(real[: b // 2])
        self.d_optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        self.d_optimiser.step()

        self.critic.requires_grad_(False)
        with self.autocast():
            adversarial = hinge_generator(self.critic(augment(fake.float())))
            with torch.no_grad():
                wanted = self.critic(target).features
            got = self.critic(fake[:anchors]).features
        pixel = picture_loss(fake[:anchors].float(), target)
        feature = torch.stack([relative_l1(a.float(), b_.float()) for a, b_ in zip(got, wanted, strict=True)]).mean()
        loss_g = adversarial.float() + s.pixel_weight * pixel + s.feature_weight * feature
        self.g_optimiser.zero_grad(set_to_none=True)
        self.code_optimiser.zero_grad(set_to_none=True)
        loss_g.backward()  # type: ignore[no-untyped-call]
        self.g_optimiser.step()
        self.code_optimiser.step()  # type: ignore[no-untyped-call]
        return {
            "critic": loss_d.item(),
            "redraw": redraw.item(),
            "adversarial": adversarial.item(),
            "pixel": pixel.item(),
            "feature": feature.item(),
        }

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def penalty(self, real: Tensor) -> Tensor:
        """R1: squared gradient of the critic on real pictures, float32."""
        real = real.detach().requires_grad_(True)
        judged = self.critic(real)
        score = judged.patches.mean(dim=(1, 2, 3)).sum() + judged.whole.sum()
        (gradient,) = torch.autograd.grad(score, real, create_graph=True)
        return gradient.square().sum(dim=(1, 2, 3)).mean()

    @torch.no_grad()
    def track(self) -> None:
        """Move the averaged generator; its batch statistics are averaged too."""
        keep = min(0.5 ** (self.settings.batch / self.settings.ema_images), (1 + self.steps) / (10 + self.steps))
        for name, value in self.generator.state_dict().items():
            average = self.average.state_dict()[name]
            average.lerp_(value, 1 - keep) if value.is_floating_point() else average.copy_(value)

    # -- disk ----------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        return {
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "critic": self.critic.state_dict(),
            "codes": self.codes.state_dict(),
            "g_optimiser": self.g_optimiser.state_dict(),
            "d_optimiser": self.d_optimiser.state_dict(),
            "code_optimiser": self.code_optimiser.state_dict(),
            "stage": asdict(self.stage),
            "spent_s": self.spent_s,
            "seen": self.seen,
            "steps": self.steps,
            "rng": torch.get_rng_state(),
        }

    def save(self) -> None:
        """Write the checkpoint beside the old one, then replace it: a kill in between loses nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "checkpoint.part"
        torch.save(self.state(), part)
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.replace(self.folder / "checkpoint.pt")

    def load(self) -> None:
        held = torch.load(self.folder / "checkpoint.pt", map_location=self.device, weights_only=True)
        if held["codes"]["weight"].shape != self.codes.weight.shape:
            raise ValueError(
                f"{self.folder / 'checkpoint.pt'} is of {len(held['codes']['weight'])} works, this folder has "
                f"{len(self.images)}; choose another --out, or remove it to begin anew"
            )
        self.networks(Stage(**held["stage"]))
        for part in ("generator", "average", "critic", "codes", "g_optimiser", "d_optimiser", "code_optimiser"):
            getattr(self, part).load_state_dict(held[part])
        self.spent_s, self.seen, self.steps = held["spent_s"], held["seen"], held["steps"]
        torch.set_rng_state(held["rng"].cpu())

    @torch.no_grad()
    def sheet(self, path: Path) -> None:
        """A contact sheet: 2 rows of works beside their anchors, 2 of mixtures, 1 of the prior, 8 a row."""
        rng = torch.get_rng_state()
        torch.manual_seed(7)
        index = torch.linspace(0, len(self.images) - 1, 16).long().to(self.device)
        rows = [self.pictures(index), self.average(self.seeds(index)), self.average(self.dreams(24)[8:])]
        rows.append(self.average(torch.randn(8, self.config.z_dim, device=self.device)))
        tiles = torch.cat([F.interpolate(r.float(), size=(128, 128), mode="area") for r in rows])
        grid = tiles.view(-1, 8, 3, 128, 128).permute(0, 3, 1, 4, 2).reshape(-1, 8 * 128, 3)
        Image.fromarray(((grid + 1) * 127.5).clamp(0, 255).byte().cpu().numpy()).save(path, quality=90)
        torch.set_rng_state(rng)

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self, progress: Progress, until: Callable[[], bool] = lambda: False) -> None:
        """Train until the budget is spent (or `until` says stop), saving and logging as it goes."""
        saved, began, before = time.monotonic(), time.monotonic(), self.spent_s
        while self.spent_s < self.settings.minutes * 60 and not until():
            if self.due() != self.stage:
                self.grow(self.due())
            losses = self.step()
            self.spent_s = before + time.monotonic() - began
            progress(losses | {"images": self.seen, "minutes": self.spent_s / 60})
            if time.monotonic() - saved > self.settings.save_minutes * 60:
                self.checkpoint(losses)
                saved = time.monotonic()
        self.checkpoint({})

    def checkpoint(self, losses: dict[str, float]) -> None:
        self.save()
        self.sheet(self.folder / "samples.jpg")
        line = {
            "minutes": round(self.spent_s / 60, 2),
            "images": self.seen,
            **{k: round(v, 4) for k, v in losses.items()},
        }
        with (self.folder / "log.jsonl").open("a") as f:
            f.write(json.dumps(line) + "\n")
        (self.folder / "settings.json").write_text(json.dumps(asdict(self.settings), indent=1))


# -- small functions ---------------------------------------------------------------------------------------------


def on_sphere(z: Tensor) -> Tensor:
    """Scale each latent to |z| = sqrt(z_dim), the shell where Gaussian latents live. z: (..., z_dim)."""
    scaled: Tensor = z * (math.sqrt(z.shape[-1]) / z.norm(dim=-1, keepdim=True).clamp_min(1e-6))
    return scaled


def picture_loss(got: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute error, averaged over the full, half, quarter and eighth size: shapes first, then edges."""
    errors = [F.l1_loss(got, wanted)]
    for _ in range(3):
        got, wanted = F.avg_pool2d(got, 2), F.avg_pool2d(wanted, 2)
        errors.append(F.l1_loss(got, wanted))
    return torch.stack(errors).mean()


def relative_l1(got: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute difference in units of the wanted features' own mean magnitude."""
    ratio: Tensor = (got - wanted).abs().mean() / wanted.abs().mean().clamp_min(1e-4)
    return ratio


def whitened(images: NDArray[np.uint8], dims: int) -> NDArray[np.float32]:
    """First codes (N, dims): whitened principal components of the works at 16 px, so that like works start close."""
    n, _, h, w = images.shape
    flat = images.reshape(n, 3, 16, h // 16, 16, w // 16).mean(axis=(3, 5)).reshape(n, -1).astype(np.float32)
    u, _, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    codes = np.random.default_rng(0).normal(size=(len(images), dims)).astype(np.float32) * 0.1
    k = min(dims, u.shape[1])
    codes[:, :k] += u[:, :k] * math.sqrt(len(images))
    return codes
