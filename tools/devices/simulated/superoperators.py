"""Gates as real matrices that act on density operators, dissipation included.

A density operator is a real vector in the orthonormal basis of Hermitian matrices E_ii, (E_ij + E_ji) / sqrt 2 and
i (E_ij - E_ji) / sqrt 2, so a superoperator is a real 16 x 16 matrix; the first LEVELS entries are the populations.

Dissipation is of Lindblad form: relaxation and thermal excitation by the ladder operators (level n relaxes at n / T1)
and pure dephasing by the number operator. Within a pulse its generator is averaged in the frame that turns with the
pulse (first-order Magnus expansion in the interaction picture); what that leaves out is of second order in duration /
T1, so a pulse is cut into segments short against T1 and T2.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from reson.tools.devices.simulated.carrier import as_played, played_frequency
from reson.tools.devices.simulated.gates import Flux, Gate, Idle, Reset, Rz
from reson.tools.devices.simulated.propagation import LOWERING, NUMBER, Pulse, magnus_steps, unitary_paths
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

SIZE = LEVELS**2

_TRACE = np.concatenate([np.ones(LEVELS), np.zeros(SIZE - LEVELS)])

_STEPS_AT_ONCE = 20_000
"""Magnus steps in one batch: bounds the memory to some tens of megabytes."""

_SEGMENT_DECAY = 0.005
"""Longest segment of a pulse in units of T1 or T2, whichever is shorter."""


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
    return np.real(density.reshape(*density.shape[:-2], SIZE) @ _BASIS.conj())


def to_density(vector: np.ndarray) -> np.ndarray:
    """Real vectors (..., SIZE) as density operators (..., LEVELS, LEVELS)."""
    return (vector @ _BASIS.T).reshape(*vector.shape[:-1], LEVELS, LEVELS)


def from_unitaries(unitaries: np.ndarray) -> np.ndarray:
    """rho -> U rho U^dag as real matrices, shape (..., SIZE, SIZE)."""
    outer = np.einsum("...ik,...jl->...ijkl", unitaries, unitaries.conj())
    return _in_basis(outer.reshape(*unitaries.shape[:-2], SIZE, SIZE))


def _in_basis(flat: np.ndarray) -> np.ndarray:
    """Superoperators on row-flattened matrices, turned to the Hermitian basis."""
    return np.real(_BASIS.conj().T @ (flat @ _BASIS))


def thermal_state(truth: TransmonTruth) -> np.ndarray:
    """The state at rest, shape (SIZE,): Boltzmann populations, no coherence."""
    weights = truth.boltzmann**NUMBER
    return to_vector(np.diag(weights / weights.sum()).astype(complex))


def start_state(truth: TransmonTruth, excited: bool) -> np.ndarray:
    """The state in which a circuit begins, shape (SIZE,): at rest, or all of it in level 1."""
    if not excited:
        return thermal_state(truth)
    state = np.zeros(SIZE)
    state[1] = 1.0  # the first entries are the populations
    return state


def reset_state(truth: TransmonTruth) -> np.ndarray:
    """The state after a reset within a circuit, shape (SIZE,): thermal, but for the shots in which it fails."""
    excited = np.zeros(SIZE)
    excited[1] = 1.0  # the first entries are the populations
    return (1 - truth.reset_error) * thermal_state(truth) + truth.reset_error * excited


def dissipator(truth: TransmonTruth, paths: np.ndarray | None = None) -> np.ndarray:
    """Generator of relaxation, thermal excitation and dephasing in 1/s, shape (SIZE, SIZE).

    Given ``paths`` (..., steps + 1, LEVELS, LEVELS), evolutions U since a common start, it is the average of
    U^-1 D U over them by the trapezoidal rule, shape (..., SIZE, SIZE).
    """
    if paths is None:
        return dissipator(truth, np.broadcast_to(np.eye(LEVELS), (2, LEVELS, LEVELS)))
    weights = np.ones(paths.shape[-3])
    weights[[0, -1]] = 0.5
    weights /= weights.sum()
    lowering = _turned(LOWERING, paths)
    return (
        truth.down_rate * _lindblad(lowering, weights)
        + truth.up_rate * _lindblad(_adjoint(lowering), weights)
        + 2 * truth.dephasing_rate * _lindblad(_turned(np.diag(NUMBER), paths), weights)
    )


def _turned(operator: np.ndarray, paths: np.ndarray) -> np.ndarray:
    return _adjoint(paths) @ operator @ paths


def _adjoint(operators: np.ndarray) -> np.ndarray:
    return operators.conj().swapaxes(-1, -2)


def _lindblad(jumps: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean of the dissipators of unit-rate jump operators (..., n, LEVELS, LEVELS)."""
    flat = jumps.reshape(*jumps.shape[:-2], SIZE)
    pairs = (flat * weights[:, None]).swapaxes(-1, -2) @ flat.conj()
    sandwich = pairs.reshape(*pairs.shape[:-2], *(LEVELS,) * 4).swapaxes(-3, -2).reshape(pairs.shape)
    decay = np.einsum("n,...nij->...ij", weights, _adjoint(jumps) @ jumps) / 2
    identity = np.eye(LEVELS)
    left = np.einsum("...ik,jl->...ijkl", decay, identity)
    right = np.einsum("ik,...lj->...ijkl", identity, decay)
    return _in_basis(sandwich - (left + right).reshape(pairs.shape))


