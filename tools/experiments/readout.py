"""Readout discrimination: both basis states prepared, every shot kept in the IQ plane; angle and threshold from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, CheckCode, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.clouds import Discrimination, discriminate, rotated
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.preparation import unprepared_and_fidelity
from reson.tools.experiments.fits.processing import CLIPPED, at_limit, thinned
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

BINS = 61
DRAWN = 800
"""Shots of each preparation that the figure shows."""


UNPREPARED = 0.03
"""Share of failed preparations from which the X pulse, not the readout, wants calibrating: a tenth of a turn is off."""
MOST_UNPREPARED = 0.4
"""Share from which the readout itself is in doubt, whatever the pulse; memory leaves less than half."""


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(2, parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences

    preparations = [({"xval": n, "series": f"prepared {n}"}, [XGate()] * n) for n in (0, 1)]
    experiments = {qubit: Sequences(qubit, preparations) for qubit in arguments}
    return acquisition.acquire("readout", device, arguments, experiments, acquisition.SINGLE_SHOT_IQ)


def analyse(raw: RawData) -> Analysis:
    iq = raw.arrays["iq"].astype(complex)
    found = discriminate(iq)
    return Analysis(
        experiment="readout",
        component=raw.component,
        series=_histograms(iq, found),
        x_axis=Axis(label="Rotated readout signal (arb. units)", unit=""),
        y_axis=Axis(label="Fraction of shots per bin", unit=""),
        quantities=_quantities(iq, found),
        points={f"prepared {n}": thinned(iq[n], DRAWN) for n in (0, 1)},
    )


def _quantities(iq: np.ndarray, found: Discrimination) -> dict[str, Quantity]:
    shots = found.shots
    p10, p01 = found.errors
    unprepared, fidelity = unprepared_and_fidelity(iq, found)
    return {
        "readout_angle": Quantity(value=found.angle, stderr=found.angle_err, unit="rad"),
        "readout_threshold": Quantity(value=found.threshold, stderr=found.threshold_err),
        "assignment_fidelity": fidelity,
        "fidelity_as_prepared": Quantity(value=found.fidelity, stderr=found.fidelity_err),
        "p1_given_0": Quantity(value=p10, stderr=float(np.sqrt((p10 * shots + 1) / (shots + 2) / shots))),
        "p0_given_1": Quantity(value=p01, stderr=float(np.sqrt((p01 * shots + 1) / (shots + 2) / shots))),
        "decayed": Quantity(value=found.mixture.shares[1][1]),
        "preparation_error": unprepared,
        "clipped": Quantity(value=at_limit(iq)),
        "separation": Quantity(value=found.separation, stderr=float(np.sqrt((2 + found.separation**2 / 4) / shots))),
    }


def _histograms(iq: np.ndarray, found: Discrimination) -> tuple[Series, ...]:
    along = rotated(iq, found.angle)
    edges = np.linspace(along.min(), along.max(), BINS + 1)
    centres, width, shots = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0], iq.shape[1]
    result = []
    for n in (0, 1):
        counts = np.histogram(along[n], edges)[0]
        curve = width * found.mixture.density(centres, n)
        result.append(series(f"prepared {n}", centres, counts / shots, np.sqrt(counts + 1) / shots, centres, curve))
    return tuple(result)


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.clouds import draw_clouds

    return draw_clouds(analysis, "Readout")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "readout_angle", "readout_threshold", "assignment_fidelity", "separation")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    fidelity, as_prepared = found["assignment_fidelity"], found["fidelity_as_prepared"]
    limit = UNPREPARED + 3 * (found["preparation_error"].stderr or 0.0)
    return [
        fitted,
        checks.within("fidelity of what was prepared", as_prepared.value, 0.7, 1.0),
        # a qubit that decays during the readout reads worse, but its angle and threshold are right all the same
        checks.within("assignment fidelity", fidelity.value, 0.8, 1.0, severity=Verdict.REVIEW),
        checks.within("separation of the clouds", found["separation"].value, 1.5, 100.0, "sigma"),
        checks.within(
            "share of 1 that was never prepared",
            found["preparation_error"].value,
            -limit,
            limit,
            severity=Verdict.ACCEPT if _is_no_pulse(found["preparation_error"], history) else Verdict.REVIEW,
            code=CheckCode.NOT_PREPARED,
        ),
        # a cut of what came back is a cut; but separation was lost that a smaller gain keeps
        checks.within(
            "share of shots at the digitiser's limit",
            found["clipped"].value,
            0.0,
            CLIPPED,
            severity=Verdict.ACCEPT,
            code=CheckCode.CLIPPED,
        ),
        checks.resolved(
            "contrast", Quantity(value=2 * as_prepared.value - 1, stderr=2 * (as_prepared.stderr or 0.0)), 20.0
        ),
        checks.history("assignment_fidelity", fidelity, history, natural=0.01, relative=False),
    ]


def _is_no_pulse(unprepared: Quantity, history: Mapping[str, Past]) -> bool:
    """Whether the X pulse was calibrated anew after a readout that had missed as much of 1: then it is not the pulse.

    Where the rest between shots is short against T1, or a reset fails, a pulse finds some of the qubit in 1 and takes
    it to 0: 0.06 to 0.17 of the shots for a T1 of 80 to 190 us and a rest of 250 us. Angle and threshold are right.
    """
    pulse, before = history.get("x_amplitude"), history.get("preparation_error")
    return pulse is not None and before is not None and pulse.age < before.age and unprepared.value < MOST_UNPREPARED


EXPERIMENT = Experiment(
    name="readout",
    title="Readout discrimination",
    measures="how well 0 and 1 are told apart, and the angle and threshold that do it",
    family="readout",
    effect=Effect.MEASURES,
    parameters=(sweep.shots(5000),),
    needs=("drive_frequency", "x_amplitude"),
    calibrates=("readout_angle", "readout_threshold", "assignment_fidelity"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=24.0,
)
