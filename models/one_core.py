"""Torch on one core, for the thread that asks: what somebody searches must not take the cores that draw."""

from __future__ import annotations

from contextlib import suppress


def on_one_core() -> None:
    """This thread computes alone from now on; other threads keep what they have. Does nothing without torch."""
    with suppress(ImportError):  # whoever needs it says so
        import torch

        torch.set_num_threads(1)