def free_generator(truth: TransmonTruth, drive_frequency: float) -> np.ndarray:
    """Generator of free evolution in the frame of the drive, in 1/s, shape (SIZE, SIZE)."""
    detuning = truth.f01 - drive_frequency
    levels = 2 * math.pi * (detuning * NUMBER + truth.anharmonicity / 2 * NUMBER * (NUMBER - 1))
    turning = np.diag(-1j * (levels[:, None] - levels[None, :]).ravel())
    return _in_basis(turning) + dissipator(truth)


def superoperators(gates: Sequence[Gate], truth: TransmonTruth, drive_frequency: float) -> np.ndarray:
    """One matrix for each gate, shape (gates, SIZE, SIZE), in the frame of the carrier that is played when
    ``drive_frequency`` Hz is asked for; pulses of one duration go in one batch, and so do waits.
    """
    gates, drive_frequency = as_played(gates, truth), played_frequency(truth, drive_frequency)
    table = np.empty((len(gates), SIZE, SIZE))
    waits: dict[int, float] = {}
    pulses: dict[tuple[float, int], dict[int, Pulse]] = defaultdict(dict)
    for index, gate in enumerate(gates):
        match gate:
            case Pulse():
                pulses[gate.duration, magnus_steps(gate, truth.gain, truth.spurious)][index] = gate
            case Idle(picoseconds):
                waits[index] = picoseconds * 1e-12
            case Rz(angle):
                table[index] = from_unitaries(_virtual_z(np.array(angle)))
            case Flux():
                raise ValueError("a pulse on a coupler is no gate of one qubit")
            case Reset():
                table[index] = np.outer(reset_state(truth), _TRACE)
    if waits:
        from scipy.linalg import expm  # most of a second of start-up, also where the chip is only described

        seconds = np.array(list(waits.values()))
        table[list(waits)] = expm(seconds[:, None, None] * free_generator(truth, drive_frequency))
    for (_, steps), alike in pulses.items():
        indices, batch = list(alike), list(alike.values())
        at_once = max(1, _STEPS_AT_ONCE // steps)
        for start in range(0, len(batch), at_once):
            part = slice(start, start + at_once)
            table[indices[part]] = _pulse_superoperators(batch[part], steps, truth, drive_frequency)
    return table


def _pulse_superoperators(pulses: list[Pulse], steps: int, truth: TransmonTruth, drive_frequency: float) -> np.ndarray:
    duration = pulses[0].duration
    segments = math.ceil(duration / (_SEGMENT_DECAY * min(truth.t1, truth.t2)))
    paths = unitary_paths(
        pulses,
        steps,
        segments,
        truth.f01 - drive_frequency,
        truth.anharmonicity,
        truth.gain,
        clip=truth.clip,
        spurious=truth.spurious,
        compression=truth.compression,
    )
    turns = from_unitaries(paths[:, :, -1])
    decays = _exponential(duration / segments * dissipator(truth, paths))
    product = turns[:, 0] @ decays[:, 0]
    for index in range(1, segments):
        product = turns[:, index] @ decays[:, index] @ product
    carrier_turns = np.array([-2 * math.pi * pulse.dfreq * pulse.duration for pulse in pulses])
    return from_unitaries(_virtual_z(carrier_turns)) @ product


def _exponential(small: np.ndarray) -> np.ndarray:
    """Matrix exponential of matrices of norm well below 1, by its Taylor series."""
    term = result = np.broadcast_to(np.eye(SIZE), small.shape)
    for order in range(1, 8):
        term = term @ small / order
        result = result + term
    return result


def _virtual_z(angles: np.ndarray) -> np.ndarray:
    """exp(i angle n), on two levels Qiskit's RZ(angle) up to a global phase. Shape (..., LEVELS, LEVELS)."""
    return np.exp(1j * angles[..., None] * NUMBER)[..., None] * np.eye(LEVELS)
