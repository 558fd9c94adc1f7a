"""How soon the command line answers, against an empty Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from reson.evals.benches.bench import Asked, figures, median_seconds


def lines(_: Asked) -> Iterator[str]:
    program = [sys.executable, "-m", "reson.agent.cli", "--help"]
    bare, helped = (
        median_seconds(lambda command=command: subprocess.run(command, check=True, capture_output=True), repeats=7)
        for command in ([sys.executable, "-c", ""], program)
    )
    return figures([("reson --help", helped, "s"), ("reson --help over an empty Python", helped / bare, "x")])
