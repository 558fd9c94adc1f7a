"""Which drive line excites a qubit? A short pulse through each line of the device in turn.

Where two drive cables are interchanged, the other line excites it at the qubit's frequency; where two readouts are,
which is to say two labels, at the frequency that this other line was made for: both are played. The pulse of a
calibrated gate's length is some 30 MHz wide, so that a guess of the frequency is good enough; where it is not, a span
in such steps is. Only one line plays at a time: pulses meant for another qubit of nearly the same frequency would be
taken for this one's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device
    from reson.tools.experiments.circuits.joint_circuits import Joint

CLEAR = 8.0
"""Response in units of its error from which a line counts as the qubit's."""
ALONE = 0.4
"""Largest second response, in units of the first, beside which the first is the only one."""


def _defaults(values: Values) -> dict[str, float]:
    return {"amplitude": values["x_amplitude"]}


def _device_seconds(parameters: Values, device: Device) -> float:
    lines = min(len(device.qubits), 2 * parameters["reach"] + 1)
    return sweep.device_seconds((2 * lines - 1) * parameters["points"] + 1, parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    joints = [
        _joint(device, qubit, values, pulse)
        for qubit, values in arguments.items()
        for pulse in (None, *_pulses(device, qubit, values))
    ]
    return acquisition.bring_home("drive_line_map", device, arguments, joints, acquisition.AVERAGED_IQ)


def _pulses(device: Device, qubit: int, values: Values) -> list[tuple[int, float]]:
    """(line, offset in Hz from the frequency that the line is set to), about the qubit's frequency and the line's."""
    reach, controls = values["span"] / 2, device.controls()
    steps = np.linspace(-reach, reach, int(values["points"])) if reach else np.zeros(1)
    found = []
    for line in (one for one in device.qubits if abs(one - qubit) <= values["reach"]):
        here, there = (controls[Qubit(one)]["drive_frequency"] for one in (qubit, line))
        middles = [here + values["offset"] - there, *([0.0] if line != qubit else [])]
        found += [(line, float(middle + step)) for middle in middles for step in steps]
    return found


def _joint(device: Device, qubit: int, values: Values, pulse: tuple[int, float] | None) -> Joint:
    """A pulse through one line, and the qubit's readout; None: no pulse at all."""
    from qiskit import QuantumCircuit

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.joint_circuits import Joint

    circuit = QuantumCircuit(1 + max(device.qubits), 1, name=f"drive-line-map-{qubit}-{pulse}", metadata={})
    line, offset = (-1, 0.0) if pulse is None else pulse
    if pulse is not None:
        duration = device.controls()[Qubit(qubit)]["pulse_duration"]
        circuit.append(DriveGate(values["amplitude"], 0.0, offset, duration), [line])
        circuit.barrier(*{qubit, line})
    circuit.measure(qubit, 0)
    return Joint(circuit, {qubit: {"xval": line, "offset": offset}}, {qubit: 0})


def analyse(raw: RawData) -> Analysis:
    """The response of a line is the largest at any of its frequencies."""
    played = np.array([circuit["xval"] for circuit in raw.circuits])
    mean, stderr = raw.arrays["iq_mean"], raw.arrays["iq_stderr"]
    (rest,) = np.flatnonzero(played < 0)
    away, errors = np.abs(mean - mean[rest]), np.sqrt(stderr**2 + stderr[rest] ** 2).max(axis=1)
    lines = np.unique(played[played >= 0])
    best = [max(np.flatnonzero(played == line), key=away.__getitem__) for line in lines]
    change, error = away[best], errors[best]
    quantities = _quantities(lines, change, error, raw.qubit)
    return Analysis(
        experiment="drive_line_map",
        component=raw.component,
        series=(Series(name="response", x=tuple(lines), y=tuple(change), y_err=tuple(error)),),
        x_axis=Axis(label="Drive line, by the qubit that it is wired to", unit=""),
        y_axis=Axis(label="Change of the signal (arb. units)", unit=""),
        quantities=quantities,
        error=None if quantities else "no line excites the qubit",
    )


def _quantities(lines: np.ndarray, change: np.ndarray, error: np.ndarray, qubit: int) -> dict[str, Quantity]:
    """Empty where no line is clear of the noise."""
    best = int(np.argmax(change))
    if change[best] < CLEAR * error[best]:
        return {}
    own = int(np.flatnonzero(lines == qubit)[0])
    second = float(np.max(np.delete(change, best), initial=0.0))
    return {
        "line": Quantity(value=float(lines[best])),
        "response": Quantity(value=float(change[best]), stderr=float(error[best])),
        "own_response": Quantity(value=float(change[own]), stderr=float(error[own])),
        "second_response": Quantity(value=second, stderr=float(error.max())),
    }


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.curves import draw_curves

    figure = draw_curves(analysis, "Drive line map")
    figure.axes[0].set_ylim(bottom=0)
    return figure


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "response")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    ratio = found["second_response"].value / found["response"].value
    return [
        fitted,
        checks.resolved("response", found["response"], CLEAR),
        checks.within("second response over the first", ratio, 0.0, ALONE, severity=Verdict.REVIEW),
    ]


EXPERIMENT = Experiment(
    name="drive_line_map",
    title="Drive line map",
    measures="which of the device's drive lines excites the qubit: its own, another one, or none",
    family="drive_line_map",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("amplitude", "", 0.01, 1.0, "amplitude of the pulse; by default that of X", drives="x_amplitude"),
        Parameter("offset", "Hz", -500e6, 500e6, "of the pulse's frequency from the qubit's drive frequency", 0.0),
        Parameter("span", "Hz", 0.0, 700e6, "about the qubit's frequency, and each other line's own", 0.0),
        Parameter("points", "", 1, 61, "frequencies in the span", 1.0, integer=True, shared=True),
        Parameter("reach", "", 1, 1000, "lines to either side, by their numbers", 1000.0, integer=True, shared=True),
        sweep.shots(1000),
    ),
    needs=("readout_frequency",),
    calibrates=(),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=7 * 24.0,
)
