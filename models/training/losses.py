"""What training minimises. Pure functions of tensors."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from models.networks.critic import Judgement


def hinge_critic(real: Judgement, fake: Judgement) -> Tensor:
    """The critic's side of the hinge loss (Lim & Ye 2017), mean of both scales."""
    scales = ((real.patches, fake.patches), (real.whole, fake.whole))
    return torch.stack([F.relu(1 - a).mean() + F.relu(1 + b).mean() for a, b in scales]).mean()


def hinge_generator(fake: Judgement) -> Tensor:
    """The generator's side of it."""
    return -(fake.patches.mean() + fake.whole.mean()) / 2


def gradient_penalty(judged: Judgement, real: Tensor) -> Tensor:
    """R1 (Mescheder et al. 2018): the squared gradient of the critic's scores with respect to real pictures."""
    score = judged.patches.mean(dim=(1, 2, 3)).sum() + judged.whole.sum()
    (gradient,) = torch.autograd.grad(score, real, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


def picture_loss(got: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute error, averaged over the full, half, quarter and eighth size: shapes first, then edges."""
    errors = [F.l1_loss(got, wanted)]
    for _ in range(3):
        got, wanted = F.avg_pool2d(got, 2), F.avg_pool2d(wanted, 2)
        errors.append(F.l1_loss(got, wanted))
    return torch.stack(errors).mean()


def feature_loss(got: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Mean absolute difference of the critic's features, each map in units of the wanted one's mean magnitude."""
    pairs = zip((g.float() for g in got), (w.float() for w in wanted), strict=True)
    return torch.stack([(g - w).abs().mean() / w.abs().mean().clamp_min(1e-4) for g, w in pairs]).mean()


def angle_loss(got: Tensor, wanted: Tensor) -> Tensor:
    """One minus the mean cosine between latents (B, z_dim): 0 is the same direction, 1 a right angle."""
    return 1 - F.cosine_similarity(got, wanted, dim=1).mean()
