"""Interleaved benchmarking of a pair's CZ: its average error, from how much faster two-qubit sequences decay with it.

As ``StandardRB`` and ``InterleavedRB`` of Qiskit Experiments on two qubits, but written without a transpiler and with
every other sequence ending in 11 (Harper et al., arXiv 1901.00535), so that all decay to a quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair, Qubit, parse
from reson.records import Check, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values, probability
from reson.tools.experiments import benchmarking, pairs, sweep
from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.fitting import Fit, fit
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.experiments.circuits.pair_cliffords import CliffordSequence

NAME = "cz_interleaved_rb"
LENGTHS = np.array([0.0, 0.125, 0.3, 0.5, 0.75, 1.0])
LONGEST = 240.0
"""Cliffords in which an error of 1e-3 to 1e-2 for each CZ shows."""
CLIFFORD_SECONDS = 250e-9
SYSTEMATIC = 0.05
"""Relative: coherent errors and leakage decay at rates of their own."""
COUPLER_T1 = 30e-6
"""Seconds: taken for every coupler, since no experiment here measures it."""
LIMIT_KNOWN = 0.1
"""Share of a usual limit by which couplers of 20 to 60 us are off for it."""
EXCITED = 0.1
"""Of the pulse: time for which the coupler is excited, mean over 00, 01, 10 and 11; 0.09 to 0.12 on usual couplers."""


def qubits_limit(duration: float, first: Values, second: Values) -> float | None:
    """Average error of a gate of ``duration`` seconds by relaxation and dephasing of both qubits alone, from their
    T1 and T2; None where one is not known. The coupler's share comes on top.

    An average gate error of d = 4: the sum over both of t / (5 T1) + 2 t / (5 T2), to first order in t.
    """
    total = 0.0
    for values in (first, second):
        t2 = sweep.t2_of(values)
        if t2 is None or "t1" not in values:
            return None
        total += duration * (1 / (5 * values["t1"]) + 2 / (5 * t2))
    return total


def cz_limit(duration: float, first: Values, second: Values) -> float | None:
    """Average error of a CZ that qubits and coupler allow; None where a time of a qubit is not known.

    4/5 of the mean time that the coupler is excited for, over its T1.
    """
    alone = qubits_limit(duration, first, second)
    return None if alone is None else alone + 4 / 5 * EXCITED * duration / COUPLER_T1


def known_of(component: str, table: Mapping[str, Values]) -> dict[str, float]:
    """Values of a component, and of a pair what follows from those of its qubits: ``coherence_time``, in which an echo
    on the first of them loses its contrast, and with it the ``coherence_limit`` of the gate.
    """
    known, one = dict(table.get(component, {})), parse(component)
    if not isinstance(one, Pair):
        return known
    first, second = (table.get(Qubit(number), {}) for number in one.qubits())
    if (t2 := sweep.t2_of(first)) is not None and "t1" in second:
        known["coherence_time"] = 1 / (1 / t2 + 1 / second["t1"])
    limit = cz_limit(known["cz_duration"], first, second) if "cz_duration" in known else None
    return known if limit is None else known | {"coherence_limit": limit}


def _lengths(longest: float) -> list[int]:
    return sorted({max(1, int(n)) for n in np.rint(LENGTHS * longest)})


def _device_seconds(parameters: Values, device: Device) -> float:
    lengths = _lengths(parameters["max_length"])
    mean = float(np.mean(lengths)) * CLIFFORD_SECONDS
    return sweep.device_seconds(2 * len(lengths) * parameters["samples"], parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    clock = int(device.now().timestamp() * 1e3)
    sequences = {pair: _sequences(values, [clock, *pair.qubits()]) for pair, values in arguments.items()}
    return acquire_pairs(NAME, device, arguments, sequences)


def _sequences(values: Values, seed: list[int]) -> list[CliffordSequence]:
    """Each random sequence plain and with the gate after every Clifford, one circuit after the other."""
    from reson.tools.experiments.circuits import pair_cliffords as cliffords

    rng, run, found = np.random.default_rng(seed), cliffords.CliffordRun(), []
    for sample in range(int(values["samples"])):
        for length in _lengths(values["max_length"]):
            plain, target = rng.integers(cliffords.CLIFFORDS, size=length).tolist(), sample % 2
            gate = cliffords.cz_number()
            for series, whole in (
                ("standard", plain),
                ("interleaved", [number for one in plain for number in (one, gate)]),
            ):
                metadata = {"xval": length, "series": series, "interleaved": whole is not plain, "target": target}
                found.append(run.sequence(metadata, [*whole, cliffords.recovery(whole, target)]))
    return found


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.benchmarking_fits import PAIR_FLOOR, InterleavedAnalysis

    target = np.array([metadata["target"] for metadata in raw.circuits])
    counts = raw.arrays["counts"]
    survived = np.where(target == 1, counts[:, 3], counts[:, 0])
    share = (survived + 1) / (raw.shots + 2)
    survival, error = survived / raw.shots, np.sqrt(share * (1 - share) / raw.shots)
    keys = ("xval", "interleaved", "target")
    groups = np.array([[metadata[key] for key in keys] for metadata in raw.circuits], dtype=float)
    widened = error * benchmarking.scatter(groups, survival, error)
    result = fit(InterleavedAnalysis(PAIR_FLOOR), raw, 1.0, (survival, widened))
    return pairs.analysis(
        raw,
        result.series,
        Axis(label="Cliffords", unit=""),
        probability("P(survival)"),
        {} if result.error else _quantities(result, raw.parameters["limit"]),
        error=result.error,
        reduced_chi2=result.reduced_chi2,
    )


def _quantities(result: Fit, limit: float) -> dict[str, Quantity]:
    alpha, ratio = result["alpha"], result["alpha_c"]
    value = 3 / 4 * (1 - ratio.value)
    found = {
        "cz_error": Quantity(
            value=value, stderr=ratio.stderr and float(np.hypot(3 / 4 * ratio.stderr, SYSTEMATIC * value))
        ),
        "epc": Quantity(value=3 / 4 * (1 - alpha.value), stderr=alpha.stderr and 3 / 4 * alpha.stderr),
        "contrast": result["a"],
    }
    return found | ({"limit": Quantity(value=limit)} if limit else {})


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "cz_error", "epc", "contrast")
    signals = [checks.signal(part, f"signal of {part.name}") for part in analysis.series]
    if not fitted.passed:
        return [fitted, *signals]
    found = analysis.quantities
    error, decays = found["cz_error"], 4 / 3 * found["epc"].value * parameters["max_length"]
    return [
        fitted,
        *signals,
        checks.within("cz_error", error.value, 1e-5, 0.2),
        checks.within("height of the decay", found["contrast"].value, 0.3, 0.85),
        checks.within("decays in the longest sequence", decays, 0.15, 40.0),
        checks.within("decays in the longest sequence", decays, 0.3, 14.0, severity=Verdict.REVIEW),
        checks.resolved("cz_error", error, 3.0),
        checks.precise("cz_error", error, 0.25),
        checks.goodness(analysis, parameters=3, tolerance=0.01, highest=4.0),
        checks.history("cz_error", error, history, natural=0.3),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="Interleaved benchmarking of CZ",
    measures="the average error of a pair's CZ, from sequences with it after every two-qubit Clifford or not",
    parameters=(
        Parameter("max_length", "", 20, 1000, "longest sequence in Cliffords", LONGEST, integer=True),
        Parameter("limit", "", 0.0, 0.5, "error that qubits and coupler allow, for comparison; 0 if unknown"),
        benchmarking.samples(16, "random sequences of each length, half of them ending in 11"),
        sweep.shots(400),
    ),
    needs=("cz_amplitude", "cz_duration", "cz_z_first", "cz_z_second"),
    calibrates=("cz_error",),
    defaults=lambda values: {"limit": values.get("coherence_limit", 0.0)},
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    stacked=False,
    check=check,
    valid_hours=24.0,
    gates=("cz",),
)
