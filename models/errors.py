"""What goes wrong with a model, in one sentence. No torch: whoever reports it need not have one."""

from __future__ import annotations


class ModelError(ValueError):
    """A generator that cannot be used. One sentence: what was found, and what to do."""
