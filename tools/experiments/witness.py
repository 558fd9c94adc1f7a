"""A witness of the drive's detuning beside an experiment that cannot tell it from what it measures.

Between two pulses of a DRAG sequence a detuned frame turns about Z just as a wrong DRAG coefficient turns the qubit, so
the sequence alone reads a coefficient that is best only while the drive is off. Three short Ramsey sequences, SX - wait
- RZ(pi/2) - SX, see the detuning by itself: P(1) = base + amp / 2 * sin(2 pi detuning (wait + what the pulses add)).

Repeated gates have a second blind spot, relaxation: a decay shrinks the growth that tells the angle. One more circuit,
X - wait, sees how much of the excitation is lost in the time of the longest sequence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.records import Check, CheckCode, Quantity, Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.fits.memory import forgotten
from reson.tools.experiments.fits.processing import measured
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from qiskit.circuit import Instruction

    from reson.tools.experiments.circuits.sequences import Waits

WAITS = (0.05e-6, 0.2e-6, 1.2e-6)
"""Seconds: the long one resolves some kHz, the others tell which of its many solutions it is."""
SERIES, DECAY = "detuning", "decay"
USUAL_PULSE = 32e-9
"""Seconds: the length of an SX pulse on a device that does not tell it."""
WITHIN_PULSE = 0.591
"""Share of an SX pulse during which the qubit turns with the detuning: the mean of sin(theta) while the lab's envelope
takes it from the pole to the equator."""
CANDIDATES = np.arange(-6e6, 6e6 + 1, 2e3)
MISFIT = 0.03
"""Error of the model in units of the swing: strong detuning also tilts the pulses, and base and swing are fitted."""


def sequences(waits: Waits) -> list[tuple[dict[str, Any], list[Instruction]]]:
    """Metadata and instructions of the circuits that see the detuning."""
    from qiskit.circuit.library import RZGate, SXGate

    turn = RZGate(np.pi / 2)
    played = [waits.of(wait) for wait in WAITS]
    return [({"xval": length, "series": SERIES}, [SXGate(), wait, turn, SXGate()]) for wait, length in played]


def decay_sequence(duration: float, waits: Waits) -> tuple[dict[str, Any], list[Instruction]]:
    """Metadata and instructions of the circuit that sees what relaxes in ``duration`` seconds."""
    from qiskit.circuit.library import XGate

    wait, length = waits.of(duration)
    return {"xval": length, "series": DECAY}, [XGate(), wait]


def without(raw: RawData) -> RawData:
    """The measurement without its witness circuits."""
    return _part(raw, [meta.get("series") not in (SERIES, DECAY) for meta in raw.circuits])


def detuning(raw: RawData, base: float, amp: float, memory: float = 0.0) -> dict[str, Quantity]:
    """f01 minus drive frequency in Hz as the entry "detuning", given the signal's middle, its swing and what its shots
    remember of the last (``fits.memory``).

    Among all detunings the one that comes closest to the three waits together is taken, then refined by least squares
    with the errors of the points. Right to some 2 MHz; up to 5 MHz it is never taken for less than 150 kHz. Empty where
    the data has no witness.
    """
    part = _part(raw, [meta.get("series") == SERIES for meta in raw.circuits])
    if len(part.circuits) != len(WAITS):
        return {}
    value, error = _forgetting(*measured(part), base, amp, memory)
    pulse = raw.controls.get("pulse_duration", USUAL_PULSE)
    turns = 2 * np.pi * (np.array([meta["xval"] for meta in part.circuits]) + 2 * WITHIN_PULSE * pulse)
    swing = max(amp, 1e-6) / 2
    misses = (value - base - swing * np.sin(CANDIDATES[:, None] * turns)) ** 2 / (error**2 + (MISFIT * amp) ** 2)
    found = float(CANDIDATES[np.argmin(misses.sum(axis=1))])
    slope = swing * turns * np.cos(found * turns) / error
    rest = (value - base - swing * np.sin(found * turns)) / error
    # at the turning point of the longest wait the slope vanishes; its error is bounded by that of a fifth of it
    weight = max(float(slope @ slope), float((0.2 * swing * turns[-1] / error[-1]) ** 2))
    step = float(np.clip(slope @ rest / weight, -4e3, 4e3))
    return {"detuning": Quantity(value=found + step, stderr=weight**-0.5, unit="Hz")}


def loss(raw: RawData, base: float, amp: float, memory: float = 0.0) -> dict[str, Quantity]:
    """Share of the excitation that relaxes within the longest sequence as the entry "loss"; empty without its circuit.

    ``base``, ``amp`` and ``memory`` as for ``detuning``.
    """
    part = _part(raw, [meta.get("series") == DECAY for meta in raw.circuits])
    if len(part.circuits) != 1:
        return {}
    value, error = _forgetting(*measured(part), base, amp, memory)
    swing = max(amp, 1e-6)
    return {"loss": Quantity(value=float(base + swing / 2 - value[0]) / swing, stderr=float(error[0]) / swing)}


def _forgetting(
    value: np.ndarray, error: np.ndarray, base: float, amp: float, memory: float
) -> tuple[np.ndarray, np.ndarray]:
    """The signal and its error, shape (points,) each, as of shots that remember nothing."""
    if not memory:
        return value, error
    swing = max(amp, 1e-6)
    measured_share = (value - base) / swing + 0.5
    slope = (1 - memory) / (1 - 2 * memory * measured_share) ** 2
    return base + swing * (forgotten(measured_share, memory) - 0.5), error * np.abs(slope)


def on_resonance(analysis: Analysis, limit: float) -> Check:
    """The drive is within ``limit`` (Hz) of the qubit; a missing witness fails."""
    found = analysis.quantities.get("detuning")
    value = np.nan if found is None else abs(found.value)
    return checks.within("detuning of the drive", value, 0.0, limit, "Hz", Verdict.REVIEW, CheckCode.OFF_RESONANCE)


def lasting(analysis: Analysis, name: str, limit: float) -> Check:
    """What relaxation takes away of the angle ``name`` is below ``limit`` (rad); a missing witness fails.

    The angle comes out too small by about the share that is lost until the end of the longest sequence, which counts as
    far as it exceeds twice its error.
    """
    found = analysis.quantities.get("loss")
    share = np.nan if found is None else min(max(0.0, found.value - 2 * (found.stderr or 0.0)), 0.99)
    hidden = share / (1 - share) * abs(analysis.quantities[name].value)
    return checks.within(f"{name} hidden by relaxation", hidden, 0.0, limit, "rad", severity=Verdict.REVIEW)


def _part(raw: RawData, keep: list[bool]) -> RawData:
    mask = np.array(keep, dtype=bool)
    circuits = [meta for meta, kept in zip(raw.circuits, keep, strict=True) if kept]
    return replace(raw, circuits=circuits, arrays={name: values[mask] for name, values in raw.arrays.items()})
