"""Rabi oscillation on the 1-2 transition: the qubit prepared in 1, a pulse at f12 of swept amplitude, and X again.

The last X pulse brings what stayed in 1 back to 0, so that the signal is that of 2 against 0.

Beside the line the oscillation is faster, and looks as good as any other. Two more circuits witness that: a pi pulse as
it was known before, as far above f12 as below it, must do the same on either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.curve_models import RABI
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.fits.rabi_turning import HALF, Turning, extremum, turnings
from reson.tools.experiments.turn_checks import MAX_AMPLITUDE, turn_checks
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

OTHER_LEVELS = 0.098
"""By how much levels 0 and 3 slow a pi pulse: this over (anharmonicity * duration)^2, relative; 1.1e-3 for 32 ns.

Found by propagating a transmon: 0.098 to 0.100 for 20 to 48 ns."""
SIDES = "sides"
ASIDE = 0.5
"""How far the witness pulses are off f12, in units of one over the pulse's length: where the line is steepest."""
LOPSIDED = 0.25
"""Difference of the two over the height of the oscillation: that of some 3 MHz, which moves the amplitude by 2 %."""
SYSTEMATIC = 0.001
"""Relative error that a detuning left by spectroscopy adds."""


def known_amplitude(values: Values) -> float:
    """Amplitude of a pi pulse on the 1-2 transition: the calibrated one, else the X pulse's over sqrt(2).

    The matrix element between levels 1 and 2 of an oscillator is sqrt(2) times that between 0 and 1.
    """
    return values.get("ef_amplitude", values["x_amplitude"] / float(np.sqrt(2)))


def _defaults(values: Values) -> dict[str, float]:
    return {"max_amplitude": float(np.clip(2.8 * known_amplitude(values), 0.01, 1.0))}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"] + 2, parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments, flip = {}, XGate()
    for qubit, values in arguments.items():
        controls = device.controls()[Qubit(qubit)]
        transition, length = controls["anharmonicity"], controls["pulse_duration"]
        amplitudes = np.linspace(0.0, values["max_amplitude"], int(values["points"]))
        swept = [({"xval": float(a)}, [flip, DriveGate(float(a), 0.0, transition, length), flip]) for a in amplitudes]
        pi = float(np.clip(known_amplitude(controls), 1e-4, 1.0))
        sides = [
            ({"xval": aside, "series": SIDES}, [flip, DriveGate(pi, 0.0, transition + aside, length), flip])
            for aside in (-ASIDE / length, ASIDE / length)
        ]
        experiments[qubit] = Sequences(qubit, [*swept, *sides])
    return acquisition.acquire("ef_rabi", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    slowing = OTHER_LEVELS / (raw.controls["anharmonicity"] * raw.controls["pulse_duration"]) ** 2
    value, error = measured(raw)
    swept = np.array([meta.get("series") != SIDES for meta in raw.circuits])
    part = replace(raw, circuits=[meta for meta, kept in zip(raw.circuits, swept, strict=True) if kept])
    points = points_of(part, RABI, data=(value[swept], error[swept]))
    (turning,) = turnings([points], [slowing])
    result = turning.best
    quantities = {}
    if not result.error:
        height = 2 * max(abs(result["amp"].value), 1e-12)
        below, above = value[~swept]
        lopsided = Quantity(value=float(above - below) / height, stderr=float(np.hypot(*error[~swept])) / height)
        quantities = _quantities(turning, raw.parameters["max_amplitude"]) | {"lopsided": lopsided}
    return Analysis(
        experiment="ef_rabi",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Drive amplitude at f12 (full scale)", unit=""),
        y_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(turning: Turning, max_amplitude: float) -> dict[str, Quantity]:
    """The amplitude that turns by pi between levels 1 and 2, from the mean over what may have bent the curve."""
    pi = turning.amplitude(HALF)
    stderr = None if pi.stderr is None else float(np.hypot(pi.stderr, SYSTEMATIC * pi.value))
    periods = max_amplitude / max(2 * pi.value, 1e-9)
    seen = extremum(turning.best.series[0], pi.value)
    return {
        "ef_amplitude": pi.model_copy(update={"stderr": stderr}),
        "periods": Quantity(value=periods, stderr=stderr and periods * stderr / max(pi.value, 1e-9)),
        "contrast": Quantity(value=abs(turning.best["amp"].value), stderr=turning.best["amp"].stderr),
        "compression": turning.bent,
    } | ({} if seen is None else {"extremum": seen})


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "ef_amplitude", "periods", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    beside = abs(analysis.quantities["lopsided"].value)
    symmetric = checks.within("difference beside the line", beside, 0.0, LOPSIDED, severity=Verdict.REVIEW)
    return [fitted, *turn_checks(analysis, "ef_amplitude", parameters, history, symmetric)]


EXPERIMENT = Experiment(
    name="ef_rabi",
    title="1-2 Rabi",
    measures="the drive amplitude that turns the 1-2 transition by pi",
    family="rabi",
    effect=Effect.MEASURES,
    parameters=(
        MAX_AMPLITUDE,
        sweep.points(51),
        sweep.shots(500),
    ),
    needs=("drive_frequency", "x_amplitude", "anharmonicity"),
    calibrates=("ef_amplitude",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure="Rabi oscillation of the 1-2 transition",
    check=check,
    valid_hours=48.0,
)
