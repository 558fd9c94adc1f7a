"""Did what is measured stay what it was? Where every shot is kept, the parts of a measurement are compared in time."""

from __future__ import annotations

import numpy as np

from reson.records import Check, CheckCode, Verdict
from reson.tools.data import RawData
from reson.tools.verdicts.checks import asked

PARTS = 8
"""Stretches of equal length that the shots of each circuit are cut into."""
MOVED = 0.3
"""Distance of a stretch's mean from that of all, in standard deviations of a shot, from which the signal moved."""
CERTAIN = 6.0
"""The same in standard errors of a stretch's mean: noise alone has so much once in 1e7 stretches."""


def steady(raw: RawData) -> tuple[Check, ...]:
    """The check, where the shots are kept in their order; a phase of the readout that jumps is seen by it."""
    if "iq" not in raw.arrays or raw.arrays["iq"].shape[1] < 10 * PARTS:
        return ()
    iq = raw.arrays["iq"].astype(complex)
    means = np.stack([part.mean(axis=1) for part in np.array_split(iq, PARTS, axis=1)], axis=1)
    shift = np.abs(means - iq.mean(axis=1)[:, None]) / np.maximum(iq.std(axis=1), 1e-300)[:, None]
    limit = max(MOVED, CERTAIN * (PARTS / iq.shape[1]) ** 0.5)
    circuit, part = np.unravel_index(int(np.argmax(shift)), shift.shape)
    message = (
        f"the signal of circuit {circuit} moved while it was measured: in part {part + 1} of {PARTS} it lies"
        f" {shift.max():.1f} widths of a shot from its mean; a phase or a qubit has jumped"
    )
    return (asked("steady signal", bool(shift.max() <= limit), CheckCode.UNSTEADY, message, Verdict.REVIEW),)
