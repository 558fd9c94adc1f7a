"""Spectroscopy of the 1-2 transition: the qubit prepared in 1, then a weak long pulse of swept frequency.

A last X pulse brings what stayed in 1 back to 0, so that 2 is told from 0, the farthest of the pointer states, and the
decay of 1 during the sequence costs contrast on both sides of the line alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.spectral_line import Line, line_of
from reson.tools.experiments.qubit_spectroscopy import CLEAR, LENGTH, residual_noise
from reson.tools.verdicts import checks
from reson.tools.verdicts.lines import SEEN, second_line

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

STEADY = 20e3
"""Hz: what an error of the drive frequency and the light shift of the pulse add to the error of the anharmonicity."""
USUAL = (-350e6, -150e6)
"""Hz: the anharmonicity of a transmon that can serve as a qubit."""


def _defaults(values: Values) -> dict[str, float]:
    """The 1-2 transition is driven sqrt(2) times more strongly: an amplitude that rotates by about pi."""
    pi = values["x_amplitude"] * values["pulse_duration"] / LENGTH / np.sqrt(2)
    return {"centre": float(np.clip(values["anharmonicity"], -600e6, -50e6)), "amplitude": min(1.0, float(pi))}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], LENGTH, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments, flip = {}, XGate()
    for qubit, values in arguments.items():
        half = values["span"] / 2
        offsets = np.linspace(values["centre"] - half, values["centre"] + half, int(values["points"]))
        pulses = [
            ({"xval": float(f)}, [flip, DriveGate(values["amplitude"], 0.0, float(f), LENGTH), flip]) for f in offsets
        ]
        experiments[qubit] = Sequences(qubit, pulses)
    return acquisition.acquire("ef_spectroscopy", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    line = line_of(raw)
    result = line.best
    return Analysis(
        experiment="ef_spectroscopy",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Drive frequency above f01", unit="Hz"),
        y_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities={} if result.error else _quantities(line),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(line: Line) -> dict[str, Quantity]:
    found = line.quantity("freq", "Hz")
    stderr = None if found.stderr is None else float(np.hypot(found.stderr, STEADY))
    return {
        "anharmonicity": Quantity(value=found.value, stderr=stderr, unit="Hz"),
        "offset": found,
        "linewidth": line.quantity("fwhm", "Hz"),
        "height": line.quantity("a"),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "anharmonicity", "linewidth", "height")
    line = analysis.series[0]
    if not fitted.passed:
        return [fitted, checks.signal(line)]
    found, half, step = analysis.quantities, parameters["span"] / 2, parameters["span"] / (parameters["points"] - 1)
    low, high = parameters["centre"] - half, parameters["centre"] + half
    second, clear = second_line(line), abs(found["height"].value) / residual_noise(analysis)
    # beside other lines, or of a shape that none has, it is the miss and not the noise that makes the height's error
    unresolved = Verdict.REVIEW if second > SEEN or clear > CLEAR else Verdict.REJECT
    return [
        fitted,
        checks.signal(line),
        checks.inside_sweep("line", found["offset"].value, low, high, 0.05, "Hz"),
        checks.within("linewidth", found["linewidth"].value, 1.5 * step, half, "Hz"),
        checks.resolved("height of the line", found["height"], 8.0, unresolved),
        checks.within("height over residual noise", clear, 5.0, np.inf),
        checks.within("second line above the noise", second, 0.0, SEEN, "sigma", severity=Verdict.REVIEW),
        checks.within("anharmonicity", found["anharmonicity"].value, *USUAL, "Hz"),
        checks.goodness(analysis, parameters=4, tolerance=0.05),
        checks.history("anharmonicity", found["anharmonicity"], history, natural=0.1e6, relative=False),
    ]


EXPERIMENT = Experiment(
    name="ef_spectroscopy",
    title="1-2 spectroscopy",
    measures="the anharmonicity, from the line of the 1-2 transition beside that of the qubit",
    family="qubit_spectroscopy",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("centre", "Hz", -600e6, -50e6, "centre of the sweep above the drive frequency: the anharmonicity"),
        Parameter("span", "Hz", 4e6, 500e6, "width of the frequency sweep", 80e6),
        sweep.points(81),
        Parameter(
            "amplitude",
            "",
            1e-4,
            1.0,
            "drive amplitude; by default a rotation by pi on resonance",
            drives="x_amplitude",
        ),
        sweep.shots(500),
    ),
    needs=("drive_frequency", "x_amplitude"),
    calibrates=("anharmonicity",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure="Spectroscopy of the 1-2 transition",
    check=check,
    valid_hours=7 * 24.0,
)
