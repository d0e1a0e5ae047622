"""Every constant of the training, with its reason. Numbers only: `trainer.py` uses them, `run.py` chooses them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A part of the training: side of the pictures, share of the budget, and whether a critic judges."""

    resolution: int
    share: float
    adversarial: bool = True


@dataclass(frozen=True)
class TrainSettings:
    """The defaults are for a CPU and an evening; `ON_GPU` is for a large card and half an hour."""

    minutes: float = 60.0
    """Budget of this network from its first step, over all resumed runs."""
    stages: tuple[Stage, ...] = (
        Stage(64, 0.15, adversarial=False),
        Stage(128, 0.40, adversarial=False),
        Stage(256, 0.45),
    )
    """Works are learnt first, where that is cheap: a critic teaches little while pictures are still a blur."""
    batch: int = 24
    anchor_share: float = 0.25
    """Of each batch: works redrawn from their codes. Less and the seeds stay blurred, more and dreams lose variety."""
    encoded_share: float = 0.15
    """Of each batch: crops of works redrawn from the encoder's guess, so that unseen pictures have latents too."""
    learning_rate: float = 1.5e-4
    """Of the generator once it plays against the critic, with no momentum (StyleGAN2's Adam)."""
    critic_rate: float = 3e-4
    """Faster than the generator (Heusel et al. 2017), which already knows works and leaves a newborn critic behind."""
    sureness: float = 0.6
    """Of the critic on real pictures, mean sign of its scores, at which it is augmented just enough (ADA, Karras et al.
    2020): a surer one knows the works by heart, a less sure one has more to learn than augmentations let it see."""
    sureness_images: float = 20_000.0
    """Pictures over which augmentation goes from never to always: ADA's 500,000, for a training a hundredth as long."""
    anchor_rate: float = 1.5e-3
    """Of the generator while it only learns works: plain regression bears more."""
    code_rate: float = 0.02
    """Codes see one gradient an epoch, so each step is large."""
    encoder_rate: float = 1e-3
    """Plain regression, as the generator while it learns works."""
    code_noise: float = 0.1
    """Around a seed, in units of the prior's own spread per dimension."""
    r1: float = 2e-4
    """Gradient penalty on real pictures (Mescheder et al. 2018), times pixels / batch as StyleGAN2-ADA scales it..."""
    r1_every: int = 16
    """...lazily, every so many steps, scaled up to match (StyleGAN2)."""
    pixel_weight: float = 8.0
    """Of the anchors' pixel error beside the critic's judgement: holds the likeness while texture is learnt."""
    feature_weight: float = 1.5
    """Of the anchors' error in the critic's features, which is relative and so near 1."""
    ema_images: float = 4_000.0
    """Half-life of the averaged generator, in pictures seen."""
    rarity: float = 0.25
    """A work is drawn with weight n^-rarity, n the works by its hand: many by one must not swallow the others."""
    seed: int = 1
    save_minutes: float = 3.0
    """Between checkpoints: what a kill may cost."""

    @property
    def anchors(self) -> int:
        """Works of a batch drawn from their codes, while a critic judges the rest."""
        return max(1, round(self.batch * self.anchor_share))

    @property
    def encoded(self) -> int:
        """Crops of a batch drawn from the encoder's guess."""
        return max(1, round(self.batch * self.encoded_share))


ON_GPU = TrainSettings(stages=(Stage(128, 0.1, adversarial=False), Stage(256, 0.9)), batch=64)
"""A GPU draws 256 px so fast that little is won at smaller sides."""
