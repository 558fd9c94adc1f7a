"""The whole of ``reson check`` on a record of 100,000 measurements with 300,000 files, after a run on its qubits.

Seconds of the processor of the command itself, from its start to its end. The record is the synthetic year, each row
with files of its own; an earlier check has found it in order. T1 of 127 qubits is then really measured on it, so that
new rows, files and a trajectory are there to be looked at. ``--nights``: of so many in place of 365, 274 measurements
each.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from reson.agent.launch import Plan, start
from reson.components import Qubit, joined
from reson.evals.benches.bench import Asked
from reson.evals.benches.record import GOAL, seconds_of_check
from reson.evals.year_of_nights import make_year

QUBITS = 127


def lines(asked: Asked) -> Iterator[str]:
    with asked.place() as place:
        year = make_year(place / "year", qubits=QUBITS, nights=asked.nights or 365, own_files=True)
        store = year.store()
        first = seconds_of_check(store)
        measured = Plan(kind="run", experiment="t1", measure=joined(map(Qubit, range(QUBITS))), writes=False)
        ended = start(year, measured, lambda kind, body: None)
        with store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM measurements").scalar_one()
        files = sum(1 for _ in os.scandir(store.blobs.directory))
        yield f"{rows} measurements, {files} files; the last run: {ended.ending}, {ended.reason}"
        yield f"the first check, without what hangs together in each row: {first:.1f} s"
        for when in ("after that run", "once more"):
            yield f"reson check, {when}: {_whole(year.directory):.2f} s (goal {GOAL:g})"


def _whole(lab: Path) -> float:
    """Seconds of the processor, in user and system, of the command as a person types it."""
    command = [str(Path(sys.executable).with_name("reson")), "--lab", str(lab), "check"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
