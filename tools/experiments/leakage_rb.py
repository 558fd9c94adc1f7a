"""Leakage benchmarking: the population of level 2 over the length of random sequences (Wood and Gambetta, PRA 97,
032306 (2018)).

Every shot is kept in the IQ plane and assigned to the nearest of three clouds, which 0, 1 and 2, prepared in the same
job, define; the assignment errors are then taken out. The other way, a pi pulse from 1 to 2 before a readout of 0 and
1, takes the difference of two large numbers to find a small one, and a second set of sequences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, benchmarking, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.memory import unprepared
from reson.tools.experiments.standard_rb import PULSES_PER_CLIFFORD
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.experiments.fits.leakage_fit import LeakageFit

LENGTHS = np.array([0.0, 0.08, 0.2, 0.4, 0.7, 1.0])
PULSE = 32e-9
"""Seconds, where the device does not say."""
USUAL_T1 = 75e-6
MOST_ERROR = 1.5e-5
"""Standard error up to which a small leakage is of use: a tenth of what a good pulse has as its whole error."""

MOST_SINGULAR = 20.0
"""Condition number of the assignment matrix from which its inverse amplifies noise alone."""


def _defaults(values: Values) -> dict[str, float]:
    """Long enough for what leaked to come back: level 2 relaxes twice as fast as level 1."""
    t1 = values.get("t1", 0.0)
    length = (t1 or USUAL_T1) / (PULSES_PER_CLIFFORD * values.get("pulse_duration", PULSE))
    return {"t1": t1, "max_length": float(np.clip(round(length, -1), 100, 6000))}


def _lengths(longest: float) -> list[int]:
    return sorted({max(1, int(n)) for n in np.rint(LENGTHS * longest)})


def _device_seconds(parameters: Values, device: Device) -> float:
    lengths = _lengths(parameters["max_length"])
    mean = float(np.mean(lengths)) * PULSES_PER_CLIFFORD * sweep.pulse_length(device)
    return sweep.device_seconds(len(lengths) * parameters["samples"] + 3, parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """First 0, 1 and 2 prepared, then the sequences, half of them ending in 1."""
    from reson.tools.experiments.circuits import clifford_sequences as cliffords
    from reson.tools.experiments.circuits.leakage_circuits import LeakageSequences

    clock, experiments, told = int(device.now().timestamp() * 1e3), {}, sweep.between_shots(device)
    for qubit, values in arguments.items():
        rng, lengths = np.random.default_rng([clock, qubit]), _lengths(values["max_length"])
        sequences = []
        for index, sequence in enumerate(cliffords.draw(rng, lengths, int(values["samples"]))):
            target = index // len(lengths) % 2
            metadata = {"xval": len(sequence), "target": target}
            sequences.append((metadata, [*sequence, cliffords.recovery(sequence, target)]))
        experiments[qubit] = LeakageSequences(qubit, device.controls()[Qubit(qubit)], sequences, told)
    return acquisition.acquire("leakage_rb", device, arguments, experiments, acquisition.SINGLE_SHOT_IQ)


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.leakage_fit import fit_leakage
    from reson.tools.experiments.fits.three_clouds import all_prepared, discriminate_three

    iq = raw.arrays["iq"].astype(complex)
    clouds = all_prepared(discriminate_three(iq[:3]), [unprepared(raw, level).value for level in range(3)])
    lengths = np.array([meta["xval"] for meta in raw.circuits[3:]], dtype=float)
    pulses = sum(meta["pulses"] for meta in raw.circuits[3:]) / float(np.sum(lengths + 1))
    singular = np.linalg.cond(clouds.assigned) > MOST_SINGULAR
    if singular:
        levels = np.zeros(len(lengths)), np.ones(len(lengths))
    else:
        levels = level_two(iq[3:], clouds.centres, clouds.assigned)
    target = np.array([meta["target"] for meta in raw.circuits[3:]], dtype=float)
    # what the assignment leaves of 0 and of 1 differs a little, so the two ends are averaged, not compared
    values, errors = levels[0], levels[1] * benchmarking.scatter(np.stack([lengths, target], axis=1), *levels)
    x = np.unique(lengths)
    means = np.array([values[lengths == n].mean() for n in x])
    spread = np.array([np.linalg.norm(errors[lengths == n]) / np.sum(lengths == n) for n in x])
    duration = raw.controls.get("pulse_duration", PULSE)
    expected = 2 * pulses * duration / (raw.parameters["t1"] or USUAL_T1)
    result = None if singular else fit_leakage(x, means, spread, expected, bool(raw.parameters["t1"]))
    fine = np.linspace(x[0], x[-1], 201)
    curve = (fine, result.curve(fine)) if result else (None, None)
    return Analysis(
        experiment="leakage_rb",
        component=raw.component,
        series=(series("level 2", x, means, spread, *curve),),
        x_axis=Axis(label="Cliffords", unit=""),
        y_axis=Axis(label="Population of level 2", unit=""),
        quantities=_quantities(result, pulses, clouds.fidelity, clouds.fidelity_err) if result else {},
        reduced_chi2=result.reduced_chi2 if result else None,
        points={"sequences": tuple(zip(lengths.tolist(), values.tolist(), strict=True))},
        error=None if result else "the three levels are not told apart",
    )


def level_two(iq: np.ndarray, centres: np.ndarray, assigned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Population of level 2 and its error, both (circuits,), from shots ``iq`` (circuits, shots).

    ``assigned`` holds P(nearest centre | prepared level); its inverse takes the errors of the assignment out.
    """
    nearest = np.argmin(np.abs(iq[:, :, None] - centres), axis=2)
    shares = np.stack([(nearest == level).mean(axis=1) for level in range(3)], axis=1)
    weights = np.linalg.inv(assigned)[:, 2]
    shots = iq.shape[1]
    smoothed = (shares * shots + 1) / (shots + 3)
    variance = smoothed @ weights**2 - (smoothed @ weights) ** 2
    return shares @ weights, np.sqrt(variance / shots)


