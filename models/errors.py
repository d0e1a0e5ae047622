"""What goes wrong with a model, in one sentence. No torch: whoever reports it need not have one."""

from __future__ import annotations


class ModelError(ValueError):
    """A generator that cannot be used. One sentence: what was found, and what to do."""


def in_a_line(error: BaseException) -> str:
    """What a library says of a fault, to be quoted in a sentence of ours: one line, not a page."""
    return " ".join(str(error).split())[:200] or type(error).__name__
