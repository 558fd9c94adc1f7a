"""How high a signal has to be to raise no question: as high as its readout leaves it."""

from __future__ import annotations

from collections.abc import Mapping

from reson.tools.data import Past

READOUT_CONTRAST = "readout_contrast"
"""Name in the history of what is known of P(1|1) - P(1|0) of the qubit's readout, measured or published."""
KEPT = 0.75
"""Share of what the readout leaves of a signal that has to be seen."""
TOLD_APART = 0.2
"""Contrast below which a readout counts as broken: it says nothing of the qubit's state, and excuses nothing."""


def least_height(usual: float, full: float, history: Mapping[str, Past]) -> float:
    """``usual``, the least height through a readout of which nothing is known, or less where that is known to be bad.

    ``full``: height of the signal through a readout without errors. Height and offset are free in the fits, so that a
    bad readout makes a value less precise, and not wrong.
    """
    known = history.get(READOUT_CONTRAST)
    if known is None or known.value < TOLD_APART:
        return usual
    return min(usual, KEPT * full * known.value)
