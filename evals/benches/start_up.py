"""How soon the command line answers, against an empty Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from reson.evals.benches.bench import Asked, figures


def lines(_: Asked) -> Iterator[str]:
    program = [sys.executable, "-m", "reson.agent.cli", "--help"]
    bare, helped = _seconds([sys.executable, "-c", ""]), _seconds(program)
    return figures([("reson --help", helped, "s"), ("reson --help over an empty Python", helped / bare, "x")])


def _seconds(command: list[str], repeats: int = 7) -> float:
    """Median wall time of a command."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)
