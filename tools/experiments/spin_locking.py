"""Spin locking (T1rho): a resonant drive along the state's own axis holds it, and only T1 and noise as fast as the Rabi
frequency of the drive let it decay.

The rate is 1/T1rho = 1/(2 T1) + the dephasing by noise at the Rabi frequency (Yan et al., Nat. Commun. 4, 2337 (2013)):
white noise makes T1rho the T2 of free evolution, slow noise leaves it longer. Measured at several rates, it is a
spectrum of the noise. The lock is a row of equal pulses, as the envelope of the lab is no rectangle. Each makes half a
turn: what a detuning does while a pulse rises and falls is undone by the next one, where whole turns would add it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect
from reson.tools.data import Analysis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.decay_checks import against_twice_t1, decay_checks
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.plain_decay import locked_decays

if TYPE_CHECKING:
    from reson.tools.devices.device import Device


def _defaults(values: Values) -> dict[str, float]:
    """Three times the longest decay that is known of a superposition, else three times T1."""
    guess = values.get("t1_rho", values.get("t2_echo", values.get("t1", 100e-6)))
    return {"max_delay": float(np.clip(3 * guess, 5e-6, 2e-3)), **sweep.known_t1(values)}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import RZGate, SXGate

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    controls, told, experiments = device.controls(), sweep.between_shots(device), {}
    grid = Waits(device.backend)
    for qubit, values in arguments.items():
        mine = controls[Qubit(qubit)]
        _, half = grid.of(1 / (2 * values["rate"]))
        # a pulse of this envelope turns by its amplitude times its length, and X by half a turn
        amplitude = mine["x_amplitude"] * mine["pulse_duration"] / half
        turn = [DriveGate(amplitude, mine["drag_beta"], 0.0, half)] * 2
        begin, end = [SXGate(), RZGate(-np.pi / 2)], [RZGate(np.pi / 2), SXGate()]
        turns = np.rint(np.linspace(0, values["max_delay"] / (2 * half), int(values["points"]))).astype(int).tolist()
        experiments[qubit] = Sequences(
            qubit, [({"xval": n * 2 * half, **told}, [*begin, *turn * n, *end]) for n in turns]
        )
    return acquisition.acquire("spin_locking", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    return locked_decays(data, "t1_rho", "Length of the lock")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    listed = decay_checks(analysis, "t1_rho", parameters, history, contrast=(0.3, 0.6), full=0.5)
    return [*listed, *against_twice_t1(analysis, "t1_rho", history)]


EXPERIMENT = Experiment(
    # two neighbours that are locked alike exchange what they hold (Hartmann and Hahn, Phys. Rev. 128, 2042 (1962))
    waits=True,
    name="spin_locking",
    title="Spin locking (T1rho)",
    measures="how long a drive along its axis holds a superposition: dephasing by noise at the drive's Rabi frequency",
    family="t2_hahn",
    decay_from=1,
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 5e-6, 5e-3, "longest lock; three times what is known of T1rho or T2, or of T1"),
        Parameter("rate", "Hz", 2e5, 2e7, "Rabi frequency of the lock, the mean over its pulses", 2e6),
        sweep.points(31),
        sweep.shots(1000),
        sweep.KNOWN_T1,
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "readout_threshold", "t1"),
    calibrates=("t1_rho",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    analyse_many=analyse_many,
    check=check,
    valid_hours=24.0,
    two_states=True,
)
