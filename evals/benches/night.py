"""A whole cold night on a heavy-hexagonal chip, once of each size.

Software is all processor time but that of the chip's physics, from the first decision to the report. One process on one
core tells most: ``taskset -c 1``.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.evals.benches.bench import Asked, row
from reson.evals.benches.bookkeeping import EXPERIMENTS, Cost, counted, runs_of, timed
from reson.tools.store.measurements import used

SEED = 4712
SIZES = (16, 48, 127)


@dataclass
class Night:
    qubits: int
    cost: Cost
    ending: str
    reason: str
    wall: float
    """Seconds."""
    checkpoints: int
    """Bytes."""
    lab: int
    """Bytes of everything."""


def cold_night(directory: Path, qubits: int) -> Night:
    """A new lab in ``directory`` and its first night."""
    (directory / "lab.toml").write_text('[device]\nchip = "chip.toml"\n', encoding="utf-8")
    chip = f'seed = {SEED}\nqubits = {qubits}\ncoupling = "heavy_hex"\n'
    (directory / "chip.toml").write_text(chip, encoding="utf-8")
    lab, cost, wall = open_lab(directory), Cost(), time.monotonic()
    with counted(cost), timed(cost):
        began = time.process_time()
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        cost.processor = time.process_time() - began
    spent = used(lab.store(), ended.run_id)
    cost.measurements, cost.device = spent.measurements, spent.device_seconds
    cost.report = ended.report.stat().st_size
    return Night(
        qubits=qubits,
        cost=cost,
        ending=ended.ending,
        reason=ended.reason,
        wall=time.monotonic() - wall,
        checkpoints=sum(file.stat().st_size for file in directory.glob("checkpoints.db*")),
        lab=sum(file.stat().st_size for file in directory.rglob("*") if file.is_file()),
    )


COLUMNS = ("qubits", "measured", "device s", "physics s", "software s", "ratio", "work ms", "books ms", "wall s")
SIZE_COLUMNS = ("GB", "report MB", "points MB", "lab MB")


def _row_of(night: Night) -> str:
    cost = night.cost
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    cells = (
        f"{night.qubits}",
        f"{cost.measurements}",
        f"{cost.device:.0f}",
        f"{cost.physics:.0f}",
        f"{cost.processor - cost.physics:.0f}",
        f"{cost.ratio:.3f}",
        f"{1e3 * cost.each(cost.work):.0f}",
        f"{1e3 * cost.each(cost.bookkeeping):.0f}",
        f"{night.wall:.0f}",
        f"{peak:.2f}",
        *(f"{size / 1e6:.1f}" for size in (cost.report, night.checkpoints, night.lab)),
    )
    return row(cells) + f"   {night.ending}: {night.reason}"


def lines(asked: Asked) -> Iterator[str]:
    runs_of(1, EXPERIMENTS[:1])  # imports are paid once
    yield "Work (circuits, fits, pictures) and books (all the rest) are for each measurement; the memory is the peak."
    yield row((*COLUMNS, *SIZE_COLUMNS))
    for qubits in asked.qubits or SIZES:
        with asked.place() as place:
            directory = place / f"cold-{qubits}"
            directory.mkdir(parents=True)
            yield _row_of(cold_night(directory, qubits))
