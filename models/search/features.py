"""What a picture looks like, as numbers: colours where they are, colours at all, and the direction of its strokes.

A plain descriptor of our own with no learned part, so it needs neither weights nor torch and a stranger's picture is
described exactly as an artwork is. It knows looks, not things: a red cloak is near a red sunset. `BLOCKS` can be told
apart by their columns. Not fitted to any collection; learned features come beside it, not into it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RECIPE: Final = "looks-1"
"""Name of this recipe: features of different recipes are never compared. Changes with any number below."""

SIDE: Final = 256
"""Pictures are described from 256 x 256 px squares."""

LAYOUT_SIDE, LAYOUT_TERMS = 16, 6
"""Colour layout: cosines of a 16 px Lab thumbnail whose orders add up to less than 6, as a blurred glance."""

COLOUR_BINS = 6
"""Colour histogram: 6 x 6 bins of (a, b) and 6 of L, at 64 px."""

STROKE_CELLS, STROKE_ANGLES = 4, 8
"""Stroke histogram: 8 undirected angles in each of 4 x 4 cells (Dalal & Triggs 2005), at 64 px."""

WEIGHTS = (0.5, 1.0, 1.0)
"""Weight of the blocks layout, colours, strokes, chosen on the starter collection: docs/design/collection.md."""

CHUNK = 256
"""Pictures described at once: bounds memory to about 100 MB."""

Floats = NDArray[np.floating[Any]]


def features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Square pictures uint8 (N, 3, 256, 256) -> (N, 233) float32; Euclidean distance says how different they look."""
    if images.ndim != 4 or images.shape[1:] != (3, SIDE, SIDE) or images.dtype != np.uint8:
        raise ValueError(f"{images.dtype} {images.shape}; features are taken from uint8 (N, 3, {SIDE}, {SIDE})")
    chunks = [describe(images[i : i + CHUNK]) for i in range(0, len(images), CHUNK)]
    return np.concatenate(chunks) if chunks else np.empty((0, describe_width()), np.float32)


def describe(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One chunk: (N, 3, 256, 256) -> (N, F)."""
    small = shrink(images.astype(np.float32) / 255, 64)  # (N, 3, 64, 64)
    lab = to_lab(small)
    blocks = (colour_layout(shrink(lab, LAYOUT_SIDE)), colours(lab), strokes(lab[:, 0]))
    return np.concatenate([w * b for w, b in zip(WEIGHTS, blocks, strict=True)], axis=1).astype(np.float32)


def colour_layout(lab: Floats) -> Floats:
    """(N, 3, 16, 16) -> (N, 63): low cosines of each channel, colour counted double since eyes do."""
    steps = (np.arange(LAYOUT_SIDE) + 0.5) * np.pi / LAYOUT_SIDE
    waves = np.cos(np.arange(LAYOUT_TERMS)[:, None] * steps) / LAYOUT_SIDE  # (6, 16)
    waves[1:] *= np.sqrt(2)
    terms = np.einsum("ncyx,jy,kx->ncjk", lab, waves, waves, optimize=True)  # (N, 3, 6, 6)
    order = np.add.outer(np.arange(LAYOUT_TERMS), np.arange(LAYOUT_TERMS))
    kept = terms[:, :, order < LAYOUT_TERMS] / 25  # (N, 3, 21); 25 Lab units are a strong difference
    kept[:, 1:] *= 2
    return kept.reshape(len(lab), -1)  # type: ignore[no-any-return]


def colours(lab: Floats) -> Floats:
    """(N, 3, H, W) -> (N, 42): how much of each colour, wherever it is, as square roots (Hellinger)."""
    n = len(lab)
    light = np.clip(lab[:, 0] / 100 * COLOUR_BINS, 0, COLOUR_BINS - 1).astype(int)
    # a and b bunch around grey: the square root spreads the bins to where pictures differ.
    hue = np.sign(lab[:, 1:]) * np.sqrt(np.abs(lab[:, 1:]) / 100)
    hue = np.clip((hue + 1) / 2 * COLOUR_BINS, 0, COLOUR_BINS - 1).astype(int)
    tints = hue[:, 0] * COLOUR_BINS + hue[:, 1]
    parts = [histogram(tints.reshape(n, -1), COLOUR_BINS**2), histogram(light.reshape(n, -1), COLOUR_BINS)]
    return np.concatenate(parts, axis=1)


def histogram(bins: NDArray[np.int_], count: int) -> Floats:
    """Bin numbers (N, P) in [0, count) -> (N, count), the square root of each bin's share."""
    n, pixels = bins.shape
    flat = np.bincount((bins + np.arange(n)[:, None] * count).ravel(), minlength=n * count)
    return np.asarray(np.sqrt(flat.reshape(n, count) / pixels))


def strokes(light: Floats) -> Floats:
    """L (N, 64, 64) -> (N, 128): edge strength by angle and cell, as square roots of shares."""
    n, side = len(light), light.shape[-1]
    dy, dx = np.gradient(light, axis=(1, 2))
    strength = np.hypot(dx, dy)
    angle = np.mod(np.arctan2(dy, dx), np.pi) / np.pi * STROKE_ANGLES  # undirected, in [0, 8)
    row = np.arange(side) * STROKE_CELLS // side
    cell = (row[:, None] * STROKE_CELLS + row[None]) * STROKE_ANGLES  # (64, 64)
    low = np.floor(angle).astype(int)
    share = angle - low
    total = np.zeros((n, STROKE_CELLS**2 * STROKE_ANGLES))
    base = np.arange(n)[:, None, None] * total.shape[1]
    for which, part in ((low % STROKE_ANGLES, 1 - share), ((low + 1) % STROKE_ANGLES, share)):  # soft bins
        total += np.bincount((base + cell + which).ravel(), (strength * part).ravel(), total.size).reshape(total.shape)
    return np.sqrt(total / np.maximum(total.sum(1, keepdims=True), 1.0))  # type: ignore[no-any-return]


def describe_width() -> int:
    """F."""
    layout = 3 * LAYOUT_TERMS * (LAYOUT_TERMS + 1) // 2
    return layout + COLOUR_BINS**2 + COLOUR_BINS + STROKE_CELLS**2 * STROKE_ANGLES


def shrink(images: NDArray[Any], side: int) -> Floats:
    """Mean over squares: (N, C, S, S) -> (N, C, side, side), S a multiple of side."""
    n, c, s, _ = images.shape
    return images.reshape(n, c, side, s // side, side, s // side).mean((3, 5))  # type: ignore[no-any-return]


def to_lab(rgb: Floats) -> Floats:
    """sRGB (N, 3, H, W) in [0, 1] -> CIE L*a*b* under D65, in which equal steps look equal."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = np.einsum("kc,nchw->nkhw", to_xyz / to_xyz.sum(1, keepdims=True), linear, optimize=True)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