def _quantities(result: LeakageFit, pulses: float, fidelity: float, fidelity_err: float) -> dict[str, Quantity]:
    return {
        "leakage_per_gate": Quantity(value=result.leakage[0] / pulses, stderr=result.leakage[1] / pulses),
        "seepage_per_gate": Quantity(value=result.seepage[0] / pulses, stderr=result.seepage[1] / pulses),
        "three_state_fidelity": Quantity(value=fidelity, stderr=fidelity_err),
        "offset": Quantity(value=result.offset[0], stderr=result.offset[1]),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "leakage_per_gate", "seepage_per_gate", "three_state_fidelity")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    leakage, seepage, fidelity = (found[n] for n in ("leakage_per_gate", "seepage_per_gate", "three_state_fidelity"))
    error = leakage.stderr or np.inf
    window = (leakage.value + seepage.value) * PULSES_PER_CLIFFORD * parameters["max_length"]
    return [
        fitted,
        checks.within("three-state fidelity", fidelity.value, 0.6, 1.0),
        checks.within("three-state fidelity", fidelity.value, 0.84, 1.0, severity=Verdict.REVIEW),
        checks.within("leakage_per_gate", leakage.value, -4 * error, 0.1),
        checks.within("level 2 before any sequence", abs(found["offset"].value), 0.0, 0.05, severity=Verdict.REVIEW),
        checks.within(
            "standard error of leakage_per_gate",
            error,
            0.0,
            max(MOST_ERROR, 0.3 * leakage.value),
            severity=Verdict.REVIEW,
        ),
        # far below one return within the window the rise is a straight line; far above, it is over at once
        checks.within("returns from level 2 within the window", window, 0.05, 60.0, severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=3, tolerance=0.02, highest=4.0),
        checks.history(
            "leakage_per_gate", leakage, history, natural=max(MOST_ERROR, 0.5 * leakage.value), relative=False
        ),
    ]


EXPERIMENT = Experiment(
    name="leakage_rb",
    title="Leakage benchmarking",
    measures="the population that one pulse lifts out of levels 0 and 1",
    family="leakage_rb",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_length", "", 20, 10_000, "longest sequence in Cliffords; about T1 over a pulse", integer=True),
        Parameter(
            "t1", "s", 0.0, 5e-3, "known T1, from which level 2 is expected to relax twice as fast; 0 if unknown"
        ),
        benchmarking.samples(8, "random sequences of each length, half of them ending in 1"),
        sweep.shots(2000),
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "drag_beta", "anharmonicity", "ef_amplitude"),
    calibrates=("leakage_per_gate",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=24.0,
)
