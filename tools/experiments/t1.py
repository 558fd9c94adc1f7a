"""Energy relaxation (T1 of Qiskit Experiments): excite, wait, look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect
from reson.tools.data import Analysis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.decay_checks import decay_checks
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.plain_decay import relaxations

if TYPE_CHECKING:
    from reson.tools.devices.device import Device


def _defaults(values: Values) -> dict[str, float]:
    return {"max_delay": float(np.clip(4 * values.get("t1", 75e-6), 1e-6, 2e-3))}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """As ``T1`` of Qiskit Experiments: X, delay."""
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    waits, x = Waits(device.backend), XGate()
    told = sweep.between_shots(device)
    experiments = {}
    for qubit, values in arguments.items():
        delays = [waits.of(delay) for delay in sweep.delays(values["max_delay"], int(values["points"])).tolist()]
        experiments[qubit] = Sequences(qubit, [({"xval": length, **told}, [x, delay]) for delay, length in delays])
    return acquisition.acquire("t1", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    return relaxations(data)


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    return decay_checks(analysis, "t1", parameters, history, contrast=(0.6, 1.1), full=1.0)


EXPERIMENT = Experiment(
    name="t1",
    title="Energy relaxation (T1)",
    measures="the time in which the excited state relaxes",
    family="t1",
    decay_from=1,
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 0.5e-6, 5e-3, "longest delay; four times the known T1, or 300 us"),
        sweep.points(31),
        sweep.shots(1000),
    ),
    needs=("x_amplitude", "readout_threshold"),
    calibrates=("t1",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=24.0,
    two_states=True,
)
