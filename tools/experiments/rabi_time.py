"""Rabi oscillation over the length of the drive, at a fixed amplitude: how fast a drive of full scale would turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.devices.envelope import area
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.model_average import average, likeliest
from reson.tools.experiments.fits.oscillation_models import DAMPED_RABI, DAMPED_RABI_WITH_A_LEAD, damped_rabi_start
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

US = 1e-6
SHORTEST = 8e-9
HALF_TURN = 40e-9
"""Seconds in which the default amplitude turns by pi: so fast that a detuning of 2 MHz lengthens the rate by 1 %."""
SHAPE = area(1.0)
"""Area of the envelope over that of a rectangle: the mean rate of a pulse over its peak rate, whatever its length."""
THIRD_LEVEL = 0.24
"""The third level slows the oscillation by this times (frequency / anharmonicity)^2, relative: see ``rabi``."""
SYSTEMATIC = 0.0006
"""Relative error that a drive slightly off resonance adds, and what is left of the third level."""


def _defaults(values: Values) -> dict[str, float]:
    """An amplitude that turns by pi in ``HALF_TURN``, so that the window holds two and a half periods."""
    return {"amplitude": float(np.clip(values["x_amplitude"] * values["pulse_duration"] / HALF_TURN, 1e-4, 1.0))}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_duration"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    experiments, grid = {}, Waits(device.backend)
    for qubit, values in arguments.items():
        asked = np.linspace(SHORTEST, values["max_duration"], int(values["points"])).tolist()
        lengths = [grid.of(length)[1] for length in asked]
        experiments[qubit] = Sequences(
            qubit, [({"xval": length}, [DriveGate(values["amplitude"], 0.0, 0.0, length)]) for length in lengths]
        )
    return acquisition.acquire("rabi_time", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    points = points_of(raw, DAMPED_RABI, US)
    start = damped_rabi_start(points.x, points.y)
    (plain,) = fit_many(DAMPED_RABI, [points], [start], US)
    (led,) = fit_many(DAMPED_RABI_WITH_A_LEAD, [points], [start | {"lead": 0.0}], US)
    fits = [plain] if led.error else [plain, led]
    result = likeliest(fits)
    return Analysis(
        experiment="rabi_time",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Length of the drive", unit="s"),
        y_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities={} if result.error else _quantities(result, fits, raw),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(result: Fit, fits: Sequence[Fit], raw: RawData) -> dict[str, Quantity]:
    """From the mean rate of the pulses at this amplitude to the peak rate at full scale."""
    oscillation = average(fits, lambda one: one.scaled("freq", 1 / US, "Hz"))
    slowing = THIRD_LEVEL * (oscillation.value / raw.controls["anharmonicity"]) ** 2
    scale = (1 + slowing) / (SHAPE * raw.parameters["amplitude"])
    stderr = oscillation.stderr
    if stderr is not None:
        stderr = float(scale * np.hypot(stderr, SYSTEMATIC * oscillation.value))
    window = raw.parameters["max_duration"]
    return {
        "rabi_rate": Quantity(value=oscillation.value * scale, stderr=stderr, unit="Hz"),
        "oscillation": oscillation,
        "periods": Quantity(
            value=oscillation.value * window, stderr=oscillation.stderr and oscillation.stderr * window
        ),
        "contrast": Quantity(value=abs(result["amp"].value), stderr=result["amp"].stderr),
        "damping": result.scaled("rate", 1 / US, "1/s"),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "rabi_rate", "periods", "contrast", "damping")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found, points, window = analysis.quantities, parameters["points"], parameters["max_duration"]
    lost = found["damping"].value * window
    return [
        fitted,
        checks.signal(analysis.series[0]),
        checks.within("periods in the window", found["periods"].value, 0.5, min(10.0, (points - 1) / 4)),
        checks.resolved("oscillation amplitude", found["contrast"], 8.0),
        checks.resolved("oscillation frequency", found["periods"], 10.0),
        checks.precise("rabi_rate", found["rabi_rate"], 0.03),
        checks.within("decay times in the window", lost, -1.0, float(np.log(2)), severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=4, tolerance=0.04),
        checks.one_curve(analysis, tolerance=0.04),
        checks.history("rabi_rate", found["rabi_rate"], history, natural=0.03),
    ]


EXPERIMENT = Experiment(
    name="rabi_time",
    title="Rabi over time",
    measures="the rate at which the drive turns the qubit, from the oscillation over the length of the drive",
    family="rabi",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_duration", "s", 40e-9, 20e-6, "longest drive of the sweep", 200e-9),
        Parameter(
            "amplitude",
            "",
            1e-4,
            1.0,
            "drive amplitude; by default one that turns by pi in 40 ns",
            drives="x_amplitude",
        ),
        sweep.points(51),
        sweep.shots(500),
    ),
    needs=("drive_frequency",),
    calibrates=("rabi_rate",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure="Rabi oscillation over time",
    check=check,
    valid_hours=48.0,
    two_states=True,
)
