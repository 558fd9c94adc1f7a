"""Keeps what Reson says of a file in the lab: a run of its own kind, on no device, by whoever brought it."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from reson.authors import may_be_a_person
from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import Ending, content_hash

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.agent.own_data import Seen

KIND = "analyse"


def keep(lab: Lab, seen: Seen, file: str, by: str) -> str:
    """Id of the measurement on record; the same file by the same person is kept once. Raises ``OperatorError``.

    It may be called beside a running night: what is written touches nothing that a run reads.
    """
    from reson.tools.store.measurements import record_analysis, record_measurements
    from reson.tools.store.raw import pack_raw
    from reson.tools.store.runs import OWN_DATA, end_run, start_run

    if not may_be_a_person(by):
        raise OperatorError(f"{by!r} is no name of a person", "name yourself with --by NAME")
    raw, now, store = seen.made.raw, time.time(), lab.store()
    content = hashlib.sha256(pack_raw(replace(raw, started=0.0, ended=0.0))).hexdigest()
    run = f"{KIND}-{content_hash([content, file, by])[:8]}"
    start_run(store, run, KIND, OWN_DATA, {"file": file, "by": by}, None, now)
    measurement = f"{run}-{Qubit(raw.qubit)}"
    record_measurements(store, run, 0, run, f"{by} brought {file}", {measurement: raw})
    record_analysis(
        store, measurement, seen.analysis, seen.picture, seen.judgement, seen.reading, f"{KIND}:{by.strip()}"
    )
    end_run(store, run, Ending.FINISHED, f"{file}: {seen.judgement.verdict.value}", now)
    return measurement
