"""Rough DRAG: pairs of opposite X pulses, repeated; where they cancel, all the curves over beta have their dip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep, witness
from reson.tools.experiments.drag import (
    design_beta,
    near_theory,
    over_theory,
    phase_rate,
    with_unsteady_frequency,
)
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import Fit, fit
from reson.tools.experiments.fits.model_average import likeliest
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NS = 1e-9
REPETITIONS = (3, 6, 12)
"""Pairs of pulses per curve: the first fixes which dip is the common one, the last its position."""

MISSED = 1.5
"""Reduced chi2 of the plain curves from which shots may have remembered."""
MOST_DETUNING = 150e3
"""Hz: what moves beta by 0.05 ns, within the range of fine DRAG."""


def _defaults(values: Values) -> dict[str, float]:
    known = values.get("drag_beta", 0.0)
    return {"centre": known if known else design_beta(values["anharmonicity"])}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(len(REPETITIONS) * parameters["points"] + 2, parameters["shots"], 0.5e-6, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import RZGate

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    flip = RZGate(np.pi)
    experiments = {}
    for qubit, values in arguments.items():
        controls, half = device.controls()[Qubit(qubit)], values["span"] / 2
        betas = np.linspace(values["centre"] - half, values["centre"] + half, int(values["points"]))
        pulses = [DriveGate(controls["x_amplitude"], float(b), 0.0, controls["pulse_duration"]) for b in betas]
        experiments[qubit] = Sequences(
            qubit,
            [
                ({"xval": float(beta), "series": f"{n} pairs"}, [pulse, flip, pulse, flip] * n)
                for n in REPETITIONS
                for beta, pulse in zip(betas, pulses, strict=True)
            ]
            + witness.sequences(Waits(device.backend)),
        )
    return acquisition.acquire("rough_drag", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    # n pairs turn the qubit by 2 n (beta - optimum) * phase_rate: a cosine with this frequency for one pair
    frequency = phase_rate(raw.controls["pulse_duration"]) / np.pi
    result = _fitted(witness.without(raw), frequency * NS)
    return Analysis(
        experiment="rough_drag",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="DRAG beta", unit="s"),
        y_axis=P1,
        quantities={} if result.error else _quantities(result, frequency, raw),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _fitted(raw: RawData, frequency: float) -> Fit:
    """The best of the plain curves and, where those miss the points, of such as shots that remember leave."""
    from reson.tools.experiments.fits.rough_drag_analysis import RoughDragAnalysis

    plain = fit(RoughDragAnalysis(REPETITIONS, frequency), raw, NS)
    if plain.error or plain.reduced_chi2 is None or plain.reduced_chi2 < MISSED:
        return plain
    both = plain, fit(RoughDragAnalysis(REPETITIONS, frequency, memory=True), raw, NS)
    return likeliest(both)


def _quantities(result: Fit, frequency: float, raw: RawData) -> dict[str, Quantity]:
    shortest = REPETITIONS[0]
    seen = witness.detuning(raw, result[f"base_{shortest}"].value, result[f"amp_{shortest}"].value)
    beta = with_unsteady_frequency(result.scaled("beta", NS, "s"), raw.controls["pulse_duration"], seen)
    return {
        "drag_beta": beta,
        "over_theory": over_theory(beta, raw.controls["anharmonicity"]),
        "contrast": result[f"amp_{shortest}"],
        "rate": result.scaled("freq", 1 / (frequency * NS), ""),
        **seen,
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "drag_beta", "contrast", "rate")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[-1])]
    found, centre, half = analysis.quantities, parameters["centre"], parameters["span"] / 2
    return [
        fitted,
        *(checks.signal(part, f"signal with {part.name}") for part in analysis.series),
        checks.inside_sweep("drag_beta", found["drag_beta"].value, centre - half, centre + half, 0.05, "s"),
        checks.within("contrast", found["contrast"].value, 0.25, 1.2),
        checks.resolved("contrast", found["contrast"], 8.0),
        checks.within("curvature over theory", found["rate"].value, 0.7, 1.4),
        near_theory(analysis),
        witness.on_resonance(analysis, MOST_DETUNING),
        checks.narrow("beta", found["drag_beta"], 0.05e-9, "s"),
        checks.goodness(analysis, parameters=8, tolerance=0.03),
        checks.history("drag_beta", found["drag_beta"], history, natural=0.02e-9, relative=False),
    ]


EXPERIMENT = Experiment(
    name="rough_drag",
    title="Rough DRAG",
    measures="the DRAG coefficient beta at which a pulse and its opposite cancel",
    family="drag",
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "centre", "s", -5e-9, 5e-9, "centre of the sweep; the present beta, or theory's for the anharmonicity"
        ),
        Parameter("span", "s", 0.05e-9, 10e-9, "width of the sweep", 1.6e-9),
        sweep.points(31),
        sweep.shots(500),
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "readout_threshold"),
    calibrates=("drag_beta",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
)
