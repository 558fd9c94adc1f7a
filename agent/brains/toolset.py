"""Which experiments a model is offered: those of a calibration, and for a qubit in trouble those that may explain it.

The others of the catalogue characterise; a person asks for them. What a qubit is not ready for is left out, so that a
question about a cold chip stays short.
"""

from __future__ import annotations

from reson.agent.brains.expert import succeeded
from reson.agent.brains.plans import BRING_UP, REFINE, UPKEEP
from reson.agent.observation import Observation, QubitView
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.experiment import Experiment

CALIBRATING = frozenset(step.experiment for step in (*BRING_UP, *UPKEEP, *REFINE))
EXPLAINING = frozenset({"qubit_power_map", "t2_ramsey", "t1_over_time", "allxy", "fine_frequency", "drive_line_map"})


def offered(observation: Observation) -> tuple[Experiment, ...]:
    """In the order of the catalogue: what at least one qubit of the observation is ready for."""
    return tuple(row for row in CATALOGUE.values() if any(_serves(row, view) for view in observation.qubits))


def _serves(row: Experiment, view: QubitView) -> bool:
    in_trouble = bool(view.attempts) and not succeeded(view.attempts[-1])
    wanted = row.name in CALIBRATING or (in_trouble and row.name in EXPLAINING)
    return wanted and all(need in view.known and view.known[need].measured for need in row.needs)
