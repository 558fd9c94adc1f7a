"""T1 measured over and over: how much it fluctuates, and whether it jumps between two values.

Defects that come into resonance with the qubit make T1 jump within minutes and drift within hours (Klimov et al., PRL
121, 090502 (2018); Burnett et al., npj Quantum Inf. 5, 54 (2019)). Each repetition takes five delays only: height and
floor of the decay are those of all repetitions together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.curve_models import DECAY, REMEMBERED_DECAY
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.memory import relaxed, told_to_remember
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.fits.starts import decay_start
from reson.tools.experiments.heights import highest_floor, least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

US = 1e-6
SHARES = np.array([0.005, 0.08, 0.22, 0.48, 1.0])
"""Delays in units of the longest: close enough together for a T1 that has fallen to a tenth."""
ROUNDS, TURNS = 12, 8
RANGE = (0.02, 20.0)
"""Single values are looked for within these multiples of the mean decay's T1."""
NEAR_ZERO = 0.8
"""Where a standard deviation is not told from zero, it is about this times the root of the error of its square."""
MEDIAN = float(np.sqrt(np.pi / 2))
"""Standard error of a median over that of a mean, of normal values."""


def _defaults(values: Values) -> dict[str, float]:
    return {"max_delay": float(np.clip(2.5 * values.get("t1", 75e-6), 1e-6, 2e-3))}


