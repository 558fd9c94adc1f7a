"""Rabi without pulse access: the angle of a fractional RX gate is swept, and how far it turns too much is measured.

A device that makes RX(theta) by scaling one calibrated pulse has an angle scale, as a pulse has an amplitude. Each
angle is played several times in a row, which multiplies what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.curve_models import CurveModel, Parameters
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "rx_sweep"
GATE = "rx"
SMALLEST = 1e-3
"""Smallest angle that is played, rad: none at all would be no gate."""
SCALES = np.linspace(0.3, 1.7, 281)


def _oscillation(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    return p["base"] - p["amp"] * np.cos(p["scale"] * p["times"] * x)


MODEL = CurveModel(("amp", "scale", "base"), _oscillation, {"data": "oscillation"}, constants=("times",))
"""base - amp * cos(scale * times * angle): a qubit that starts in 0 and is turned ``times`` times."""


def _start(x: np.ndarray, y: np.ndarray, times: float) -> dict[str, float]:
    """The best of a grid of scales, with height and base by least squares."""
    best: dict[str, float] = {}
    least = np.inf
    for scale in SCALES:
        columns = np.column_stack([np.ones_like(x), -np.cos(scale * times * x)])
        (base, amp), *_ = np.linalg.lstsq(columns, y, rcond=None)
        misfit = float(np.sum((y - columns @ (base, amp)) ** 2))
        if misfit < least:
            least, best = misfit, {"amp": float(amp), "scale": float(scale), "base": float(base)}
    return best


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _device_seconds(parameters: Values, device: Device) -> float:
    mean = parameters["repetitions"] * sweep.pulse_length(device)
    return sweep.device_seconds(parameters["points"], parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import RXGate

    from reson.tools.experiments.circuits.sequences import Sequences

    experiments = {}
    for qubit, values in arguments.items():
        angles = np.maximum(sweep.uneven(values["max_angle"], int(values["points"])), SMALLEST)
        times = int(values["repetitions"])
        experiments[qubit] = Sequences(
            qubit, [({"xval": float(angle)}, [RXGate(float(angle))] * times) for angle in angles]
        )
    return acquisition.acquire(NAME, device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    points, times = points_of(raw, MODEL), raw.parameters["repetitions"]
    (result,) = fit_many(MODEL, [points], [_start(points.x, points.y, times)], constants=[{"times": times}])
    return Analysis(
        experiment=NAME,
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Angle of each RX", unit="rad"),
        y_axis=P1,
        quantities={} if result.error else _quantities(result, raw.parameters),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(result: Fit, parameters: Values) -> dict[str, Quantity]:
    scale = result["scale"]
    turns = parameters["max_angle"] * parameters["repetitions"] / (2 * np.pi)
    return {
        "angle_scale_error": Quantity(value=scale.value - 1, stderr=scale.stderr),
        "periods": Quantity(value=turns * scale.value, stderr=scale.stderr and turns * scale.stderr),
        "contrast": result["amp"],
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "angle_scale_error", "periods", "contrast")
    signal = checks.signal(analysis.series[0])
    if not fitted.passed:
        return [fitted, signal]
    found, points = analysis.quantities, parameters["points"]
    error = found["angle_scale_error"]
    # where the last angle has slipped by half a turn, the nearest oscillation is another one
    slipped = 0.5 / (parameters["max_angle"] * parameters["repetitions"] / (2 * np.pi))
    return [
        fitted,
        signal,
        checks.within("periods in the sweep", found["periods"].value, 0.25, min(10.0, (points - 1) / 4)),
        checks.within("angle_scale_error", error.value, -min(slipped, 0.5), min(slipped, 0.5)),
        checks.within("amplitude", found["contrast"].value, least_height(0.2, 0.5, history), 0.55),
        checks.resolved("amplitude", found["contrast"], 10.0),
        checks.narrow("angle_scale_error", error, 0.01),
        checks.goodness(analysis, parameters=3, tolerance=0.03),
        checks.history("angle_scale_error", error, history, natural=0.005, relative=False),
    ]


EXPERIMENT = Experiment(
    name=NAME,
    title="RX angle",
    measures="by how much a fractional RX gate turns too far, relative to its angle",
    family="rx_sweep",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_angle", "rad", 0.1, np.pi, "largest angle of the sweep", np.pi),
        Parameter(
            "repetitions", "", 2, 15, "RX gates in a row, each of the same angle", 3.0, integer=True, shared=True
        ),
        sweep.points(41),
        sweep.shots(500),
    ),
    needs=("x_amplitude", "readout_threshold"),
    calibrates=("angle_scale_error",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure="Sweep of the RX angle",
    check=check,
    valid_hours=24.0,
    gates=(GATE,),
)
