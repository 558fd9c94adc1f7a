"""What a night costs beside its physics, on chips of growing size.

Experiments on all qubits of a chip that is nearly tuned, each a run that writes: choosing, approvals, circuits, fits,
pictures, verdicts, writes, memory, trajectory, checkpoints and the report, without the physics of the simulated chip.
Bookkeeping is what is left when building, fitting and drawing are taken off as well. Rows and statements are those of
the database for each measurement: where they grow with the chip, somebody reads all of it for each qubit, and a
night grows with the square.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from reson.agent.lab import EPOCH, device_name, open_lab
from reson.agent.launch import Plan, start
from reson.components import Qubit
from reson.evals.benches.bench import Asked, row
from reson.evals.benches.parallel import SEED, tuned_device
from reson.tools.devices.simulated.backend import SimulatedBackend
from reson.tools.experiments.experiment import Experiment
from reson.tools.store import rows
from reson.tools.store.measurements import used
from reson.tools.store.parameters import seed_table

SIZES = (16, 48, 127)
EXPERIMENTS = ("t1", "t2_hahn", "ramsey_xy", "fine_sx_amplitude")


@dataclass
class Cost:
    measurements: int = 0
    device: float = 0.0
    """Seconds."""
    processor: float = 0.0
    """Seconds of processor time of everything."""
    physics: float = 0.0
    """Those of the simulated chip."""
    work: float = 0.0
    """Those of building circuits, splitting results, fitting and drawing."""
    statements: int = 0
    rows: int = 0
    """Rows of the database that were made records of."""
    report: int = 0
    """Bytes."""

    @property
    def ratio(self) -> float:
        """Software over device time."""
        return (self.processor - self.physics) / self.device

    @property
    def bookkeeping(self) -> float:
        """Seconds of processor time beside physics and work."""
        return self.processor - self.physics - self.work

    def each(self, number: float) -> float:
        return number / self.measurements


@contextmanager
def counted(cost: Cost) -> Iterator[None]:
    """Count what is asked of any database and how many of its rows become records."""

    def statement(*_: Any) -> None:
        cost.statements += 1

    real = rows.validated

    def counting(kind: Any, fields: Any) -> Any:
        cost.rows += 1
        return real(kind, fields)

    event.listen(Engine, "before_cursor_execute", statement)
    try:
        with patch.object(rows, "validated", counting):
            yield
    finally:
        event.remove(Engine, "before_cursor_execute", statement)


@contextmanager
def timed(cost: Cost) -> Iterator[None]:
    """Take the time of the chip's jobs apart, and that of what an experiment does with them."""
    physics = SimulatedBackend.run
    methods = {name: getattr(Experiment, name) for name in ("measure", "analyses", "pictures")}

    def run(*arguments: Any, **options: Any) -> Any:
        began = time.process_time()
        try:
            return physics(*arguments, **options)
        finally:
            cost.physics += time.process_time() - began

    inside = False

    def working(method: Callable[..., Any]) -> Callable[..., Any]:
        def work(*arguments: Any) -> Any:
            nonlocal inside
            if inside:  # a row behind the fence asks the row itself
                return method(*arguments)
            began, before, inside = time.process_time(), cost.physics, True
            try:
                return method(*arguments)
            finally:
                cost.work += time.process_time() - began - (cost.physics - before)
                inside = False

        return work

    with ExitStack() as patched:
        patched.enter_context(patch.object(SimulatedBackend, "run", run))
        for name, method in methods.items():
            patched.enter_context(patch.object(Experiment, name, working(method)))
        yield


def runs_of(qubits: int, experiments: Sequence[str] = EXPERIMENTS) -> Cost:
    """One run of each experiment on all qubits of a nearly tuned chip."""
    cost = Cost()
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "lab.toml").write_text(f"[device]\nseed = {SEED}\nqubits = {qubits}\n")
        lab = open_lab(Path(directory))
        _, known = tuned_device(qubits)
        values: dict[str, dict[str, float]] = {Qubit(qubit): row for qubit, row in known.items()}
        seed_table(lab.store(), device_name(lab.config.device), values, EPOCH.timestamp(), "design", "nearly tuned")
        for experiment in experiments:
            with counted(cost), timed(cost):
                began = time.process_time()
                ended = start(lab, Plan(kind="run", experiment=experiment), lambda kind, body: None)
                cost.processor += time.process_time() - began
            spent = used(lab.store(), ended.run_id)
            cost.measurements += spent.measurements
            cost.device += spent.device_seconds
            cost.report += (lab.runs / ended.run_id / "report.html").stat().st_size
    return cost


COLUMNS = ("qubits", "measured", "device s", "software s", "ratio", "books ms", "rows", "asked", "report kB")


def _line_of(qubits: int, cost: Cost) -> str:
    cells = (
        f"{qubits}",
        f"{cost.measurements}",
        f"{cost.device:.0f}",
        f"{cost.processor - cost.physics:.1f}",
        f"{cost.ratio:.3f}",
        f"{1e3 * cost.each(cost.bookkeeping):.0f}",
        f"{cost.each(cost.rows):.1f}",
        f"{cost.each(cost.statements):.1f}",
        f"{cost.each(cost.report) / 1e3:.0f}",
    )
    return row(cells)


def lines(asked: Asked) -> Iterator[str]:
    runs_of(1, EXPERIMENTS[:1])  # imports are paid once
    yield "software s and ratio: processor time over device time. The last four columns are for each measurement:"
    yield "bookkeeping, rows read, statements, and the report."
    yield row(COLUMNS)
    for qubits in asked.qubits or SIZES:
        yield _line_of(qubits, runs_of(qubits))
