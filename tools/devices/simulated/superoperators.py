"""Gates as real matrices that act on density operators, dissipation included.

A density operator is a real vector in the orthonormal basis of Hermitian matrices E_ii, (E_ij + E_ji) / sqrt 2 and
i (E_ij - E_ji) / sqrt 2, so a superoperator is a real 16 x 16 matrix; the first LEVELS entries are the populations.

Dissipation is of Lindblad form: relaxation and thermal excitation by the ladder operators (level n relaxes at n / T1) and
pure dephasing by the number operator. In a pulse it is combined with the drive by Strang splitting over ``SEGMENTS`` parts.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

from reson.tools.devices.simulated.propagation import LOWERING, NUMBER, Pulse, segment_unitaries
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

SIZE = LEVELS**2

_PULSES_AT_ONCE = 256
"""Bounds the memory of one batch of propagators to some tens of megabytes."""


class Rz(NamedTuple):
    """A virtual Z: the frame of all later pulses is turned by an angle in rad."""

    angle: float


class Idle(NamedTuple):
    """Free evolution for a time in picoseconds (whole, so that equal waits are one gate)."""

    picoseconds: int


class Reset(NamedTuple):
    """Back to the thermal state."""


Gate = Pulse | Rz | Idle | Reset


def _hermitian_basis() -> np.ndarray:
    """Columns are the basis matrices, flattened row by row; shape (LEVELS^2, SIZE)."""
    units = np.eye(SIZE, dtype=complex).reshape(LEVELS, LEVELS, LEVELS, LEVELS)
    matrices = [units[i, i] for i in range(LEVELS)]
    for i, j in itertools.combinations(range(LEVELS), 2):
        matrices.append((units[i, j] + units[j, i]) / math.sqrt(2))
        matrices.append(1j * (units[i, j] - units[j, i]) / math.sqrt(2))
    return np.stack([matrix.ravel() for matrix in matrices], axis=1)


_BASIS = _hermitian_basis()


def to_vector(density: np.ndarray) -> np.ndarray:
    """Density operators (..., LEVELS, LEVELS) as real vectors (..., SIZE)."""
    return (density.reshape(*density.shape[:-2], SIZE) @ _BASIS.conj()).real


def to_density(vector: np.ndarray) -> np.ndarray:
    """Real vectors (..., SIZE) as density operators (..., LEVELS, LEVELS)."""
    return (vector @ _BASIS.T).reshape(*vector.shape[:-1], LEVELS, LEVELS)


def from_unitaries(unitaries: np.ndarray) -> np.ndarray:
    """rho -> U rho U^dag as real matrices, shape (..., SIZE, SIZE)."""
    outer = np.einsum("...ik,...jl->...ijkl", unitaries, unitaries.conj())
    return _in_basis(outer.reshape(*unitaries.shape[:-2], SIZE, SIZE))


def _in_basis(flat: np.ndarray) -> np.ndarray:
    """Superoperators on row-flattened matrices, turned to the Hermitian basis."""
    return (_BASIS.conj().T @ (flat @ _BASIS)).real


def thermal_state(truth: TransmonTruth) -> np.ndarray:
    """The state at rest, shape (SIZE,): Boltzmann populations, no coherence."""
    weights = truth.boltzmann**NUMBER
    return to_vector(np.diag(weights / weights.sum()).astype(complex))


def dissipator(truth: TransmonTruth) -> np.ndarray:
    """Generator of relaxation, thermal excitation and dephasing in 1/s, shape (SIZE, SIZE)."""
    jumps = (
        math.sqrt(truth.down_rate) * LOWERING,
        math.sqrt(truth.up_rate) * LOWERING.T,
        math.sqrt(2 * truth.dephasing_rate) * np.diag(NUMBER),
    )
    identity = np.eye(LEVELS)
    flat = np.zeros((SIZE, SIZE), dtype=complex)
    for jump in jumps:
        decay = jump.T @ jump / 2
        flat += np.kron(jump, jump) - np.kron(decay, identity) - np.kron(identity, decay)
    return _in_basis(flat)


def free_generator(truth: TransmonTruth, drive_frequency: float) -> np.ndarray:
    """Generator of free evolution in the frame of the drive, in 1/s, shape (SIZE, SIZE)."""
    detuning = truth.f01 - drive_frequency
    levels = 2 * math.pi * (detuning * NUMBER + truth.anharmonicity / 2 * NUMBER * (NUMBER - 1))
    turning = np.diag(-1j * (levels[:, None] - levels[None, :]).ravel())
    return _in_basis(turning) + dissipator(truth)


def superoperators(gates: list[Gate], truth: TransmonTruth, drive_frequency: float) -> np.ndarray:
    """One matrix for each gate, shape (gates, SIZE, SIZE); pulses of one duration and all waits go in one batch each."""
    table = np.empty((len(gates), SIZE, SIZE))
    waits: list[int] = []
    pulses: dict[float, list[int]] = defaultdict(list)
    for index, gate in enumerate(gates):
        match gate:
            case Pulse():
                pulses[gate.duration].append(index)
            case Idle():
                waits.append(index)
            case Rz(angle):
                table[index] = from_unitaries(_virtual_z(np.array(angle)))
            case Reset():
                table[index] = np.outer(thermal_state(truth), _TRACE)
    if waits:
        seconds = np.array([gates[index].picoseconds for index in waits]) * 1e-12  # pyright: ignore
        table[waits] = expm(seconds[:, None, None] * free_generator(truth, drive_frequency))
    for indices in pulses.values():
        for start in range(0, len(indices), _PULSES_AT_ONCE):
            part = indices[start : start + _PULSES_AT_ONCE]
            table[part] = _pulse_superoperators([gates[index] for index in part], truth, drive_frequency)  # pyright: ignore
    return table


_TRACE = np.concatenate([np.ones(LEVELS), np.zeros(SIZE - LEVELS)])


def _pulse_superoperators(pulses: list[Pulse], truth: TransmonTruth, drive_frequency: float) -> np.ndarray:
    unitaries = segment_unitaries(pulses, truth.f01 - drive_frequency, truth.anharmonicity, truth.gain)
    drives = from_unitaries(unitaries)
    segments = drives.shape[1]
    half = expm(pulses[0].duration / (2 * segments) * dissipator(truth))
    product = drives[:, 0] @ half
    for index in range(1, segments):
        product = drives[:, index] @ (half @ half) @ product
    carrier_turns = np.array([-2 * math.pi * pulse.dfreq * pulse.duration for pulse in pulses])
    return from_unitaries(_virtual_z(carrier_turns)) @ half @ product


def _virtual_z(angles: np.ndarray) -> np.ndarray:
    """exp(i angle n): Qiskit's RZ(angle) on the two lowest levels, up to a global phase. Shape (..., LEVELS, LEVELS)."""
    return np.exp(1j * angles[..., None] * NUMBER)[..., None] * np.eye(LEVELS)
