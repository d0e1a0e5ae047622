"""How a command refuses what a person gave: one sentence on the error stream, exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import typer


def needs_folder(folder: Path) -> None:
    """Ends the command when there is no such folder."""
    if not folder.is_dir():
        refuse(f"There is no folder {folder}; give one with images.")


def refuse(sentence: str) -> NoReturn:
    """End the command over what was given."""
    print(f"genstudio: {sentence.rstrip('.')}.", file=sys.stderr)
    raise typer.Exit(2)
