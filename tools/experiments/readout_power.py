"""Readout power: single shots of 0 and 1 at growing amplitudes of the readout tone, and the best of them.

A stronger tone moves the clouds apart until it stirs the qubit, saturates the amplifier or drives the resonator out of
its dispersive regime; the fidelity rises, and falls again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.clouds import Discrimination, discriminate
from reson.tools.experiments.fits.fitting import Fit, fit, series
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

DOWN, UP = 0.4, 3.0
"""Default range, in units of the present amplitude."""
LEAST = 0.65
"""Fidelity at the maximum below which there is no readout to speak of."""
FAR = 1.8
"""Times the best amplitude from which points are left out of the fit: the curve is good near its maximum."""
FLAT = 0.015
"""Relative systematic error of the best amplitude: so near to it, the fidelity changes by less than 0.01 %."""


def _defaults(values: Values) -> dict[str, float]:
    amplitude = values["readout_amplitude"]
    return {"min_amplitude": max(1e-4, DOWN * amplitude), "max_amplitude": min(1.0, UP * amplitude)}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(2 * parameters["points"], parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.devices.readout_tone import ReadoutToneGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments = {}
    for qubit, values in arguments.items():
        amplitudes = np.geomspace(values["min_amplitude"], values["max_amplitude"], int(values["points"]))
        experiments[qubit] = Sequences(
            qubit,
            [
                ({"xval": float(a), "series": f"prepared {n}"}, [*[XGate()] * n, ReadoutToneGate(0.0, float(a))])
                for a in amplitudes
                for n in (0, 1)
            ],
        )
    return acquisition.acquire("readout_power", device, arguments, experiments, acquisition.SINGLE_SHOT_IQ)


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.fidelity_curve import FidelityAnalysis

    amplitudes = np.array([metadata["xval"] for metadata in raw.circuits[::2]])
    found = [discriminate(pair.astype(complex)) for pair in raw.arrays["iq"].reshape(len(amplitudes), 2, -1)]
    values, errors = (np.array([getattr(one, name) for one in found]) for name in ("fidelity", "fidelity_err"))
    near = amplitudes <= FAR * amplitudes[np.argmax(values)]
    # one value for each pair of circuits
    pairs = replace(raw, circuits=[{"xval": float(amplitude)} for amplitude in amplitudes[near]], arrays={})
    result = fit(FidelityAnalysis(_per_amplitude(amplitudes, found)), pairs, data=(values[near], errors[near]))
    beyond = (series("stronger", amplitudes[~near], values[~near], errors[~near]),) if not near.all() else ()
    return Analysis(
        experiment="readout_power",
        component=raw.component,
        series=(*result.series, *beyond),
        x_axis=Axis(label="Readout amplitude (full scale)", unit=""),
        y_axis=Axis(label="Assignment fidelity", unit=""),
        quantities={} if result.error else _quantities(result, values, errors),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(result: Fit, values: np.ndarray, errors: np.ndarray) -> dict[str, Quantity]:
    best = result["best"]
    stderr = None if best.stderr is None else float(np.hypot(best.stderr, FLAT * best.value))
    return {
        "readout_amplitude": Quantity(value=best.value, stderr=stderr),
        "fidelity": Quantity(value=max(result.series[0].fit_y), stderr=float(errors[np.argmax(values)])),
    }


def _per_amplitude(amplitudes: np.ndarray, found: list[Discrimination]) -> float:
    """Separation of the clouds in sigma per unit of amplitude, from the weaker half of the sweep."""
    weaker = slice(0, max(3, len(found) // 2))
    return float(np.median(np.array([one.separation for one in found[weaker]]) / amplitudes[weaker]))


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "readout_amplitude", "fidelity")
    curve = analysis.series[0]
    if not fitted.passed:
        return [fitted, checks.signal(curve)]
    found = analysis.quantities
    low, high = np.log(parameters["min_amplitude"]), np.log(parameters["max_amplitude"])
    ends = np.array([curve.y[0], analysis.series[-1].y[-1]])
    risen = max(curve.y) - ends
    noise = float(np.median(curve.y_err))
    return [
        fitted,
        checks.signal(curve),
        checks.inside_sweep("best amplitude (log)", float(np.log(found["readout_amplitude"].value)), low, high, 0.08),
        checks.within("fidelity", found["fidelity"].value, LEAST, 1.0),
        # both flanks are seen: the best is a maximum, not where the sweep ends
        checks.within("rise over noise", float(risen[0]) / noise, 4.0, np.inf),
        checks.within("fall over noise", float(risen[1]) / noise, 4.0, np.inf),
        checks.precise("readout_amplitude", found["readout_amplitude"], 0.15),
        checks.goodness(analysis, parameters=4, tolerance=0.05),
    ]


EXPERIMENT = Experiment(
    name="readout_power",
    title="Readout power",
    measures="the readout amplitude at which 0 and 1 are told apart best in single shots",
    family="readout_power",
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "min_amplitude",
            "",
            1e-4,
            1.0,
            "smallest readout amplitude; the sweep is even in its logarithm",
            drives="readout_amplitude",
        ),
        Parameter("max_amplitude", "", 1e-4, 1.0, "largest readout amplitude", drives="readout_amplitude"),
        sweep.points(17),
        sweep.shots(1500),
    ),
    needs=("drive_frequency", "x_amplitude", "readout_frequency"),
    calibrates=("readout_amplitude",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
)
