"""Qubits with neighbours: each circuit is taken apart into groups, and equal groups are evolved in one batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from reson.tools.devices.simulated.alone import alone
from reson.tools.devices.simulated.batches import Batch
from reson.tools.devices.simulated.groups import Group, at_rest, groups_of
from reson.tools.devices.simulated.program import Measured, Program
from reson.tools.devices.simulated.propagation import Pulse
from reson.tools.devices.simulated.truth import LEVELS, ChipTruth


def with_neighbours(program: Program, truth: ChipTruth, frequencies: Sequence[float]) -> np.ndarray:
    """Level populations (rows, LEVELS) of all measured rows of a program, circuit by circuit."""
    rows = [row for circuit in program.circuits for row in circuit.rows]
    found = np.empty((len(rows), LEVELS))
    plain, joint = _sorted_out(program, truth)
    for played, places in plain.items():
        found[places] = alone(program, [rows[place] for place in places], at_rest(truth, played), frequencies)
    for group, members in joint.items():
        batch = Batch(program, truth, frequencies, group, [circuit for circuit, _ in members])
        for qubit in group.qubits:
            circuits = [index for index, (_, places) in enumerate(members) if qubit in places]
            if circuits:
                where = [members[index][1][qubit] for index in circuits]
                found[where] = batch.populations(qubit, circuits)
    return found


_Members = list[tuple[Measured, dict[int, int]]]
"""Circuits with the row (counted over the program) of each measured qubit."""


def _sorted_out(program: Program, truth: ChipTruth) -> tuple[dict[frozenset[int], list[int]], dict[Group, _Members]]:
    """(rows that are evolved alone, by the neighbours that are played on; circuits of each group)."""
    pulses = np.array([isinstance(gate, Pulse) for _, gate in program.gates], dtype=bool)
    known: dict[tuple[tuple[int, bool], ...], list[Group]] = {}
    plain: dict[frozenset[int], list[int]] = defaultdict(list)
    joint: dict[Group, _Members] = defaultdict(list)
    first = 0
    for circuit in program.circuits:
        active = {row.qubit: bool(pulses[row.codes].any()) for row in (*circuit.rows, *circuit.unread)}
        places = {row.qubit: first + index for index, row in enumerate(circuit.rows)}
        first += len(places)
        key = tuple((qubit, played) for qubit, played in active.items() if played or qubit in places)
        if key not in known:
            known[key] = groups_of(truth, dict(key))
        for group in known[key]:
            if not places.keys() & set(group.qubits):
                continue
            if group.is_plain:
                plain[group.played].append(places[group.qubits[0]])
            else:
                joint[group].append((circuit, places))
    return plain, joint
