"""Qubits without neighbours: gate sequences evolved each by itself, noise included."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from reson.tools.devices.simulated.evolution import final_states
from reson.tools.devices.simulated.flicker import INFRARED, ULTRAVIOLET
from reson.tools.devices.simulated.gates import Flux, Gate, Idle
from reson.tools.devices.simulated.instructions import picoseconds
from reson.tools.devices.simulated.noise import NEGLIGIBLE_PHASE, branches, slow_shifts, standing_still
from reson.tools.devices.simulated.pathways import final_populations
from reson.tools.devices.simulated.program import Program, Row
from reson.tools.devices.simulated.propagation import NUMBER
from reson.tools.devices.simulated.superoperators import SIZE, from_unitaries, start_state, superoperators
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

_RMS = math.sqrt(math.log(ULTRAVIOLET / INFRARED))
"""Standard deviation of 1/f noise in units of its amplitude."""


def alone(
    program: Program,
    rows: list[Row],
    transmons: Sequence[TransmonTruth],
    frequencies: Sequence[float],
    *,
    excited: bool = False,
) -> np.ndarray:
    """Level populations (rows, LEVELS) at the end of each row; ``transmons`` and ``frequencies`` of all qubits.

    The qubits begin at rest, or in level 1 (``excited``).
    """
    waiting = waiting_of(program, rows)
    noisy = _noisy(rows, waiting, transmons)
    found = np.empty((len(rows), LEVELS))
    plain = np.flatnonzero(~noisy)
    if plain.size:
        found[plain] = _plain(program, [rows[index] for index in plain], transmons, frequencies, excited)
    qubits = np.array([row.qubit for row in rows])
    for qubit in np.unique(qubits[noisy]):
        places = np.flatnonzero(noisy & (qubits == qubit))
        sequences = [rows[index].codes for index in places]
        longest = float(waiting[places].max())
        mixed = _along_pathways if has_spectrum(transmons[qubit]) else _mixed
        found[places] = mixed(program, sequences, transmons[qubit], frequencies[qubit], longest, excited)
    return found


def waiting_of(program: Program, rows: list[Row]) -> np.ndarray:
    """Seconds that each row spends in waits, pulses on a coupler included, shape (rows,)."""
    waits = [picoseconds(gate) if isinstance(gate, Idle | Flux) else 0 for _, gate in program.gates]
    lengths = np.array(waits, dtype=float)
    if not lengths.any():
        return np.zeros(len(rows))
    ends = np.cumsum([len(row.codes) for row in rows])
    total = np.concatenate([[0.0], np.cumsum(lengths[np.concatenate([row.codes for row in rows])])])
    return np.diff(total[ends], prepend=0.0) * 1e-12


def _noisy(rows: list[Row], waiting: np.ndarray, transmons: Sequence[TransmonTruth]) -> np.ndarray:
    """Which rows are a mixture of branches: those of a qubit with a fast defect, and those that wait for long."""
    slow = np.array([_widest(transmon) for transmon in transmons])
    split = np.array([bool(transmon.defects) for transmon in transmons])
    qubits = np.array([row.qubit for row in rows])
    return split[qubits] | (2 * math.pi * slow[qubits] * waiting >= NEGLIGIBLE_PHASE)


def has_spectrum(transmon: TransmonTruth) -> bool:
    """Whether noise of its f01 is averaged along pathways."""
    return bool(transmon.flicker or transmon.parity_split)


def _widest(transmon: TransmonTruth) -> float:
    """Hz: more than the spread of f01 over any wait."""
    if not has_spectrum(transmon):
        return transmon.quasi_static
    return math.hypot(transmon.quasi_static, transmon.flicker * _RMS, transmon.parity_split / 2)


def _plain(
    program: Program, rows: list[Row], transmons: Sequence[TransmonTruth], frequencies: Sequence[float], excited: bool
) -> np.ndarray:
    """Final populations (rows, LEVELS) of rows of any qubits, without branches."""
    used = np.unique(np.concatenate([row.codes for row in rows]))
    table = np.empty((len(used) + 1, SIZE, SIZE))
    table[0] = np.eye(SIZE)
    qubits = np.array([program.gates[code][0] for code in used])
    for qubit in np.unique(qubits):
        places = np.flatnonzero(qubits == qubit)
        gates = [program.gates[code][1] for code in used[places]]
        table[places + 1] = _table(tuple(gates), transmons[qubit], frequencies[qubit])
    initial = np.array([start_state(transmon, excited) for transmon in transmons])[[row.qubit for row in rows]]
    return final_states([np.searchsorted(used, row.codes) + 1 for row in rows], table, initial)[:, :LEVELS]


@lru_cache(maxsize=16)
def _table(gates: tuple[Gate, ...], transmon: TransmonTruth, frequency: float) -> np.ndarray:
    """``superoperators``, kept: shots that remember each other are evolved from two starts."""
    return superoperators(gates, transmon, frequency)


def _mixed(
    program: Program,
    sequences: list[np.ndarray],
    transmon: TransmonTruth,
    frequency: float,
    waiting: float,
    excited: bool,
) -> np.ndarray:
    """Final populations (sequences, LEVELS) of one qubit, averaged over its branches.

    Slow noise acts in the waits only, as a turn about Z, which commutes with relaxation: a pulse is far too short.
    """
    used = np.unique(np.concatenate(sequences))
    gates = [program.gates[code][1] for code in used]
    waits = np.array([isinstance(gate, Idle) for gate in gates], dtype=bool)
    seconds = np.array([gate.picoseconds for gate in gates if isinstance(gate, Idle)]) * 1e-12
    total = np.zeros((len(sequences), LEVELS))
    for share, branch in branches(transmon):
        played = _table(tuple(gates), branch, frequency)
        shifts, weights = slow_shifts(branch, waiting)
        phases = -2j * math.pi * shifts[:, None, None] * seconds[:, None] * NUMBER
        turned = from_unitaries(np.exp(phases)[..., None] * np.eye(LEVELS)) @ played[waits]
        table = np.concatenate([np.eye(SIZE)[None], played, turned.reshape(-1, SIZE, SIZE)])
        places = np.tile(np.arange(1, len(used) + 1), (len(shifts), 1))
        places[:, waits] = 1 + len(used) + np.arange(len(shifts) * len(seconds)).reshape(len(shifts), -1)
        codes = [place[np.searchsorted(used, sequence)] for place in places for sequence in sequences]
        initial = np.tile(start_state(branch, excited), (len(codes), 1))
        states = final_states(codes, table, initial)[:, :LEVELS].reshape(len(shifts), len(sequences), LEVELS)
        total += share * np.einsum("n,nsl->sl", weights, states)
    return total


def _along_pathways(
    program: Program,
    sequences: list[np.ndarray],
    transmon: TransmonTruth,
    frequency: float,
    waiting: float,
    excited: bool,
) -> np.ndarray:
    """The same as ``_mixed`` where the noise of f01 has a spectrum; in sequences that open too many pathways, as those
    of benchmarking beside others do, it stands still during a shot.
    """
    used = np.unique(np.concatenate(sequences))
    gates = [program.gates[code][1] for code in used]
    found = np.zeros((len(sequences), LEVELS))
    left: set[int] = set()
    for share, branch in branches(transmon):
        table, initial = _table(tuple(gates), branch, frequency), start_state(branch, excited)
        for index, sequence in enumerate(sequences):
            places = np.searchsorted(used, sequence)
            averaged = final_populations([gates[place] for place in places], table[places], initial, branch)
            if averaged is None:
                left.add(index)
            else:
                found[index] += share * averaged
    if left:
        scrambled = sorted(left)
        still = standing_still(transmon, waiting)
        found[scrambled] = _mixed(
            program, [sequences[index] for index in scrambled], still, frequency, waiting, excited
        )
    return found
