"""Energy relaxation (T1 of Qiskit Experiments): excite, wait, look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.decay_checks import decay_checks
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.curve_models import DECAY
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.processing import axis_of, excitation
from reson.tools.experiments.fits.starts import decay_start

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

US = 1e-6


def _defaults(values: Values) -> dict[str, float]:
    return {"max_delay": float(np.clip(4 * values.get("t1", 75e-6), 1e-6, 2e-3))}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """As ``T1`` of Qiskit Experiments: X, delay."""
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    waits, x = Waits(device.backend), XGate()
    experiments = {}
    for qubit, values in arguments.items():
        delays = [waits.of(delay) for delay in sweep.delays(values["max_delay"], int(values["points"])).tolist()]
        experiments[qubit] = Sequences(qubit, [({"xval": length}, [x, delay]) for delay, length in delays])
    return acquisition.acquire("t1", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    points = [points_of(raw, DECAY, US, excitation(raw, begins=1)) for raw in data]
    results = fit_many(DECAY, points, [decay_start(one.x, one.y) for one in points], US)
    return [_analysis(raw, result) for raw, result in zip(data, results, strict=True)]


def _analysis(raw: RawData, result: Fit) -> Analysis:
    quantities = {}
    if result.error is None:
        t1 = result.scaled("tau", US, "s")
        quantities = {"t1": t1, "contrast": result["amp"], "floor": result["base"]}
    return Analysis(
        experiment="t1",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Delay", unit="s"),
        y_axis=axis_of(raw),
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    return decay_checks(analysis, "t1", parameters, history, contrast=(0.6, 1.1))


EXPERIMENT = Experiment(
    name="t1",
    title="Energy relaxation (T1)",
    measures="the time in which the excited state relaxes",
    family="t1",
    decay_from=1,
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 0.5e-6, 5e-3, "longest delay; four times the known T1, or 300 us"),
        sweep.points(31),
        sweep.shots(1000),
    ),
    needs=("x_amplitude", "readout_threshold"),
    calibrates=("t1",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=24.0,
)
