"""Randomised benchmarking (StandardRB of Qiskit Experiments): the error of a Clifford, and of one physical pulse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import SURVIVAL, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.curve_models import BENCHMARKING, BENCHMARKING_TO_ONE_STATE
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.fits.starts import benchmarking_start
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

LENGTHS = np.array([0.0, 0.12, 0.3, 0.6, 1.0])
"""Sequence lengths in units of the longest; the first one becomes a single Clifford."""
DECAYS = 1.2
"""Decay lengths in the longest sequence. The decay rate shows most at 1, where the slope over the rate is steepest."""
FLOOR = 0.5
"""Half of the sequences end in 1: their average decays to one half, whatever the readout."""
PULSES_PER_CLIFFORD = 5 / 6
"""16 of the 24 Cliffords take one SX, 4 one X, and 4 are virtual; the analysis counts the pulses that were played."""


def coherence_limit(t1: float, t2: float, duration: float, share: float = 1.0) -> float:
    """Smallest average error of a gate of this length: (3 - 2 C - exp(-t/T1)) / 6, all times in seconds.

    C is what dephasing leaves of the coherence after the time t of one gate. With C = exp(-t/T2) this is
    ``RBUtils.coherence_limit`` of Qiskit Experiments. Of noise slower than the gate the phase grows as t, and its mean
    square as t^2: C = exp(-s t/T2 - (1 - s) (t/T2)^2) with the exponential ``share`` s of the echo's envelope, so slow
    noise costs (t/T2)^2 / 3 where fast noise costs t/(3 T2) (O'Malley et al., Phys. Rev. Applied 3, 044009 (2015)).
    However slow the noise, relaxation leaves no more than exp(-t/2 T1).
    """
    fast = max(share / t2, min(1 / t2, 1 / (2 * t1)))
    lost = fast * duration + (1 - fast * t2) * (duration / t2) ** 2
    return float((3 - 2 * np.exp(-lost) - np.exp(-duration / t1)) / 6)


def limit_from(values: Values) -> float | None:
    """The limit from what is known of a qubit; None where T1 or T2 is not. Without an echo, T2* is taken for fast."""
    t2 = sweep.t2_of(values)
    if t2 is None or not {"t1", "pulse_duration"} <= set(values):
        return None
    share = values.get("echo_exponential_share", 1.0) if "t2_echo" in values else 1.0
    return coherence_limit(values["t1"], t2, values["pulse_duration"], share)


def _defaults(values: Values) -> dict[str, float]:
    """Up to ``DECAYS`` / (2 EPC) for the error that coherence allows: the survival falls to a third of its height."""
    limit = min(limit_from(values) or 0.0, 0.5)
    expected = 1.2 * limit or 3e-4
    return {
        "coherence_limit": limit,
        "max_length": float(np.clip(round(DECAYS / (2 * PULSES_PER_CLIFFORD * expected), -1), 50, 5000)),
    }


def sequence_lengths(longest: float) -> list[int]:
    return sorted({max(1, int(n)) for n in np.rint(LENGTHS * longest)})


def _device_seconds(parameters: Values, device: Device) -> float:
    lengths = sequence_lengths(parameters["max_length"])
    mean = float(np.mean(lengths)) * PULSES_PER_CLIFFORD * sweep.pulse_length(device)
    return sweep.device_seconds(len(lengths) * parameters["samples"], parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """Fresh random sequences for every qubit and every measurement, drawn from the qubit and the device's clock.

    As ``StandardRB`` of Qiskit Experiments with full sampling, but that every other sample ends in 1 instead of 0
    (Harper et al., arXiv 1901.00535).
    """
    from reson.tools.experiments.circuits import clifford_sequences as cliffords

    clock = int(device.now().timestamp() * 1e3)
    experiments = {
        qubit: cliffords.CliffordSequences(qubit, random_sequences(values, [clock, qubit]))
        for qubit, values in arguments.items()
    }
    return acquisition.acquire("standard_rb", device, arguments, experiments, acquisition.CLASSIFIED)


def random_sequences(values: Values, seed: list[int]) -> list[tuple[dict[str, Any], np.ndarray]]:
    """(metadata, Cliffords) of each circuit of one qubit."""
    from reson.tools.experiments.circuits import clifford_sequences as cliffords

    rng, sequences = np.random.default_rng(seed), []
    for sample in range(int(values["samples"])):
        for length in sequence_lengths(values["max_length"]):
            target, plain = sample % 2, rng.integers(cliffords.CLIFFORDS, size=length).astype(np.uint8)
            whole = np.append(plain, np.uint8(cliffords.recovery(plain, target)))
            sequences.append(({"xval": length, "target": target}, whole))
    return sequences


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    survivals = [survival_of(raw) for raw in data]
    points = [points_of(raw, BENCHMARKING, 1.0, found) for raw, found in zip(data, survivals, strict=True)]
    starts = [benchmarking_start(one.x, one.y, FLOOR) for one in points]
    results = fit_many(BENCHMARKING, points, starts, constants=[{"b": FLOOR}] * len(points))
    for place, raw in enumerate(data):
        if not ends_in_both(raw):
            begin = starts[place] | {"b": FLOOR}
            results[place] = fit_many(BENCHMARKING_TO_ONE_STATE, [points[place]], [begin])[0]
    return [_analysis(raw, result, found[0]) for raw, result, found in zip(data, results, survivals, strict=True)]


def ends_in_both(raw: RawData) -> bool:
    """Whether sequences end in 0 and in 1: only then the floor of their survival is one half, whatever the readout."""
    return len({metadata["target"] for metadata in raw.circuits}) > 1


def survival_of(raw: RawData) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the state that each sequence ends in, and its error, widened by the scatter of the sequences."""
    p1, error = measured(raw)
    target = np.array([metadata["target"] for metadata in raw.circuits])
    survival = np.where(target == 1, p1, 1 - p1)
    lengths = np.array([metadata["xval"] for metadata in raw.circuits], dtype=float)
    return survival, error * _sequence_scatter(np.stack([lengths, target], axis=1), survival, error)


def _analysis(raw: RawData, result: Fit, survival: np.ndarray) -> Analysis:
    lengths = [float(metadata["xval"]) for metadata in raw.circuits]
    return Analysis(
        experiment="standard_rb",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Cliffords", unit=""),
        y_axis=SURVIVAL,
        quantities={} if result.error else _quantities(result, raw),
        reduced_chi2=result.reduced_chi2,
        points={"sequences": tuple(zip(lengths, survival.tolist(), strict=True))},
        error=result.error,
    )


def _sequence_scatter(groups: np.ndarray, survival: np.ndarray, error: np.ndarray) -> float:
    """Factor (at least 1) by which equal sequences scatter beyond their shot noise, pooled over all groups.

    ``groups`` has shape (circuits, 2): length and final state. The stock error, the scatter of a handful of sequences
    at each length, is itself too uncertain to weight a fit by.
    """
    chi2, freedom = 0.0, 0
    for group in np.unique(groups, axis=0):
        part = (groups == group).all(axis=1)
        chi2 += float(np.sum(((survival[part] - survival[part].mean()) / error[part]) ** 2))
        freedom += int(part.sum()) - 1
    return max(1.0, chi2 / freedom) ** 0.5 if freedom else 1.0


def _quantities(result: Fit, raw: RawData) -> dict[str, Quantity]:
    """Of leakage the decay shows one half, as it shows any loss to a state that is read as 0 or 1 at random; the other
    half is none of the error of a Clifford as benchmarking defines it (Wood and Gambetta, PRA 97, 032306 (2018)).
    """
    alpha = result["alpha"]
    cliffords = sum(metadata["xval"] + 1 for metadata in raw.circuits)
    pulses = sum(metadata["pulses"] for metadata in raw.circuits) / cliffords
    epc = Quantity(value=(1 - alpha.value) / 2, stderr=alpha.stderr and alpha.stderr / 2)
    found = {
        "error_per_gate": Quantity(value=epc.value / pulses, stderr=epc.stderr and epc.stderr / pulses),
        "epc": epc,
        "pulses_per_clifford": Quantity(value=pulses),
        "contrast": result["a"],
    }
    if raw.parameters["coherence_limit"]:
        found["coherence_limit"] = Quantity(value=raw.parameters["coherence_limit"])
    return found


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "error_per_gate", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found = analysis.quantities
    error, decay = found["error_per_gate"], 2 * found["epc"].value * parameters["max_length"]
    return [
        fitted,
        checks.signal(analysis.series[0]),
        checks.within("error_per_gate", error.value, 1e-6, 0.1),
        checks.within("height of the decay", found["contrast"].value, least_height(0.2, 0.5, history), 0.65),
        checks.within("decays in the longest sequence", decay, 0.3, 40.0),
        checks.within("decays in the longest sequence", decay, 0.5, 12.0, severity=Verdict.REVIEW),
        checks.resolved("error_per_gate", error, 3.0),
        checks.precise("error_per_gate", error, 0.15),
        checks.goodness(analysis, parameters=2, tolerance=0.005, highest=4.0),
        checks.history("error_per_gate", error, history, natural=0.3),
    ]


EXPERIMENT = Experiment(
    name="standard_rb",
    title="Randomised benchmarking",
    measures="the average error of one physical pulse, from the decay over random sequences of Cliffords",
    family="standard_rb",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_length", "", 20, 20_000, "longest sequence in Cliffords; 0.6 / expected error", integer=True),
        Parameter(
            "coherence_limit", "", 0.0, 0.5, "error per pulse that T1 and T2 allow, for comparison; 0 if unknown"
        ),
        Parameter(
            "samples",
            "",
            2,
            50,
            "random sequences of each length, half of them ending in 1",
            8.0,
            integer=True,
            shared=True,
        ),
        sweep.shots(2000),
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "drag_beta", "readout_threshold"),
    calibrates=("error_per_gate",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=12.0,
)
