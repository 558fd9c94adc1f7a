"""What the variants of randomised benchmarking share: lengths, survival, scatter of sequences."""

from __future__ import annotations

import numpy as np

from reson.tools.data import RawData, Values
from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.standard_rb import PULSES_PER_CLIFFORD, limit_from

EXPECTED = 3e-4
"""Error of a pulse where T1 and T2 are not known."""


def expected_error(values: Values) -> float:
    """Error of one physical pulse to be expected: measured, or what coherence allows, or that of a usual chip."""
    if "error_per_gate" in values:
        return values["error_per_gate"]
    limit = limit_from(values)
    return EXPECTED if limit is None else 1.2 * min(limit, 0.4)


def longest(values: Values, decays: float) -> float:
    """Length in Cliffords after which the sequences have decayed by exp(-decays), a multiple of ten."""
    cliffords = decays / (2 * PULSES_PER_CLIFFORD * expected_error(values))
    return float(np.clip(round(cliffords, -1), 50, 5000))


def max_length() -> Parameter:
    return Parameter(
        "max_length", "", 20, 10_000, "longest sequence in Cliffords, from the expected error", integer=True
    )


def samples(default: int, description: str, least: int = 2) -> Parameter:
    return Parameter("samples", "", least, 50, description, float(default), integer=True, shared=True)


def survival(raw: RawData) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the state that each circuit ends in (metadata ``target``) and its error, both (circuits,)."""
    p1, error = measured(raw)
    target = np.array([metadata["target"] for metadata in raw.circuits])
    return np.where(target == 1, p1, 1 - p1), error


def scatter(groups: np.ndarray, values: np.ndarray, errors: np.ndarray) -> float:
    """Factor (at least 1) by which equal sequences scatter beyond their shot noise, pooled over all groups.

    ``groups`` (circuits, keys) says which circuits are equal but for their random sequence. The scatter of a handful of
    sequences at one length is itself too uncertain to weight a fit by.
    """
    chi2, freedom = 0.0, 0
    for group in np.unique(groups, axis=0):
        part = (groups == group).all(axis=1)
        chi2 += float(np.sum(((values[part] - values[part].mean()) / errors[part]) ** 2))
        freedom += int(part.sum()) - 1
    return max(1.0, chi2 / freedom) ** 0.5 if freedom else 1.0
