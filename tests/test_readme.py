"""What the documents say must be so: files they link to exist, commands they name can be called."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from server.commands.cli import app
from tests.support.chromium import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "models/bundled/*.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_links_to_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", text)
    local = [a or b for a, b in links if "://" not in (a or b)]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_every_file_named_in_code_marks_exists() -> None:
    """`models/networks/light.py` in running text is as good as a link."""
    missing = []
    for document in DOCUMENTS:
        for name in re.findall(
            r"`((?:server|client|shared_state|models|tests|bench|docs)/[\w./-]+\.\w+)`", document.read_text()
        ):
            if not (ROOT / name).exists():
                missing.append(f"{document.relative_to(ROOT)}: {name}")
    assert missing == []


def test_every_genstudio_command_in_the_readme_is_one() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"`genstudio (\w+)", (ROOT / "README.md").read_text()))
    assert named and named <= commands


def test_every_make_target_in_the_readme_is_one() -> None:
    named = set(re.findall(r"(?:`|^)make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_the_readmes_generator_example_runs() -> None:
    code = re.search(r"```python\n(from models import.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert code is not None
    latents = "import numpy; latents = numpy.zeros((2, 140), numpy.float32)\n"
    check = "\nassert pictures.shape == (2, 256, 256, 3) and pictures.dtype == numpy.uint8"
    subprocess.run([sys.executable, "-c", latents + code[1] + check], cwd=ROOT, check=True)
