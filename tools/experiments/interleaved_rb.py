"""Interleaved randomised benchmarking: the error of one gate, from how much faster sequences decay that contain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import SURVIVAL, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, benchmarking, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.fitting import Fit, fit
from reson.tools.experiments.heights import least_height
from reson.tools.experiments.standard_rb import FLOOR, PULSES_PER_CLIFFORD, ends_in_both
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

LENGTHS = np.array([0.0, 0.12, 0.3, 0.6, 1.0])
DECAYS = 1.3
"""Decays of the reference in its longest sequence; the interleaved one decays about twice as often."""
SYSTEMATIC = 0.01
"""Relative error that the fit does not see: leaked population shows in the decay only in part, and seeps back."""


@dataclass(frozen=True)
class _Gate:
    name: str
    quantity: str


X, SX = _Gate("x", "x_error"), _Gate("sx", "sx_error")


def _defaults(values: Values) -> dict[str, float]:
    return {"max_length": benchmarking.longest(values, DECAYS)}


def _lengths(longest: float) -> list[int]:
    return sorted({max(1, int(n)) for n in np.rint(LENGTHS * longest)})


def _device_seconds(parameters: Values, device: Device) -> float:
    lengths = _lengths(parameters["max_length"])
    mean = float(np.mean(lengths)) * (PULSES_PER_CLIFFORD + 0.5) * sweep.pulse_length(device)
    return sweep.device_seconds(2 * len(lengths) * parameters["samples"], parameters["shots"], mean, device)


def _acquire(gate: _Gate, device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """Each random sequence is played plain and with the gate after every Clifford, one circuit after the other."""
    from reson.tools.experiments.circuits import clifford_sequences as cliffords

    number, clock = cliffords.number_of(gate.name), int(device.now().timestamp() * 1e3)
    experiments = {}
    for qubit, values in arguments.items():
        rng, lengths = np.random.default_rng([clock, qubit]), _lengths(values["max_length"])
        sequences = []
        for index, plain in enumerate(cliffords.draw(rng, lengths, int(values["samples"]))):
            target = index // len(lengths) % 2
            for series, whole in (("standard", plain), ("interleaved", cliffords.interleaved(plain, number))):
                metadata = {"xval": len(plain), "series": series, "interleaved": whole is not plain, "target": target}
                sequences.append((metadata, [*whole, cliffords.recovery(whole, target)]))
        experiments[qubit] = cliffords.CliffordSequences(qubit, sequences)
    return acquisition.acquire(f"interleaved_rb_{gate.name}", device, arguments, experiments, acquisition.CLASSIFIED)


def _analyse(gate: _Gate, raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.benchmarking_fits import InterleavedAnalysis

    survival, error = benchmarking.survival(raw)
    keys = ("xval", "interleaved", "target")
    groups = np.array([[metadata[key] for key in keys] for metadata in raw.circuits], dtype=float)
    way = InterleavedAnalysis(FLOOR if ends_in_both(raw) else None)
    result = fit(way, raw, 1.0, (survival, error * benchmarking.scatter(groups, survival, error)))
    lengths = groups[:, 0]
    return Analysis(
        experiment=f"interleaved_rb_{gate.name}",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Cliffords", unit=""),
        y_axis=SURVIVAL,
        quantities={} if result.error else _quantities(gate, result),
        reduced_chi2=result.reduced_chi2,
        points={"sequences": tuple(zip(lengths.tolist(), survival.tolist(), strict=True))},
        error=result.error,
    )


def _quantities(gate: _Gate, result: Fit) -> dict[str, Quantity]:
    alpha, ratio = result["alpha"], result["alpha_c"]
    value, epc = (1 - ratio.value) / 2, (1 - alpha.value) / 2
    return {
        gate.quantity: Quantity(
            value=value, stderr=ratio.stderr and float(np.hypot(ratio.stderr / 2, SYSTEMATIC * value))
        ),
        "epc": Quantity(value=epc, stderr=alpha.stderr and alpha.stderr / 2),
        "systematic_bound": Quantity(value=systematic_bound(alpha.value, ratio.value)),
        "contrast": result["a"],
    }


def systematic_bound(alpha: float, ratio: float) -> float:
    """How far the estimate may lie from the gate's true error if errors are coherent: equation (5) of Magesan et al.,
    PRL 109, 080505 (2012), for one qubit; ``alpha`` of the reference, ``ratio`` of interleaved to reference.

    For a gate about as good as the Cliffords it is about as large as the error itself: the estimate is then right to
    some per cent if the errors are incoherent, and says little if they are not. Purity benchmarking tells which.
    """
    plain = (abs(alpha - ratio) + 1 - alpha) / 2
    other = 6 * (1 - alpha) / (4 * alpha) + 4 * np.sqrt(3 * (1 - alpha)) / alpha
    return float(min(plain, other))


def _check(gate: _Gate, analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, gate.quantity, "epc", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found = analysis.quantities
    error, epc = found[gate.quantity], found["epc"]
    decays = 2 * (error.value + epc.value) * parameters["max_length"]
    return [
        fitted,
        *(checks.signal(part, f"signal of {part.name}") for part in analysis.series),
        checks.within(gate.quantity, error.value, 1e-6, 0.1),
        checks.within("height of the decay", found["contrast"].value, least_height(0.2, 0.5, history), 0.65),
        checks.within("decays in the longest sequence", decays, 0.6, 40.0),
        checks.within("decays in the longest sequence", decays, 1.0, 14.0, severity=Verdict.REVIEW),
        checks.resolved(gate.quantity, error, 3.0),
        checks.precise(gate.quantity, error, 0.2),
        checks.goodness(analysis, parameters=3, tolerance=0.005, highest=4.0),
        checks.history(gate.quantity, error, history, natural=0.3),
    ]


def _row(gate: _Gate) -> Experiment:
    label = gate.name.upper()
    return Experiment(
        name=f"interleaved_rb_{gate.name}",
        title=f"Interleaved benchmarking of {label}",
        measures=f"the average error of the {label} pulse alone, from sequences with it after every Clifford or not",
        family="interleaved_rb",
        effect=Effect.MEASURES,
        parameters=(
            benchmarking.max_length(),
            benchmarking.samples(8, "random sequences of each length, half of them ending in 1"),
            sweep.shots(2000),
        ),
        needs=("drive_frequency", "x_amplitude", "sx_amplitude", "drag_beta", "readout_threshold"),
        calibrates=(gate.quantity,),
        defaults=_defaults,
        device_seconds=_device_seconds,
        acquire=partial(_acquire, gate),
        analyse=partial(_analyse, gate),
        check=partial(_check, gate),
        valid_hours=12.0,
    )


INTERLEAVED_X, INTERLEAVED_SX = _row(X), _row(SX)
