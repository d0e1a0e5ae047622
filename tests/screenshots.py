"""Opens an installation and has the pages' own script take their pictures: `make screenshots`, for looking at.

Options go to `genstudio serve`. Nothing here passes or fails.
"""

import os
import subprocess
import sys

from tests.support.chromium import NODE, WEB, find_chromium
from tests.support.program import Installation


def main() -> None:
    chromium = find_chromium()
    environment = {**os.environ, **chromium.environment, "CHROMIUM": chromium.executable}
    with Installation(*sys.argv[1:]) as installation:
        command = [str(NODE), "scripts/screenshots.mjs", installation.url]
        subprocess.run(command, cwd=WEB, env=environment, check=True)


if __name__ == "__main__":
    main()
