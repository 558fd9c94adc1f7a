"""Which experiments a model is offered: those of a qubit's plan, and all of a calibration once something failed.

Of a qubit in trouble those too that may explain it. The others of the catalogue characterise; a person asks for them.
What a qubit is not ready for is left out, so that a question stays short about a cold chip, and about a healthy one.
"""

from __future__ import annotations

from reson.agent.expert.next_step import succeeded
from reson.agent.expert.plans import BRING_UP, REFINE, UPKEEP, plan_for
from reson.agent.observation import Observation, QubitView
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.experiment import Experiment

CALIBRATING = frozenset(step.experiment for step in (*BRING_UP, *UPKEEP, *REFINE))
_REFINING = frozenset(step.experiment for step in REFINE)
EXPLAINING = frozenset(
    {
        "qubit_power_map",
        "t2_ramsey",
        "t1_over_time",
        "allxy",
        "fine_frequency",
        "drive_line_map",
        "ef_rabi",
        "leakage_rb",
    }
)
RECENT = 3
"""Attempts back to which a failure still wants explaining: some explanations take two measurements."""


def offered(observation: Observation) -> tuple[Experiment, ...]:
    """In the order of the catalogue: what at least one qubit of the observation is ready for."""
    return tuple(row for row in CATALOGUE.values() if any(_serves(row, view) for view in observation.qubits))


def _serves(row: Experiment, view: QubitView) -> bool:
    return row.name in _wanted(view) and all(need in view.known and view.known[need].measured for need in row.needs)


def _wanted(view: QubitView) -> frozenset[str]:
    """By what happened tonight; what the whole plan holds stays on offer, so that a step can be repeated."""
    if all(map(succeeded, view.attempts)):
        steps = {step.experiment for step in plan_for(view)}
        benchmarked = any(attempt.experiment == "standard_rb" for attempt in view.attempts)
        return frozenset(steps | _REFINING) if benchmarked else frozenset(steps)
    return CALIBRATING if all(map(succeeded, view.attempts[-RECENT:])) else CALIBRATING | EXPLAINING
