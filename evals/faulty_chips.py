"""Chips with one fault of each of ten kinds, and the name that a night must give each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reson.components import Qubit
from reson.evals.fault_table import fault_table

QUBITS = 20

TEN_KINDS: dict[str, str] = {
    "dead_drive_line": "no_drive_response",
    "attenuator": "weak_drive_line",
    "oscillator_off": "frequency_guess_off",
    "dead_readout_line": "no_readout_signal",
    "readout_saturated": "readout_saturated",
    "noisy_amplifier": "noisy_readout",
    "defect_on_resonance": "short_t1",
    "hot_qubit": "hot_qubit",
    "clipped_generator": "clipped_drive",
    "swapped_drive_lines": "swapped_drive_lines",
}
"""Kind of fault -> the diagnosis that it must get."""

PAIRS = ("swapped_drive_lines",)
STREAM = 0x66617573


@dataclass(frozen=True)
class FaultyChip:
    text: str
    """Of its chip file."""
    expected: Mapping[str, str]
    """component -> diagnosis; the healthy ones are left out."""


def faulty_chip(seed: int, qubits: int = QUBITS, kinds: tuple[str, ...] = tuple(TEN_KINDS)) -> FaultyChip:
    """Faults of these kinds on different qubits; where, and how strong, is drawn from the seed."""
    rng = np.random.default_rng([seed, STREAM])
    places = [Qubit(qubit) for qubit in rng.permutation(qubits)]
    entries, expected = [], {}
    for kind in kinds:
        components = [places.pop() for _ in range(2 if kind in PAIRS else 1)]
        entries.append(fault_table(kind, components, _drawn(kind, rng)))
        expected |= dict.fromkeys(components, TEN_KINDS[kind])
    return FaultyChip("\n".join(entries), expected)


def _drawn(kind: str, rng: np.random.Generator) -> dict[str, float]:
    """Parameters of a fault that are not its defaults."""
    match kind:
        case "oscillator_off":
            return {"offset": round(rng.choice([-1, 1]) * rng.uniform(30e6, 60e6))}
        case "hot_qubit":
            return {"population": round(rng.uniform(0.12, 0.3), 3)}
        case "clipped_generator":
            return {"level": round(rng.uniform(0.07, 0.12), 3)}
        case _:
            return {}
