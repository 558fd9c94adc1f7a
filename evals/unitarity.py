"""Unitarity of the loaded pulses of a simulated chip, by the hidden truth: for evals and tests only."""

from __future__ import annotations

import numpy as np

from reson.evals.truth import pulses_played
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.superoperators import to_density, to_vector
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

_PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=complex)


def true_unitarities(device: SimulatedDevice, qubit: int, truth: TransmonTruth | None = None) -> dict[str, float]:
    """Unitarity of X and SX at the controls loaded now, by ``truth`` or the chip as it is now: Tr(E^T E) / 3 with E
    the unital block of the Pauli transfer matrix on the qubit's two levels (Wallman et al., New J. Phys. 17, 113020
    (2015)).
    """
    played = pulses_played(device, qubit, truth or device.chip.truth_now().transmons[qubit])
    return {name: unitarity(superoperator) for name, superoperator in zip(("x", "sx"), played, strict=True)}


def unitarity(superoperator: np.ndarray) -> float:
    """Of a superoperator on LEVELS levels, restricted to the lowest two."""
    embedded = np.zeros((3, LEVELS, LEVELS), dtype=complex)
    embedded[:, :2, :2] = _PAULIS
    found = to_density(to_vector(embedded) @ superoperator.T)
    block = np.einsum("iab,jba->ij", embedded, found).real / 2
    return float(np.sum(block**2) / 3)
