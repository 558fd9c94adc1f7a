"""What QCalEval's judge takes out of an answer and of the truth, and how our words become its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from reson.records import FitReliability, Outcome, Reading

QUESTIONS = ("Q2 outcome", "Q4 fit", "Q6 status")

_OUTCOMES = {
    Outcome.EXPECTED: "Expected behavior",
    Outcome.SUBOPTIMAL: "Suboptimal parameters",
    Outcome.ANOMALOUS: "Anomalous behavior",
    Outcome.APPARATUS: "Apparatus issue",
}
_FITS = {
    FitReliability.UNRELIABLE: "Unreliable",  # before Reliable, which its letters hold
    FitReliability.NO_FIT: "No fit",
    FitReliability.RELIABLE: "Reliable",
}
_ALIKE = ({"TOO_MANY_OSC", "SAMPLING_TOO_COARSE"},)


def in_its_words(reading: Reading) -> dict[int, str]:
    return {
        2: f"Classification: {_OUTCOMES[reading.outcome]}",
        4: f"Assessment: {_FITS[reading.reliability]}",
        6: f"Status: {reading.status}",
    }


def alike(truth: str, said: str) -> bool:
    return truth == said or any({truth, said} == pair for pair in _ALIKE)


def outcome_in(text: str) -> str | None:
    return _labelled(text, "Classification", _OUTCOMES.values())


def fit_in(text: str) -> str | None:
    return _labelled(text, "Assessment", _FITS.values())


def _labelled(text: str, label: str, known: Any) -> str | None:
    """The known value on the line ``Label: value``, bold or not; None where the line or the value is missing."""
    found = re.search(rf"{label}:\s*(.+)$", text.replace("*", ""), re.IGNORECASE | re.MULTILINE)
    return next((value for value in known if found and value.lower() in found[1].lower()), None)


def status_in(text: str) -> str | None:
    """The code after ``Status:`` or ``Classification:``, else the first line where it is one, else the longest code
    that stands anywhere: as the benchmark's judge has it.
    """
    plain = text.replace("*", "")
    found = re.search(r"\b(?:Status|Classification):\s*([A-Z][A-Za-z_]+)", plain)
    if found and found[1].upper() in CODES:
        return found[1].upper()
    first = plain.strip().partition("\n")[0].strip().upper()
    if first in CODES:
        return first
    words = set(re.findall(r"\w+", plain.upper()))
    return next((code for code in sorted(CODES, key=lambda code: (-len(code), code)) if code in words), None)


_KNOWN = (
    "SUCCESS NO_SIGNAL BEATING NO_DETUNING SAMPLING_TOO_COARSE TOO_FEW_OSC TOO_MANY_OSC WINDOW_TOO_SHORT DAMPED "
    "FIT_POOR RANGE_TOO_NARROW AMP_TOO_HIGH NO_EXCITATION NO_RES_RESPONSE HIGH_POWER OPTIMAL_NOT_CENTERED "
    "LARGE_ERROR MODERATE_ERROR FIT_FAILED MULTIPLE_PEAKS INVERTED INCOMPLETE NO_TRANSITION NEGATIVE_OFFSET "
    "POSITIVE_OFFSET EVENT NO_EVENT NO_COHERENCE STABLE TELEGRAPHIC RANDOM_WALK ASYMMETRIC UNDERSAMPLED "
    "NOT_TUNABLE OFF_RESONANCE LOW_CONTRAST DETUNED NO_GATE MISCALIBRATED ABERRATED CORRECTED"
)
CODES = frozenset(_KNOWN.split())
"""The codes that the benchmark's judge knows."""

TAKEN: dict[int, Callable[[str], str | None]] = {2: outcome_in, 4: fit_in, 6: status_in}
"""Question -> what is compared of its answer; in the order of ``QUESTIONS``."""
