"""Qubit spectroscopy at growing drive power: where the line is before the drive broadens and shifts it.

A Gaussian pulse that turns the qubit by pi makes one peak. A stronger one turns it on, so that the line widens, gets
side lobes and, by its light shift, moves; at high power the two-photon line of the 0-2 transition appears half an
anharmonicity below. The lowest power with a well visible line gives the best frequency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, CheckCode, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Map, Past, RawData, Series, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import Fit, fit_signal
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.fits.spectral_line import FWHM, MHZ
from reson.tools.experiments.qubit_spectroscopy import LENGTH
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

STRONGEST = 8.0
"""Rotation at the highest power on resonance, in units of pi."""
VISIBLE = 8.0
"""Height of a line in standard deviations of three points averaged from which it counts."""
CLEAR = 0.5
"""Height, in units of the highest line of the map, that the best row has to reach."""


def _defaults(values: Values) -> dict[str, float]:
    return {
        "max_amplitude": float(
            np.clip(STRONGEST * values["x_amplitude"] * values["pulse_duration"] / LENGTH, 1e-3, 1.0)
        )
    }


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"] * parameters["rows"], parameters["shots"], LENGTH, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments = {}
    for qubit, values in arguments.items():
        offsets = np.linspace(-values["span"] / 2, values["span"] / 2, int(values["points"]))
        powers = np.linspace(-values["power_range"], 0.0, int(values["rows"])) + 20 * np.log10(values["max_amplitude"])
        experiments[qubit] = Sequences(
            qubit,
            [
                ({"xval": float(f), "power": float(p)}, [DriveGate(float(10 ** (p / 20)), 0.0, float(f), LENGTH)])
                for p in powers
                for f in offsets
            ],
        )
    return acquisition.acquire("qubit_power_map", device, arguments, experiments, acquisition.AVERAGED_IQ)


@dataclass(frozen=True)
class Line:
    """The line of one row, or the highest bump of noise where there is none."""

    row: int
    centre: float
    """Hz."""
    height: float
    visible: bool


def analyse(raw: RawData) -> Analysis:
    powers = np.array(sorted({meta["power"] for meta in raw.circuits}))
    value, error = (part.reshape(len(powers), -1) for part in measured(raw))
    offsets = np.array([meta["xval"] for meta in raw.circuits[: value.shape[1]]])
    value = value - np.quantile(value, 0.25, axis=1)[:, None]
    lines = [_line(row, offsets, value[row], error[row]) for row in range(len(powers))]
    seen = [line for line in lines if line.visible]
    best = _best(seen)
    result = None if best is None else _fitted(raw, best.row, len(offsets))
    problem = "no line at any power" if result is None else result.error
    drawn: tuple[Series, ...] = ()
    if seen and result is not None and not result.error:
        drawn = (_drawn(seen, powers, float(result.scaled("freq", MHZ, "Hz").value)),)
    return Analysis(
        experiment="qubit_power_map",
        component=raw.component,
        series=drawn,
        maps=(Map(name="signal", x=_plain(offsets), y=_plain(powers), z=tuple(_plain(row) for row in value)),),
        x_axis=Axis(label="Drive frequency offset", unit="Hz"),
        y_axis=Axis(label="Drive power under full scale (dB)", unit=""),
        z_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities=_quantities(result, raw, powers[best.row]) if best and result and not problem else {},
        reduced_chi2=result.reduced_chi2 if result else None,
        error=problem,
    )


def _plain(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _line(row: int, x: np.ndarray, y: np.ndarray, error: np.ndarray) -> Line:
    smooth = np.convolve(y, np.ones(3) / 3, mode="same")
    peak, noise = int(np.argmax(smooth)), float(np.median(error)) / np.sqrt(3)
    return Line(row, float(x[peak]), float(smooth[peak]), bool(smooth[peak] > VISIBLE * noise))


def _best(seen: list[Line]) -> Line | None:
    """The lowest power at which the line is both visible and half as high as it ever gets."""
    highest = max((line.height for line in seen), default=0.0)
    return next((line for line in seen if line.height >= CLEAR * highest), None)


def _fitted(raw: RawData, row: int, points: int) -> Fit:
    from qiskit_experiments.curve_analysis import GaussianAnalysis

    part = slice(row * points, (row + 1) * points)
    value, error = measured(raw)
    one = replace(raw, circuits=raw.circuits[part], arrays={name: array[part] for name, array in raw.arrays.items()})
    return fit_signal(GaussianAnalysis(), one, MHZ, ("a", "b"), (value[part], error[part]))


def _drawn(seen: list[Line], powers: np.ndarray, frequency: float) -> Series:
    """The highest point of each row with a line, and the frequency found as an upright line through all powers."""
    return Series(
        name="line",
        x=tuple(line.centre for line in seen),
        y=tuple(float(powers[line.row]) for line in seen),
        y_err=(0.0,) * len(seen),
        fit_x=(frequency, frequency),
        fit_y=(float(powers[0]), float(powers[-1])),
    )


def _quantities(result: Fit, raw: RawData, power: float) -> dict[str, Quantity]:
    offset = result.scaled("freq", MHZ, "Hz")
    frequency = raw.controls["drive_frequency"] + offset.value
    return {
        "drive_frequency": Quantity(value=frequency, stderr=offset.stderr, unit="Hz"),
        "offset": offset,
        "linewidth": result.scaled("sigma", FWHM * MHZ, "Hz"),
        "height": result["a"],
        "spectroscopy_amplitude": Quantity(value=float(10 ** (power / 20))),
    }


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.maps import draw_maps

    return draw_maps(analysis, "Qubit spectroscopy over drive power")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "drive_frequency", "linewidth", "height")
    if not fitted.passed:
        return [fitted]
    found, half, step = analysis.quantities, parameters["span"] / 2, parameters["span"] / (parameters["points"] - 1)
    amplitude, width = found["spectroscopy_amplitude"].value, found["linewidth"]
    lowest = parameters["max_amplitude"] * 10 ** (-parameters["power_range"] / 20)
    rows = np.array(analysis.series[0].x[:3]) - found["offset"].value
    return [
        fitted,
        checks.inside_sweep("line", found["offset"].value, -half, half, 0.05, "Hz"),
        checks.within("linewidth", width.value, 1.5 * step, half / 2, "Hz"),
        checks.resolved("linewidth", width, 4.0),
        checks.resolved("height of the line", found["height"], 8.0),
        # at the lowest power of the map nothing tells whether the drive still broadens the line
        checks.within("amplitude over the lowest", amplitude / lowest, 1.5, np.inf, severity=Verdict.REVIEW),
        checks.within(
            "line at other powers",
            float(np.median(np.abs(rows))),
            0.0,
            width.value + step,
            "Hz",
            severity=Verdict.REVIEW,
        ),
        checks.within(
            "error of the frequency", found["offset"].stderr or np.inf, 0.0, 0.3e6, "Hz", severity=Verdict.REVIEW
        ),
        checks.within(
            "reduced chi2", analysis.reduced_chi2 or np.nan, 0.15, 12.0, "", Verdict.REVIEW, CheckCode.MISFIT
        ),
    ]


EXPERIMENT = Experiment(
    name="qubit_power_map",
    title="Qubit spectroscopy over power",
    measures="the qubit's frequency at the lowest power that shows it, and how the drive broadens the line",
    family="power_frequency_map",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("span", "Hz", 1e6, 600e6, "width of the frequency sweep, centred on the drive frequency", 40e6),
        sweep.points(41),
        Parameter("rows", "", 5, 41, "number of powers, evenly spread in dB", 11, integer=True, shared=True),
        Parameter("power_range", "dB", 6.0, 60.0, "from the lowest power to the highest", 40.0),
        Parameter(
            "max_amplitude",
            "",
            1e-3,
            1.0,
            "drive amplitude of the highest power; by default eight times pi",
            drives="x_amplitude",
        ),
        sweep.shots(400),
    ),
    needs=(),
    calibrates=("drive_frequency",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=7 * 24.0,
)
