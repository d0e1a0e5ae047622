"""How good the bundled generator is, beside floors and peers in one run: `python -m bench.quality --collection FOLDER`.

FOLDER holds the images of the bundled collection. The tables go to standard output as Markdown, contact sheets into a
folder that git ignores. What each figure means and does not: docs/design/quality.md.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import torch

from bench.machine import cpu_seconds, machine_line
from bench.quality import judge, sheets
from bench.quality.subject import load


def main(options: argparse.Namespace) -> None:
    """Print every table as soon as it is known, then write the sheets."""
    began = time.monotonic()
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    try:
        subject = load(options.collection, options.device)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    generator = subject.generator
    print(f"Machine: {machine_line()}.")
    print(
        f"{len(subject.works)} works at {generator.resolution} px, {options.samples:,} samples, {options.walks} walks,"
        f" seed {options.seed}; weights {generator.sha256[:12]}, {generator.dtype} on {generator.device}.\n"
    )
    print(judge.anchors(subject), end="\n\n", flush=True)
    for part in judge.samples(subject, options.samples, rng):
        print(part, end="\n\n", flush=True)
    print(judge.walks(subject, options.walks, rng), end="\n\n", flush=True)
    sheets.write(subject, options.sheets, rng)
    print(f"Contact sheets in {options.sheets}:\n{sheets.CONTENTS}")
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # kilobytes on Linux
    print(f"\nTook {time.monotonic() - began:.0f} s, {cpu_seconds():.0f} s of CPU, {peak_gb:.1f} GB.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__.splitlines()[0])
    parser.add_argument("--collection", type=Path, required=True, help="folder with the images")
    parser.add_argument("--sheets", type=Path, default=Path("runs/quality"), help="folder for the sheets (%(default)s)")
    parser.add_argument("--samples", type=int, default=2000, help="pictures a sample (%(default)s)")
    parser.add_argument("--walks", type=int, default=200, help="random walks (%(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="of torch (%(default)s)")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0, help="of everything drawn by lot")
    main(parser.parse_args())
