"""Whether wandering meets dead grey regions: how many places show a picture flatter or greyer than works ever are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.quality.sample import Sample

RAREST = 0.01
"""The limit is where the flattest hundredth of works lies: of works themselves one in a hundred falls below."""


@dataclass(frozen=True)
class Flatness:
    """Shares of pictures, each in [0, 1]; for works themselves RAREST by definition."""

    flat: float
    """Less contrast than the flattest hundredth of works."""
    grey: float
    """Less colour than the greyest hundredth of works."""
    dead: float
    """Both at once."""


def flatness(sample: Sample, works: Sample) -> Flatness:
    """Of a sample, measured by the works."""
    flat = sample.contrast < np.quantile(works.contrast, RAREST)
    grey = sample.chroma < np.quantile(works.chroma, RAREST)
    return Flatness(float(flat.mean()), float(grey.mean()), float((flat & grey).mean()))
