"""Weights that always sum to 1: what happens to the others when one of them changes.

Pure functions from one blend to the next; a blend is a dict that nobody changes, so that an earlier one can be kept and
brought back. Not here: whose hand it is, what is held, what is shown (`blend.py`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared_state.messages import Portion

EXACT: Final = 1e-12
"""Weights whose sum is this close to 1 are taken as they are written, so that a link brings the very same blend."""


@dataclass(frozen=True, slots=True)
class Part:
    """One work of a blend."""

    weight: float
    """In [0, 1]; those of a blend sum to 1."""
    before: float
    """The weight it had when the others last left it any: a slider pushed to the end and back finds the others as they
    were, in proportion, and not all alike."""
    locked: bool = False


Parts = Mapping[str, Part]
"""A blend by work, in the order in which the works came."""


def weighed(parts: Parts, work: str, weight: float, fixed: Collection[str]) -> Parts:
    """`work` at exactly `weight`, cut to [0, what the fixed ones leave]; the free others share the rest in proportion.

    With no free others it takes what is left, whatever `weight` says. `fixed`: works that do not move; `work` itself
    always does.
    """
    others = [other for other in parts if other != work and other not in fixed]
    left = 1.0 - math.fsum(part.weight for other, part in parts.items() if other != work and other in fixed)
    left = max(0.0, left)
    weight = min(max(0.0, weight), left) if others else left
    moved = replace(parts[work], weight=weight, before=weight)
    return {**parts, work: moved, **_shared(parts, others, left - weight)}


def added(parts: Parts, work: str, fixed: Collection[str]) -> Parts:
    """`work` enters as one among equals, as far as the fixed ones leave room; the others shrink in proportion."""
    return weighed({**parts, work: Part(0.0, 0.0)}, work, 1 / (len(parts) + 1), fixed)


def removed(parts: Parts, work: str, fixed: Collection[str]) -> Parts:
    """What `work` had goes to the free others in proportion, or to all where none is free."""
    if work not in parts:
        return parts
    rest = {other: part for other, part in parts.items() if other != work}
    free = [other for other in rest if other not in fixed] or list(rest)
    left = 1.0 - math.fsum(part.weight for other, part in rest.items() if other not in free)
    return {**rest, **_shared(rest, free, max(0.0, left))}


def equalled(parts: Parts, fixed: Collection[str]) -> Parts:
    """The free ones share equally what the fixed ones leave."""
    free = [work for work in parts if work not in fixed]
    left = max(0.0, 1.0 - math.fsum(part.weight for work, part in parts.items() if work in fixed))
    return {**parts, **{work: replace(parts[work], weight=left / len(free), before=left / len(free)) for work in free}}


def normalised(portions: Iterable[Portion]) -> Parts | None:
    """A blend of these, in proportion; a work that is named twice counts as both. None when a weight is negative or not
    finite, or when there is nothing in them."""
    weights: dict[str, float] = {}
    portions = list(portions)
    largest = max((portion.weight for portion in portions), default=0.0)
    if not 0.0 < largest < math.inf or any(not portion.weight >= 0.0 for portion in portions):
        return None
    whole = math.fsum(portion.weight / largest for portion in portions)  # or that of the largest floats is infinite
    exact = abs(whole * largest - 1.0) <= EXACT
    for portion in portions:
        weight = portion.weight if exact else portion.weight / largest / whole
        weights[portion.id] = weights.get(portion.id, 0.0) + weight
    return {work: Part(weight, weight) for work, weight in weights.items()}


def _shared(parts: Parts, works: Sequence[str], rest: float) -> Parts:
    """`works` with `rest` among them: in proportion to their weights, or to those they had before where all are 0 now,
    or equally where all were 0 then."""
    by = [parts[work].weight for work in works]
    if not any(by):
        by = [parts[work].before for work in works]
    if not any(by):
        by = [1.0] * len(works)
    total = math.fsum(by)
    weights = [rest * (share / total) for share in by]
    return {
        work: replace(parts[work], weight=weight, before=weight if rest > 0 else share)
        for work, weight, share in zip(works, weights, by, strict=True)
    }
