"""Dephasing with one echo (T2Hahn of Qiskit Experiments): slow frequency noise is refocused, what is left is T2E."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect
from reson.tools.data import Analysis, Axis, Past, RawData, Values, of_probability, probability
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.decay_checks import against_twice_t1, decay_checks
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import Points, points_of
from reson.tools.experiments.fits.curve_models import ECHO_DECAY
from reson.tools.experiments.fits.processing import SHARE, excitation
from reson.tools.experiments.plain_decay import US, echo_decays

if TYPE_CHECKING:
    from reson.tools.devices.device import Device


def _defaults(values: Values) -> dict[str, float]:
    """Three times the echo time where it is known, else three times T1 (T2 can reach twice T1)."""
    guess = values.get("t2_echo", values.get("t1", 100e-6))
    return {"max_delay": float(np.clip(3 * guess, 1e-6, 2e-3)), **sweep.known_t1(values)}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """As ``T2Hahn`` of Qiskit Experiments with one echo: SX, half of the delay, X, the other half, SX."""
    from qiskit.circuit.library import SXGate, XGate

    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    waits, sx, x, told = Waits(device.backend), SXGate(), XGate(), sweep.between_shots(device)
    experiments = {}
    for qubit, values in arguments.items():
        halves = [waits.of(delay / 2) for delay in sweep.delays(values["max_delay"], int(values["points"])).tolist()]
        experiments[qubit] = Sequences(
            qubit, [({"xval": 2 * length, **told}, [sx, half, x, half, sx]) for half, length in halves]
        )
    return acquisition.acquire("t2_hahn", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    return echo_decays(data, [_ground(raw) for raw in data], "t2_echo", "echo_exponential_share", _of_ground, 0)


def _ground(raw: RawData) -> Points:
    """P(0) of each delay: after an even number of half turns an undisturbed qubit is back where it began."""
    p1, error = excitation(raw, begins=0)
    return points_of(raw, ECHO_DECAY, US, (1 - p1, error))


def _of_ground(raw: RawData) -> Axis:
    return probability("P(0)") if of_probability(raw) else SHARE


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    listed = decay_checks(analysis, "t2_echo", parameters, history, contrast=(0.3, 0.6), full=0.5)
    return [*listed, *against_twice_t1(analysis, "t2_echo", history)]


EXPERIMENT = Experiment(
    waits=True,
    name="t2_hahn",
    title="Hahn echo (T2)",
    measures="the dephasing time with one refocusing pulse",
    family="t2_hahn",
    decay_from=0,
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 0.5e-6, 5e-3, "longest total delay; three times what is known of T2, or of T1"),
        sweep.points(31),
        sweep.shots(1000),
        sweep.KNOWN_T1,
    ),
    needs=("x_amplitude", "sx_amplitude", "readout_threshold", "t1"),
    calibrates=("t2_echo", "echo_exponential_share"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=24.0,
    two_states=True,
)
