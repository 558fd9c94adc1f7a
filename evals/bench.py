"""``make bench``: every benchmark of the project, as rates and as ratios within one run.

Absolute times of a shared machine are noisy; compare ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from reson.evals import bench_chip, bench_record
from reson.evals.nights import run_night


def start_up() -> list[tuple[str, float, str]]:
    """The command line's answer to --help, against an empty Python."""
    program = [sys.executable, "-m", "reson.agent.cli", "--help"]
    bare, helped = _seconds([sys.executable, "-c", ""]), _seconds(program)
    return [("reson --help", helped, "s"), ("reson --help over an empty Python", helped / bare, "x")]


def night() -> list[tuple[str, float, str]]:
    """A whole night of five cold qubits: what the software takes against the device time that it uses."""
    result = run_night(seed=1)
    return [
        ("night of 5 cold qubits, wall time", result.wall_seconds, "s"),
        ("night of 5 cold qubits, wall over device time", result.wall_seconds / result.device_seconds, "x"),
        ("measurements", result.measurements, ""),
    ]


def _seconds(command: list[str], repeats: int = 7) -> float:
    """Median wall time of a command."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    for part in (start_up, bench_chip.run, night, bench_record.run):
        for name, value, unit in part():
            print(f"{name:<72} {value:>12.4g} {unit}", flush=True)


if __name__ == "__main__":
    main()
