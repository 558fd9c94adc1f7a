"""Qubits with neighbours: each circuit is taken apart into groups, and equal groups are evolved in one batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from reson.tools.devices.simulated.alone import alone
from reson.tools.devices.simulated.batches import Batch
from reson.tools.devices.simulated.gates import Flux
from reson.tools.devices.simulated.groups import Group, at_rest, groups_of
from reson.tools.devices.simulated.program import Measured, Program, Row
from reson.tools.devices.simulated.propagation import Pulse
from reson.tools.devices.simulated.truth import LEVELS, ChipTruth


class Together(NamedTuple):
    """Measured rows of one circuit whose levels depend on each other: pulses on couplers entangle them."""

    rows: tuple[int, ...]
    """Counted over the program."""
    populations: np.ndarray
    """Of their joint levels, one axis for each row."""


def with_neighbours(
    program: Program, truth: ChipTruth, frequencies: Sequence[float]
) -> tuple[np.ndarray, list[Together]]:
    """Level populations (rows, LEVELS) of all measured rows of a program, circuit by circuit, and those of rows that
    belong together.
    """
    rows = [row for circuit in program.circuits for row in circuit.rows]
    found = np.empty((len(rows), LEVELS))
    together: list[Together] = []
    plain, joint = _sorted_out(program, truth)
    for played, places in plain.items():
        found[places] = alone(program, [rows[place] for place in places], at_rest(truth, played), frequencies)
    for group, members in joint.items():
        batch = Batch(program, truth, frequencies, group, [circuit for circuit, _ in members])
        apart = range(len(members))
        if group.pulsed:
            entangled = _entangled(batch, group, [places for _, places in members])
            together += entangled.values()
            apart = [index for index in apart if index not in entangled]
        for qubit in group.qubits:
            circuits = [index for index in apart if qubit in members[index][1]]
            if circuits:
                where = [members[index][1][qubit] for index in circuits]
                found[where] = batch.populations(qubit, circuits)
    for one in together:
        for axis, row in enumerate(one.rows):
            others = tuple(other for other in range(len(one.rows)) if other != axis)
            found[row] = 0.0
            found[row, : one.populations.shape[axis]] = one.populations.sum(axis=others)
    return found, together


def _entangled(batch: Batch, group: Group, rows: Sequence[Mapping[int, int]]) -> dict[int, Together]:
    """The measured rows of a group in each circuit (by its number) that measures several; ``rows`` by qubit."""
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, places in enumerate(rows):
        measured = tuple(qubit for qubit in group.qubits if qubit in places)
        if len(measured) > 1:
            alike[measured].append(index)
    return {
        index: Together(tuple(rows[index][qubit] for qubit in qubits), populations)
        for qubits, circuits in alike.items()
        for index, populations in zip(circuits, batch.together(qubits, circuits), strict=True)
    }


_Members = list[tuple[Measured, dict[int, int]]]
"""Circuits with the row (counted over the program) of each measured qubit."""


def _sorted_out(program: Program, truth: ChipTruth) -> tuple[dict[frozenset[int], list[int]], dict[Group, _Members]]:
    """(rows that are evolved alone, by the neighbours that are played on; circuits of each group)."""
    pulses = np.array([isinstance(gate, Pulse) for _, gate in program.gates], dtype=bool)
    fluxes = {code: gate.pair for code, (_, gate) in enumerate(program.gates) if isinstance(gate, Flux)}
    known: dict[tuple[tuple[tuple[int, bool], ...], frozenset[tuple[int, int]]], list[Group]] = {}
    plain: dict[frozenset[int], list[int]] = defaultdict(list)
    joint: dict[Group, _Members] = defaultdict(list)
    first = 0
    for circuit in program.circuits:
        rows = (*circuit.rows, *circuit.unread)
        active = {row.qubit: bool(pulses[row.codes].any()) for row in rows}
        places = {row.qubit: first + index for index, row in enumerate(circuit.rows)}
        first += len(places)
        pulsed = _pulsed(rows, fluxes)
        joined = {qubit for pair in pulsed for qubit in pair}
        members = tuple(
            (qubit, played) for qubit, played in active.items() if played or qubit in places or qubit in joined
        )
        if (members, pulsed) not in known:
            known[members, pulsed] = groups_of(truth, dict(members), pulsed)
        for group in known[members, pulsed]:
            if not places.keys() & set(group.qubits):
                continue
            if group.is_plain:
                plain[group.played].append(places[group.qubits[0]])
            else:
                joint[group].append((circuit, places))
    return plain, joint


def _pulsed(rows: Sequence[Row], fluxes: Mapping[int, tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Pairs whose coupler is pulsed in a circuit; ``fluxes`` are the pairs of those codes that do so."""
    if not fluxes:
        return frozenset()
    return frozenset(fluxes[code] for row in rows for code in np.unique(row.codes).tolist() if code in fluxes)
