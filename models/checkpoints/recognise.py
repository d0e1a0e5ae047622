"""Which family a checkpoint belongs to: our own header first, then the names of its tensors."""

from __future__ import annotations

from models.checkpoints import biggan, biggan_deep, light, stylegan2, stylegan3
from models.checkpoints.family import Checkpoint, Family
from models.errors import ModelError

FAMILIES: tuple[Family, ...] = (
    light.FAMILY,
    biggan.FAMILY,
    biggan_deep.FAMILY,
    stylegan2.FAMILY,
    stylegan3.FAMILY,
)
"""In the order in which they are asked. Their key names exclude each other, and a file that fits two is refused."""

SHOWN_KEYS = 4
"""Key names quoted for a file that nobody knows: enough to see where it came from, short enough to read."""


def own_format(name: str) -> str:
    """What the header of a file that we wrote says its format is."""
    return f"genstudio.{name}.v1"


def is_own(checkpoint: Checkpoint) -> bool:
    """Whether the file is in our plain form: the network's own names, and the config in the header."""
    return checkpoint.header.get("format") in {own_format(family.name) for family in FAMILIES}


def recognise(checkpoint: Checkpoint) -> Family:
    """Raises ModelError when no family fits, or more than one."""
    said = checkpoint.header.get("format", "")
    if said.startswith("genstudio."):
        for family in FAMILIES:
            if own_format(family.name) == said:
                return family
        raise ModelError(f"{checkpoint.path.name} says its format is {said!r}, which this version does not read")
    fitting = [family for family in FAMILIES if family.fits(checkpoint)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " and ".join(family.name for family in fitting)
        raise ModelError(f"{checkpoint.path.name} looks like {names}; convert it to one generator's own state first")
    keys = list(checkpoint.tensors)
    shown = ", ".join(keys[:SHOWN_KEYS]) + (", ..." if len(keys) > SHOWN_KEYS else "")
    known = ", ".join(family.name for family in FAMILIES)
    raise ModelError(
        f"{checkpoint.path.name} holds {len(keys)} tensors ({shown}) of no architecture that we know; known are {known}"
    )
