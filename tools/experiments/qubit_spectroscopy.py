"""Two-tone spectroscopy of the qubit: a weak long pulse of swept frequency, the line fitted.

A Gaussian pulse that rotates by pi on resonance excites a line of nearly Gaussian shape, wider the shorter the pulse.
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
from reson.tools.verdicts import checks
from reson.tools.verdicts.lines import SEEN, second_line
from reson.tools.verdicts.residuals import fitted_values

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

LENGTH = 400e-9
"""Usual length of the spectroscopy pulse, seconds: its line is about 3 MHz wide (FWHM)."""

CLEAR = 10.0
"""Height over the noise that the fit leaves from which a line is there, whatever its shape."""


def _defaults(values: Values) -> dict[str, float]:
    """An amplitude that rotates by about pi on resonance: the X pulse's, weaker by the ratio of the lengths."""
    return {"amplitude": min(1.0, values["x_amplitude"] * values["pulse_duration"] / LENGTH)}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["length"], device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments = {}
    for qubit, values in arguments.items():
        reach = values["span"] / 2
        offsets = values["centre"] + np.linspace(-reach, reach, int(values["points"]))
        amplitude, length = values["amplitude"], values["length"]
        pulses = [({"xval": float(f)}, [DriveGate(amplitude, 0.0, float(f), length)]) for f in offsets]
        experiments[qubit] = Sequences(qubit, pulses)
    return acquisition.acquire("qubit_spectroscopy", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    line = line_of(raw)
    result = line.best
    return Analysis(
        experiment="qubit_spectroscopy",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Drive frequency offset", unit="Hz"),
        y_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities={} if result.error else _quantities(line, raw.controls["drive_frequency"]),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(line: Line, drive_frequency: float) -> dict[str, Quantity]:
    offset = line.quantity("freq", "Hz")
    return {
        "drive_frequency": Quantity(value=drive_frequency + offset.value, stderr=offset.stderr, unit="Hz"),
        "offset": offset,
        "linewidth": line.quantity("fwhm", "Hz"),
        "height": line.quantity("a"),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "drive_frequency", "linewidth", "height")
    line = analysis.series[0]
    if not fitted.passed:
        return [fitted, checks.signal(line)]
    found, half, step = analysis.quantities, parameters["span"] / 2, parameters["span"] / (parameters["points"] - 1)
    second, clear = second_line(line), abs(found["height"].value) / residual_noise(analysis)
    # beside other lines, or of a shape that none has, it is the miss and not the noise that makes the height's error
    unresolved = Verdict.REVIEW if second > SEEN or clear > CLEAR else Verdict.REJECT
    return [
        fitted,
        checks.signal(line),
        checks.inside_sweep("line", found["offset"].value, min(line.x), max(line.x), 0.05, "Hz"),
        checks.wide_enough("linewidth", found["linewidth"].value, 1.5 * step, half, "Hz"),
        checks.resolved("height of the line", found["height"], 8.0, unresolved),
        checks.within("height over residual noise", clear, 5.0, np.inf),
        checks.within("second line above the noise", second, 0.0, SEEN, "sigma", severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=4, tolerance=0.05),
    ]


def residual_noise(analysis: Analysis) -> float:
    """Robust rms of what the fitted line leaves."""
    residual = np.array(analysis.series[0].y) - fitted_values(analysis.series[0])
    return 1.4826 * float(np.median(np.abs(residual - np.median(residual)))) or 1e-300


EXPERIMENT = Experiment(
    name="qubit_spectroscopy",
    title="Qubit spectroscopy",
    measures="the qubit's transition frequency, from the line that a weak drive of swept frequency excites",
    family="qubit_spectroscopy",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("span", "Hz", 1e6, 1.1e9, "width of the frequency sweep", 40e6),
        Parameter("centre", "Hz", -600e6, 600e6, "middle of the sweep, from the drive frequency", 0.0),
        sweep.points(61),
        Parameter(
            "amplitude",
            "",
            1e-4,
            1.0,
            "drive amplitude; by default a rotation by pi on resonance in the usual length",
            drives="x_amplitude",
        ),
        Parameter(
            "length",
            "s",
            50e-9,
            2e-6,
            "length of the pulse: the line is as much wider as it is shorter",
            LENGTH,
            shared=True,
        ),
        sweep.shots(500),
    ),
    needs=(),
    calibrates=("drive_frequency",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
)
