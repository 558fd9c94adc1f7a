"""Rabi oscillation over the drive amplitude: one pulse of the X gate's length, its amplitude swept from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.curve_models import RABI
from reson.tools.experiments.fits.rabi_turning import HALF, QUARTER, Turning, extremum, turnings
from reson.tools.experiments.turn_checks import MAX_AMPLITUDE, turn_checks
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

THIRD_LEVEL = 0.06
"""By how much the third level slows a pi pulse: this over (anharmonicity * duration)^2, relative; 0.6e-3 for 32 ns.

Found by propagating a transmon: 0.054 without DRAG, 0.067 with the best coefficient, whatever duration and
anharmonicity."""
SYSTEMATIC = 0.0004
"""Relative error that a detuning left by spectroscopy adds; of a short pulse more, by ``UNSURE`` times the slowing."""
UNSURE = 1.1


def _defaults(values: Values) -> dict[str, float]:
    """Up to 2.8 times the present X amplitude: 1.4 periods where it is right, and one where it is 40 % too small."""
    return {"max_amplitude": min(1.0, 2.8 * values["x_amplitude"])}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments = {}
    for qubit, values in arguments.items():
        controls = device.controls()[Qubit(qubit)]
        amplitudes = sweep.uneven(values["max_amplitude"], int(values["points"]))
        beta, length = controls["drag_beta"], controls["pulse_duration"]
        experiments[qubit] = Sequences(
            qubit, [({"xval": float(a)}, [DriveGate(float(a), beta, 0.0, length)]) for a in amplitudes]
        )
    return acquisition.acquire("rabi", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    found = turnings([points_of(raw, RABI) for raw in data], [slowing_of(raw) for raw in data])
    return [_analysis(raw, turning) for raw, turning in zip(data, found, strict=True)]


def slowing_of(raw: RawData) -> float:
    """By how much the third level slows a pi pulse, relative."""
    return THIRD_LEVEL / (raw.controls["anharmonicity"] * raw.controls["pulse_duration"]) ** 2


def _analysis(raw: RawData, turning: Turning) -> Analysis:
    result = turning.best
    return Analysis(
        experiment="rabi",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Drive amplitude (full scale)", unit=""),
        y_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities={} if result.error else _quantities(turning, raw.parameters["max_amplitude"], slowing_of(raw)),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(turning: Turning, max_amplitude: float, slowing: float) -> dict[str, Quantity]:
    """The amplitudes that turn by pi and by half of it, from the mean over what may have bent the curve."""
    x, sx = turning.amplitude(HALF), turning.amplitude(QUARTER)
    seen = extremum(turning.best.series[0], x.value)
    systematic = max(SYSTEMATIC, UNSURE * slowing)
    periods = max_amplitude / max(2 * x.value, 1e-9)
    relative = None if x.stderr is None else float(np.hypot(x.stderr / max(x.value, 1e-9), systematic))
    return {
        "x_amplitude": x.model_copy(update={"stderr": relative and relative * x.value}),
        "sx_amplitude": sx.model_copy(
            update={"stderr": None if sx.stderr is None else float(np.hypot(sx.stderr, systematic * sx.value))}
        ),
        "periods": Quantity(value=periods, stderr=relative and periods * relative),
        "contrast": Quantity(value=abs(turning.best["amp"].value), stderr=turning.best["amp"].stderr),
        "compression": turning.bent,
    } | ({} if seen is None else {"extremum": seen})


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "x_amplitude", "sx_amplitude", "periods", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    return [fitted, *turn_checks(analysis, "x_amplitude", parameters, history)]


EXPERIMENT = Experiment(
    name="rabi",
    title="Rabi",
    measures="the drive amplitude that turns the qubit by pi, from the oscillation over the amplitude",
    family="rabi",
    effect=Effect.MEASURES,
    parameters=(
        MAX_AMPLITUDE,
        sweep.points(51),
        sweep.shots(500),
    ),
    needs=("drive_frequency",),
    calibrates=("x_amplitude", "sx_amplitude"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure="Rabi oscillation",
    check=check,
    analyse_many=analyse_many,
    valid_hours=48.0,
    two_states=True,
)
