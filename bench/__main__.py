"""Every measurement in turn, each in a process of its own: `python -m bench`, or `python -m bench latency hub`.

Figures are ratios against a peer in the same run; nothing here passes or fails but a bench that breaks.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

BENCHES = {
    "wandering": "two minutes in front of the wall: jumps, frozen and grey frames, works met",
    "generator": "a frame of the bundled generator drawn and encoded; JPEG by quality; its layers by form",
    "generators": "BigGANs, StyleGAN2 and the bundled one, by engine, against their authors' computation",
    "fanout": "CPU a delivered gigabyte, against a bare transport.write loop and python-socketio",
    "latency": "input to frame, against generator and encoder alone",
    "index": "nearest seeds and nearest looks, against exact search",
    "search": "words, facets and type-ahead among 8,870 and 470,000 works, against FTS5 with GROUP BY and LIKE",
    "inversion": "a picture's seed, against the recipe of 2019; wants the artworks beside the checkout",
    "refining": "the wall's frame rate while a visitor's picture is refined, against the room left alone",
    "maps": "neighbours that look alike, calm walks, the cost of a place, each beside a plainer map",
    "steering": "the law, against plain averaging, with honest and hostile crowds",
    "flashes": "the limit on flashes, against encoding; whom it holds back",
    "hub": "the way through the hub, memory and Redis",
}
"""In the order of what people feel first. `bench.quality` and `bench.features` are apart: they want the artworks."""


def main(names: list[str]) -> int:
    """Run these benches; the exit code is the number of those that broke."""
    broken = []
    for name in names:
        print(f"\n== {name}: {BENCHES[name]}", flush=True)
        begin = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            broken.append(name)
        print(f"-- {name} took {time.monotonic() - begin:.0f} s", flush=True)
    if broken:
        print(f"\nbroken: {', '.join(broken)}", file=sys.stderr)
    return len(broken)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(BENCHES)} (all)")
    chosen = parser.parse_args().names or list(BENCHES)
    if unknown := [name for name in chosen if name not in BENCHES]:
        parser.error(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    sys.exit(main(chosen))
