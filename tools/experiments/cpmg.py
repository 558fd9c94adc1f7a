"""Dephasing under a train of echoes (Carr-Purcell-Meiboom-Gill): the more echoes, the faster the noise they refocus.

The echoes turn about the axis on which the first pulse leaves the qubit, so that their errors do not add up (Meiboom
and Gill, Rev. Sci. Instrum. 29, 688 (1958)); the stock T2Hahn with several echoes turns them about the other axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect
from reson.tools.data import Analysis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.decay_checks import against_twice_t1, decay_checks
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.curve_models import ECHO_DECAY
from reson.tools.experiments.fits.processing import axis_of, excitation
from reson.tools.experiments.plain_decay import US, echo_decays

if TYPE_CHECKING:
    from qiskit.circuit import Delay, Instruction

    from reson.tools.devices.device import Device


LONGER = 1.5
"""T2 under a train over that of one echo where 1/f noise dephases, and over T1."""


def _defaults(values: Values) -> dict[str, float]:
    """Three times T2 under a train where it is known; it lies between that of one echo and twice T1."""
    t1 = values.get("t1", 100e-6)
    usual = min(LONGER * values["t2_echo"], 2 * t1) if "t2_echo" in values else LONGER * t1
    guess = values.get("t2_cpmg", usual)
    return {"max_delay": float(np.clip(3 * guess, 1e-6, 2e-3)), **sweep.known_t1(values)}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    grid = Waits(device.backend)
    told, experiments = sweep.between_shots(device), {}
    for qubit, values in arguments.items():
        delays = sweep.delays(values["max_delay"], int(values["points"])).tolist()
        echoes = int(values["echoes"])
        halves = [grid.of(total / echoes / 2) for total in delays]
        trains = [({"xval": 2 * echoes * length, **told}, _train(half, echoes)) for half, length in halves]
        experiments[qubit] = Sequences(qubit, trains)
    return acquisition.acquire("cpmg", device, arguments, experiments, acquisition.CLASSIFIED)


def _train(half: Delay, echoes: int) -> list[Instruction]:
    """Half a wait before the first echo and after the last, whole ones between; ends in 1 where nothing dephases."""
    from qiskit.circuit import Delay
    from qiskit.circuit.library import RZGate, SXGate, XGate

    whole = Delay(2 * half.duration, half.unit)
    echo = [RZGate(-np.pi / 2), XGate(), RZGate(np.pi / 2)]
    middle = [instruction for _ in range(echoes - 1) for instruction in (whole, *echo)]
    return [SXGate(), half, *echo, *middle, half, SXGate()]


def analyse(raw: RawData) -> Analysis:
    points = points_of(raw, ECHO_DECAY, US, excitation(raw, begins=1))
    return echo_decays([raw], [points], "t2_cpmg", "exponential_share", axis_of, 1)[0]


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    listed = decay_checks(analysis, "t2_cpmg", parameters, history, contrast=(0.3, 0.6), full=0.5)
    return [*listed, *against_twice_t1(analysis, "t2_cpmg", history)]


EXPERIMENT = Experiment(
    waits=True,
    name="cpmg",
    title="Train of echoes (CPMG)",
    measures="the dephasing time under a train of refocusing pulses",
    family="t2_hahn",
    decay_from=1,
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "max_delay",
            "s",
            0.5e-6,
            5e-3,
            "longest total delay; three times T2 under a train, as it is known or to be expected",
        ),
        Parameter("echoes", "", 1, 256, "number of refocusing pulses", 8.0, integer=True, shared=True),
        sweep.points(31),
        sweep.shots(1000),
        sweep.KNOWN_T1,
    ),
    needs=("x_amplitude", "sx_amplitude", "readout_threshold", "t1"),
    calibrates=("t2_cpmg",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=24.0,
    two_states=True,
)
