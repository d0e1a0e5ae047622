"""Every figure as a table in Markdown, ready for a model card; aligned, so a terminal shows it as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bench.quality.copies import Nearness
from bench.quality.flatness import Flatness
from bench.quality.patches import sides
from bench.quality.walks import Smoothness


def markdown(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """A table whose first column is the rows' names, the others to the right."""
    cells = [[title, *columns], *([name, *values] for name, values in rows.items())]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = [
        " | ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    rule = " | ".join("-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths))
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:]))


def distance_table(side: int, rows: Mapping[str, Sequence[float]]) -> str:
    levels = [f"{level} px" for level in sides(side)]
    return markdown(
        "sliced Wasserstein x 1,000 to the works",
        [*levels, "mean"],
        {name: [f"{value:.1f}" for value in [*values, np.mean(values)]] for name, values in rows.items()},
    )


def strength_table(side: int, rows: Mapping[str, Sequence[float]]) -> str:
    return markdown(
        "strength of detail, share of the works'",
        [f"{level} px" for level in sides(side)],
        {name: [f"{value:.2f}" for value in values] for name, values in rows.items()},
    )


def copies_table(rows: Mapping[str, Nearness]) -> str:
    return markdown(
        "to the nearest work",
        ["distance, of that between works", "closer than the closest works", "than the closest 1 % of works"],
        {
            name: [f"{found.ratio:.2f}", f"{found.closer_than_closest:.1%}", f"{found.closer_than_hundredth:.1%}"]
            for name, found in rows.items()
        },
    )


def flatness_table(rows: Mapping[str, Flatness]) -> str:
    return markdown(
        "pictures beyond the lowest 1 % of works",
        ["flatter", "greyer", "both: dead grey"],
        {name: [f"{found.flat:.1%}", f"{found.grey:.1%}", f"{found.dead:.1%}"] for name, found in rows.items()},
    )


def colour_table(rows: Mapping[str, NDArray[np.float64]], works: NDArray[np.float64]) -> str:
    """Mean colours (N, 3) of sets of pictures, and how far each set's mean is from that of the works."""
    means = {name: colours.mean(axis=0) for name, colours in rows.items()}
    return markdown(
        "mean colour, Lab",
        ["L, black to white", "a, green to red", "b, blue to yellow", "from the works'"],
        {
            name: [f"{value:.1f}" for value in (*mean, np.linalg.norm(mean - works.mean(axis=0)))]
            for name, mean in means.items()
        },
    )


def walks_table(rows: Mapping[str, Smoothness]) -> str:
    """Jumps are also given in steps of the first row, since where nothing moves most of the time the median is 0."""
    unit = next(iter(rows.values())).median
    return markdown(
        "change per frame, Lab units",
        ["median", "1 % exceed", "largest", "largest / median", "largest / first row's median"],
        {
            name: [
                f"{found.median:.2f}",
                f"{found.hundredth:.2f}",
                f"{found.largest:.2f}",
                f"{found.jump:.1f}" if np.isfinite(found.jump) else "-",
                f"{found.largest / unit:.1f}",
            ]
            for name, found in rows.items()
        },
    )


def anchors_table(rows: Mapping[str, tuple[Tensor, float]]) -> str:
    """`likeness` (N, 2) and share recognised."""
    return markdown(
        "drawn from",
        ["PSNR dB, median", "SSIM, median", "recognised"],
        {
            name: [f"{found[:, 0].median():.1f}", f"{found[:, 1].median():.3f}", f"{known:.1%}"]
            for name, (found, known) in rows.items()
        },
    )
