"""A witness of the drive's detuning beside an experiment that cannot tell it from what it measures.

Between two pulses of a DRAG sequence a detuned frame turns about Z just as a wrong DRAG coefficient turns the qubit, so
the sequence alone reads a coefficient that is best only while the drive is off. Two short Ramsey sequences, SX - wait -
RZ(pi/2) - SX, see the detuning by itself: P(1) = base + amp / 2 * sin(2 pi detuning wait).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.records import Check, Quantity, Verdict
from reson.tools.experiments.experiment import Analysis, RawData
from reson.tools.experiments.processing import measured
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from qiskit.circuit import Instruction

WAITS = (0.2e-6, 1.2e-6)
"""Seconds: the short one is unambiguous to about 1 MHz, the long one resolves some kHz."""
SERIES = "detuning"


def sequences() -> list[tuple[dict[str, Any], list[Instruction]]]:
    """Metadata and instructions of the two circuits."""
    from qiskit.circuit import Delay
    from qiskit.circuit.library import RZGate, SXGate

    turn = RZGate(np.pi / 2)
    return [({"xval": wait, "series": SERIES}, [SXGate(), Delay(wait, "s"), turn, SXGate()]) for wait in WAITS]


def without(raw: RawData) -> RawData:
    """The measurement without its witness circuits."""
    return _part(raw, [meta.get("series") != SERIES for meta in raw.circuits])


def detuning(raw: RawData, base: float, amp: float) -> dict[str, Quantity]:
    """f01 minus drive frequency in Hz as the entry "detuning", given the signal's middle and its swing.

    A sine has many detunings for one value: of those of the long wait the one nearest to the short wait's counts. That
    is right to about 1 MHz. Beyond, the short wait folds back, and near 2 MHz, where the SX pulses lengthen it, a large
    detuning can look small. Empty where the data has no witness.
    """
    part = _part(raw, [meta.get("series") == SERIES for meta in raw.circuits])
    if len(part.circuits) != len(WAITS):
        return {}
    value, error = measured(part)
    waits = np.array([meta["xval"] for meta in part.circuits])
    swing = max(amp, 1e-6) / 2
    phase = np.arcsin(np.clip((value - base) / swing, -1, 1))
    coarse, long = float(phase[0] / (2 * np.pi * waits[0])), float(waits[1])
    turns = np.arange(-3, 4) * 2 * np.pi
    possible = np.concatenate([phase[1] + turns, np.pi - phase[1] + turns]) / (2 * np.pi * long)
    found = float(possible[np.argmin(np.abs(possible - coarse))])
    slope = 2 * np.pi * long * swing * max(float(np.cos(phase[1])), 0.2)
    return {"detuning": Quantity(value=found, stderr=float(error[1]) / slope, unit="Hz")}


def on_resonance(analysis: Analysis, limit: float) -> Check:
    """The drive is within ``limit`` (Hz) of the qubit; a missing witness fails."""
    found = analysis.quantities.get("detuning")
    value = np.nan if found is None else abs(found.value)
    return checks.within("detuning of the drive", value, 0.0, limit, "Hz", severity=Verdict.REVIEW)


def _part(raw: RawData, keep: list[bool]) -> RawData:
    mask = np.array(keep, dtype=bool)
    circuits = [meta for meta, kept in zip(raw.circuits, keep, strict=True) if kept]
    return replace(raw, circuits=circuits, arrays={name: values[mask] for name, values in raw.arrays.items()})
