"""Keeps what Reson says of a file in the lab: a run of its own kind, on no device, by whoever brought it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reson.authors import may_be_a_person
from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import Ending

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.agent.own_data import Seen

KIND = "analyse"


def keep(lab: Lab, seen: Seen, file: str, by: str) -> str:
    """Id of the measurement on record. Raises ``OperatorError``."""
    from reson.agent.lab import lock_lab
    from reson.tools.store.measurements import record_analysis, record_measurements
    from reson.tools.store.runs import OWN_DATA, end_run, list_runs, start_run

    if not may_be_a_person(by):
        raise OperatorError(f"{by!r} is no name of a person", "name yourself with --by NAME")
    raw = seen.made.raw
    with lock_lab(lab, f"reson {KIND}"):
        store = lab.store()
        run = f"{KIND}-{len(list_runs(store, limit=1_000_000)) + 1:04d}"
        start_run(store, run, KIND, OWN_DATA, {"file": file, "by": by}, None, time.time())
        measurement = f"{run}-{Qubit(raw.qubit)}"
        record_measurements(store, run, 0, run, f"{by} brought {file}", {measurement: raw})
        record_analysis(
            store, measurement, seen.analysis, seen.picture, seen.judgement, seen.reading, f"{KIND}:{by.strip()}"
        )
        end_run(store, run, Ending.FINISHED, f"{file}: {seen.judgement.verdict.value}", time.time())
    return measurement
