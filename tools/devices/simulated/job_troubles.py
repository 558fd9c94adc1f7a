"""Jobs that go wrong by a scenario: which job is hit, and what comes back of it.

A pure function of the chip's seed and the job's times, as all that is hidden: a job that is run again from the same
clock is hit again.
"""

from __future__ import annotations

import numpy as np
from qiskit.result.models import ExperimentResult, MeasLevel

from reson.tools.devices.simulated.fault_kinds import KINDS, Scope
from reson.tools.devices.simulated.faults import Fault, Scenario

SERVICE_LIMIT = 3600.0
"""Seconds after which the control system's server gives up a job that hangs."""

_STREAM = 0x4A6F6273


def trouble(scenario: Scenario, seed: int, started: int, ended: int) -> Fault | None:
    """The fault that hits a job between two times in microseconds of the clock; None for a sound job."""
    for index, fault in enumerate(scenario):
        meets = fault.since * 1e6 < ended and started < fault.until * 1e6
        if (
            KINDS[fault.kind].scope is Scope.DEVICE
            and meets
            and np.random.default_rng([seed, started, index, _STREAM]).random() < fault.parameters["probability"]
        ):
            return fault
    return None


def kept_shots(fault: Fault | None, shots: int) -> int:
    """How many shots of each circuit come back."""
    if fault is None or fault.kind != "lost_shots":
        return shots
    return min(shots - 1, round(shots * (1 - fault.parameters["share"])))


def garbled(results: list[ExperimentResult], seed: int, started: int) -> list[ExperimentResult]:
    """Nonsense made of sound results (changed in place), one of the forms that fit them: a circuit is missing, the
    circuits come in another order, the signal is no number, outcomes have bits that were not measured.
    """
    rng = np.random.default_rng([seed, started, _STREAM])
    classified = results[0].meas_level == MeasLevel.CLASSIFIED
    forms = ["missing", "wide" if classified else "no number", *["shuffled"] * (len(results) > 1)]
    match rng.choice(forms):
        case "missing":
            del results[rng.integers(len(results))]
        case "shuffled":
            results = [*results[1:], results[0]]
        case "no number":
            for one in results:
                one.data.memory = np.full_like(one.data.memory, np.nan)
        case _:
            for one in results:
                beyond = 1 << one.header["memory_slots"]
                one.data.counts = {hex(int(key, 16) + beyond): count for key, count in one.data.counts.items()}
    return results
