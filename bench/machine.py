"""What every bench shares: the line that names the machine, paired repetitions, and how a ratio is printed.

Absolute times move from run to run on a shared machine, so a figure counts only beside its peer from the same run:
ours and the peer are timed in turns, and the median of the ratios of neighbouring turns is what is reported.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


def machine_line() -> str:
    """One line: cores that this process may use, the processor, Python, torch, and how busy the machine is now."""
    cores = len(os.sched_getaffinity(0))
    try:
        torch = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        torch = "absent"
    load = os.getloadavg()[0]
    return f"{cores} cores, {_cpu_name()}, Python {platform.python_version()}, torch {torch}, load {load:.1f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The `percent`-th percentile by nearest rank; `values` need not be sorted. Raises ValueError when empty."""
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True)
class Ratio:
    """Ours against a peer, in one unit. `value`: median over rounds of ours / peer; for costs, lower is better."""

    value: float
    ours: float
    peer: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f}x ({self.low:.2f}-{self.high:.2f})"


def ratio_of(ours: Sequence[float], peer: Sequence[float]) -> Ratio:
    """Pair the rounds in order and take the median of their ratios."""
    ratios = [a / b for a, b in zip(ours, peer, strict=True)]
    return Ratio(
        statistics.median(ratios),
        statistics.median(ours),
        statistics.median(peer),
        min(ratios),
        max(ratios),
    )


def median_ratio(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = 5) -> Ratio:
    """Run both in turns, each returning its own figure (seconds, CPU seconds per byte ...), and compare them.

    Whoever goes first changes every round, so that a machine that heats up or calms down favours neither.
    """
    first: list[float] = []
    second: list[float] = []
    for turn in range(rounds):
        for run, figures in ((ours, first), (peer, second))[:: 1 if turn % 2 == 0 else -1]:
            figures.append(run())
    return ratio_of(first, second)


def seconds(run: Callable[[], object], *, repeat: int = 1) -> float:
    """Mean wall seconds of one call of `run`."""
    begin = time.perf_counter()
    for _ in range(repeat):
        run()
    return (time.perf_counter() - begin) / repeat


def cpu_seconds() -> float:
    """CPU time of this process so far, in user and kernel, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def table(rows: Sequence[Sequence[object]], *, header: Sequence[str]) -> str:
    """Columns aligned for a terminal; the first to the left, the rest to the right."""
    cells = [list(header), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def _cpu_name() -> str:
    """The processor as Linux names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
