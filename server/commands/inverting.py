"""`genstudio collection invert`: seeds for the works of a folder by a chosen recipe, and how well they show them.

It prepares the folder as `collection prepare` does; what it adds is the choice and the verdict.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from models.inversion.preset import Inversion
from models.works.collection import Collection
from server.exits import CannotStart, Exit
from server.installation import prepared_collection

WORST: Final = 5
"""Works named at the end: enough to see of what kind they are."""


def inverted_collection(
    folder: Path, *, model: str, device: str, out: Path | None, preset: str, features: Path | None, again: bool
) -> Collection:
    """The folder, prepared with seeds found so. Raises CannotStart."""
    if preset not in ("ours", "legacy"):
        raise CannotStart(f"--preset: there are ours and legacy, not {preset!r}.", Exit.BAD_INPUT)
    if features is not None and not features.is_file():
        raise CannotStart(f"--features: there is no file {features}; give ResNet50's weights.", Exit.BAD_INPUT)
    inversion = Inversion("legacy" if preset == "legacy" else "ours", features, again=again)
    return prepared_collection(folder, model=model, device=device, out=out, inversion=inversion)


def report(made: Collection) -> str:
    """How well the seeds show their works, and those that they show worst."""
    psnr, ssim = np.median(made.quality, axis=0)
    lines = [f"{len(made.works)} artworks: PSNR {psnr:.1f} dB, SSIM {ssim:.3f} (medians, as a wall shows them). Worst:"]
    for row in np.argsort(made.quality[:, 0])[:WORST]:
        work, (db, alike) = made.works[row], made.quality[row]
        lines.append(f"  {db:4.1f} dB  {alike:.3f}  {work.id}  {work.title}")
    return "\n".join(lines)
