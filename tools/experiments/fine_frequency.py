"""Fine frequency (FineFrequency of Qiskit Experiments): waits of growing length, each turned on by a quarter turn.

The quarter turns keep the points where the signal is steepest, so that a detuning shows at once and with its sign. The
short Ramsey sequences of the witness tell whether the drive is near enough for that: from half a turn in one wait on,
the signal is that of another frequency.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep, witness
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.model_average import likeliest
from reson.tools.experiments.fits.oscillation_models import FINE_FREQUENCY, FINE_FREQUENCY_SLOW, repetitions_start
from reson.tools.experiments.fits.remembering import fit_remembering, memory_of
from reson.tools.experiments.heights import least_height
from reson.tools.experiments.ramsey_xy import WANDER
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

GRAIN = 16e-9
"""Seconds of which a wait is a multiple, so that it is a whole number of samples."""
REPETITIONS = 40
MOST_TURN = 1.0
"""Rad of detuning in one wait: with the quarter turn well below the half turn at which the signal folds back."""
AGREEMENT = 40e3
"""Hz by which the witness, whose pulses and swing are not exact, may differ."""


def _defaults(values: Values) -> dict[str, float]:
    """The longest sequence lasts about T2*."""
    window = values.get("t2_star", 0.8 * values["t1"] if "t1" in values else 40e-6)
    return {"delay": float(np.clip(window / REPETITIONS, 0.1e-6, 10e-6))}


def _step(delay: float) -> float:
    """The wait that is really played, seconds."""
    return max(1, round(delay / GRAIN)) * GRAIN


def _device_seconds(parameters: Values, device: Device) -> float:
    number = parameters["max_repetitions"]
    circuits, mean = number + 1 + len(witness.WAITS), number * parameters["delay"] / 2
    return sweep.device_seconds(circuits, parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.experiments.circuits.witnessed import WitnessedFineFrequency

    sample = device.backend.dt or 1e-9
    experiments = {
        qubit: WitnessedFineFrequency(
            (qubit,),
            round(_step(values["delay"]) / sample),
            device.backend,
            list(range(int(values["max_repetitions"]) + 1)),
        )
        for qubit, values in arguments.items()
    }
    return acquisition.acquire("fine_frequency", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    points = points_of(witness.without(raw), FINE_FREQUENCY)
    start = repetitions_start(points.x, points.y)
    models = FINE_FREQUENCY, FINE_FREQUENCY_SLOW
    result = likeliest([fit_remembering(model, [points], [start], [{}])[0] for model in models])
    quantities = {}
    if result.error is None:
        quantities = _quantities(result, raw)
    return Analysis(
        experiment="fine_frequency",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Number of waits and quarter turns", unit=""),
        y_axis=P1,
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(result: Fit, raw: RawData) -> dict[str, Quantity]:
    """A qubit above the drive runs ahead, which the quarter turns, like an artificial detuning, take away again."""
    turn, per_hertz = result["d_theta"], -2 * np.pi * _step(raw.parameters["delay"])
    stderr = None if turn.stderr is None else float(np.hypot(turn.stderr / abs(per_hertz), WANDER))
    offset = Quantity(value=turn.value / per_hertz, stderr=stderr, unit="Hz")
    found = {
        "offset": offset,
        "turn": turn.model_copy(update={"unit": "rad"}),
        "decay": result["tau"],
        "contrast": result["amp"],
        **witness.detuning(raw, result["base"].value, result["amp"].value, memory_of(result)),
    }
    if "drive_frequency" in raw.controls:  # a device without pulse access lets nobody correct it
        value = raw.controls["drive_frequency"] + offset.value
        found["drive_frequency"] = Quantity(value=value, stderr=stderr, unit="Hz")
    return found


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "offset", "turn", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found, low = analysis.quantities, least_height(0.6, 1.0, history)
    offset, seen = found["offset"], found.get("detuning")
    apart = np.nan if seen is None else abs(seen.value - offset.value)
    allowed = AGREEMENT + 5 * ((seen.stderr if seen is not None else None) or 0.0)
    return [
        fitted,
        checks.signal(analysis.series[0]),
        checks.within("detuning in one wait", abs(found["turn"].value), 0.0, MOST_TURN, "rad"),
        checks.within("detuning against the witness", apart, 0.0, allowed, "Hz"),
        checks.within(
            "decay over the longest sequence", found["decay"].value / parameters["max_repetitions"], 0.15, np.inf
        ),
        checks.within("contrast", found["contrast"].value, low / 2, 1.3),
        checks.within("contrast", found["contrast"].value, low, 1.1, severity=Verdict.REVIEW),
        checks.resolved("contrast", found["contrast"], 8.0),
        checks.narrow("the frequency", offset, 1e3, "Hz", severity=Verdict.REVIEW),
        checks.narrow("the frequency", offset, 20e3, "Hz"),
        checks.goodness(analysis, parameters=5, tolerance=0.02),
    ]


EXPERIMENT = Experiment(
    name="fine_frequency",
    title="Fine frequency",
    measures="the detuning of the drive from the qubit to some hundred hertz, amplified by waiting longer and longer",
    family="fine_frequency",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("delay", "s", 32e-9, 100e-6, "length of one wait; by default the longest sequence lasts about T2*"),
        Parameter(
            "max_repetitions", "", 8, 201, "waits in the longest sequence", REPETITIONS, integer=True, shared=True
        ),
        sweep.shots(1000),
    ),
    needs=("drive_frequency", "sx_amplitude", "readout_threshold"),
    calibrates=("drive_frequency",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=12.0,
)
