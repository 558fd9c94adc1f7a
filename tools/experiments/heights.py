"""How high a signal has to be to raise no question: as high as its readout leaves it."""

from __future__ import annotations

from collections.abc import Mapping

from reson.components import Pair, Qubit, value_name
from reson.tools.data import Past

READOUT_CONTRAST = "readout_contrast"
"""Name in the history of what is known of P(1|1) - P(1|0) of the qubit's readout, measured or published; that of each
qubit of a pair that is spoken of stands there under ``value_name``."""
KEPT = 0.75
"""Share of what the readout leaves of a signal that has to be seen."""
TOLD_APART = 0.2
"""Contrast below which a readout counts as broken: it says nothing of the qubit's state, and excuses nothing."""


def least_height(usual: float, full: float, history: Mapping[str, Past], of: Qubit | None = None) -> float:
    """``usual``, the least height through a readout of which nothing is known, or less where that is known to be bad.

    ``full``: height of the signal through a readout without errors; ``of``: the other qubit whose readout shows it.
    Height and offset are free in the fits, so that a bad readout makes a value less precise, and not wrong.
    """
    contrast = _contrast(history, of)
    return usual if contrast is None else min(usual, KEPT * full * contrast)


def least_height_of_pair(usual: float, history: Mapping[str, Past], pair: Pair) -> float:
    """The same for the survival of both qubits, which falls by 3/4 through readouts without errors.

    Of the three parts of a survival, <Z1>, <Z2> and <Z1 Z2>, two shrink with the contrast of one readout and the third
    with both.
    """
    first, second = (_contrast(history, Qubit(number)) for number in pair.qubits())
    if first is None or second is None:
        return usual
    return min(usual, KEPT * (first + second + first * second) / 4)


def highest_floor(usual: float, history: Mapping[str, Past]) -> float:
    """``usual``, the highest level at which a relaxed qubit may be read, or all that its readout may misread of 0."""
    contrast = _contrast(history, None)
    return usual if contrast is None else max(usual, 1 - KEPT * contrast)


def _contrast(history: Mapping[str, Past], of: Qubit | None) -> float | None:
    known = history.get(READOUT_CONTRAST if of is None else value_name(of, READOUT_CONTRAST))
    return None if known is None or known.value < TOLD_APART else known.value
