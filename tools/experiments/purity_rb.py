"""Purity benchmarking: how much of a pulse's error is decoherence, and how much a better calibration could still win.

After a random sequence the whole Bloch vector is measured. Its mean along the target decays with all errors; its length
only with those that lose information (unitarity: Wallman et al., New J. Phys. 17, 113020 (2015)). Both come from the
same sequences, so their difference, the coherent share, is known better than either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values, probability
from reson.tools.experiments import acquisition, benchmarking, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.fitting import Fit, fit
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.heights import least_height
from reson.tools.experiments.standard_rb import PULSES_PER_CLIFFORD
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

LENGTHS = np.array([0.0, 0.12, 0.3, 0.6, 1.0])
DECAYS = 1.0
"""Decays of the survival in the longest sequence; the purity decays about twice as often."""
AXES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "x": (("s", "sx"), ("sdg", "sx")),
    "y": (("sx",), ("x", "sx")),
    "z": ((), ("x",)),
}
"""Gates that turn each axis, and its opposite, to the measured one: the offset of the readout cancels between them."""

SMALLEST = 0.01
"""Height, or share left by one Clifford, below which nothing decays that could be fitted."""


def _defaults(values: Values) -> dict[str, float]:
    return {"max_length": benchmarking.longest(values, DECAYS)}


def _lengths(longest: float) -> list[int]:
    return sorted({max(1, int(n)) for n in np.rint(LENGTHS * longest)})


def _device_seconds(parameters: Values, device: Device) -> float:
    lengths = _lengths(parameters["max_length"])
    mean = float(np.mean(lengths)) * PULSES_PER_CLIFFORD * sweep.pulse_length(device)
    return sweep.device_seconds(6 * len(lengths) * parameters["samples"], parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """Six circuits of each random sequence, which differ in their last Clifford alone."""
    from reson.tools.experiments.circuits import clifford_sequences as cliffords

    clock = int(device.now().timestamp() * 1e3)
    turns = {axis: [cliffords.number_of(*gates) for gates in pair] for axis, pair in AXES.items()}
    experiments = {}
    for qubit, values in arguments.items():
        rng, sequences = np.random.default_rng([clock, qubit]), []
        drawn = cliffords.draw(rng, _lengths(values["max_length"]), int(values["samples"]))
        for index, sequence in enumerate(drawn):
            back = cliffords.recovery(sequence, 0)
            for axis, pair in turns.items():
                for opposite, turn in enumerate(pair):
                    metadata = {"xval": len(sequence), "sequence": index, "axis": axis, "opposite": opposite}
                    sequences.append((metadata, [*sequence, cliffords.then(back, turn)]))
        experiments[qubit] = cliffords.CliffordSequences(qubit, sequences)
    return acquisition.acquire("purity_rb", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.benchmarking_fits import PurityAnalysis

    vectors, variances, lengths = bloch_vectors(raw)
    survival = 0.5 + vectors[:, 2] / 2, np.sqrt(variances[:, 2]) / 2
    purity = purities(vectors, variances)
    values, errors = np.concatenate([survival, purity], axis=1)
    of_shots = _shot_covariances(survival[1], purity[1], vectors[:, 2] * variances[:, 2] / 2)
    series = np.repeat(["survival", "purity"], len(lengths))
    x = np.tile(lengths, 2)
    for name in ("survival", "purity"):
        part = series == name
        errors[part] *= benchmarking.scatter(x[part, None], values[part], errors[part])
    points = [{"xval": float(n), "series": str(name)} for n, name in zip(x, series, strict=True)]
    result = fit(PurityAnalysis(), replace(raw, circuits=points, arrays={}), 1.0, (values, errors))
    if result.error is None and min(result[name].value for name in ("a", "alpha", "u")) < SMALLEST:
        result = replace(result, error="there is no decay to fit")
    return Analysis(
        experiment="purity_rb",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Cliffords", unit=""),
        y_axis=probability("P(survival) and purity"),
        quantities={} if result.error else _quantities(result, raw, _Points(x, values, errors, of_shots)),
        reduced_chi2=result.reduced_chi2,
        points={"sequences": tuple(zip(x.tolist(), values.tolist(), strict=True))},
        error=result.error,
    )


def bloch_vectors(raw: RawData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bloch vector after each sequence (sequences, 3), variance of each component, and the lengths (sequences,).

    A component is P(1) of the opposite axis minus P(1) of the axis: shrunk by the readout's contrast, without offset.
    """
    p1, error = measured(raw)
    places = [(meta["sequence"], "xyz".index(meta["axis"]), meta["opposite"]) for meta in raw.circuits]
    number = 1 + max(place[0] for place in places)
    found, spread, lengths = np.zeros((number, 3, 2)), np.zeros((number, 3, 2)), np.zeros(number)
    for place, p, err, metadata in zip(places, p1, error, raw.circuits, strict=True):
        found[place], spread[place], lengths[place[0]] = p, err, metadata["xval"]
    return found[..., 1] - found[..., 0], np.sum(spread**2, axis=-1), lengths


