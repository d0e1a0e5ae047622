"""The shape of the tree: who may import whom, what the wheel holds, what an installation draws in, whom we name."""

import ast
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "shared_state": {"shared_state"},
    "models": {"models"},
    "server": {"shared_state", "models", "server"},
    "client": {"shared_state", "client"},
}
"""Ours, by package: the house's rooms in the order a push walks through them."""

MUST_NOT_IMPORT = {
    "shared_state": {"torch", "starlette", "uvicorn", "websockets"},
    "models": {"redis", "starlette", "uvicorn", "websockets"},
    "server": {"torch"},
    "client": {"torch", "starlette", "uvicorn"},
}
"""Others': torch lives in `models`, the web in `server`, Redis in `shared_state` and its users."""

EXCEPTIONS = {"server/renderer/painter.py": {"torch"}, "server/commands/doctor.py": {"torch"}}
"""Late, where it is known to be wanted: the drawing thread sets torch's number of threads, the doctor looks at it."""

REGISTRY_HOSTS = re.compile(
    r"\b(?:"
    r"(?:pypi|pythonhosted|pytorch|anaconda|yarnpkg|rubygems|debian)\.org"
    r"|(?:npmjs|npmmirror|skypack|jsdelivr|unpkg)\.(?:org|com|dev|net)"
    r"|(?:ghcr|quay|gcr|docker)\.io"
    r"|crates\.io|(?:proxy\.golang)\.org"
    r")\b",
    re.IGNORECASE,
)
"""Where packages come from is the affair of the machine that installs them, never of this tree."""


def modules(package: str) -> list[Path]:
    """The Python files of a package, without what npm installed."""
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    """First names of everything a file imports, wherever in the file: a late import is one too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


def tracked() -> list[Path]:
    """What git tracks, and what it would if it were told to."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = {ROOT / name.decode() for name in listed.stdout.split(b"\0") if name}
    return sorted(path for path in paths if path.is_file())


def installed_here() -> Iterator[Distribution]:
    """Packages of this environment; setuptools, once imported, also shows the ones that it carries inside itself."""
    return iter(distributions(path=[sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_stands_before_it(package: str) -> None:
    files = modules(package)
    assert files, f"{package}/ holds no Python"
    for path in files:
        names = set(imports(path))
        ours = names & (MAY_IMPORT.keys() | {"tests", "bench"})
        place = path.relative_to(ROOT).as_posix()
        wrong = (ours - MAY_IMPORT[package]) | (names & MUST_NOT_IMPORT[package]) - EXCEPTIONS.get(place, set())
        assert not wrong, f"{place} imports {', '.join(sorted(wrong))}"


def test_no_import_reaches_across_packages_by_dots() -> None:
    """`from ...other import x` would pass the rule above unseen."""
    for package in MAY_IMPORT:
        for path in modules(package):
            depth = len(path.relative_to(ROOT).parts) - 1
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    assert node.level <= depth, f"{path.relative_to(ROOT)}:{node.lineno} leaves its package"


def test_a_gateway_runs_where_there_is_no_torch() -> None:
    """The gateway's image has none; nor may the command line import it on the way to an answer."""
    without = "import sys; sys.modules['torch'] = None"
    wanted = "server.commands.cli, server.web.app, server.gateway.connection, models.works.collection"
    blocked = f"{without}; import {wanted}"
    done = subprocess.run([sys.executable, "-c", blocked], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_the_four_packages_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(MAY_IMPORT)
    pages = [name for name in names if name.startswith("client/web/")]
    assert all(name.startswith("client/web/dist/") for name in pages), "only the built pages travel, not their sources"
    for package in MAY_IMPORT:
        for path in modules(package):
            assert str(path.relative_to(ROOT)) in names


def test_a_cpu_installation_draws_in_no_gpu_library() -> None:
    import torch

    if torch.version.cuda or torch.version.hip:
        pytest.skip(f"torch {torch.__version__} is a GPU build: what it brings is wanted")
    heavy = [name for d in installed_here() if (name := d.metadata["Name"]).lower().startswith(("nvidia", "triton"))]
    assert not heavy, f"{', '.join(heavy)} came along with the CPU build of torch"


def test_the_pins_name_each_package_once_and_exactly() -> None:
    lines = (ROOT / "requirements" / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", pin) for pin in pins), (
        "name==version, no local label"
    )
    names = [re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith("nvidia")]


def test_everything_installed_is_pinned() -> None:
    """What a new pin of ours drags along unseen is found here, before it differs from machine to machine."""
    lines = (ROOT / "requirements" / "constraints.txt").read_text().splitlines()
    pins = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower(): line.split("==")[1] for line in lines if "==" in line}
    installed = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d.version.split("+")[0] for d in installed_here()}
    installed.pop("genstudio", None)
    gpu = {name for name in installed if name.startswith(("nvidia", "triton", "cuda"))}
    differing = {name: version for name, version in installed.items() if name not in gpu and pins.get(name) != version}
    assert not differing, f"installed but not pinned so: {differing}"


def test_no_registry_is_named_in_the_tree() -> None:
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found = REGISTRY_HOSTS.search(data.decode("utf-8", "replace"))
            assert found is None, f"{path.relative_to(ROOT)} names {found and found.group()}"


def test_the_lock_file_of_the_pages_names_no_address() -> None:
    lock = (ROOT / "client" / "web" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 50, "every package is held by its digest"
