"""Does averaged IQ lie on the line between the points of two states? Whatever the population, the mean of all shots
only moves along that line; a phase of the readout that drifts, or a third state, leads away from it.
"""

from __future__ import annotations

import numpy as np

from reson.records import Check, CheckCode, Verdict
from reson.tools.data import RawData
from reson.tools.verdicts.checks import asked

AWAY = 0.15
"""Spread across the line over that along it, beyond the noise: less bends a curve by its square, some per cent."""
CERTAIN = 6.0
"""Standard deviations by which chi2 across the line may exceed its mean by chance."""


def on_a_line(raw: RawData) -> tuple[Check, ...]:
    """The check, for averaged IQ of circuits that end between two states."""
    if "iq_mean" not in raw.arrays:
        return ()
    mean, error = raw.arrays["iq_mean"], raw.arrays["iq_stderr"]
    plane = np.stack([np.real(mean), np.imag(mean)], axis=1)
    plane = plane - plane.mean(axis=0)
    axes = np.linalg.svd(plane, full_matrices=False)[2]
    along, across = plane @ axes.T[:, 0], plane @ axes.T[:, 1]
    noise = np.maximum(error**2 @ (axes**2).T, np.finfo(float).tiny)
    significance = (float(np.sum(across**2 / noise[:, 1])) - len(across)) / (2 * len(across)) ** 0.5
    spread = [
        max(0.0, float(np.mean(part**2 - own))) ** 0.5 for part, own in zip((along, across), noise.T, strict=True)
    ]
    share = spread[1] / spread[0] if spread[0] else 0.0
    passed = significance <= CERTAIN or share <= AWAY
    message = (
        f"the signal leaves the line between two states by {share:.0%} of its spread along it: the phase of the readout"
        " drifts, or a third state takes part"
    )
    return (asked("between two states", passed, CheckCode.UNSTEADY, message, Verdict.REVIEW),)
