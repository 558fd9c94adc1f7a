"""A whole night of five cold qubits: what the software takes against the device time that it uses."""

from __future__ import annotations

from collections.abc import Iterator

from reson.evals.benches.bench import Asked, figures
from reson.evals.nights import run_night


def lines(_: Asked) -> Iterator[str]:
    result = run_night(seed=1)
    return figures(
        [
            ("night of 5 cold qubits, wall time", result.wall_seconds, "s"),
            ("night of 5 cold qubits, wall over device time", result.wall_seconds / result.device_seconds, "x"),
            ("measurements", result.measurements, ""),
        ]
    )
