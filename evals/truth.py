"""What the loaded pulses of a simulated chip are really worth, by the hidden truth: for evals and tests only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.instructions import to_gate
from reson.tools.devices.simulated.noise import branches
from reson.tools.devices.simulated.superoperators import superoperators, to_density, to_vector
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_SX = np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2
_CARDINAL_STATES = np.array([[1, 0], [0, 1], [1, 1], [1, -1], [1, 1j], [1, -1j]], dtype=complex)
_CARDINAL_STATES /= np.linalg.norm(_CARDINAL_STATES, axis=1, keepdims=True)


@dataclass(frozen=True)
class GateErrors:
    """Average infidelities of the loaded X and SX pulses, leakage included, and what decoherence alone would cost."""

    x: float
    sx: float
    coherence_limit: float
    leakage_x: float
    """Average population outside the qubit's two levels after one pulse that started inside them."""
    leakage_sx: float


def true_gate_errors(device: SimulatedDevice, qubit: int, truth: TransmonTruth | None = None) -> GateErrors:
    """Errors of the pulses at the controls loaded now against ideal X and SX, by ``truth`` or the chip as it is now.

    Averaged over the shots where a fast defect gives the qubit two frequencies. The average over all pure states of
    the qubit equals that over the six cardinal states, which form a 2-design (Bowdrey et al., Phys. Lett. A 294, 258
    (2002)); leaked population counts as lost (Wood and Gambetta, PRA 97, 032306 (2018)).
    """
    truth = truth or device.chip.truth_now().transmons[qubit]
    controls = device.chip.controls[qubit]
    played = pulses_played(device, qubit, truth)
    (x, leakage_x), (sx, leakage_sx) = (_error(*pair) for pair in zip(played, (_X, _SX), strict=True))
    limit = coherence_limit(controls["pulse_duration"], truth.t1, truth.t2)
    return GateErrors(x=x, sx=sx, coherence_limit=limit, leakage_x=leakage_x, leakage_sx=leakage_sx)


def pulses_played(device: SimulatedDevice, qubit: int, truth: TransmonTruth) -> np.ndarray:
    """Superoperators of X and SX at the controls loaded now, averaged over fast defects, shape (2, SIZE, SIZE)."""
    controls = device.chip.controls[qubit]
    gates = [to_gate(name, (), "", controls) for name in ("x", "sx")]
    frequency = controls["drive_frequency"]
    return np.sum([share * superoperators(gates, branch, frequency) for share, branch in branches(truth)], axis=0)


def coherence_limit(duration: float, t1: float, t2: float) -> float:
    """Average infidelity of a one-qubit gate from relaxation and dephasing alone; all times in seconds."""
    return (3 - 2 * math.exp(-duration / t2) - math.exp(-duration / t1)) / 6


def _error(played: np.ndarray, ideal: np.ndarray) -> tuple[float, float]:
    """(average infidelity, average leakage) of a superoperator against a unitary of the qubit."""
    prepared = np.zeros((len(_CARDINAL_STATES), LEVELS), dtype=complex)
    prepared[:, :2] = _CARDINAL_STATES
    wanted = prepared.copy()
    wanted[:, :2] = _CARDINAL_STATES @ ideal.T
    found = to_density(to_vector(np.einsum("si,sj->sij", prepared, prepared.conj())) @ played.T)
    fidelities = np.einsum("si,sij,sj->s", wanted.conj(), found, wanted).real
    inside = np.einsum("sii->si", found)[:, :2].real.sum(axis=1)
    return float(1 - fidelities.mean()), float(1 - inside.mean())