def _device_seconds(parameters: Values, device: Device) -> float:
    mean = float(SHARES.mean()) * parameters["max_delay"]
    return sweep.device_seconds(len(SHARES) * parameters["repeats"], parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    experiments, flip, grid, told = {}, XGate(), Waits(device.backend), sweep.between_shots(device)
    for qubit, values in arguments.items():
        waits = [grid.of(float(share * values["max_delay"])) for share in SHARES]
        experiments[qubit] = Sequences(
            qubit,
            [
                ({"xval": seconds, "repeat": repeat, **told}, [flip, wait])
                for repeat in range(int(values["repeats"]))
                for wait, seconds in waits
            ],
        )
    return acquisition.acquire("t1_over_time", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    points = points_of(raw, DECAY, US)
    rest = raw.circuits[0]["rest"] if told_to_remember(raw) else np.inf
    model = REMEMBERED_DECAY if np.isfinite(rest) else DECAY
    mean = fit_many(model, [points], [decay_start(points.x, points.y)], US, constants=[{"rest": rest / US}])[0]
    trace, quantities, error = (), {}, mean.error
    if error is None:
        t1, height, floor = mean.scaled("tau", US, "s"), mean["amp"], mean["base"]
        time, values, errors = _single_values(raw, rest, t1.value, height.value, floor.value)
        found = _statistics(values, errors, t1.stderr or 0.0)
        line = np.array([time[0], time[-1]]), np.full(2, found["t1"].value)
        trace = (series("T1", time, values, errors, *line),)
        quantities = found | {"mean_decay": t1, "contrast": height, "floor": floor}
    return Analysis(
        experiment="t1_over_time",
        component=raw.component,
        series=trace or mean.series,
        x_axis=Axis(label="Time since the start", unit="s") if trace else Axis(label="Delay", unit="s"),
        y_axis=Axis(label="T1", unit="s") if trace else P1,
        quantities=quantities,
        reduced_chi2=mean.reduced_chi2,
        error=error,
    )


def _single_values(
    raw: RawData, rest: float, t1: float, height: float, floor: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time in s, T1 in s and its standard error of each repetition, all of shape (repeats,).

    ``rest`` is the time between shots that remember each other, in s; infinite where they do not.

    Decay times with height and floor given, then height and floor with the decay times given, in turn: the mean decay,
    where they start from, is no exponential where T1 jumps.
    """
    value, error = (part.reshape(-1, len(SHARES)) for part in measured(raw))
    delay = np.array([meta["xval"] for meta in raw.circuits]).reshape(-1, len(SHARES))
    logarithm, curvature = _coarse(delay, value, error, rest, t1, height, floor), np.ones(len(value))
    for _ in range(TURNS):
        logarithm, curvature = _decay_times(delay, value, error, rest, logarithm, t1, height, floor)
        shape = _shape(delay, rest, np.exp(logarithm)[:, None])[0].ravel()
        basis = np.stack([shape, np.ones_like(shape)], axis=1) / error.ravel()[:, None]
        height, floor = np.linalg.lstsq(basis, (value / error).ravel(), rcond=None)[0]
    found, number = np.exp(logarithm), len(logarithm)
    time = (np.arange(number) + 0.5) * (raw.ended - raw.started) / number
    return time, found, found / np.sqrt(np.maximum(curvature, 1e-3))


def _decay_times(
    delay: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    rest: float,
    logarithm: np.ndarray,
    t1: float,
    height: float,
    floor: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of each repetition's decay time and the curvature of chi2 / 2 in it, by Gauss-Newton steps."""
    lowest, highest = np.log(t1 * RANGE[0]), np.log(t1 * RANGE[1])
    curvature = np.ones_like(logarithm)
    for _ in range(ROUNDS):
        model, slope = (height * part for part in _shape(delay, rest, np.exp(logarithm)[:, None]))
        slope = slope / error
        curvature = np.sum(slope**2, axis=1)
        step = np.sum(slope * (value - floor - model) / error, axis=1) / np.maximum(curvature, 1e-12)
        logarithm = np.clip(logarithm + np.clip(step, -0.5, 0.5), lowest, highest)
    return logarithm, curvature


def _shape(delay: np.ndarray, rest: float, t1: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is left of 1 after a delay, from 1 to 0, and how it changes with the logarithm of T1; as they broadcast."""
    left, kept = np.exp(-delay / t1), np.exp(-rest / t1)
    moved = left * delay / t1 - left**2 * kept * (min(rest, 1e3) / t1)
    return relaxed(left, kept), moved / (1 + kept * left) ** 2


def _coarse(
    delay: np.ndarray, value: np.ndarray, error: np.ndarray, rest: float, t1: float, height: float, floor: float
) -> np.ndarray:
    """Logarithm of the best decay time of a grid for each repetition."""
    grid = np.log(t1) + np.linspace(np.log(RANGE[0]), np.log(RANGE[1]), 60)
    model = floor + height * _shape(delay[None], rest, np.exp(grid)[:, None, None])[0]
    return grid[np.argmin(np.sum(((value - model) / error) ** 2, axis=2), axis=0)]


def _statistics(values: np.ndarray, errors: np.ndarray, common: float) -> dict[str, Quantity]:
    """Median, and standard deviation over the median with the errors of the single values taken off.

    ``common`` is the error, in s, that all values share through the height and floor of the decay.
    """
    number, middle = len(values), float(np.median(values))
    spread = float(values.std(ddof=1))
    wander = float(np.sqrt(max(spread**2 - np.mean(errors**2), 0.0))) / middle
    # a variance of n values is known to sqrt(2 / n); close to zero the root of its error is what could be hidden
    uncertain = spread**2 * np.sqrt(2 / number) / middle**2
    return {
        "t1": Quantity(value=middle, stderr=float(np.hypot(MEDIAN * spread / np.sqrt(number), common)), unit="s"),
        "t1_fluctuation": Quantity(
            value=wander, stderr=float(uncertain / 2 / max(wander, NEAR_ZERO * np.sqrt(uncertain)))
        ),
        "single_error": Quantity(value=float(np.median(errors)) / middle),
    }


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.curves import draw_curves
    from reson.tools.figures.traces import draw_wandering

    if analysis.error is not None:
        return draw_curves(analysis, "T1 over time")
    return draw_wandering(analysis, "T1 over time")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "t1", "t1_fluctuation", "contrast", "floor")
    if not fitted.passed:
        return [fitted]
    found, window = analysis.quantities, parameters["max_delay"]
    t1, low = found["t1"], least_height(0.6, 1.0, history)
    values = np.array(analysis.series[0].y) / found["mean_decay"].value
    lost = float(np.mean((values < 1.5 * RANGE[0]) | (values > 0.7 * RANGE[1])))
    return [
        fitted,
        checks.within("t1", t1.value, 1e-7, 1e-2, "s"),
        checks.within("t1 over the longest delay", t1.value / window, 0.06, 1.5),
        checks.within("t1 over the longest delay", t1.value / window, 0.1, 1.0, severity=Verdict.REVIEW),
        checks.within("height of the decay", found["contrast"].value, low / 2, 1.2),
        checks.within("height of the decay", found["contrast"].value, low, 1.1, severity=Verdict.REVIEW),
        checks.within("floor of the decay", found["floor"].value, -0.05, highest_floor(0.3, history)),
        checks.resolved("height of the decay", found["contrast"], 8.0),
        checks.resolved("mean decay time", found["mean_decay"], 5.0),
        checks.within("error of a single T1", found["single_error"].value, 0.0, 0.3, severity=Verdict.REVIEW),
        checks.within("share of repetitions without a decay", lost, 0.0, 0.05),
        checks.precise("t1", t1, 0.1),
        checks.history("t1", t1, history, natural=0.25),
    ]


EXPERIMENT = Experiment(
    name="t1_over_time",
    title="T1 over time",
    measures="how much T1 fluctuates within minutes to hours, and its median",
    family="t1_over_time",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 0.5e-6, 5e-3, "longest delay; two and a half times the known T1"),
        Parameter("repeats", "", 20, 5000, "number of T1 measurements", 100.0, integer=True, shared=True),
        sweep.shots(1000),
    ),
    needs=("x_amplitude", "readout_threshold", "t1"),
    calibrates=("t1", "t1_fluctuation"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=24.0,
)
