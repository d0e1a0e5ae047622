"""What a frame for everybody costs: CPU seconds of the server per delivered gigabyte (`python -m bench.fanout`).

Frames of 30,000 bytes, 30 a second, to 50 clients on loopback. Ours is the whole way: memory hub, feed, slots, windows
and an acknowledgement for every frame (or every second one, or none to see what they cost), under our protocol. Its
peers are a bare loop of `transport.write`, which receives nothing and knows no WebSocket, and python-socketio under
uvicorn, which does as its users do. Each server runs in a process of its own and is charged its own CPU time, kernel
included; the clients are another process.
The contenders take turns; the median of the ratios of neighbouring turns is what counts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from bench.fanout_servers import FRAME_BYTES, FRAME_RATE, OURS, SERVERS
from bench.machine import machine_line, ratio_of, table


@dataclass(frozen=True)
class Turn:
    """What one server spent and what its clients received in the same seconds."""

    cpu_s: float
    received_bytes: int
    seconds: float

    @property
    def cpu_s_per_gb(self) -> float:
        return self.cpu_s / (self.received_bytes / 1e9)

    def frame_rate(self, clients: int) -> float:
        """Frames a second at each client."""
        return self.received_bytes / FRAME_BYTES / self.seconds / clients


def main(clients: int, seconds: float, rounds: int) -> None:
    """Print one line a contender: CPU per gigabyte, and ours as a multiple of it."""
    print(machine_line())
    print(f"{clients} clients, {FRAME_BYTES:,} bytes at {FRAME_RATE} Hz, {seconds:g} s a turn, {rounds} turns each")
    turns: dict[str, list[Turn]] = {name: [] for name in SERVERS}
    for number in range(rounds):
        for name in list(SERVERS)[:: 1 if number % 2 == 0 else -1]:
            turns[name].append(take_turn(name, clients, seconds))
    costs = {name: [turn.cpu_s_per_gb for turn in each] for name, each in turns.items()}
    rows = []
    for name, each in turns.items():
        ratio = ratio_of(costs[OURS], costs[name])
        rate = min(turn.frame_rate(clients) for turn in each)
        rows.append([name, f"{ratio.peer:.2f}", f"{rate:.1f}", "" if name == OURS else str(ratio)])
    print(table(rows, header=["", "CPU s per GB", "least frames/s", "ours / this (range)"]))


def take_turn(server_name: str, clients: int, seconds: float) -> Turn:
    """Start one server and its clients, and measure between two moments when all of them are connected."""
    with (
        program("bench.fanout_servers", server_name) as server,
        program("bench.fanout_clients", server_name, ask(server), str(clients)) as crowd,
    ):
        ask(crowd)  # all connected
        begun_s, cpu_s, received = time.perf_counter(), float(ask(server, "now")), int(ask(crowd, "now"))
        time.sleep(seconds)
        turn = Turn(
            cpu_s=float(ask(server, "now")) - cpu_s,
            received_bytes=int(ask(crowd, "now")) - received,
            seconds=time.perf_counter() - begun_s,
        )
        crowd.kill()
        server.kill()
    return turn


def program(*arguments: str) -> subprocess.Popen[str]:
    """A part of this bench in its own process; it answers lines with lines."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def ask(process: subprocess.Popen[str], question: str | None = None) -> str:
    """The next line it says, after a question where there is one."""
    assert process.stdin is not None and process.stdout is not None
    if question is not None:
        process.stdin.write(question + "\n")
    answer = process.stdout.readline().strip()
    if not answer:
        raise RuntimeError(f"{process.args!r} ended without an answer")
    return answer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    main(arguments.clients, arguments.seconds, arguments.rounds)
