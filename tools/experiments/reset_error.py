"""Reset: how much of a 1 is left after it, beyond the thermal population.

Prepared 0 and 1, each after none to three resets. What is left is told from thermal population and readout errors by
the difference to a prepared 0, in units of that between prepared 1 and prepared 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

RESETS = (0, 1, 2)
LONGEST = 1e-6
"""Seconds that a reset may take."""
MOST_ERROR = 0.003
"""Standard error up to which the value is of use: thermal populations are a few times this."""


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(2 * len(RESETS), parameters["shots"], LONGEST, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit import Reset
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences

    preparations = [
        ({"xval": n, "series": f"prepared {state}"}, [*[XGate()] * state, *[Reset()] * n])
        for n in RESETS
        for state in (0, 1)
    ]
    experiments = {qubit: Sequences(qubit, preparations) for qubit in arguments}
    return acquisition.acquire("reset_error", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    p1, error = (part.reshape(len(RESETS), 2) for part in measured(raw))
    contrast = float(p1[0, 1] - p1[0, 0])
    parts = tuple(series(f"prepared {state}", np.array(RESETS), p1[:, state], error[:, state]) for state in (0, 1))
    problem = None if contrast > 0.1 else "prepared 0 and 1 look the same"
    return Analysis(
        experiment="reset_error",
        component=raw.component,
        series=parts,
        x_axis=Axis(label="Resets", unit=""),
        y_axis=P1,
        quantities={} if problem else _quantities(p1, error, contrast),
        error=problem,
    )


def _quantities(p1: np.ndarray, error: np.ndarray, contrast: float) -> dict[str, Quantity]:
    """From P(1) and its error, both (resets, prepared state)."""

    def left(resets: int, state: int) -> Quantity:
        value = float((p1[resets, state] - p1[0, 0]) / contrast)
        slopes = error[resets, state], (1 - value) * error[0, 0], value * error[0, 1]
        return Quantity(value=value, stderr=float(np.linalg.norm(slopes) / contrast))

    return {
        "reset_error": left(1, 1),
        "reset_error_from_0": left(1, 0),
        "reset_error_twice": left(2, 1),
        "contrast": Quantity(value=contrast, stderr=float(np.hypot(*error[0]))),
    }


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.curves import draw_curves

    figure = draw_curves(analysis, "Reset")
    # what is left is a per cent or so: on a linear scale it could not be told from nothing
    axes = figure.axes[0]
    axes.set_yscale("log")
    lowest = min(y for part in analysis.series for y in (*part.y, *part.y_err) if y > 0)
    axes.set_ylim(min(1e-3, lowest / 2), 1.2)
    return figure


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "reset_error", "contrast")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    error, contrast, low = found["reset_error"], found["contrast"], least_height(0.6, 1.0, history)
    spread = 4 * (error.stderr or 0.0)
    return [
        fitted,
        checks.within("contrast of prepared 0 and 1", contrast.value, low / 2, 1.0),
        checks.within("contrast of prepared 0 and 1", contrast.value, low, 1.0, severity=Verdict.REVIEW),
        checks.resolved("contrast", contrast, 20.0),
        checks.within("reset_error", error.value, -spread, 1.0),
        # a reset that leaves a fifth is none; then the value may be right, and someone should look
        checks.within("reset_error", error.value, -spread, 0.2, severity=Verdict.REVIEW),
        checks.narrow("reset_error", error, MOST_ERROR, severity=Verdict.REVIEW),
        checks.history("reset_error", error, history, natural=0.005, relative=False),
    ]


EXPERIMENT = Experiment(
    name="reset_error",
    title="Reset",
    measures="the population of 1 that a reset leaves of a prepared 1, beyond the thermal population",
    family="reset_error",
    effect=Effect.MEASURES,
    parameters=(sweep.shots(20_000),),
    needs=("x_amplitude", "readout_threshold"),
    calibrates=("reset_error",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=48.0,
)