def purities(vectors: np.ndarray, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Purity (1 + length^2) / 2 of each Bloch vector and its standard error, both (sequences,).

    The square of a noisy component is too large by its variance on average; that much is taken off, here and in the
    variance of the square.
    """
    purity = 0.5 + np.sum(vectors**2 - variances, axis=1) / 2
    squares = np.maximum(4 * vectors**2 * variances - 2 * variances**2, 2 * variances**2)
    return purity, np.sqrt(np.sum(squares, axis=1)) / 2


@dataclass(frozen=True)
class _Points:
    """What the fit saw, survivals first and then purities, each of shape (2 * sequences,)."""

    x: np.ndarray
    values: np.ndarray
    errors: np.ndarray
    of_shots: np.ndarray
    """Covariance of survival and purity of each sequence by its shots alone, shape (sequences, 2, 2)."""


def _shot_covariances(survival_error: np.ndarray, purity_error: np.ndarray, together: np.ndarray) -> np.ndarray:
    return np.moveaxis(np.array([[survival_error**2, together], [together, purity_error**2]]), -1, 0)


def _quantities(result: Fit, raw: RawData, points: _Points) -> dict[str, Quantity]:
    a, alpha, u = (result[name].value for name in ("a", "alpha", "u"))
    covariances = _covariances(a, alpha, u, points)
    pulses = sum(meta["pulses"] for meta in raw.circuits) / sum(meta["xval"] + 1 for meta in raw.circuits)
    slopes = {
        "error_per_gate": np.array([0.0, -0.5, 0.0]) / pulses,
        "incoherent_error": np.array([0.0, 0.0, -0.25 / np.sqrt(u)]) / pulses,
        "coherent_error": np.array([0.0, -0.5, 0.25 / np.sqrt(u)]) / pulses,
        "unitarity": np.array([0.0, 0.0, u ** (1 / pulses - 1)]) / pulses,
        "contrast": np.array([1.0, 0.0, 0.0]),
    }
    found = {
        "error_per_gate": (1 - alpha) / 2 / pulses,
        "incoherent_error": (1 - np.sqrt(u)) / 2 / pulses,
        "coherent_error": (np.sqrt(u) - alpha) / 2 / pulses,
        "unitarity": u ** (1 / pulses),
        "contrast": a,
    }
    return {
        name: Quantity(
            value=float(value), stderr=float(np.sqrt(max(slopes[name] @ part @ slopes[name] for part in covariances)))
        )
        for name, value in found.items()
    }


def _covariances(a: float, alpha: float, u: float, points: _Points) -> tuple[np.ndarray, np.ndarray]:
    """Covariances of (a, alpha, u), each of shape (3, 3): from the residuals themselves, and from the shots alone.

    Survival and purity of one sequence share their shots and its luck. So each sequence counts as one: the robust
    estimate for clustered data (Liang and Zeger, Biometrika 73, 13 (1986)), with its small-sample factor. Few sequences
    may happen to scatter too little, but never does the truth by less than the shots. Sequences of one length weigh
    alike, as in the fit, which takes their plain mean.
    """
    number = len(points.x) // 2
    first, second = points.x[:number], points.x[number:]
    zero = np.zeros(number)
    survival = np.stack([alpha**first, a * first * alpha ** (first - 1), zero], axis=1)
    purity = np.stack([4 * a * u**second, zero, 2 * a**2 * second * u ** (second - 1)], axis=1)
    slopes = np.concatenate([survival, purity])
    pulls = slopes * _weights(first, points.errors)[:, None]
    bread = np.linalg.inv(slopes.T @ pulls)
    model = np.concatenate([0.5 + a * alpha**first, 0.5 + 2 * a**2 * u**second])
    scores = pulls * (points.values - model)[:, None]
    each = scores[:number] + scores[number:]
    of_residuals = each.T @ each * number / max(number - 3, 1)
    both = np.stack([pulls[:number], pulls[number:]], axis=1)
    of_shots = np.einsum("sip,sij,sjq->pq", both, points.of_shots, both)
    return bread @ of_residuals @ bread, bread @ of_shots @ bread


def _weights(lengths: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """One over the mean square of the errors of each length and series, shape (2 * sequences,) like ``errors``."""
    alike = lengths[:, None] == lengths
    squares = errors.reshape(2, -1) ** 2
    return (alike.sum(axis=1) / (squares @ alike)).ravel()


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "incoherent_error", "coherent_error", "unitarity")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found = analysis.quantities
    error, incoherent, coherent = (found[name] for name in ("error_per_gate", "incoherent_error", "coherent_error"))
    decays = 2 * error.value * PULSES_PER_CLIFFORD * parameters["max_length"]
    beyond = coherent.value / coherent.stderr if coherent.stderr else np.nan
    return [
        fitted,
        *(checks.signal(part, f"signal of {part.name}") for part in analysis.series),
        checks.within("incoherent_error", incoherent.value, 1e-6, 0.1),
        checks.within("height of the decay", found["contrast"].value, least_height(0.2, 0.5, history), 0.65),
        checks.within("decays in the longest sequence", decays, 0.25, 20.0),
        checks.within("decays in the longest sequence", decays, 0.4, 6.0, severity=Verdict.REVIEW),
        checks.within("coherent_error over its error", beyond, -4.0, np.inf, severity=Verdict.REVIEW),
        checks.resolved("incoherent_error", incoherent, 4.0),
        checks.precise("incoherent_error", incoherent, 0.2),
        checks.goodness(analysis, parameters=3, tolerance=0.01, highest=4.0),
        checks.history("incoherent_error", incoherent, history, natural=0.3),
    ]


EXPERIMENT = Experiment(
    name="purity_rb",
    title="Purity benchmarking",
    measures="the share of a pulse's error that is decoherence, and the share that a better calibration could win",
    family="purity_rb",
    effect=Effect.MEASURES,
    parameters=(
        benchmarking.max_length(),
        benchmarking.samples(6, "random sequences of each length, each measured along six directions"),
        sweep.shots(1000),
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "drag_beta", "readout_threshold"),
    calibrates=("incoherent_error", "coherent_error", "unitarity"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=24.0,
)
