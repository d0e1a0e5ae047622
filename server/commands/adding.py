"""What `genstudio collection add`, `met` and `iiif` share: they add to a folder, and say how it went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from server.commands.refusals import refuse
from server.exits import Exit

if TYPE_CHECKING:
    from models.sources.add import Open


def add_to(into: Path, source: Open, **how: Any) -> None:
    """Take works of `source` into a folder (`how`: as `add_works` takes it) and print the summary. Ends the command
    over what was given, and with 130 when it was stopped by hand."""
    from models.sources.add import add_works, summary
    from models.sources.gather import Tally
    from models.works.work import CollectionError

    tally = Tally()
    try:
        add_works(into, source, tally, **how)
    except KeyboardInterrupt:
        print(f"{summary(tally, into)}\nStopped. The same command goes on from here.")
        raise typer.Exit(Exit.INTERRUPTED) from None
    except (CollectionError, OSError) as error:
        if tally.done:
            print(summary(tally, into))
        refuse(str(error))
    print(f"{summary(tally, into)}\nGo on with: genstudio collection prepare {into}")
