"""Readout of three states: 0, 1 and 2 prepared, every shot kept in the IQ plane; the assignment matrix from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.memory import unprepared
from reson.tools.experiments.fits.processing import thinned
from reson.tools.experiments.fits.three_clouds import ThreeClouds, all_prepared, discriminate_three
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

DRAWN = 600
"""Shots of each preparation that the figure shows."""
UNPREPARED = 0.06
"""Share of the state below from which a pi pulse, not the readout, wants calibrating: decay and heat leave 2 to 4 %."""
IMPRECISE = 0.05
"""Error of the fidelity from which it tells nothing."""
PAIRS = ((0, 1), (1, 2), (0, 2))


def _defaults(values: Values) -> dict[str, float]:
    return sweep.known_t1(values)


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(3, parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments, told = {}, sweep.between_shots(device)
    for qubit in arguments:
        controls = device.controls()[Qubit(qubit)]
        lift = DriveGate(controls["ef_amplitude"], 0.0, controls["anharmonicity"], controls["pulse_duration"])
        preparations = [[], [XGate()], [XGate(), lift]]
        experiments[qubit] = Sequences(
            qubit, [({"xval": n, "series": f"prepared {n}", **told}, gates) for n, gates in enumerate(preparations)]
        )
    return acquisition.acquire("three_state_readout", device, arguments, experiments, acquisition.SINGLE_SHOT_IQ)


def analyse(raw: RawData) -> Analysis:
    iq = raw.arrays["iq"].astype(complex)
    found = discriminate_three(iq)
    return Analysis(
        experiment="three_state_readout",
        component=raw.component,
        series=tuple(_assignment(found, n) for n in range(3)),
        x_axis=Axis(label="Assigned state", unit=""),
        y_axis=Axis(label="Fraction of shots", unit=""),
        quantities=_quantities(found, [unprepared(raw, level) for level in range(3)]),
        points={f"prepared {n}": thinned(iq[n], DRAWN) for n in range(3)},
    )


def _assignment(found: ThreeClouds, prepared: int) -> Series:
    shares = found.assigned[prepared]
    return Series(
        name=f"prepared {prepared}",
        x=(0.0, 1.0, 2.0),
        y=tuple(float(share) for share in shares),
        y_err=tuple(_binomial(float(share), found.shots) for share in shares),
    )


def _binomial(share: float, shots: int) -> float:
    smoothed = (share * shots + 1) / (shots + 2)
    return float(np.sqrt(smoothed * (1 - smoothed) / shots))


def _quantities(found: ThreeClouds, missed: Sequence[Quantity]) -> dict[str, Quantity]:
    """``missed``: the share of each preparation that memory left in 0, which the fidelity leaves out."""
    matrix = {
        f"p{assigned}_given_{prepared}": Quantity(
            value=float(found.assigned[prepared, assigned]),
            stderr=_binomial(float(found.assigned[prepared, assigned]), found.shots),
        )
        for prepared in range(3)
        for assigned in range(3)
    }
    apart = {
        f"separation_{one}{other}": Quantity(
            value=found.separation(one, other),
            stderr=float(np.sqrt((2 + found.separation(one, other) ** 2 / 4) / found.shots)),
        )
        for one, other in PAIRS
    }
    unprepared = {
        f"unprepared_{n}": Quantity(
            value=float(found.shares[n, n - 1]) - lost, stderr=_binomial(float(found.shares[n, n - 1]), found.shots)
        )
        for n, lost in ((1, missed[1].value), (2, 0.0))
    }
    usual, *moved = (
        all_prepared(found, [one.value + side * (one.stderr or 0.0) for one in missed]) for side in (0, -1, 1)
    )
    by_memory = (moved[1].fidelity - moved[0].fidelity) / 2
    fidelity = Quantity(value=usual.fidelity, stderr=float(np.hypot(usual.fidelity_err, by_memory)))
    return {"three_state_fidelity": fidelity, **apart, **unprepared, **matrix}


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.clouds import draw_assignment

    return draw_assignment(analysis, "Three-state readout")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "three_state_fidelity", *(f"separation_{one}{other}" for one, other in PAIRS))
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    fidelity = found["three_state_fidelity"]
    return [
        fitted,
        *(
            checks.within(
                f"separation of {one} and {other}", found[f"separation_{one}{other}"].value, 1.2, 100.0, "sigma"
            )
            for one, other in PAIRS
        ),
        checks.within("three-state fidelity", fidelity.value, 0.6, 1.0),
        checks.within("three-state fidelity", fidelity.value, 0.75, 1.0, severity=Verdict.REVIEW),
        # shots that remember, and no T1 known
        checks.narrow("three_state_fidelity", fidelity, IMPRECISE, severity=Verdict.REVIEW),
        *(
            checks.within(
                f"share of {n} that is {n - 1}",
                found[f"unprepared_{n}"].value,
                -1.0,
                UNPREPARED + 3 * (found[f"unprepared_{n}"].stderr or 0.0),
                severity=Verdict.REVIEW,
            )
            for n in (1, 2)
        ),
        checks.history("three_state_fidelity", fidelity, history, natural=0.015, relative=False),
    ]


EXPERIMENT = Experiment(
    name="three_state_readout",
    title="Three-state readout",
    measures="how well 0, 1 and 2 are told apart in single shots: leakage becomes visible",
    family="readout",
    effect=Effect.MEASURES,
    parameters=(sweep.shots(3000), sweep.KNOWN_T1),
    needs=("drive_frequency", "x_amplitude", "anharmonicity", "ef_amplitude"),
    calibrates=("three_state_fidelity",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=7 * 24.0,
)
